"""A bundle in volumes is what common tools join and check, and is read without joining it."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, Form, open_bundle, pack
from reprocrate.bundle.joined import JoinedFile, Piece
from reprocrate.bundle.volume_list import MOST_VOLUMES, VolumeList, parse_volume_list, volume_name
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.bundle.volumes import split_bundle, write_volumes
from reprocrate.errors import IntegrityError, UnavailableError, UnreadableError, UsageError

VOLUME_BYTES = 400_000
NAME = "rings.crate.zip"


@pytest.fixture(scope="session")
def volumes_once(tmp_path_factory: pytest.TempPathFactory, packed: Path) -> Path:
    """A folder with the volumes of the bundle, copied and never written to."""
    folder = tmp_path_factory.mktemp("volumes")
    bundle = Path(shutil.copy(packed, folder))
    write_volumes(split_bundle(bundle, VOLUME_BYTES))
    bundle.unlink()
    return folder


@pytest.fixture
def folder(volumes_once: Path, tmp_path: Path) -> Path:
    """A folder with volumes alone, of the test's own."""
    return Path(shutil.copytree(volumes_once, tmp_path / "volumes"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.requirement("RQ18")
def test_common_tools_join_and_check_them(folder: Path, packed: Path) -> None:
    check = ["sha256sum", "--strict", "-c", f"{NAME}.sha256"]
    before = subprocess.run([*check, "--ignore-missing"], cwd=folder, check=True, capture_output=True)
    assert before.stdout.count(b": OK\n") == len(names(folder)) - 1
    subprocess.run(f"cat {NAME}.[0-9]* > {NAME}", shell=True, cwd=folder, check=True)
    after = subprocess.run(check, cwd=folder, check=True, capture_output=True)
    assert f"{NAME}: OK\n".encode() in after.stdout
    assert (folder / NAME).read_bytes() == packed.read_bytes()


@pytest.mark.requirement("RQ18")
def test_they_are_consecutive_bytes_and_none_is_copied_to_say_so(packed: Path) -> None:
    data = packed.read_bytes()
    split = split_bundle(packed, VOLUME_BYTES)
    start = 0
    for number, volume in enumerate(split.volumes, 1):
        part = data[start : start + VOLUME_BYTES]
        assert (volume.name, volume.start, volume.size) == (f"{NAME}.{number:03}", start, len(part))
        assert volume.sha256 == sha256(part)
        with volume.open() as file:
            assert file.read() == part
            assert file.seek(-3, io.SEEK_END) == len(part) - 3
            assert file.read(10) == part[-3:]
        start += VOLUME_BYTES
    lines = split.list_bytes.decode().splitlines()
    assert lines[0] == f"{sha256(data)}  {NAME}"
    assert lines[1:] == [f"{one.sha256}  {one.name}" for one in split.volumes]
    assert names(packed.parent) == [NAME]


@pytest.mark.requirement("RQ19")
@pytest.mark.parametrize("what", [f"{NAME}.001", f"{NAME}.004", f"{NAME}.sha256", "."])
def test_any_of_them_is_the_bundle(
    folder: Path, tmp_path: Path, contents: dict[str, bytes], what: str
) -> None:
    with open_bundle(folder / what) as bundle:
        assert bundle.verify() == []
        bundle.extract(tmp_path / "out")
    found = {path: (tmp_path / "out" / path).read_bytes() for path in contents}
    assert found == contents
    assert all(name.startswith(f"{NAME}.") for name in names(folder))


def test_those_of_the_other_form_are_read_too(entries: list[Entry], tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    made = pack(entries, tmp_path / "x" / "rings.crate.tar.zst", form=Form.TAR_ZST)
    listed = write_volumes(split_bundle(made.path, 200_000))[-1]
    made.path.unlink()
    with open_bundle(listed) as bundle:
        assert bundle.verify() == []
        assert bundle.payload_digest() == made.payload_digest


@pytest.mark.requirement("RQ19")
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_missing_one_is_named(folder: Path, number: int) -> None:
    (folder / f"{NAME}.00{number}").unlink()
    for what in (f"{NAME}.00{3}", f"{NAME}.sha256"):
        with pytest.raises(UnreadableError, match=rf"{NAME} is not complete: {NAME}\.00{number} is missing"):
            open_bundle(folder / what)


def test_without_a_list_what_is_in_the_midst_is_missed_and_the_end_is_guessed(folder: Path) -> None:
    (folder / f"{NAME}.sha256").unlink()
    with open_bundle(folder / f"{NAME}.001") as bundle:
        assert bundle.verify() == []
    last = max(names(folder))
    (folder / last).unlink()
    with pytest.raises(UnreadableError, match="no list beside them says whether these are all"):
        open_bundle(folder / f"{NAME}.001")
    (folder / f"{NAME}.002").unlink()
    with pytest.raises(UnreadableError, match=r"rings\.crate\.zip\.002 is missing"):
        open_bundle(folder / f"{NAME}.001")


@pytest.mark.requirement("RQ19")
def test_one_of_another_size_or_content_is_named(folder: Path) -> None:
    second = folder / f"{NAME}.002"
    data = second.read_bytes()
    second.write_bytes(data[:-1])
    with pytest.raises(IntegrityError, match=rf"{NAME}\.002 has 399,999 bytes"):
        open_bundle(second)
    second.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    volumes = volumes_at(second)
    assert volumes is not None
    with pytest.raises(IntegrityError, match=rf"{NAME}\.002 is not a volume of {NAME} as it was published"):
        volumes.require_intact()
    last = max(path for path in folder.iterdir() if volume_name(path.name))
    last.write_bytes(b"x" * (VOLUME_BYTES + 1))
    with pytest.raises(IntegrityError, match="where the last volume has between 1"):
        volumes_at(second)


def test_a_list_of_another_whole_is_told(folder: Path) -> None:
    place = folder / f"{NAME}.sha256"
    lines = place.read_text().splitlines(keepends=True)
    place.write_text("".join([f"{'0' * 64}  {NAME}\n", *lines[1:]]))
    volumes = volumes_at(place)
    assert volumes is not None
    with pytest.raises(IntegrityError, match="do not make what their list says"):
        volumes.require_intact()


def test_they_are_joined_all_or_nothing(folder: Path, tmp_path: Path, packed: Path) -> None:
    volumes = volumes_at(folder)
    assert volumes is not None
    volumes.require_intact()
    assert (volumes.size, volumes.sha256()) == (packed.stat().st_size, sha256(packed.read_bytes()))
    volumes.join(tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == packed.read_bytes()
    (folder / f"{NAME}.003").unlink()
    with pytest.raises(UnavailableError, match=r"could not read .*zip\.003"):
        volumes.join(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_files_that_only_look_like_volumes_are_none(folder: Path, bundle: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    for name in ("results.2024", "study.001", "x.000", "y.zip.0"):
        shutil.copy(bundle, place / name)
        assert volumes_at(place / name) is None
        with open_bundle(place / name) as found:
            assert found.verify() == []
    (place / f"{NAME}.sha256").write_text(f"{'0' * 64}  {NAME}\n")
    assert volumes_at(place / f"{NAME}.sha256") is None
    assert volumes_at(place) is None
    assert volumes_at(tmp_path / "nothing.001") is None


def test_a_folder_with_data_in_volumes_is_no_bundle(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in folder.iterdir():
        text = path.read_bytes()
        named = path.name.replace(NAME, "data.zip")
        (data / named).write_bytes(text.replace(NAME.encode(), b"data.zip") if "sha" in named else text)
    assert volumes_at(data) is None
    assert volumes_at(data / "data.zip.001") is not None


def test_a_folder_with_a_manifest_is_no_folder_of_volumes(folder: Path) -> None:
    (folder / "reprocrate.json").write_bytes(b"{}")
    assert volumes_at(folder) is None


def test_volumes_of_an_earlier_bundle_go_and_others_stay(folder: Path, bundle: Path) -> None:
    shutil.copy(bundle, folder)
    written = write_volumes(split_bundle(folder / NAME, 1_500_000))
    assert [path.name for path in written] == [f"{NAME}.001", f"{NAME}.002", f"{NAME}.sha256"]
    assert names(folder) == [NAME, *(path.name for path in written)]
    (folder / f"{NAME}.003").write_bytes(b"somebody's")
    with pytest.raises(UsageError, match=r"rings\.crate\.zip\.003 is in the way"):
        write_volumes(split_bundle(folder / NAME, 500_000))
    assert (folder / f"{NAME}.003").read_bytes() == b"somebody's"
    assert (folder / f"{NAME}.sha256").exists()


def test_what_is_begun_is_told_and_done_again(bundle: Path) -> None:
    split = split_bundle(bundle, VOLUME_BYTES)
    data = bytearray(bundle.read_bytes())
    data[VOLUME_BYTES + 5] ^= 1
    bundle.write_bytes(data)
    with pytest.raises(IntegrityError, match="has changed while"):
        write_volumes(split)
    assert names(bundle.parent) == [NAME, f"{NAME}.001", f"{NAME}.sha256"]
    with pytest.raises(UnreadableError, match=rf"{NAME} is not complete: {NAME}\.002, {NAME}\.003"):
        open_bundle(bundle.with_name(f"{NAME}.001"))
    write_volumes(split_bundle(bundle, VOLUME_BYTES))  # what was begun is no obstacle
    assert volumes_at(bundle.with_name(f"{NAME}.001")) is not None


@pytest.mark.parametrize("size", [0, -1, 100])
def test_volumes_that_are_too_small_are_refused(packed: Path, size: int) -> None:
    with pytest.raises(UsageError, match="are too small"):
        split_bundle(packed, size)


def test_more_than_a_thousand_sort_as_their_numbers_do(tmp_path: Path) -> None:
    bundle = tmp_path / "x.crate.zip"
    bundle.write_bytes(os.urandom(1001))
    split = split_bundle(bundle, 1)
    found = [one.name for one in split.volumes]
    assert found == sorted(found)
    assert found[-1] == "x.crate.zip.1001"
    assert parse_volume_list(split.list_bytes, "x.crate.zip") == split.listed


DIGEST = "a" * 64


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{DIGEST}  x.001\n{DIGEST}  x.001\n", r"names x\.001 again"),
        (f"{DIGEST}  x\n{DIGEST}  x.001\n{DIGEST}  ../x.002\n", r"names \.\./x\.002, which is no volume"),
        (f"{DIGEST}  x\n{DIGEST}  x.001\n{DIGEST}  /etc/passwd\n", "names /etc/passwd"),
        (f"{DIGEST}  x\n{DIGEST}  x.001\n{DIGEST}  \x1b[2J\n", r"names .*\[2J"),
        (f"{DIGEST}  x\n{DIGEST}  x.001\n{DIGEST}  x.003\n", r"does not name x\.002"),
        (f"{DIGEST}  x\n{DIGEST}  x.002\n", r"does not name x\.001"),
        (f"{DIGEST}  x\n{DIGEST}  x.001\n{DIGEST}  x.0002\n", "does not name x.002"),
        (f"{DIGEST}  x.001\n", "does not name x, which"),
        (f"{DIGEST}  x\nnonsense\n", "line 2 is not"),
        (f"{DIGEST}  x\n{DIGEST} x.001\n", "line 2 is not"),
        (f"{DIGEST}  x\n" * 1_000_000, "more than 10,000 lines"),
        ("x" * (8 << 20), "more than 10,000 lines"),
        ("\udcff", "not UTF-8"),
    ],
)
def test_a_list_that_is_none_is_told(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why) as caught:
        parse_volume_list(text.encode(errors="surrogateescape"), "x")
    assert "\x1b" not in str(caught.value)


def test_a_list_is_read_as_sha256sum_reads_it() -> None:
    text = f"{DIGEST.upper()} *x\r\n{DIGEST}  x.002\r\n{DIGEST}  x.001\r\n"
    assert parse_volume_list(text.encode(), "x") == VolumeList(
        "x", DIGEST, {"x.001": DIGEST, "x.002": DIGEST}
    )
    assert parse_volume_list(f"{DIGEST}  x\n{DIGEST}  y.001\n".encode(), "x") is None
    assert MOST_VOLUMES == 9999


def test_pieces_are_one_file_wherever_it_is_read(tmp_path: Path) -> None:
    data = random.Random(5).randbytes(50_000)
    parts = [data[start : start + 777] for start in range(0, len(data), 777)]
    opened: list[int] = []

    def opener(number: int) -> Callable[[int], io.BytesIO]:
        def opens(_place: int) -> io.BytesIO:
            opened.append(number)
            return io.BytesIO(parts[number])

        return opens

    joined = JoinedFile([Piece(len(part), opener(number)) for number, part in enumerate(parts)])
    assert not opened
    numbers = random.Random(6)
    for _ in range(300):
        start, size = numbers.randrange(len(data)), numbers.choice([0, 1, 777, 5000])
        joined.seek(start)
        assert joined.read(size) == data[start : start + size]
    assert joined.seek(0, io.SEEK_END) == len(data)
    assert joined.read() == b""
    joined.seek(0)
    assert io.BufferedReader(joined).read() == data
    joined.close()
