"""Records of InvenioRDM, the software of Zenodo, by its REST interface.

https://inveniordm.docs.cern.ch/reference/rest_api_index/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from reprocrate.deposit.addresses import shown
from reprocrate.deposit.candidates import RemoteFile, bundle_among, bundle_of, file_name
from reprocrate.deposit.record_pages import RecordPage, record_page
from reprocrate.deposit.requesting import Client, RefusedError
from reprocrate.errors import UnavailableError

JSON = "application/vnd.inveniordm.v1+json"
"""The form of a record that every InvenioRDM gives; Zenodo by default gives another one."""

LISTING = "application/json"
"""The only form of the list of a record's files: to the one above the server answers 406."""

_DIGEST = re.compile(r"(md5:[0-9a-fA-F]{32}|sha256:[0-9a-fA-F]{64})")
_FORBIDDEN = (401, 403)
_DELETED = 410


@dataclass(frozen=True, slots=True)
class Record:
    """A record as its archive describes it.

    Attributes:
        page: where it is; of what stands for all versions the newest one.
        document: what is said of it.
        named: the identifier by which it was asked for.
    """

    page: RecordPage
    document: Mapping[str, Any]
    named: str

    @property
    def doi(self) -> str:
        """Its DOI; empty if it has none."""
        return _doi(self.document)

    @property
    def doi_of_all(self) -> str:
        """The DOI that stands for all its versions; empty if there is none."""
        return _doi(self.document.get("parent"))

    @property
    def is_newest(self) -> bool:
        """Whether no newer version is said to be there."""
        versions = self.document.get("versions")
        return not isinstance(versions, dict) or versions.get("is_latest") is not False

    @property
    def version(self) -> str:
        """Its version and its DOI, in words; its identifier where it has no DOI."""
        metadata = self.document.get("metadata")
        number = metadata.get("version") if isinstance(metadata, dict) else None
        return ", ".join(filter(None, [str(number or "")[:60], self.doi or str(self.page)]))


def bundle_of_record(page: RecordPage, client: Client, doi: str = "") -> RemoteFile | None:
    """The bundle of a record, or the file that its address names; None if there is no InvenioRDM.

    Args:
        page: the record.
        client: who asks.
        doi: the DOI by which it was found.

    Raises:
        UnavailableError: the record's files cannot be had, or which of them is the bundle is not clear.
        UnreadableError: the bundle is in volumes, of which some are missing.
    """
    record = _record(page, client)
    if record is None:
        return None
    files = _files(record, client)
    if page.file is None:
        chosen = bundle_among(list(files.values()), str(record.page))
    else:
        chosen = bundle_of(_one_named(files, page.file, record), list(files.values()), str(record.page))
    return replace(chosen, notes=(*_notes(record, client, doi), *chosen.notes))


def files_of_record(page: RecordPage, client: Client) -> list[RemoteFile] | None:
    """All files of a record; None if there is no InvenioRDM.

    Raises:
        UnavailableError: the record's files cannot be had.
    """
    record = _record(page, client)
    return None if record is None else list(_files(record, client).values())


def _record(page: RecordPage, client: Client) -> Record | None:
    """The record that a page belongs to; of a draft that is published meanwhile what it has become."""
    try:
        with client.get(page.asked(), {"Accept": JSON}, also=(_DELETED,)) as answer:
            document = answer.json()
            found = record_page(answer.url)  # the interface leads from a concept to its newest version
            deleted = answer.status == _DELETED
    except RefusedError as error:
        if page.draft and (record := _published(page, client)):
            return record
        if error.status in _FORBIDDEN:
            raise _restricted(page) from error
        return None
    except UnavailableError as error:
        if "JSON" in error.why:
            return None
        raise
    if deleted and isinstance(document, dict):
        raise _gone(page, document)
    if not isinstance(document, dict) or "files" not in document or "id" not in document:
        return None
    here = replace(page, id=str(document["id"]) if found is None else found.id)
    return Record(here, document, page.id)


def _published(page: RecordPage, client: Client) -> Record | None:
    """What a draft has become, if it was published; its link may open no more than that."""
    try:
        return _record(replace(page, draft=False), client)
    except UnavailableError:
        return None


def _files(record: Record, client: Client) -> dict[str, RemoteFile]:
    """The files of a record by their names, as the archive has them."""
    page, document = record.page, record.document
    access, about = document.get("access"), document["files"]
    if isinstance(access, dict) and access.get("files") == "restricted" and not page.token:
        raise _restricted(page, _embargo(access))
    entries = about.get("entries") if isinstance(about, dict) else None
    if not entries:
        entries = _listed(record, client)
    if isinstance(entries, dict):
        entries = list(entries.values())
    if not isinstance(entries, list):
        raise UnavailableError(f"{page} does not list its files", "it has none, or answers otherwise")
    known = [one for one in entries if isinstance(one, dict) and isinstance(one.get("key"), str)]
    return {one["key"]: _file(page, one) for one in known}


def _listed(record: Record, client: Client) -> Any:
    """The list of files, where the record itself holds none: so it is with earlier versions."""
    try:
        with client.get(record.page.asked("/files"), {"Accept": LISTING}) as answer:
            listing = answer.json()
    except RefusedError as error:
        if error.status in _FORBIDDEN:
            raise _restricted(record.page) from error
        raise
    return listing.get("entries") if isinstance(listing, dict) else None


def _file(page: RecordPage, entry: Mapping[str, Any]) -> RemoteFile:
    key, size, links = entry["key"], entry.get("size"), entry.get("links")
    digest = _DIGEST.fullmatch(str(entry.get("checksum") or ""))
    kind, _, number = digest[1].lower().partition(":") if digest else ("", "", "")
    # Not the addresses that the answer names: a server may not know by which name it is reached.
    place = f"/files/{quote(key, safe='')}"
    opens = isinstance(links, dict) and "container" in links
    return RemoteFile(
        url=page.asked(f"{place}/content"),
        name=file_name(key),
        size=size if isinstance(size, int) and size >= 0 else None,
        md5=number if kind == "md5" else None,
        sha256=number if kind == "sha256" else None,
        media_type=str(entry.get("mimetype") or ""),
        address=page.address_of(key),
        member=page.asked(f"{place}/container/{{}}") if opens else "",
    )


def _one_named(files: Mapping[str, RemoteFile], name: str, record: Record) -> RemoteFile:
    if name in files:
        return files[name]
    held = ", ".join(one.name for one in list(files.values())[:10]) or "none"
    raise UnavailableError(
        f"{record.page} holds no file {name}", f"its files are {held}", "Check the address"
    )


def _notes(record: Record, client: Client, doi: str) -> tuple[str, ...]:
    """What a user should know of which version this is."""
    page = record.page
    if page.draft:
        return (f"{page} is not published: it may still change",)
    of_all = doi and doi.lower() == record.doi_of_all.lower() != record.doi.lower()
    if of_all or record.named != page.id:
        asked = doi if of_all else replace(page, id=record.named)
        return (f"{asked} stands for all versions; the newest is {record.version}",)
    if record.is_newest:
        return ()
    newest = _newest(record, client)
    return (f"there is a newer version of {page}{f': {newest.version}' if newest else ''}",)


def _newest(record: Record, client: Client) -> Record | None:
    """The newest version of a record, where the archive tells it."""
    try:
        with client.get(f"{record.page.api}/versions/latest", {"Accept": JSON}) as answer:
            document, found = answer.json(), record_page(answer.url)
    except UnavailableError:
        return None  # that there is one is known all the same
    if not isinstance(document, dict) or found is None or found.id == record.page.id:
        return None
    return Record(found, document, found.id)


def _doi(document: Any) -> str:
    pids = document.get("pids") if isinstance(document, dict) else None
    doi = pids.get("doi") if isinstance(pids, dict) else None
    return str(doi.get("identifier") or "")[:300] if isinstance(doi, dict) else ""


def _gone(page: RecordPage, document: Mapping[str, Any]) -> UnavailableError:
    """What is said of a record that was taken away: what its archive left in its place."""
    left = document.get("tombstone")
    said = left if isinstance(left, dict) else {}
    reason = said.get("removal_reason")
    told = [reason.get("id") if isinstance(reason, dict) else None, said.get("note")]
    why = ": ".join(str(each)[:300] for each in told if each) or "the archive does not say why"
    return UnavailableError(f"{page} was deleted", why, "Ask its authors, or the archive, for the bundle")


def _embargo(access: Mapping[str, Any]) -> str:
    """The day on which restricted files become open; empty if none is said."""
    embargo = access.get("embargo")
    until = embargo.get("until") if isinstance(embargo, dict) and embargo.get("active") else None
    return str(until or "")[:10]


def _restricted(page: RecordPage, until: str = "") -> UnavailableError:
    if page.token:
        return UnavailableError(
            f"the access link of {page} does not open it",
            "it has expired, was revoked, or is for something else",
            "Ask whoever gave it to you for a new one",
        )
    return UnavailableError(
        f"the files of {shown(page.site)}/records/{page.id} are restricted",
        f"the archive gives them to nobody without permission{f' before {until}' if until else ''}",
        "Ask for access on the record's page, or for an access link; or download the bundle there, and name "
        "the file",
    )
