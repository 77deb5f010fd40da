"""A stand-in for an archive that runs InvenioRDM, with as much of its interface as is asked for here.

What it answers has the form that a genuine server gives (see `tests/genuine/test_inveniordm.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reprocrate.deposit.inveniordm.records import JSON, LISTING
from tests.deposit.server import Page, Site


def add_record(
    site: Site,
    identifier: str,
    files: Mapping[str, bytes],
    *,
    doi: str | None = None,
    restricted: bool = False,
    checksums: Mapping[str, str] | None = None,
    version: str = "",
    of: str | None = None,
    newest: str | None = None,
    token: str = "",
    draft: bool = False,
    members: Mapping[str, Mapping[str, bytes]] | None = None,
    older: bool = False,
) -> str:
    """Publish a record; the answer is the address of its page.

    Args:
        site: the server.
        identifier: of the record.
        files: by name.
        doi: its DOI, which the site resolves.
        restricted: whether nobody gets its files without `token`.
        checksums: what is stated, where that is wrong.
        version: its version.
        of: the DOI of all versions, which the site resolves to this one.
        newest: the identifier of a newer version.
        token: of the link that opens it.
        draft: whether it is not published, and only the link opens it.
        members: what the archive gives out of its ZIP files, by their names.
        older: whether the record does not hold its list of files, as with earlier versions of the software.
    """
    page, api = f"{site.url}/records/{identifier}", f"/api/records/{identifier}{'/draft' if draft else ''}"
    entries = [
        {
            "key": name,
            "size": len(data),
            "checksum": (checksums or {}).get(name, f"md5:{hashlib.md5(data).hexdigest()}"),
            "mimetype": "application/zip" if name.endswith(".zip") else "application/octet-stream",
            "links": {"content": f"https://elsewhere.example/{name}"}
            | ({"container": f"https://elsewhere.example/{name}"} if name in (members or {}) else {}),
        }
        for name, data in files.items()
    ]
    known = {"enabled": bool(files), "count": len(files), "entries": {one["key"]: one for one in entries}}
    record: dict[str, Any] = {
        "id": identifier,
        "pids": {"doi": {"identifier": doi}} if doi else {},
        "parent": {"id": "parent", "pids": {"doi": {"identifier": of}} if of else {}},
        "metadata": {"version": version} if version else {},
        "access": {"record": "public", "files": "restricted" if restricted else "public"},
        "files": {"enabled": bool(files)} if older else known,
        "versions": {"index": 1, "is_latest": newest is None},
        "links": {"self_html": page},
    }
    hidden = record | {"files": {"enabled": True}}
    listing = {"enabled": True, "entries": entries}

    def put(path: str, found: Page, without: Page = FORBIDDEN) -> None:
        secret = restricted or draft
        site.pages[path] = without if secret else found
        if token:
            site.pages[f"{path}?token={token}"] = found

    put(api, _json(record, JSON), FORBIDDEN if draft else _json(hidden, JSON))
    put(f"{api}/files", _json(listing, LISTING))
    for name, data in files.items():
        place = f"{api}/files/{quote(name)}"
        put(f"{place}/content", Page(data, accept="*/*"))
        for member, content in (members or {}).get(name, {}).items():
            put(f"{place}/container/{member}", Page(content, accept="*/*"))
    site.pages[f"/records/{identifier}"] = html("<title>A record</title>")
    if newest:
        place = f"/api/records/{newest}"
        site.pages[f"{api}/versions/latest"] = Page(status=301, headers={"Location": place})
    for each in filter(None, (doi, of)):
        site.pages[f"/{quote(each)}"] = Page(status=302, headers={"Location": page})
    return page


def delete_record(site: Site, identifier: str, note: str) -> None:
    """Take a record away; a tombstone stays."""
    left = {
        "removal_reason": {"id": "retracted"},
        "note": note,
        "citation_text": "Example (2026). Rings.",
        "is_visible": True,
    }
    gone = {"status": 410, "message": "Record deleted", "tombstone": left}
    site.pages[f"/api/records/{identifier}"] = Page(json.dumps(gone).encode(), 410)
    site.pages[f"/records/{identifier}"] = Page(b"<!DOCTYPE html>Gone", 410, {"Content-Type": "text/html"})


FORBIDDEN = Page(b'{"status": 403, "message": "Permission denied."}', 403)


def _json(document: Any, accept: str) -> Page:
    return Page(json.dumps(document).encode(), accept=accept, headers={"Content-Type": accept})


def html(text: str, **headers: str) -> Page:
    """A web page."""
    return Page(
        f"<!DOCTYPE html>{text}".encode(),
        headers={"Content-Type": "text/html; charset=utf-8", **headers},
        ranges=False,
    )
