"""A bundle that lies at a genuine InvenioRDM is found and imported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.downloading import download
from reprocrate.deposit.ranged import NoRangesError, RangedFile
from reprocrate.deposit.references import Reference
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import RESOLVER, resolve
from reprocrate.errors import UnavailableError
from tests.deposit.server import Page, Site, serving
from tests.genuine.inveniordm.calling import Caller
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive

BODY = bytes(range(256)) * 3000
FILES = {"two rings.crate.zip": BODY, "reprocrate.json": b"{}"}


def published(server: Server, files: dict[str, bytes], *, restricted: bool = False) -> dict[str, Any]:
    """A record with these files."""
    depositor = Caller(server)
    draft = depositor.draft(
        access={"record": "public", "files": "restricted" if restricted else "public"},
    )
    depositor("POST", f"{draft}/pids/doi", 201)
    for name, data in files.items():
        depositor.upload(draft, name, data)
    return depositor.publish(draft)


@pytest.fixture(scope="module")
def record(inveniordm: Server) -> dict[str, Any]:
    """A published record with a bundle."""
    return published(inveniordm, FILES)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A DOI resolver."""
    with serving() as running:
        monkeypatch.setenv(RESOLVER, running.url)
        yield running


@pytest.fixture
def client(resolver: Site, inveniordm: Server) -> Client:
    """Asks both."""
    return Client(Reach.of([urlsplit(inveniordm.url).netloc, resolver.host]))


def test_its_doi_and_its_page_lead_to_the_bundle(
    record: dict[str, Any], resolver: Site, client: Client, inveniordm: Server, tmp_path: Path
) -> None:
    doi = record["pids"]["doi"]["identifier"]
    page = f"{inveniordm.url}/records/{record['id']}"
    resolver.pages[f"/{doi}"] = Page(status=302, headers={"Location": page})
    for reference in (Reference(doi, doi), Reference(page), Reference(f"{page}/files/two%20rings.crate.zip")):
        found = resolve(reference, client)
        assert (found.name, found.size, found.notes) == ("two rings.crate.zip", len(BODY), ())
        assert found.md5 == hashlib.md5(BODY).hexdigest()
    download(found.url, tmp_path / "b", reach=client.reach, size=found.size, md5=found.md5, client=client)
    assert (tmp_path / "b").read_bytes() == BODY


def test_files_on_its_own_disk_cannot_be_read_in_parts(
    record: dict[str, Any], client: Client, inveniordm: Server
) -> None:
    found = resolve(Reference(f"{inveniordm.url}/records/{record['id']}"), client)
    with pytest.raises(NoRangesError) as caught:
        RangedFile(found.url, client, found.size)
    assert caught.value.size == len(BODY)


def test_a_restricted_record_is_told(client: Client, inveniordm: Server) -> None:
    hidden = published(inveniordm, FILES, restricted=True)
    with pytest.raises(UnavailableError, match="are restricted"):
        resolve(Reference(f"{inveniordm.url}/records/{hidden['id']}"), client)


def test_a_record_that_is_none_is_told(client: Client, inveniordm: Server) -> None:
    with pytest.raises(UnavailableError, match=r"it answers 404"):
        resolve(Reference(f"{inveniordm.url}/records/zzzzz-zzz99"), client)
