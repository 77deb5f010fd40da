"""Records of InvenioRDM, the software of Zenodo, by its REST interface.

https://inveniordm.docs.cern.ch/reference/rest_api_index/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from reprocrate.deposit.addresses import shown
from reprocrate.deposit.candidates import RemoteFile, bundle_among, file_name
from reprocrate.deposit.requesting import Client, RefusedError
from reprocrate.errors import UnavailableError

JSON = "application/vnd.inveniordm.v1+json"
"""The form of a record that every InvenioRDM gives; Zenodo by default gives another one."""

LISTING = "application/json"
"""The only form of the list of a record's files: to the one above the server answers 406."""

_PAGE = re.compile(
    r"(?P<base>(?:/[\w.-]+)*?)/(?:api/)?records?/(?P<id>[A-Za-z0-9][A-Za-z0-9-]{0,39})"
    r"(?:/files/(?P<file>[^/]+)(?:/content)?)?/?"
)
_DIGEST = re.compile(r"(md5:[0-9a-fA-F]{32}|sha256:[0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record by the address of its page or of a file of it.

    Attributes:
        site: scheme, host and path in front of what belongs to InvenioRDM.
        id: the record's identifier there.
        file: the file that the address names.
    """

    site: str
    id: str
    file: str | None = None

    @property
    def api(self) -> str:
        """The address of the record in the interface."""
        return f"{self.site}/api/records/{self.id}"


def record_page(url: str) -> RecordPage | None:
    """The record that an address may belong to, as far as its form tells."""
    parts = urlsplit(url)
    match = _PAGE.fullmatch(parts.path)
    if match is None:
        return None
    name = unquote(match["file"]) if match["file"] else None
    return RecordPage(f"{parts.scheme}://{parts.netloc}{match['base']}", match["id"], name)


def bundle_of_record(page: RecordPage, client: Client) -> RemoteFile | None:
    """The bundle of a record, or the file that its address names; None if there is no InvenioRDM.

    Raises:
        UnavailableError: the record's files cannot be had, or which of them is the bundle is not clear.
    """
    record = _record(page, client)
    if record is None:
        return None
    page, document, where = record
    files = _files(page, document, client, where)
    chosen = _one_named(files, page.file, where) if page.file else bundle_among(files, where)
    return replace(chosen, notes=_notes(document, where))


def files_of_record(page: RecordPage, client: Client) -> list[RemoteFile] | None:
    """All files of a record; None if there is no InvenioRDM.

    Raises:
        UnavailableError: the record's files cannot be had.
    """
    record = _record(page, client)
    if record is None:
        return None
    page, document, where = record
    return _files(page, document, client, where)


def _record(page: RecordPage, client: Client) -> tuple[RecordPage, Mapping[str, Any], str] | None:
    """The record as it was found, what is said of it, and what to call it."""
    try:
        with client.get(page.api, {"Accept": JSON}) as answer:
            document = answer.json()
            found = record_page(answer.url)  # the interface leads from a concept to its newest version
    except RefusedError as error:
        if error.status in (401, 403):
            raise _restricted(page) from error
        return None
    except UnavailableError as error:
        if "JSON" in error.why:
            return None
        raise
    if not isinstance(document, dict) or "files" not in document or "id" not in document:
        return None
    page = replace(page, id=str(document["id"]) if found is None else found.id)
    return page, document, f"the record {page.id} at {urlsplit(page.site).netloc}"


def _files(page: RecordPage, document: Mapping[str, Any], client: Client, where: str) -> list[RemoteFile]:
    access = document.get("access")
    if isinstance(access, dict) and access.get("files") == "restricted":
        raise _restricted(page)
    try:
        with client.get(f"{page.api}/files", {"Accept": LISTING}) as answer:
            listing = answer.json()
    except RefusedError as error:
        if error.status in (401, 403):
            raise _restricted(page) from error
        raise
    entries = listing.get("entries") if isinstance(listing, dict) else None
    if isinstance(entries, dict):  # as earlier versions answered
        entries = list(entries.values())
    if not isinstance(entries, list):
        raise UnavailableError(f"{where} does not list its files", "it has none, or answers otherwise")
    return [_file(page, one) for one in entries if isinstance(one, dict) and isinstance(one.get("key"), str)]


def _file(page: RecordPage, entry: Mapping[str, Any]) -> RemoteFile:
    key, size = entry["key"], entry.get("size")
    digest = _DIGEST.fullmatch(str(entry.get("checksum") or ""))
    kind, _, number = digest[1].lower().partition(":") if digest else ("", "", "")
    name = quote(key, safe="")
    return RemoteFile(
        # Not the address that the answer names: a server may not know by which name it is reached.
        url=f"{page.api}/files/{name}/content",
        name=file_name(key),
        size=size if isinstance(size, int) and size >= 0 else None,
        md5=number if kind == "md5" else None,
        sha256=number if kind == "sha256" else None,
        media_type=str(entry.get("mimetype") or ""),
        address=f"{page.site}/records/{page.id}/files/{name}",
    )


def _one_named(files: list[RemoteFile], name: str, where: str) -> RemoteFile:
    for one in files:
        if unquote(one.address.rpartition("/")[2]) == name:
            return one
    held = ", ".join(one.name for one in files[:10]) or "none"
    raise UnavailableError(f"{where} holds no file {name}", f"its files are {held}", "Check the address")


def _notes(document: Mapping[str, Any], where: str) -> tuple[str, ...]:
    versions = document.get("versions")
    if isinstance(versions, dict) and versions.get("is_latest") is False:
        return (f"there is a newer version of {where}",)
    return ()


def _restricted(page: RecordPage) -> UnavailableError:
    return UnavailableError(
        f"the files of {shown(page.site)}/records/{page.id} are restricted",
        "the archive gives them to nobody without permission",
        "Ask for access on the record's page, download the bundle there, and name the file",
    )
