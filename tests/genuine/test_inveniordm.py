"""A bundle that lies at a genuine InvenioRDM is found and imported."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reprocrate.bundle.volumes import split_bundle
from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.downloading import download, small_file
from reprocrate.deposit.ranged import NoRangesError, RangedFile
from reprocrate.deposit.references import Reference
from reprocrate.deposit.remote_volumes import bring_volumes
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import RESOLVER, resolve
from reprocrate.errors import UnavailableError
from tests.deposit.server import Page, Site, serving
from tests.genuine.inveniordm.calling import METADATA, Caller
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive

BODY = bytes(range(256)) * 3000
FILES = {"two rings.crate.zip": BODY, "reprocrate.json": b"{}"}


class Depositor:
    """A user who may publish.

    Attributes:
        url: the server's address.
    """

    def __init__(self, server: Server) -> None:
        """Nothing is asked yet."""
        self.url = server.url
        self.call = Caller(server)

    @property
    def host(self) -> str:
        """Host and port of the server."""
        return urlsplit(self.url).netloc

    def draft(
        self, files: dict[str, bytes], *, restricted: bool = False, of: str = "", version: str = ""
    ) -> str:
        """A draft with these files: of a new record, or of a new version."""
        about: dict[str, Any] = {
            "metadata": {**METADATA, "version": version},
            "access": {"record": "public", "files": "restricted" if restricted else "public"},
        }
        if of:
            draft = f"/records/{self.call('POST', f'/records/{of}/versions', 201)['id']}/draft"
            self.call("PUT", draft, 200, json={**about, "files": {"enabled": True}})
        else:
            draft = self.call.draft(**about)
        self.call("POST", f"{draft}/pids/doi", 201)
        for name, data in files.items():
            self.call.upload(draft, name, data)
        return draft.split("/")[2]

    def published(self, files: dict[str, bytes], **more: Any) -> dict[str, Any]:
        """A record with these files."""
        return self.call.publish(f"/records/{self.draft(files, **more)}/draft")

    def link_to(self, identifier: str, permission: str) -> str:
        """The key of a link to a record or draft."""
        path = f"/records/{identifier}/access/links"
        return str(self.call("POST", path, 201, json={"permission": permission})["token"])


@pytest.fixture(scope="module")
def depositor(inveniordm: Server) -> Depositor:
    """Somebody who may publish."""
    return Depositor(inveniordm)


@pytest.fixture(scope="module")
def record(depositor: Depositor) -> dict[str, Any]:
    """A published record with a bundle."""
    return depositor.published(FILES)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A DOI resolver."""
    with serving() as running:
        monkeypatch.setenv(RESOLVER, running.url)
        yield running


@pytest.fixture
def client(resolver: Site, depositor: Depositor) -> Client:
    """Asks both."""
    return Client(Reach.of([depositor.host, resolver.host]))


def test_its_doi_and_its_page_lead_to_the_bundle(
    record: dict[str, Any], resolver: Site, client: Client, tmp_path: Path, depositor: Depositor
) -> None:
    doi = record["pids"]["doi"]["identifier"]
    page = f"{depositor.url}/records/{record['id']}"
    resolver.pages[f"/{doi}"] = Page(status=302, headers={"Location": page})
    for reference in (Reference(doi, doi), Reference(page), Reference(f"{page}/files/two%20rings.crate.zip")):
        found = resolve(reference, client)
        assert (found.name, found.size, found.notes) == ("two rings.crate.zip", len(BODY), ())
        assert found.md5 == hashlib.md5(BODY).hexdigest()
    download(found.url, tmp_path / "b", reach=client.reach, size=found.size, md5=found.md5, client=client)
    assert (tmp_path / "b").read_bytes() == BODY


def test_files_on_its_own_disk_cannot_be_read_in_parts(
    record: dict[str, Any], client: Client, depositor: Depositor
) -> None:
    found = resolve(Reference(f"{depositor.url}/records/{record['id']}"), client)
    with pytest.raises(NoRangesError) as caught:
        RangedFile(found.url, client, found.size)
    assert caught.value.size == len(BODY)


def test_a_restricted_record_is_told(client: Client, depositor: Depositor) -> None:
    hidden = depositor.published(FILES, restricted=True)
    with pytest.raises(UnavailableError, match="are restricted"):
        resolve(Reference(f"{depositor.url}/records/{hidden['id']}"), client)


def test_a_record_that_is_none_is_told(client: Client, depositor: Depositor) -> None:
    with pytest.raises(UnavailableError, match=r"it answers 404"):
        resolve(Reference(f"{depositor.url}/records/zzzzz-zzz99"), client)


def test_of_versions_the_newest_is_found_and_said(
    resolver: Site, client: Client, depositor: Depositor
) -> None:
    first = depositor.published(FILES, version="1.0")
    second = depositor.published({**FILES, "b.crate.zip": BODY}, of=first["id"], version="2.0")
    newest = f"2.0, {second['pids']['doi']['identifier']}"
    of_all = second["parent"]["pids"]["doi"]["identifier"]
    host = depositor.host
    resolver.pages[f"/{of_all}"] = Page(
        status=302, headers={"Location": f"{depositor.url}/records/{second['id']}/files/b.crate.zip"}
    )
    found = resolve(Reference(of_all, of_all), client)
    assert found.notes == (f"{of_all} stands for all versions; the newest is {newest}",)
    found = resolve(Reference(f"{depositor.url}/records/{first['parent']['id']}/files/b.crate.zip"), client)
    assert found.notes == (
        f"the record {first['parent']['id']} at {host} stands for all versions; the newest is {newest}",
    )
    found = resolve(Reference(f"{depositor.url}/records/{first['id']}"), client)
    assert found.notes == (f"there is a newer version of the record {first['id']} at {host}: {newest}",)
    assert found.manifest is not None
    assert small_file(found.manifest, client, 100) == FILES["reprocrate.json"]


def test_a_link_for_reviewers_opens_a_draft_and_what_it_becomes(client: Client, depositor: Depositor) -> None:
    draft = depositor.draft(FILES, restricted=True)
    link = f"{depositor.url}/records/{draft}?preview=1&token={depositor.link_to(draft, 'preview')}"
    found = resolve(Reference(link), client)
    assert found.notes[0].endswith("is not published: it may still change")
    assert small_file(found, client, 1 << 20) == BODY
    depositor.call.publish(f"/records/{draft}/draft")
    found = resolve(Reference(link), client)
    assert (found.notes, small_file(found, client, 1 << 20)) == ((), BODY)
    view = f"{depositor.url}/records/{draft}?token={depositor.link_to(draft, 'view')}"
    assert small_file(resolve(Reference(view), client), client, 1 << 20) == BODY
    with pytest.raises(UnavailableError, match=r"the access link .* does not open it"):
        resolve(Reference(f"{depositor.url}/records/{draft}?token=no.such.link"), client)


def test_it_gives_out_a_member_of_a_zip_file(client: Client, depositor: Depositor) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("reprocrate.json", b"{}")
    record = depositor.published({"rings.crate.zip": content.getvalue()})
    found = resolve(Reference(f"{depositor.url}/records/{record['id']}"), client)
    member = RemoteFile(found.member.replace("{}", "reprocrate.json"), "reprocrate.json")
    assert small_file(member, client, 100) == b"{}"


def test_volumes_are_brought_from_it_and_joined(client: Client, tmp_path: Path, depositor: Depositor) -> None:
    bundle = tmp_path / "rings.crate.zip"
    bundle.write_bytes(BODY)
    split = split_bundle(bundle, 300_000)
    files = {split.list_name: split.list_bytes}
    for volume in split.volumes:
        with volume.open() as file:
            files[volume.name] = file.read()
    record = depositor.published(files)
    found = resolve(Reference(f"{depositor.url}/records/{record['id']}"), client)
    assert (found.name, found.size, len(found.volumes)) == (bundle.name, len(BODY), 3)
    with bring_volumes(found, tmp_path / "x", client, lambda *_: None).open() as joined:
        assert joined.read() == BODY
