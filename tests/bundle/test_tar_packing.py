"""Bundles as tar archives in Zstandard frames: what other programs make of them, and we of theirs."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reprocrate.bundle import Entry, Form, Tree, open_bundle, pack, tar_records, zstd_frames
from reprocrate.bundle.formats import add_bytes
from reprocrate.bundle.tar_writer import TarWriter
from reprocrate.errors import IntegrityError, UnavailableError, UnreadableError, UsageError

NOTHING = Entry("reprocrate.json", b"{}")
LONG = "/".join(["folder of 100 letters ".ljust(100, "x")] * 9)
TREE = Tree({"latest": "data", "far": f"{LONG}/{'n' * 40}", "übers": "Ünïcode"}, ("out/checkpoints", "tmp"))
NAMES = {
    "data/100% a#b.csv": b"1,2\n",
    "data/" + "n" * 255: b"the longest name",
    "data/" + "é" * 127: b"the longest name that is no ASCII",
    f"{LONG}/{'n' * 40}": b"a long path",
    "x" * 100: b"just fits",
    "y" * 101: b"just does not",
    f"{'p' * 150}/{'q' * 99}": b"fits in two parts",
    "empty.txt": b"",
    "block.bin": bytes(range(256)) * 2,
}

PACK_FROM_A_PROCESS = """
import sys
from pathlib import Path
from reprocrate.bundle import Entry, Form, pack
source, target = map(Path, sys.argv[1:])
files = sorted(path for path in source.rglob("*") if path.is_file())
entries = [Entry(path.relative_to(source).as_posix(), path) for path in files]
pack(entries, target, form=Form.TAR_ZST)
"""


def _packed(entries: list[Entry], target: Path, tree: Tree = TREE) -> Path:
    named = [Entry(path, data) for path, data in NAMES.items()]
    return pack([*entries, *named], target, form=Form.TAR_ZST, tree=tree).path


def _listed(folder: Path) -> dict[str, str]:
    """Every file, link and folder with what it holds, leads to, or whether it may be executed."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"  # noqa: PTH115 - as it is
        elif path.is_dir():
            found[name] = "folder"
        else:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[name] = f"{digest} {os.access(path, os.X_OK) and path.stat().st_mode & 0o100}"
    return found


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- what other programs make of it --


UNPACKING = {
    "zstd and tar": ('zstd -dcq "$1" | tar -xf - -C "$2"', ("zstd", "tar")),
    "tar --zstd": ('tar --zstd -xf "$1" -C "$2"', ("zstd", "tar")),
    "bsdtar": ('bsdtar -xf "$1" -C "$2"', ("bsdtar",)),
}


@pytest.fixture
def unpacked(entries: list[Entry], tmp_path: Path) -> Path:
    """What we make of a bundle with all kinds of names."""
    with open_bundle(_packed(entries, tmp_path / "x.crate.tar.zst")) as bundle:
        assert bundle.verify() == []
        bundle.extract(tmp_path / "ours")
    return tmp_path / "ours"


@pytest.mark.parametrize("way", UNPACKING)
def test_common_tools_unpack_the_same(way: str, unpacked: Path, tmp_path: Path) -> None:
    command, programs = UNPACKING[way]
    if missing := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"needs {missing}")
    (tmp_path / "theirs").mkdir()
    subprocess.run(
        ["bash", "-ceuo", "pipefail", command, "-", tmp_path / "x.crate.tar.zst", tmp_path / "theirs"],
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert _listed(tmp_path / "theirs") == _listed(unpacked)


def test_python_reads_every_member(entries: list[Entry], contents: dict[str, bytes], tmp_path: Path) -> None:
    path = _packed(entries, tmp_path / "x.crate.tar.zst")
    with zstandard.open(path, "rb") as file:
        data = io.BytesIO(b"".join(iter(lambda: file.read(1 << 20), b"")))
    with tarfile.open(fileobj=data) as archive:
        infos = archive.getmembers()
        files = {info.name: archive.extractfile(info).read() for info in infos if info.isfile()}
    assert {path: files[path] for path in contents} == contents
    assert {path: files[path] for path in NAMES} == NAMES
    assert {(info.uid, info.gid, info.uname, info.gname, info.mtime) for info in infos} == {
        (0, 0, "", "", 315532800)
    }
    assert {info.mode for info in infos} == {0o644, 0o755, 0o777}


def test_pyzstd_finds_every_byte_by_the_table(entries: list[Entry], tmp_path: Path) -> None:
    pyzstd = pytest.importorskip("pyzstd", reason="needs pyzstd")
    path = _packed(entries, tmp_path / "x.crate.tar.zst")
    whole = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    with pyzstd.SeekableZstdFile(path, "r") as file:
        assert file.seek(0, os.SEEK_END) == len(whole)
        file.seek(len(whole) // 2)
        assert file.read(1000) == whole[len(whole) // 2 :][:1000]


@pytest.mark.skipif(not shutil.which("zstd"), reason="needs zstd")
def test_zstd_finds_checksums_and_sizes(entries: list[Entry], tmp_path: Path) -> None:
    path = _packed(entries, tmp_path / "x.crate.tar.zst")
    done = subprocess.run(["zstd", "-lv", path], capture_output=True, text=True, check=True)
    assert "Check: XXH64" in done.stdout
    assert "Decompressed Size:" in done.stdout


def test_frames_can_be_read_one_by_one_and_the_first_holds_the_metadata(
    entries: list[Entry], tmp_path: Path
) -> None:
    noise = Entry("large.bin", random.Random(0).randbytes(9 << 20))
    path = pack([*entries, noise], tmp_path / "x.crate.tar.zst", form=Form.TAR_ZST).path
    with path.open("rb") as file:
        table = zstd_frames.frame_table(file, path.stat().st_size)
    assert table is not None
    data, held = path.read_bytes(), []
    for packed, size in table:
        assert zstandard.get_frame_parameters(data).has_checksum
        held.append(zstandard.ZstdDecompressor().decompress(data[:packed]))
        assert zstandard.frame_content_size(data) == len(held[-1]) == size
        data = data[packed:]
    sizes = [len(frame) for frame in held]
    assert sizes[1:-2] == [4 << 20] * (len(sizes) - 3)
    assert all(0 < size < 4 << 20 for size in sizes[-2:])  # a large file ends a frame
    with tarfile.open(fileobj=io.BytesIO(held[0] + bytes(1024))) as archive:
        assert archive.getnames() == [
            "reprocrate.json",
            "ro-crate-metadata.json",
            "ro-crate-preview.html",
            "REPRODUCING.md",
        ]


# -- what we make of theirs --


PACKING = {
    "tar": ('tar --zstd -cf "$1" -C "$2" .', ("zstd", "tar")),
    "tar --format=posix": ('tar --format=posix --zstd -cf "$1" -C "$2" .', ("zstd", "tar")),
    "tar without ./": ('cd "$2" && tar --zstd -cf "$1" *  .reprocrate', ("zstd", "tar")),
    "tar in parts": ('tar -b 1 -cf - -C "$2" . | zstd -q -B1MiB -T2 -o "$1"', ("zstd", "tar")),
    "tar at level 19": ('tar -cf - -C "$2" . | zstd -q --ultra -22 -o "$1"', ("zstd", "tar")),
    "bsdtar": ('bsdtar --zstd -cf "$1" -C "$2" .', ("bsdtar",)),
    "bsdtar --format=pax": ('bsdtar --format=pax --zstd -cf "$1" -C "$2" .', ("bsdtar",)),
    "pzstd": ('tar -cf - -C "$2" . | pzstd -q - -o "$1"', ("pzstd", "tar")),
}


@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=pytest.mark.thorough) if "19" in way else way for way in PACKING]
)
def test_bundle_that_was_packed_again_by_other_tools_is_accepted(
    way: str, unpacked: Path, tmp_path: Path
) -> None:
    command, programs = PACKING[way]
    if missing := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"needs {missing}")
    subprocess.run(
        ["bash", "-ceuo", "pipefail", command, "-", tmp_path / "again.tar.zst", unpacked],
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    with open_bundle(tmp_path / "again.tar.zst") as bundle:
        assert bundle.verify() == []
        bundle.extract(tmp_path / "again")
    assert _listed(tmp_path / "again") == _listed(unpacked)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "gnu"])
def test_bundle_that_python_packed_again_is_accepted(form: int, unpacked: Path, tmp_path: Path) -> None:
    with (
        zstandard.open(tmp_path / "again.tar.zst", "wb") as output,
        tarfile.open(fileobj=output, mode="w|", format=form) as archive,
    ):
        archive.add(unpacked, arcname="")
    with open_bundle(tmp_path / "again.tar.zst") as bundle:
        assert bundle.verify() == []


def test_bundle_with_frames_of_pyzstd_is_accepted(unpacked: Path, tmp_path: Path) -> None:
    pyzstd = pytest.importorskip("pyzstd", reason="needs pyzstd")
    with (
        pyzstd.SeekableZstdFile(tmp_path / "again.tar.zst", "w", max_frame_content_size=1 << 20) as output,
        tarfile.open(fileobj=output, mode="w|") as archive,
    ):
        archive.add(unpacked, arcname="")
    with open_bundle(tmp_path / "again.tar.zst") as bundle:
        assert bundle.verify() == []


# -- the same every time --


@pytest.mark.requirement("RQ14")
def test_order_of_the_files_does_not_matter(entries: list[Entry], tmp_path: Path) -> None:
    first = _packed(entries, tmp_path / "1.tar.zst").read_bytes()
    shuffled = list(entries)
    random.Random(1).shuffle(shuffled)
    tree = Tree(dict(reversed(TREE.links.items())), TREE.folders[::-1])
    assert _packed(shuffled, tmp_path / "2.tar.zst", tree).read_bytes() == first


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_number_of_threads_does_not_matter(threads: int) -> None:
    def written(count: int) -> bytes:
        output = io.BytesIO()
        with TarWriter(output, 0, lambda _count: None, count) as writer:
            for number in range(300):
                text = b"%d\n" % number * (number * number)
                add_bytes(writer, f"{number}", text)
            writer.finish()
        return output.getvalue()

    assert written(threads) == written(3)


def test_bytes_do_not_depend_on_the_machine_or_the_clock(contents: dict[str, bytes], tmp_path: Path) -> None:
    digests = set()
    for number, (umask, zone, locale) in enumerate([(0o022, "UTC", "C"), (0o077, "Asia/Tokyo", "C.UTF-8")]):
        source = tmp_path / str(number)
        for path, data in contents.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(data)
            os.utime(source / path, (number * 10**8, number * 10**9))
        subprocess.run(
            [sys.executable, "-c", PACK_FROM_A_PROCESS, source, tmp_path / f"{number}.tar.zst"],
            env={**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": str(number)},
            umask=umask,
            check=True,
        )
        digests.add(hashlib.sha256((tmp_path / f"{number}.tar.zst").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize(("epoch", "time_of_members"), [("1700000000", 1700000000), ("9" * 30, 8**11 - 1)])
def test_times_come_from_source_date_epoch(
    epoch: str, time_of_members: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    path = pack([NOTHING], tmp_path / "x.tar.zst", form=Form.TAR_ZST).path
    data = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert {info.mtime for info in archive} == {time_of_members}


def test_compressor_is_named_with_its_version(tmp_path: Path) -> None:
    version = ".".join(map(str, zstandard.ZSTD_VERSION))
    packed = pack([NOTHING], tmp_path / "x.tar.zst", form=Form.TAR_ZST)
    assert packed.compressor == f"zstd {version} level 3"
    assert packed.size == packed.path.stat().st_size


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
        | st.text("ab/é ", min_size=1, max_size=180),
        st.binary(max_size=40) | st.integers(500, 1 << 20).map(bytes),
        max_size=5,
    ),
    links=st.dictionaries(st.text("ab/é", min_size=1, max_size=120), st.integers(0, 4), max_size=2),
)
def test_whatever_is_packed_is_also_unpacked(
    files: dict[str, bytes], links: dict[str, int], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    targets = [*files, "reprocrate.json"]
    tree = Tree(
        {path: "../" * path.count("/") + targets[number % len(targets)] for path, number in links.items()}
    )
    entries = [NOTHING, *(Entry(path, data) for path, data in files.items())]
    try:
        packed = pack(entries, tmp_path / "x.tar.zst", form=Form.TAR_ZST, tree=tree)
    except UsageError:
        return
    with open_bundle(packed.path) as bundle:
        assert bundle.verify() == []
        assert bundle.links == tree.links
        assert bundle.payload_digest() == packed.payload_digest
        bundle.extract(tmp_path / "out")
    assert {path: (tmp_path / "out" / path).read_bytes() for path in files} == files
    assert pack(entries, tmp_path / "x.zip", tree=tree).payload_digest == packed.payload_digest


# -- little is read for the manifest --


def test_manifest_is_read_without_unpacking_whole_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = [Entry(f"large{number}.bin", bytes(30 << 20)) for number in range(2)]
    path = pack([NOTHING, *large], tmp_path / "x.tar.zst", form=Form.TAR_ZST).path
    seen: list[int] = []
    real = zstd_frames.unpacked_whole

    def counting(data: bytes, size: int) -> bytes:
        seen.append(size)
        return real(data, size)

    monkeypatch.setattr("reprocrate.bundle.zstd_stream.unpacked_whole", counting)
    with open_bundle(path) as bundle:
        assert bundle.manifest_bytes(check=False) == b"{}"
        assert bundle.manifest_bytes() == b"{}"
        assert not seen
        assert bundle.verify() == []
        assert len(seen) > 15


def test_files_can_be_read_in_any_order(entries: list[Entry], tmp_path: Path) -> None:
    path = _packed(entries, tmp_path / "x.tar.zst")
    data = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    (tmp_path / "plain.tar.zst").write_bytes(zstandard.compress(data))
    for again in (path, tmp_path / "plain.tar.zst"):
        with open_bundle(again) as bundle:
            for name in random.Random(2).sample(bundle.names(), len(bundle.names())):
                assert bundle.read(name, 10**7) is not None


# -- large --


def test_sizes_of_8_gib_are_read_by_others_and_by_us(
    entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tar_records", "tar_headers"):
        monkeypatch.setattr(f"reprocrate.bundle.{module}.SIZE_FROM", 1 << 20)
    path = pack(entries, tmp_path / "x.tar.zst", form=Form.TAR_ZST).path
    data = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert sum("size" in info.pax_headers for info in archive) == 2
    with open_bundle(path) as bundle:
        assert bundle.verify() == []


def test_what_shrinks_to_nothing_is_no_bomb_to_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("admission", "zstd_writer"):
        monkeypatch.setattr(f"reprocrate.bundle.{module}.ANY_EXPANSION_BYTES", 1 << 20)
    zeros = Entry("zeros", bytes(100 << 20))
    path = pack([NOTHING, zeros], tmp_path / "x.tar.zst", form=Form.TAR_ZST).path
    assert path.stat().st_size < 250_000
    with open_bundle(path) as bundle:
        assert bundle.verify() == []
    with path.open("ab") as file:  # without a table it is read from the front
        file.truncate(path.stat().st_size - 9)
    with open_bundle(path) as bundle, pytest.raises(UnreadableError, match="is cut off"):
        bundle.verify()


@pytest.mark.large
def test_file_of_more_than_8_gib_survives(tmp_path: Path) -> None:
    size = (8 << 30) + 12345
    with (tmp_path / "zeros").open("wb") as file:
        file.truncate(size)
    packed = pack([NOTHING, Entry("zeros", tmp_path / "zeros")], tmp_path / "x.tar.zst", form=Form.TAR_ZST)
    with open_bundle(packed.path) as bundle:
        assert {member.path: member.size for member in bundle.members}["zeros"] == size
        assert bundle.verify() == []
    if shutil.which("zstd") and shutil.which("tar"):
        listing = subprocess.check_output(["tar", "--zstd", "-tvf", packed.path], text=True)
        assert f" {size} " in listing


# -- no room, no time, no peace --


@pytest.mark.parametrize("size", [1000, 3 << 20, 9 << 20])
@pytest.mark.parametrize("change", [b"more", b""])
def test_file_that_changes_while_it_is_packed_stops_packing(tmp_path: Path, size: int, change: bytes) -> None:
    data = tmp_path / "log.txt"
    data.write_bytes(bytes(size))

    def write(_count: int) -> None:
        with data.open("r+b") as file:
            if change:
                file.seek(0, os.SEEK_END)
            file.write(change or b"x")
        os.utime(data, ns=(0, data.stat().st_mtime_ns + 10**9))

    with pytest.raises(IntegrityError, match=r"log\.txt changed since it was recorded.*while it was packed"):
        pack([NOTHING, Entry("log.txt", data)], tmp_path / "x", form=Form.TAR_ZST, progress=write)
    assert _names(tmp_path) == ["log.txt"]


def test_no_room_leaves_what_was_there(tmp_path: Path, small_limit: None) -> None:
    (tmp_path / "x.tar.zst").write_bytes(b"before")
    noise = [Entry(f"noise{number}.bin", random.Random(number).randbytes(5 << 20)) for number in range(9)]
    with pytest.raises(UnavailableError, match=r"could not write .*x\.tar\.zst"):
        pack([NOTHING, *noise], tmp_path / "x.tar.zst", form=Form.TAR_ZST)
    assert _names(tmp_path) == ["x.tar.zst"]
    assert (tmp_path / "x.tar.zst").read_bytes() == b"before"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files without a name")
def test_killed_packing_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/reprocrate.json").write_bytes(b"{}")
    with (tmp_path / "in/large.txt").open("wb") as file:
        file.truncate(8 << 30)
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", PACK_FROM_A_PROCESS, tmp_path / "in", tmp_path / "out/x.tar.zst"]
    process = subprocess.Popen(command)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert _names(tmp_path / "out") == []


def test_header_of_an_ordinary_file_is_what_python_writes() -> None:
    info = tarfile.TarInfo("data/x.csv")
    info.size, info.mode, info.mtime = 1234, 0o755, 315532800
    ours = tar_records.Headers(315532800).of_file("data/x.csv", 1234, executable=True)
    assert ours == info.tobuf(tarfile.USTAR_FORMAT)
