"""From an address or a DOI to the file that is the bundle.

Asked in this order: the address itself, if it is a file, or what lies beside it, if it is a volume; an
archive that runs InvenioRDM, such as Zenodo; the links that a landing page gives by FAIR Signposting, in
header fields or else in its head; the addresses of content that DataCite's metadata of a DOI names. Nothing
is read out of the text of a web page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from reprocrate.deposit.addresses import shown
from reprocrate.deposit.candidates import MAYBE_TYPES, RemoteFile, bundle_among, file_name, name_in
from reprocrate.deposit.inveniordm.records import bundle_of_record, files_of_record
from reprocrate.deposit.landing_page import MOST_BYTES
from reprocrate.deposit.record_pages import record_page
from reprocrate.deposit.references import Reference
from reprocrate.deposit.remote_volumes import volumes_beside
from reprocrate.deposit.requesting import MOVED, Client
from reprocrate.deposit.signposting import items_in, items_of
from reprocrate.errors import UnavailableError

RESOLVER = "REPROCRATE_DOI_RESOLVER"
"""Variable that names another resolver than doi.org: an institution's, or that of an archive for trying out,
whose DOIs doi.org does not know (DataCite's is https://handle.test.datacite.org)."""

_RESOLVER = "https://doi.org"
_DATACITE = "application/vnd.datacite.datacite+json"
_FILES = (".zip", ".tar.zst", ".json")
_PAGES = ("text/html", "application/xhtml+xml")
_UNKNOWN = (404, 410)
_MOST_ASKED = 20
_PAGE_STATUS = (206, 401, 403, 404, 406, 410, 416)
_DISPOSITION = re.compile(r"""filename\*?\s*=\s*(?:[\w-]+'[\w-]*')?"?(?P<name>[^";]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Page:
    """What an address leads to, without its content."""

    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def resolve(reference: Reference, client: Client) -> RemoteFile:
    """The file that an address or DOI leads to.

    Raises:
        UnavailableError: it leads to none, or to several that may be meant; or somebody cannot be reached.
        UnreadableError: it leads to a bundle in volumes, of which some are missing.
    """
    if reference.doi is not None:
        return _of_doi(reference.doi, client)
    url = reference.text
    client.reach.require(url)
    if found := _of_record(url, client) or volumes_beside(url, client):
        return found
    path = urlsplit(url).path.lower()
    if path.endswith(_FILES):
        return RemoteFile(url, name_in(url))
    page = _look(url, client)
    if page.url != url and (found := _of_record(page.url, client)):
        return found
    if page.status not in (200, 206):
        with client.get(url):  # tells what is wrong
            pass
    if page.media_type not in _PAGES:
        return RemoteFile(url, _name_of(page), media_type=page.media_type)
    items = _items(page, client)
    if not items:
        raise UnavailableError(
            f"{shown(url)} is a web page, not a bundle",
            "it names no files in a form for programs (FAIR Signposting)",
            "Give the address of the file itself, as the download button has it",
        )
    return bundle_among(items, f"the page {shown(page.url)}")


def files_behind(reference: Reference, client: Client) -> list[RemoteFile]:
    """All files that a DOI or the address of a record leads to; empty if its archive does not list them.

    Raises:
        UnavailableError: somebody cannot be reached, or lets nobody have the files.
    """
    address = reference.text if reference.doi is None else _resolver_address(reference.doi)
    page = _look(address, client)
    record = record_page(page.url)
    files = files_of_record(record, client) if record else None
    if files is not None:
        return files
    if page.status in (200, 206) and page.media_type not in _PAGES:
        return [RemoteFile(page.url, _name_of(page), media_type=page.media_type)]
    named = [*_items(page, client), *(_of_datacite(address, client) if reference.doi else ())]
    return list({one.url: one for one in named}.values())


def _resolver_address(doi: str) -> str:
    resolver = os.environ.get(RESOLVER, "").rstrip("/") or _RESOLVER
    return f"{resolver}/{quote(doi, safe='/:;()._-')}"


def _of_doi(doi: str, client: Client) -> RemoteFile:
    address = _resolver_address(doi)
    page = _look(address, client, to_record=True)
    if page.status in MOVED:
        if found := _of_record(page.url, client, doi):
            return found
        page = _look(page.url, client)
    if page.status in _UNKNOWN and urlsplit(page.url).netloc == urlsplit(address).netloc:
        raise UnavailableError(
            f"the DOI {doi} is not known at {urlsplit(address).netloc}",
            "nothing is registered under it, or not yet",
            f"Check it; the DOI of an archive for trying out needs that archive's resolver ({RESOLVER})",
        )
    if found := _of_record(page.url, client, doi):
        return found
    if page.status in (200, 206) and page.media_type not in _PAGES:
        return RemoteFile(page.url, _name_of(page), media_type=page.media_type)
    files = [*_items(page, client), *_of_datacite(address, client)]
    where = f"what the DOI {doi} leads to ({shown(page.url)})"
    return bundle_among(list({one.url: one for one in files}.values()), where)


def _of_record(url: str, client: Client, doi: str = "") -> RemoteFile | None:
    page = record_page(url)
    return bundle_of_record(page, client, doi) if page else None


def _look(url: str, client: Client, *, to_record: bool = False) -> _Page:
    """Where an address leads and what it says there. A part is asked for, since it may be a large file.

    Args:
        url: the address.
        client: who asks.
        to_record: whether to stop before the page of a record, of which the interface tells more.
    """

    def enough(place: str) -> bool:
        return to_record and record_page(place) is not None

    with client.get(url, {"Range": "bytes=0-511"}, (*_PAGE_STATUS, *MOVED), enough) as answer:
        return _Page(answer.url, answer.status, answer.headers)


def _items(page: _Page, client: Client) -> list[RemoteFile]:
    """The files that a landing page names; those whose address does not tell their name are asked for it."""
    items = items_of(page.headers, page.url)
    if not items and page.status in (200, 206) and page.media_type in _PAGES:
        items = _in_the_head(page.url, client)
    unnamed = [one for one in items if one.media_type in MAYBE_TYPES and "." not in one.name]
    for one in unnamed[:_MOST_ASKED]:
        items[items.index(one)] = replace(one, name=_name_of(_look(one.url, client)))
    return items


def _in_the_head(url: str, client: Client) -> list[RemoteFile]:
    """The files that a page names in its HTML head; nothing if it cannot be read."""
    try:
        with client.get(url) as answer:
            return items_in(answer.beginning(MOST_BYTES), answer.url)
    except UnavailableError:
        return []  # it was there a moment ago: what it says of itself is an addition


def _of_datacite(address: str, client: Client) -> list[RemoteFile]:
    """The content that DataCite's metadata of a DOI names; nothing if there is none, or no such metadata.

    https://support.datacite.org/docs/datacite-content-resolver; `contentUrl` in its JSON.
    """
    try:
        with client.get(address, {"Accept": _DATACITE}) as answer:
            if "json" not in answer.headers.get("Content-Type", ""):
                return []
            document = answer.json()
    except UnavailableError:
        return []  # an addition, which not every registration agency offers
    found: Any = document.get("contentUrl") if isinstance(document, dict) else None
    urls = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [RemoteFile(url, name_in(url)) for url in urls if isinstance(url, str)][:_MOST_ASKED]


def _name_of(page: _Page) -> str:
    """What a file is called: as the server says (RFC 6266), or by its address."""
    match = _DISPOSITION.search(page.headers.get("Content-Disposition", ""))
    return file_name(unquote(match["name"])) if match else name_in(page.url)
