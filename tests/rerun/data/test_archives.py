"""Recorded files are taken out of a stranger's archive, and nothing else happens."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from reprocrate.errors import UnreadableError
from reprocrate.manifest import File
from reprocrate.rerun.data.archives import take_members
from reprocrate.rerun.work.materials import Material

WANTED = {"data/a.csv": b"1,2\n" * 40_000, "data/b.csv": b"3,4\n"}


def material(path: str, content: bytes) -> Material:
    sha256 = hashlib.sha256(content).hexdigest()
    return Material(File(path=path, size=len(content), sha256=sha256, in_bundle=False), path, None, "rings")


def taken(archive: Path, files: Mapping[str, bytes] = WANTED) -> tuple[dict[str, bytes], list[str]]:
    """What was taken out, and what was not there. The folder of the archive is as it was."""
    staging = archive.parent / "staging"
    staging.mkdir()
    before = sorted(path for path in archive.parent.rglob("*"))
    found: dict[str, bytes] = {}

    def keep(materials: Sequence[Material], place: Path) -> None:
        found.update({one.file.path: place.read_bytes() for one in materials})
        if len(found) % 2:
            place.unlink()  # it may be moved

    absent = take_members(archive, [material(path, text) for path, text in files.items()], keep, staging)
    assert sorted(path for path in archive.parent.rglob("*")) == before
    staging.rmdir()
    return found, [one.file.path for one in absent]


def zipped(path: Path, members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: Mapping[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


MAKERS: dict[str, Callable[[Path, Mapping[str, bytes]], Path]] = {
    "zip": zipped,
    "stored.zip": lambda path, members: zipped(path, members, zipfile.ZIP_STORED),
    "tar": tarred,
    "tar.gz": lambda path, members: tarred(path, members, "w:gz"),
    "tar.bz2": lambda path, members: tarred(path, members, "w:bz2"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_files_are_told_by_size_and_digest(tmp_path: Path, kind: str) -> None:
    members = {"x/other.csv": b"5,6\n", "x/renamed": WANTED["data/b.csv"], "x/a.csv": WANTED["data/a.csv"]}
    archive = MAKERS[kind](tmp_path / f"set.{kind}", members)
    assert taken(archive) == (WANTED, [])


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_not_in_it_is_named(tmp_path: Path, kind: str) -> None:
    archive = MAKERS[kind](tmp_path / f"set.{kind}", {"a.csv": WANTED["data/a.csv"], "b.csv": b"3,5\n"})
    found, absent = taken(archive)
    assert list(found) == ["data/a.csv"]
    assert absent == ["data/b.csv"]


def test_the_same_bytes_may_be_wanted_twice(tmp_path: Path) -> None:
    files = {"one": b"same", "two": b"same", "three": b"more"}
    archive = tarred(tmp_path / "set.tar", {"x": b"same", "y": b"more"})
    assert taken(archive, files) == (files, [])


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar here")
@pytest.mark.parametrize("form", ["gnu", "pax", "ustar"])
def test_archives_of_the_tar_program_are_read(tmp_path: Path, form: str) -> None:
    source = tmp_path / "source"
    for path, content in WANTED.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(content)
    (source / "link").symlink_to("data/a.csv")
    command = ["tar", f"--format={form}", "-czf", str(tmp_path / "set.tgz"), "-C", str(source), "."]
    subprocess.run(command, check=True)
    shutil.rmtree(source)
    assert taken(tmp_path / "set.tgz") == (WANTED, [])


# -- hostile archives --


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/../../evil", "con", "C:\\evil"])
def test_the_name_of_a_member_leads_nowhere(tmp_path: Path, kind: str, name: str) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    archive = MAKERS[kind](folder / f"set.{kind}", {name: b"evil", "b.csv": WANTED["data/b.csv"]})
    assert taken(archive)[0] == {"data/b.csv": WANTED["data/b.csv"]}
    assert not list(tmp_path.rglob("evil*"))


def test_links_and_devices_in_a_tar_file_are_passed_over(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(WANTED["data/b.csv"])
    path = tmp_path / "set" / "set.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w") as archive:
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)):
            info = tarfile.TarInfo(f"member {number}")
            info.type, info.linkname, info.size = kind, str(secret), 0
            archive.addfile(info)
    assert taken(path) == ({}, list(WANTED))


def test_links_in_a_zip_file_are_passed_over(tmp_path: Path) -> None:
    content = b"3,4\n"
    path = tmp_path / "set" / "set.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, content)
    assert taken(path) == ({}, list(WANTED))


@pytest.mark.parametrize("kind", ["gz", "bz2"])
def test_a_bomb_does_not_go_off(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reprocrate.rerun.data.archives.ANY_EXPANSION_BYTES", 1 << 20)
    path = tmp_path / f"set.tar.{kind}"
    with tarfile.open(path, f"w:{kind}") as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("zeros")
        info.size = 64 << 20
        archive.addfile(info, io.BytesIO(bytes(info.size)))
        archive.addfile(tarfile.TarInfo("behind"))
    assert path.stat().st_size * 500 < 64 << 20
    with pytest.raises(UnreadableError, match="500 times its own size"):
        taken(path)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_a_header_that_claims_to_be_huge_is_not_read_into_memory(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("long")
    info.type, info.size = kind, 8 << 30
    path = tmp_path / "set.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    with pytest.raises(UnreadableError, match="larger than any honest one"):
        taken(path)


def test_a_member_of_less_than_no_bytes_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("negative")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 8 + (-512 & 0xFFFFFFFF).to_bytes(4, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "set.tar"
    path.write_bytes(bytes(header) + bytes(4096))
    with pytest.raises(UnreadableError):
        taken(path)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.97])
def test_an_archive_that_is_cut_off_is_told(tmp_path: Path, kind: str, kept: float) -> None:
    members = {"noise": os.urandom(50_000), **WANTED, "more noise": os.urandom(50_000)}
    archive = MAKERS[kind](tmp_path / f"set.{kind}", members)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(kept * len(data))])
    (tmp_path / "staging").mkdir()
    found: list[Material] = []
    wanted = [material(path, content) for path, content in [*WANTED.items(), ("none", b"not there")]]
    try:
        absent = take_members(archive, wanted, lambda ones, _: found.extend(ones), tmp_path / "staging")
    except UnreadableError:
        pass
    else:
        assert absent
    assert not list((tmp_path / "staging").iterdir())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><title>Landing page</title>", "a web page"),
        (b"", "neither"),
        (b"\x1f\x8b" + bytes(100), "damaged"),
        (b"PK\3\4" + bytes(100), ""),
    ],
)
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        taken(path)
    assert said in str(caught.value)
