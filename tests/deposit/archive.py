"""A stand-in for an archive that runs InvenioRDM, with as much of its interface as is asked for here.

What it answers has the form that a genuine server gives (see `tests/genuine/test_inveniordm.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reprocrate.deposit.invenio import JSON, LISTING
from tests.deposit.server import Page, Site


def add_record(
    site: Site,
    identifier: str,
    files: Mapping[str, bytes],
    *,
    doi: str | None = None,
    restricted: bool = False,
    latest: bool = True,
    checksums: Mapping[str, str] | None = None,
) -> str:
    """Publish a record; the answer is the address of its page."""
    import json

    page = f"{site.url}/records/{identifier}"
    record: dict[str, Any] = {
        "id": identifier,
        "pids": {"doi": {"identifier": doi}} if doi else {},
        "access": {"record": "public", "files": "restricted" if restricted else "public"},
        "files": {"enabled": bool(files), "count": len(files)},
        "versions": {"index": 1, "is_latest": latest},
        "links": {"self_html": page},
    }
    entries = [
        {
            "key": name,
            "size": len(data),
            "checksum": (checksums or {}).get(name, f"md5:{hashlib.md5(data).hexdigest()}"),
            "mimetype": "application/zip" if name.endswith(".zip") else "application/octet-stream",
            "links": {"content": f"https://elsewhere.example/{name}"},
        }
        for name, data in files.items()
    ]
    api = f"/api/records/{identifier}"
    listing = {"enabled": True, "entries": entries}
    forbidden = Page(b'{"status": 403, "message": "Permission denied."}', 403)
    site.pages[api] = Page(json.dumps(record).encode(), accept=JSON, headers={"Content-Type": JSON})
    site.pages[f"{api}/files"] = (
        forbidden if restricted else Page(json.dumps(listing).encode(), accept=LISTING)
    )
    for name, data in files.items():
        site.pages[f"{api}/files/{quote(name)}/content"] = Page(data, accept="*/*")
    site.pages[f"/records/{identifier}"] = html("<title>A record</title>")
    if doi:
        site.pages[f"/{quote(doi)}"] = Page(status=302, headers={"Location": page})
    return page


def html(text: str, **headers: str) -> Page:
    """A web page."""
    return Page(
        f"<!DOCTYPE html>{text}".encode(),
        headers={"Content-Type": "text/html; charset=utf-8", **headers},
        ranges=False,
    )
