"""What a reader gets from an archive: the loose manifest, volumes, links for reviewers, and what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reprocrate.bundle.volumes import split_bundle
from reprocrate.deposit.resolving import RESOLVER
from tests.cli.conftest import Author, Cli, Said
from tests.deposit.archive import add_record, delete_record, html
from tests.deposit.server import Page, Site, serving
from tests.deposit.sparse import sparse_zip

DOI = "10.5281/zenodo.123"
ALL = "10.5281/zenodo.100"
NAME = "threshold.crate.zip"
KEY = "J1c2Vy-key_of_the_link"
TOKEN = f"eyJhbGciOi.{KEY}"
GIB = 1 << 30


@pytest.fixture
def site() -> Iterator[Site]:
    """An archive, which is also the DOI resolver."""
    with serving() as running:
        yield running


@pytest.fixture
def reader(cli: Cli, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """What a reader of that archive does, in an empty folder."""
    monkeypatch.setitem(cli.environ, RESOLVER, site.url)  # type: ignore[arg-type]
    folder = tmp_path / "empty"
    folder.mkdir()

    def do(*arguments: object, code: int = 0) -> Said:
        return cli.here(folder, *arguments, "--allow-address", site.host, code=code)

    return do


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """That folder."""
    return tmp_path / "empty"


@pytest.fixture
def whole(recorded_once: Path) -> bytes:
    """The bundle."""
    return (recorded_once / NAME).read_bytes()


@pytest.fixture
def manifest(recorded_once: Path) -> bytes:
    """Its manifest."""
    with zipfile.ZipFile(recorded_once / NAME) as archive:
        return archive.read("reprocrate.json")


@pytest.fixture
def volumes(recorded_once: Path) -> dict[str, bytes]:
    """The bundle in volumes, with their list."""
    size = (recorded_once / NAME).stat().st_size
    split = split_bundle(recorded_once / NAME, size // 4 + 1)
    found = {split.list_name: split.list_bytes}
    for one in split.volumes:
        with one.open() as file:
            found[one.name] = file.read()
    return found


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_pack_writes_volumes_that_common_tools_join(recorded: Author, tmp_path: Path) -> None:
    target = tmp_path / "out" / NAME
    target.parent.mkdir()
    said = recorded("pack", "--offline", "-o", target, "--volume-size", "9kB", "--json")
    made = json.loads(said.out)
    names = [Path(each).name for each in made["volumes"]]
    assert names[:2] == [f"{NAME}.001", f"{NAME}.002"]
    assert names[-1] == f"{NAME}.sha256"
    data = target.read_bytes()
    target.unlink()
    script = f"sha256sum -c --quiet --ignore-missing {NAME}.sha256 && cat {NAME}.[0-9]* > {NAME}"
    subprocess.run(script, shell=True, cwd=target.parent, check=True)
    subprocess.run(["sha256sum", "-c", "--quiet", f"{NAME}.sha256"], cwd=target.parent, check=True)
    assert target.read_bytes() == data
    again = recorded("pack", "--offline", "-o", target, "--volume-size", "1GB")
    assert "is no larger than one volume" in again.err
    assert [path.name for path in target.parent.iterdir()] == [NAME]
    assert (
        "a folder has no volumes" in recorded("pack", "--format", "dir", "--volume-size", "1MB", code=2).err
    )
    assert "0 makes no volumes" in recorded("pack", "--volume-size", "0", code=2).err
    assert "is no size" in recorded("pack", "--volume-size", "many", code=2).err


def test_volumes_are_named_by_any_of_them(cli: Cli, volumes: dict[str, bytes], tmp_path: Path) -> None:
    put(tmp_path, volumes)
    for what in (f"{NAME}.001", f"{NAME}.003", f"{NAME}.sha256"):
        assert "threshold" in cli.here(tmp_path, "show", what).out
    assert cli.here(tmp_path, "validate", what, "--json").document("report")["valid"]
    assert cli.here(tmp_path, "plan", f"{NAME}.001", "--json").document("plan")
    cli.here(tmp_path, "import", f"{NAME}.002")
    assert (tmp_path / "threshold/train.py").is_file()
    assert json.loads((tmp_path / "threshold/.reprocrate/imported.json").read_text())["bundle"] == NAME
    assert (
        "a signature is of the bundle as one file"
        in cli.here(
            tmp_path, "import", f"{NAME}.001", "x", "--signature", "s", "--public-key", "k", code=2
        ).err
    )


def test_a_folder_of_volumes_is_imported_and_rerun(
    cli: Cli, rerun: Callable[..., Said], volumes: dict[str, bytes], tmp_path: Path
) -> None:
    put(tmp_path, volumes)
    said = rerun(tmp_path, ".", "--depth", "logs", "--json")
    assert said.document("verdict")
    assert (tmp_path / "threshold/train.py").is_file()
    assert "going on in threshold" in rerun(tmp_path, f"{NAME}.002", "--depth", "logs").err


def test_what_is_wrong_with_volumes_is_told_in_a_line(
    cli: Cli, volumes: dict[str, bytes], tmp_path: Path
) -> None:
    put(tmp_path, volumes)
    second = tmp_path / f"{NAME}.002"
    data = second.read_bytes()
    second.unlink()
    for command in ("show", "validate", "plan", "import", "rerun"):
        complaint = cli.complaint(tmp_path, command, f"{NAME}.001", code=3)
        assert complaint.startswith(f"{NAME} is not complete: {NAME}.002 is missing: it is in 4 volumes")
    second.write_bytes(data[:-1])
    assert f"{NAME}.002 has" in cli.complaint(tmp_path, "show", f"{NAME}.001", code=1)
    second.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    for command in ("validate", "import"):
        complaint = cli.complaint(tmp_path, command, f"{NAME}.001", code=1)
        assert f"{NAME}.002 is not a volume of {NAME} as it was published" in complaint
    second.write_bytes(data)
    (tmp_path / f"{NAME}.sha256").write_text(f"{'0' * 64}  ../{NAME}.001\n{'0' * 64}  {NAME}.001\n")
    assert "is no volume of" in cli.complaint(tmp_path, "import", f"{NAME}.001", code=3)
    assert not (tmp_path / "threshold").exists()


def test_volumes_of_a_record_are_imported_and_nothing_is_brought_twice(
    reader: Callable[..., Said], site: Site, volumes: dict[str, bytes], empty: Path
) -> None:
    add_record(site, "5", volumes, doi=DOI)
    place = f"/api/records/5/files/{NAME}.003/content"
    site.pages[place] = Page(status=403)
    assert "without permission" in reader("import", DOI, code=3).err
    kept = sum(path.stat().st_size for path in empty.glob("*.part"))
    assert kept == len(volumes[f"{NAME}.001"]) + len(volumes[f"{NAME}.002"])
    site.pages[place] = Page(volumes[f"{NAME}.003"])
    before = site.sent
    said = reader("import", DOI)
    assert f"leads to {NAME} in 4 volumes" in said.err
    sizes = {name: len(data) for name, data in volumes.items()}
    about = site.sent - before - (sum(sizes.values()) - kept)
    assert 0 <= about < 6000  # the record itself
    assert [path.name for path in empty.iterdir()] == ["threshold"]
    source = json.loads((empty / "threshold/.reprocrate/imported.json").read_text())["source"]
    assert [len(each) for each in source["volumes"]] == [32] * 4


def test_a_rerun_of_a_record_brings_its_bundle_once_though_no_parts_are_given_out(
    rerun: Callable[..., Said], reader: Callable[..., Said], site: Site, whole: bytes, empty: Path
) -> None:
    page = add_record(site, "5", {NAME: whole})
    place = f"/api/records/5/files/{NAME}/content"
    site.pages[place] = Page(whole, ranges=False)
    arguments = (page, "--depth", "logs", "--allow-address", site.host)
    said = rerun(empty, *arguments)
    assert said.err.count("leads to") == 1
    assert "going on in threshold" in rerun(empty, *arguments).err
    assert [path for _, path, _ in site.asked].count(place) == 1
    add_record(site, "5", {NAME: whole}, checksums={NAME: f"md5:{'0' * 32}"})
    site.pages[place] = Page(whole, ranges=False)
    assert "its MD5 is" in rerun(empty, *arguments, code=1).err


def test_volumes_of_a_record_are_shown_planned_and_judged_where_they_are(
    reader: Callable[..., Said], site: Site, volumes: dict[str, bytes], whole: bytes, empty: Path
) -> None:
    page = add_record(site, "5", volumes)
    assert "threshold" in reader("show", page).out
    assert reader("plan", page, "--json").document("plan")["download_bytes"] == len(whole)
    assert reader("validate", page, "--json").document("report")["valid"]
    reader("import", page, "part", "--claim", "claim-1")
    assert [path.name for path in empty.iterdir()] == ["part"]
    for name, data in volumes.items():
        site.pages[f"/api/records/5/files/{name}/content"] = Page(data, ranges=False)
    assert "gives out whole files only" in reader("show", page).err


@pytest.mark.parametrize("command", ["show", "plan"])
def test_the_loose_manifest_is_read_in_place_of_the_bundle(
    reader: Callable[..., Said], site: Site, whole: bytes, manifest: bytes, command: str
) -> None:
    add_record(site, "5", {NAME: whole, "reprocrate.json": manifest}, doi=DOI)
    said = reader(command, DOI)
    assert f"read the copy of reprocrate.json beside {NAME}; `import` compares it with the bundle" in said.err
    assert not any(NAME in path for _, path, _ in site.asked)
    assert len(site.asked) == 3


def test_import_compares_the_loose_manifest_with_the_bundle(
    reader: Callable[..., Said], site: Site, whole: bytes, manifest: bytes, empty: Path
) -> None:
    page = add_record(site, "5", {NAME: whole, "reprocrate.json": manifest}, doi=DOI)
    reader("import", DOI)
    shutil.rmtree(empty / "threshold")
    add_record(site, "5", {NAME: whole, "reprocrate.json": manifest.replace(b"0.9", b"1.9", 1)}, doi=DOI)
    for more in ((), ("--claim", "claim-1")):
        said = reader("import", DOI, *more, code=1)
        assert f"the reprocrate.json beside {NAME} is not the one in it" in said.err
        assert f"{page}/files/{NAME}" in said.err
        assert list(empty.iterdir()) == []
    reader("import", f"{page}/files/{NAME}")


def test_a_bundle_of_any_size_is_shown_with_six_requests_and_a_megabyte(
    reader: Callable[..., Said], site: Site, manifest: bytes, tmp_path: Path
) -> None:
    body = sparse_zip(tmp_path / "large.zip", manifest, 9 * GIB, 6000)
    assert len(body) > 9 * GIB
    add_record(site, "5", {NAME: b""}, doi=DOI)
    record = json.loads(site.pages["/api/records/5"].body)  # type: ignore[union-attr]
    record["files"]["entries"][NAME] |= {"size": len(body), "checksum": "md5:" + "0" * 32}
    site.pages["/api/records/5"] = Page(json.dumps(record).encode())
    site.pages[f"/api/records/5/files/{NAME}/content"] = Page(body, etag='"1"')  # type: ignore[arg-type]
    # as at Zenodo, whose DOIs lead to an address that leads to the record
    site.pages[f"/{DOI}"] = Page(status=302, headers={"Location": f"{site.url}/doi/{DOI}"})
    site.pages[f"/doi/{DOI}"] = Page(status=302, headers={"Location": "/records/5"})
    assert "threshold" in reader("show", DOI).out
    assert len(site.asked) <= 6
    assert site.sent <= 1_000_000


def test_an_archive_that_gives_out_no_parts_may_give_out_the_manifest(
    reader: Callable[..., Said], site: Site, whole: bytes, manifest: bytes
) -> None:
    page = add_record(site, "5", {NAME: whole}, members={NAME: {"reprocrate.json": manifest}})
    place = f"/api/records/5/files/{NAME}/content"
    site.pages[place] = Page(whole, ranges=False)
    said = reader("show", page)
    assert f"read reprocrate.json in {NAME}, as its archive gives it out" in said.err
    assert len(site.asked) == 3
    del site.pages[f"/api/records/5/files/{NAME}/container/reprocrate.json"]
    assert "gives out whole files only" in reader("show", page).err


def test_which_version_it_is_is_said(reader: Callable[..., Said], site: Site, whole: bytes) -> None:
    add_record(site, "122", {NAME: whole}, doi="10.5281/zenodo.122", version="1.1", of=ALL, newest="123")
    add_record(site, "123", {NAME: whole}, doi=DOI, version="1.2", of=ALL)
    said = reader("show", f"doi:{ALL}")
    assert f"{ALL} stands for all versions; the newest is 1.2, {DOI}" in said.err
    assert (
        f"there is a newer version of the record 122 at {site.host}: 1.2, {DOI}"
        in reader("plan", "10.5281/zenodo.122").err
    )


def test_a_reviewer_with_a_link_shows_imports_and_reruns(
    cli: Cli, reader: Callable[..., Said], rerun: Callable[..., Said], site: Site, whole: bytes, empty: Path
) -> None:
    page = add_record(site, "5", {NAME: whole}, draft=True, token=TOKEN)
    link = f"{page}?preview=1&token={TOKEN}"
    said = [
        reader("show", link),
        reader("validate", link),
        reader("import", link),
        rerun(empty, link, "--depth", "logs", "--allow-address", site.host),
        reader("show", f"{page}?preview=1&token=wrong-{TOKEN}", code=3),
    ]
    assert "is not published: it may still change" in said[0].err
    assert "the access link of the draft 5" in said[-1].err
    assert all(KEY not in one.out + one.err for one in said)
    kept = b"".join(path.read_bytes() for path in empty.rglob("*") if path.is_file())
    assert KEY.encode() not in kept


def test_what_an_archive_cannot_give_is_told_in_a_line(
    cli: Cli, reader: Callable[..., Said], site: Site, whole: bytes, manifest: bytes, empty: Path
) -> None:
    add_record(site, "1", {"paper.pdf": b"%PDF"}, doi="10.5281/zenodo.1")
    add_record(site, "2", {NAME: whole}, doi="10.5281/zenodo.2", restricted=True)
    add_record(site, "3", {NAME: whole}, doi="10.5281/zenodo.3")
    delete_record(site, "3", "A mistake.")
    add_record(site, "4", {NAME: whole})
    site.pages[f"/api/records/4/files/{NAME}/content"] = html("Sign in")
    add_record(site, "6", {NAME: whole})
    away = Page(status=302, headers={"Location": "https://10.0.0.1/x"})
    site.pages[f"/api/records/6/files/{NAME}/content"] = away
    add_record(site, "7", {NAME: whole, "reprocrate.json": b"<html>"})
    for what, commands, code, said in (
        (
            "10.5281/zenodo.1",
            ("show", "plan", "import", "rerun"),
            3,
            "holds no bundle: its files are paper.pdf",
        ),
        ("10.5281/zenodo.2", ("show", "import"), 3, "are restricted"),
        ("10.5281/zenodo.3", ("show", "import"), 3, "was deleted: retracted: A mistake"),
        (f"{site.url}/records/4", ("import",), 1, "is not what was announced"),
        (f"{site.url}/records/6", ("show", "import"), 3, "leads elsewhere, which is not followed"),
        (f"{site.url}/records/7", ("show", "plan"), 3, "reprocrate.json beside"),
        (f"{site.url}/records/8", ("show", "import"), 3, "it answers 404"),
    ):
        for command in commands:
            complaint = cli.complaint(empty, command, what, "--allow-address", site.host, code=code)
            assert said in complaint
    assert list(empty.iterdir()) == []
