"""A bundle in volumes on the network: found, read in parts, brought and joined, and never twice."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.bundle.volume_list import VolumeList, volume_names
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.ranged import NoRangesError, open_volumes
from reprocrate.deposit.references import Reference
from reprocrate.deposit.remote_volumes import bring_volumes, list_of
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import resolve
from reprocrate.errors import IntegrityError, ReprocrateError, UnavailableError, UnreadableError
from tests.deposit.archive import add_record, html
from tests.deposit.server import Page, Site

NAME = "rings.crate.zip"
LIST = f"{NAME}.sha256"
BODY = random.Random(4).randbytes(1_000_000)
SIZE = 300_000


def volumes(**changed: str) -> dict[str, bytes]:
    """The files of a record with volumes."""
    parts = [BODY[start : start + SIZE] for start in range(0, len(BODY), SIZE)]
    files = dict(zip(volume_names(NAME, len(parts)), parts, strict=True))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} | changed
    whole = digests.pop("whole", hashlib.sha256(BODY).hexdigest())
    return {**files, LIST: VolumeList(NAME, whole, digests).to_bytes()}


@pytest.fixture
def found(site: Site, client: Client) -> RemoteFile:
    """The bundle of a record."""
    return resolve(Reference(add_record(site, "5", volumes())), client)


@pytest.fixture
def bring(client: Client, tmp_path: Path) -> Callable[[RemoteFile], bytes]:
    """Brings a bundle, and reads it."""

    def do(found: RemoteFile) -> bytes:
        with bring_volumes(found, tmp_path / "x.download", client, lambda *_: None).open() as file:
            return file.read()

    return do


def content(site: Site, name: str) -> str:
    return f"/api/records/5/files/{name}/content"


@pytest.mark.parametrize("named", ["", f"/files/{NAME}.002", f"/files/{LIST}?download=1"])
def test_volumes_of_a_record_are_its_bundle(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes], named: str
) -> None:
    page = add_record(site, "5", {**volumes(), "paper.pdf": b"%PDF"})
    found = resolve(Reference(page + named), client)
    assert (found.name, found.size, len(found.volumes)) == (NAME, len(BODY), 4)
    assert bring(found) == BODY


@pytest.mark.parametrize("last", [f"{NAME}.003", LIST])
def test_so_are_those_that_lie_anywhere(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes], last: str
) -> None:
    for name, data in volumes().items():
        site.pages[f"/a%20b/{name}"] = Page(data)
    found = resolve(Reference(f"{site.url}/a%20b/{last}?download=1"), client)
    assert (found.name, found.size, len(found.volumes)) == (NAME, None, 4)
    assert bring(found) == BODY


def test_so_are_those_that_a_page_names(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes]
) -> None:
    for name, data in volumes().items():
        site.pages[f"/f/{name}"] = Page(data)
    link = ", ".join(f'</f/{name}>; rel="item"' for name in reversed(volumes()))
    site.pages["/dataset/7"] = html("", Link=link)
    assert bring(resolve(Reference(f"{site.url}/dataset/7"), client)) == BODY


def test_they_are_one_file_for_who_needs_one(client: Client, found: RemoteFile, tmp_path: Path) -> None:
    brought = bring_volumes(found, tmp_path / "x", client, lambda *_: None)
    with brought.one_file(tmp_path / "x") as path:
        assert path.read_bytes() == BODY
    assert not path.exists()
    brought.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["zenodo.2024", "rings.zip.2024"])
def test_a_page_whose_name_ends_in_a_number_is_a_page(site: Site, client: Client, name: str) -> None:
    site.pages[f"/doi/10.5281/{name}"] = Page(BODY, headers={"Content-Type": "application/zip"})
    site.pages["/doi/10.5281/rings.zip.sha256"] = html("anything is answered here")
    address = f"{site.url}/doi/10.5281/{name}"
    assert resolve(Reference(address), client).url == address
    assert len(site.asked) == (1 if name.startswith("zenodo") else 2)


def test_a_list_without_volumes_is_no_bundle(site: Site, client: Client) -> None:
    site.pages[f"/a/{LIST}"] = Page(f"{'0' * 64}  {NAME}\n".encode(), headers={"Content-Type": "text/plain"})
    assert resolve(Reference(f"{site.url}/a/{LIST}"), client).volumes == ()
    site.pages["/a/x.001"] = Page(BODY, headers={"Content-Type": "application/zip"})
    assert resolve(Reference(f"{site.url}/a/x.001"), client).url == f"{site.url}/a/x.001"


def test_only_what_is_read_of_them_is_brought(site: Site, client: Client, found: RemoteFile) -> None:
    asked = len(site.asked)
    with open_volumes(found.volumes, client) as file:
        assert file.read(10) == BODY[:10]
        file.seek(-10, 2)
        assert file.read() == BODY[-10:]
        assert len(site.asked) - asked == 2
        assert file.brought < 500_000
        for start in (299_990, 0, 899_999, 599_000):
            file.seek(start)
            assert file.read(1500) == BODY[start : start + 1500]


def test_volumes_of_unknown_size_are_read_too(site: Site, client: Client) -> None:
    for name, data in volumes().items():
        site.pages[f"/a/{name}"] = Page(data)
    found = resolve(Reference(f"{site.url}/a/{LIST}"), client)
    asked = len(site.asked)
    with open_volumes(found.volumes, client) as file:
        assert len(site.asked) - asked == 2  # the first and the last: the others are as the first
        assert file.read() == BODY
    for name, data in volumes().items():
        site.pages[f"/a/{name}"] = Page(data, ranges=False)
    with pytest.raises(NoRangesError):
        open_volumes(found.volumes, client)


@pytest.mark.parametrize("name", [f"{NAME}.001", f"{NAME}.003", f"{NAME}.004"])
def test_what_broke_off_goes_on_and_nothing_arrives_twice(
    site: Site, client: Client, found: RemoteFile, bring: Callable[[RemoteFile], bytes], name: str
) -> None:
    data = volumes()[name]
    site.pages[content(site, name)] = Page(data, breaks_after=len(data) // 2, breaks=1)
    gone = Page(status=403)
    site.pages[content(site, f"{NAME}.004")] = site.pages[content(site, name)] if name[-1] == "4" else gone
    client.wait = lambda _seconds: (_ for _ in ()).throw(KeyboardInterrupt)  # killed where it broke off
    before = site.sent
    with pytest.raises((KeyboardInterrupt, UnavailableError)):
        bring(found)
    for each, content_of in volumes().items():
        site.pages[content(site, each)] = Page(content_of)
    assert bring(found) == BODY
    lists = 2 * len(volumes()[LIST])
    assert site.sent - before == len(BODY) + lists
    before = site.sent
    assert bring(found) == BODY
    assert site.sent - before == len(volumes()[LIST])


def test_a_volume_that_is_not_as_listed_is_refused_and_the_others_are_kept(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes], tmp_path: Path
) -> None:
    found = resolve(Reference(add_record(site, "5", volumes(**{f"{NAME}.002": "0" * 64}))), client)
    with pytest.raises(IntegrityError, match=rf"{NAME}\.002/content is not what was announced: its SHA256"):
        bring(found)
    assert sorted(path.name for path in tmp_path.glob("*.part")) == ["x.download.001.part"]


def test_a_volume_that_is_not_as_the_archive_states_is_refused(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes]
) -> None:
    page = add_record(site, "5", volumes(), checksums={f"{NAME}.003": f"md5:{'0' * 32}"})
    with pytest.raises(IntegrityError, match=r"zip\.003/content .* its MD5"):
        bring(resolve(Reference(page), client))
    add_record(site, "5", volumes())
    site.pages[content(site, f"{NAME}.003")] = Page(BODY[: SIZE - 1])
    with pytest.raises(IntegrityError, match=r"zip\.003/content .* 299,999 bytes, not 300,000"):
        bring(resolve(Reference(page), client))


def test_volumes_that_make_something_else_leave_nothing(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes], tmp_path: Path
) -> None:
    found = resolve(Reference(add_record(site, "5", volumes(whole="0" * 64))), client)
    with pytest.raises(IntegrityError, match="do not make what their list says"):
        bring(found)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [1, 3, 4])
def test_a_missing_volume_is_named_before_anything_is_brought(
    site: Site, client: Client, number: int, bring: Callable[[RemoteFile], bytes]
) -> None:
    files = volumes()
    del files[f"{NAME}.00{number}"]
    with pytest.raises(UnreadableError, match=rf"rings\.crate\.zip\.00{number} is missing"):
        bring(resolve(Reference(add_record(site, "5", files)), client))
    assert not any(path.endswith(f"00{number % 4 + 1}/content") for _, path, _ in site.asked)


def test_without_a_list_the_archive_alone_tells(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes]
) -> None:
    files = volumes()
    del files[LIST]
    found = resolve(Reference(add_record(site, "5", files)), client)
    assert list_of(found, client) is None
    assert bring(found) == BODY


def test_a_bundle_that_is_there_whole_comes_before_its_volumes(site: Site, client: Client) -> None:
    found = resolve(Reference(add_record(site, "5", {**volumes(), NAME: BODY})), client)
    assert (found.name, found.volumes) == (NAME, ())


def test_two_bundles_in_volumes_are_told_apart(site: Site, client: Client) -> None:
    other = {name.replace("rings", "discs"): data for name, data in volumes().items() if name != LIST}
    page = add_record(site, "5", {**volumes(), **other})
    with pytest.raises(UnavailableError, match="holds 2 files that may be the bundle") as caught:
        resolve(Reference(page), client)
    assert f"{page}/files/{LIST}" in str(caught.value)
    assert resolve(Reference(f"{page}/files/{LIST}"), client).name == NAME


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (f"{'0' * 64}  ../../{NAME}.001\n{'0' * 64}  {NAME}.001\n", "which is no volume"),
        (f"{'0' * 64}  {NAME}.001\n" * 100_000, "sends too much"),
        ("<!DOCTYPE html>", "line 1 is not"),
        ("", "names 0 volumes, and 4 are there"),
    ],
)
def test_a_hostile_list_is_refused(
    site: Site, client: Client, bring: Callable[[RemoteFile], bytes], listed: str, why: str, tmp_path: Path
) -> None:
    found = resolve(Reference(add_record(site, "5", {**volumes(), LIST: listed.encode()})), client)
    with pytest.raises(ReprocrateError, match=why):
        bring(found)
    assert list(tmp_path.iterdir()) == []
