"""A bundle that lies at a genuine InvenioRDM is found and imported.

The server is started apart, and named by two variables: `REPROCRATE_INVENIORDM` is its address, such as
http://127.0.0.1:5055, and `REPROCRATE_INVENIORDM_TOKEN` a file with the token of a user who may publish.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from reprocrate.bundle.volumes import split_bundle
from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.downloading import download, small_file
from reprocrate.deposit.invenio import JSON
from reprocrate.deposit.ranged import NoRangesError, RangedFile
from reprocrate.deposit.references import Reference
from reprocrate.deposit.remote_volumes import bring_volumes
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import RESOLVER, resolve
from reprocrate.errors import UnavailableError
from tests.deposit.server import Page, Site, serving

SERVER = os.environ.get("REPROCRATE_INVENIORDM", "")
TOKEN = os.environ.get("REPROCRATE_INVENIORDM_TOKEN", "")

pytestmark = [
    pytest.mark.genuine,
    pytest.mark.skipif(not (SERVER and TOKEN), reason="no InvenioRDM is named by REPROCRATE_INVENIORDM"),
]

BODY = bytes(range(256)) * 3000
FILES = {"two rings.crate.zip": BODY, "reprocrate.json": b"{}"}


def call(method: str, path: str, **more: Any) -> dict[str, Any]:
    """What the server answers to its user."""
    headers = {"Accept": JSON, "Authorization": f"Bearer {Path(TOKEN).read_text().strip()}"}
    headers |= more.pop("headers", {})
    answer = requests.request(method, f"{SERVER}/api{path}", timeout=60, headers=headers, **more)
    assert answer.ok, answer.text
    return dict(answer.json())


def drafted(files: dict[str, bytes], *, restricted: bool = False, of: str = "", version: str = "") -> str:
    """A draft with these files: of a new record, or of a new version."""
    person = {"type": "personal", "family_name": "Example", "given_name": "Ada"}
    metadata = {
        "title": "Two rings",
        "publication_date": "2026-11-26",
        "resource_type": {"id": "dataset"},
        "creators": [{"person_or_org": person}],
        "publisher": "Zenodo",
        "version": version,
    }
    access = {"record": "public", "files": "restricted" if restricted else "public"}
    about = {"metadata": metadata, "access": access, "files": {"enabled": True}}
    if of:
        draft = call("POST", f"/records/{of}/versions")
        call("PUT", f"/records/{draft['id']}/draft", json=about)
    else:
        draft = call("POST", "/records", json=about)
    place = f"/records/{draft['id']}/draft"
    call("POST", f"{place}/pids/doi")
    call("POST", f"{place}/files", json=[{"key": name} for name in files])
    for name, data in files.items():
        sent = {"Content-Type": "application/octet-stream"}
        call("PUT", f"{place}/files/{quote(name)}/content", data=data, headers=sent)
        call("POST", f"{place}/files/{quote(name)}/commit")
    return str(draft["id"])


def published(files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    """A record with these files."""
    return call("POST", f"/records/{drafted(files, **more)}/draft/actions/publish")


def link_to(identifier: str, permission: str) -> str:
    """The key of a link to a record or draft."""
    return str(call("POST", f"/records/{identifier}/access/links", json={"permission": permission})["token"])


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """A published record with a bundle."""
    return published(FILES)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A DOI resolver."""
    with serving() as running:
        monkeypatch.setenv(RESOLVER, running.url)
        yield running


@pytest.fixture
def client(resolver: Site) -> Client:
    """Asks both."""
    return Client(Reach.of([urlsplit(SERVER).netloc, resolver.host]))


def test_its_doi_and_its_page_lead_to_the_bundle(
    record: dict[str, Any], resolver: Site, client: Client, tmp_path: Path
) -> None:
    doi = record["pids"]["doi"]["identifier"]
    page = f"{SERVER}/records/{record['id']}"
    resolver.pages[f"/{doi}"] = Page(status=302, headers={"Location": page})
    for reference in (Reference(doi, doi), Reference(page), Reference(f"{page}/files/two%20rings.crate.zip")):
        found = resolve(reference, client)
        assert (found.name, found.size, found.notes) == ("two rings.crate.zip", len(BODY), ())
        assert found.md5 == hashlib.md5(BODY).hexdigest()
    download(found.url, tmp_path / "b", reach=client.reach, size=found.size, md5=found.md5, client=client)
    assert (tmp_path / "b").read_bytes() == BODY


def test_files_on_its_own_disk_cannot_be_read_in_parts(record: dict[str, Any], client: Client) -> None:
    found = resolve(Reference(f"{SERVER}/records/{record['id']}"), client)
    with pytest.raises(NoRangesError) as caught:
        RangedFile(found.url, client, found.size)
    assert caught.value.size == len(BODY)


def test_a_restricted_record_is_told(client: Client) -> None:
    hidden = published(FILES, restricted=True)
    with pytest.raises(UnavailableError, match="are restricted"):
        resolve(Reference(f"{SERVER}/records/{hidden['id']}"), client)


def test_a_record_that_is_none_is_told(client: Client) -> None:
    with pytest.raises(UnavailableError, match=r"it answers 404"):
        resolve(Reference(f"{SERVER}/records/zzzzz-zzz99"), client)


def test_of_versions_the_newest_is_found_and_said(resolver: Site, client: Client) -> None:
    first = published(FILES, version="1.0")
    second = published({**FILES, "b.crate.zip": BODY}, of=first["id"], version="2.0")
    newest = f"2.0, {second['pids']['doi']['identifier']}"
    of_all = second["parent"]["pids"]["doi"]["identifier"]
    host = urlsplit(SERVER).netloc
    resolver.pages[f"/{of_all}"] = Page(
        status=302, headers={"Location": f"{SERVER}/records/{second['id']}/files/b.crate.zip"}
    )
    found = resolve(Reference(of_all, of_all), client)
    assert found.notes == (f"{of_all} stands for all versions; the newest is {newest}",)
    found = resolve(Reference(f"{SERVER}/records/{first['parent']['id']}/files/b.crate.zip"), client)
    assert found.notes == (
        f"the record {first['parent']['id']} at {host} stands for all versions; the newest is {newest}",
    )
    found = resolve(Reference(f"{SERVER}/records/{first['id']}"), client)
    assert found.notes == (f"there is a newer version of the record {first['id']} at {host}: {newest}",)
    assert found.manifest is not None
    assert small_file(found.manifest, client, 100) == FILES["reprocrate.json"]


def test_a_link_for_reviewers_opens_a_draft_and_what_it_becomes(client: Client) -> None:
    draft = drafted(FILES, restricted=True)
    link = f"{SERVER}/records/{draft}?preview=1&token={link_to(draft, 'preview')}"
    found = resolve(Reference(link), client)
    assert found.notes[0].endswith("is not published: it may still change")
    assert small_file(found, client, 1 << 20) == BODY
    call("POST", f"/records/{draft}/draft/actions/publish")
    found = resolve(Reference(link), client)
    assert (found.notes, small_file(found, client, 1 << 20)) == ((), BODY)
    view = f"{SERVER}/records/{draft}?token={link_to(draft, 'view')}"
    assert small_file(resolve(Reference(view), client), client, 1 << 20) == BODY
    with pytest.raises(UnavailableError, match=r"the access link .* does not open it"):
        resolve(Reference(f"{SERVER}/records/{draft}?token=no.such.link"), client)


def test_it_gives_out_a_member_of_a_zip_file(client: Client) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("reprocrate.json", b"{}")
    record = published({"rings.crate.zip": content.getvalue()})
    found = resolve(Reference(f"{SERVER}/records/{record['id']}"), client)
    member = RemoteFile(found.member.replace("{}", "reprocrate.json"), "reprocrate.json")
    assert small_file(member, client, 100) == b"{}"


def test_volumes_are_brought_from_it_and_joined(client: Client, tmp_path: Path) -> None:
    bundle = tmp_path / "rings.crate.zip"
    bundle.write_bytes(BODY)
    split = split_bundle(bundle, 300_000)
    files = {split.list_name: split.list_bytes}
    for volume in split.volumes:
        with volume.open() as file:
            files[volume.name] = file.read()
    record = published(files)
    found = resolve(Reference(f"{SERVER}/records/{record['id']}"), client)
    assert (found.name, found.size, len(found.volumes)) == (bundle.name, len(BODY), 3)
    with bring_volumes(found, tmp_path / "x", client, lambda *_: None).open() as joined:
        assert joined.read() == BODY
