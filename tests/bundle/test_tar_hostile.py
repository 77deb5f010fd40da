"""Tar archives in Zstandard frames that were made to deceive: nothing of them is ever unpacked."""

from __future__ import annotations

import re
import struct
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from reprocrate.bundle import Entry, Form, Limits, ProblemKind, open_bundle, pack
from reprocrate.errors import IntegrityError, ReprocrateError, UnreadableError
from tests.bundle.tars import (
    Write,
    frames,
    headers,
    inserted,
    member,
    patched,
    record,
    said,
    seekable,
    table,
    tar,
)

FILES = [("data/x.csv", b"1,2\n" * 400), ("run.sh", b"#!/bin/sh\n")]
SOUND = tar(FILES)
MANIFEST, X, RUN, LIST = range(4)  # headers of the archive above


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file, and says where."""

    def to(data: bytes) -> Path:
        (tmp_path / "x.crate.tar.zst").write_bytes(data)
        return tmp_path / "x.crate.tar.zst"

    return to


@pytest.fixture(params=["with a table", "without a table"])
def sealed(request: pytest.FixtureRequest, write: Write) -> Write:
    """Compresses an archive: as reprocrate does, and as `zstd` does."""
    if request.param == "with a table":
        return lambda data: write(seekable(frames(data, 4096)))
    return lambda data: write(zstandard.ZstdCompressor().compress(data))


def _refused(path: Path, kind: ProblemKind | None = None) -> str:
    """Check that nothing is unpacked, and say why."""
    around = sorted(path.parent.rglob("*"))
    with pytest.raises((IntegrityError, UnreadableError)) as caught, open_bundle(path) as bundle:
        bundle.extract(path.parent / "out")
    assert sorted(path.parent.rglob("*")) == around
    if kind is not None:
        with open_bundle(path) as bundle:
            assert kind in {problem.kind for problem in bundle.verify()}
    return str(caught.value)


def test_unharmed_control_is_accepted(sealed: Write, tmp_path: Path) -> None:
    with open_bundle(sealed(SOUND)) as bundle:
        assert bundle.verify() == []
        bundle.extract(tmp_path / "out")
    assert (tmp_path / "out/data/x.csv").read_bytes() == FILES[0][1]


# -- names --


@pytest.mark.requirement("RQ32")
@pytest.mark.parametrize(
    "name",
    ["../evil", "data/../../evil", "/tmp/evil", "C:/evil", "..\\evil", "data//evil", "././evil", "nul"],
)
def test_unsafe_names_are_refused(name: str, sealed: Write) -> None:
    assert "unsafe name" in _refused(sealed(tar([*FILES, (name, b"")])), ProblemKind.UNSAFE)


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "new\nline", "\x1b[2J"])
def test_unsafe_names_in_pax_records_are_refused(name: str, sealed: Write) -> None:
    data = inserted(SOUND, RUN, said(b"x", record("path", name)))
    assert "unsafe name" in _refused(sealed(data), ProblemKind.UNSAFE)


def test_unsafe_name_of_gnu_tar_is_refused(sealed: Write) -> None:
    data = inserted(SOUND, RUN, said(b"L", b"../evil\0"))
    assert "unsafe name" in _refused(sealed(data), ProblemKind.UNSAFE)


def test_unsafe_name_in_two_parts_is_refused(sealed: Write) -> None:
    assert "unsafe name" in _refused(sealed(patched(SOUND, RUN, 345, b"../..")), ProblemKind.UNSAFE)


def test_repository_of_git_is_refused(sealed: Write) -> None:
    assert "git repository" in _refused(sealed(tar([(".git/config", b"")])), ProblemKind.UNSAFE)


def test_name_that_is_not_utf_8_is_refused(sealed: Write) -> None:
    assert "not valid Unicode" in _refused(sealed(patched(SOUND, RUN, 0, b"caf\xe9\0\0")), ProblemKind.UNSAFE)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "a"], "a occurs more than once"),
        (["a", "./a"], "a occurs more than once"),
        (["data/a", "Data/A"], "same file"),
        (["a", "a/b"], "a is both a file and a folder"),
        (["reprocrate.json"], "reprocrate.json occurs more than once"),
    ],
)
def test_names_of_one_file_are_refused(names: list[str], message: str, sealed: Write) -> None:
    path = sealed(tar([(name, name.encode()) for name in names]))
    assert message in _refused(path, ProblemKind.DUPLICATE)


# -- kinds of members --


@pytest.mark.parametrize(
    ("kind", "message", "problem"),
    [
        (tarfile.LNKTYPE, "x is a hard link", ProblemKind.LINK),
        (tarfile.CHRTYPE, "x is a device", ProblemKind.UNSAFE),
        (tarfile.BLKTYPE, "x is a device", ProblemKind.UNSAFE),
        (tarfile.FIFOTYPE, "x is a device", ProblemKind.UNSAFE),
        (b"V", "x is of the kind 'V'", ProblemKind.UNSUPPORTED),
        (b"M", "x is of the kind 'M'", ProblemKind.UNSUPPORTED),
        (b"7", "x is of the kind '7'", ProblemKind.UNSUPPORTED),
        (b"S", "sparse file", None),
    ],
)
def test_other_kinds_are_refused(
    kind: bytes, message: str, problem: ProblemKind | None, sealed: Write
) -> None:
    info = member("x", kind, linkname="run.sh" if kind == tarfile.LNKTYPE else "")
    assert message in _refused(sealed(tar([*FILES, (info, b"")])), problem)


@pytest.mark.requirement("RQ32")
def test_link_that_nothing_names_is_refused(sealed: Write) -> None:
    link = member("data/link", tarfile.SYMTYPE, linkname="/etc/passwd")
    assert "data/link is a symbolic link" in _refused(sealed(tar([*FILES, (link, b"")])), ProblemKind.LINK)


def test_file_behind_a_link_is_refused(sealed: Write) -> None:
    link = member("out", tarfile.SYMTYPE, linkname="/tmp")
    assert "both a file and a folder" in _refused(sealed(tar([(link, b""), ("out/evil", b"")])))


def test_file_that_is_called_like_a_folder_is_refused(sealed: Write) -> None:
    assert "folder by its name" in _refused(sealed(tar([("x/", b"")])), ProblemKind.UNSAFE)


@pytest.mark.parametrize("kind", [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_content_where_there_can_be_none_is_refused(kind: bytes, sealed: Write) -> None:
    assert "has content" in _refused(sealed(patched(SOUND, X, 156, kind)))


# -- one defect each, in the archive --


def _changed(number: int, offset: int, change: bytes) -> bytes:
    return patched(SOUND, number, offset, change)


def _at_end(data: bytes) -> bytes:
    """The archive with something behind its last member, in place of what ends it."""
    last = headers(SOUND)[-1]
    size = int(SOUND[last + 124 : last + 135], 8)
    return SOUND[: last + 512 + -(-size // 512) * 512] + data


def _behind_x(number: int) -> bytes:
    place = headers(SOUND)[X] + 512 + len(FILES[0][1]) + number
    return SOUND[:place] + b"!" + SOUND[place + 1 :]


EXTRA = tar([("evil", b"")])[headers(tar([("evil", b"")]))[1] :][:512]
BROKEN: dict[str, tuple[bytes, str]] = {
    "wrong checksum": (SOUND.replace(b"run.sh", b"run.py", 1), "wrong checksum"),
    "no magic": (_changed(RUN, 257, bytes(8)), "old or unknown kind"),
    "other magic": (_changed(RUN, 257, b"USTAR"), "old or unknown kind"),
    "bytes behind the name": (_changed(RUN, 50, b"x"), "hides bytes behind a name"),
    "bytes behind the target": (_changed(RUN, 200, b"x"), "hides bytes behind a name"),
    "negative size": (_changed(RUN, 124, b"\xff" * 12), "impossible size"),
    "size with a sign": (_changed(RUN, 124, b"-0000000012\0"), "a number that is none"),
    "decimal size": (_changed(RUN, 124, b"00000000019\0"), "a number that is none"),
    "no size": (_changed(RUN, 124, bytes(12)), "a number that is none"),
    "needless binary size": (_changed(RUN, 124, b"\x80" + (10).to_bytes(11, "big")), "impossible size"),
    "huge binary size": (_changed(RUN, 124, b"\x80" + b"\x7f" * 11), "impossible size"),
    "size beyond the end": (_changed(RUN, 124, b"00777777777\0"), "cut off"),
    "binary size beyond the end": (_changed(RUN, 124, b"\x80" + (1 << 40).to_bytes(11, "big")), "more than"),
    "no name": (_changed(RUN, 0, bytes(100)), "has no name"),
    "bytes behind content": (_behind_x(0), "stray bytes behind a member"),
    "no end": (_at_end(b""), "cut off"),
    "half an end": (_at_end(bytes(512)), "cut off"),
    "end that is no block": (_at_end(bytes(1025)), "cut off"),
    "member behind the end": (_at_end(bytes(1024) + EXTRA + bytes(1024)), "stray bytes behind its end"),
    "member behind half an end": (_at_end(bytes(512) + EXTRA + bytes(1024)), "stray bytes behind its end"),
    "bytes behind the end": (_at_end(bytes(2000) + b"x" + bytes(47)), "stray bytes behind its end"),
    "records about nothing": (_at_end(said(b"x", record("path", "y")) + bytes(1024)), "does not come"),
}
RECORDS: dict[str, tuple[bytes, str]] = {
    "records twice": (said(b"x", record("mtime", "1")) * 2, "twice"),
    "long name twice": (said(b"L", b"a\0") + said(b"L", b"b\0"), "twice"),
    "two kinds of long name": (said(b"L", b"a\0") + said(b"x", record("path", "b")), "two long names"),
    "path twice": (said(b"x", record("path", "a") + record("path", "b")), "twice"),
    "path for all": (said(b"g", record("path", "a")), "to all members"),
    "size for all": (said(b"g", record("size", "0")), "to all members"),
    "sparse for all": (said(b"g", record("GNU.sparse.major", "1")), "unknown or unsupported"),
    "sparse": (said(b"x", record("GNU.sparse.size", "99")), "unknown or unsupported: 'GNU.sparse.size'"),
    "unknown record": (said(b"x", record("VENDOR.target", "y")), "unknown or unsupported"),
    "character set": (said(b"x", record("hdrcharset", "EBCDIC")), "character set"),
    "negative size": (said(b"x", record("size", "-10")), "impossible size"),
    "huge size": (said(b"x", record("size", "9" * 30)), "impossible size"),
    "size of 8 EiB": (said(b"x", record("size", "9" * 18)), "more than"),
    "another size": (said(b"x", record("size", "11")), "contradict each other"),
    "no path": (said(b"x", record("path", "")), "not at all"),
    "zero in a path": (said(b"x", record("path", "run\0.sh")), "not at all"),
    "zero in a long name": (said(b"L", b"run\0.sh\0"), "long name is malformed"),
    "empty long name": (said(b"L", b"\0"), "long name is malformed"),
    "length too large": (said(b"x", b"99 mtime=1\n"), "malformed"),
    "length too small": (said(b"x", b"5 mtime=1\n"), "malformed"),
    "no length": (said(b"x", b"mtime=1\n"), "malformed"),
    "padded length": (said(b"x", b"012 mtime=12\n"), "malformed"),
    "no line feed": (said(b"x", b"11 mtime=12"), "malformed"),
    "records of 2 MiB": (said(b"x", record("comment", "x" * (2 << 20))), "more than 1 MiB"),
    "records of 8 GiB": (said(b"x", b"", 8**11 - 1), "more than 1 MiB"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_archive_is_refused(case: str, sealed: Write) -> None:
    data, message = BROKEN[case]
    assert message in _refused(sealed(data))


@pytest.mark.parametrize("case", RECORDS)
def test_deceiving_records_are_refused(case: str, sealed: Write) -> None:
    block, message = RECORDS[case]
    assert message in _refused(sealed(inserted(SOUND, RUN, block)))


def test_many_headers_that_say_nothing_are_too_many(sealed: Write) -> None:
    path = sealed(inserted(SOUND, RUN, said(b"g", record("comment", "x")) * 300))
    assert "more than 100 times" in _refused(path)


# -- one defect each, in the frames --


PARTS = frames(SOUND, 2048)


def _table_with(number: int, packed: int, held: int) -> bytes:
    entries = [(len(part), size) for part, size in PARTS]
    entries[number] = (entries[number][0] + packed, entries[number][1] + held)
    return table(entries)


def _swapped_sizes() -> bytes:
    """Another table that adds up: the reader would look for headers in other places."""
    entries = [(len(part), size) for part, size in PARTS]
    entries[1], entries[2] = (entries[1][0], entries[1][1] + 512), (entries[2][0], entries[2][1] - 512)
    return table(entries)


def _skippable(content: bytes, magic: int = 0x184D2A53) -> bytes:
    return struct.pack("<II", magic, len(content)) + content


def _with_dictionary() -> bytes:
    known = zstandard.train_dictionary(1024, [bytes([i, i + 1]) * 50 + b"%d" % i for i in range(200)])
    return zstandard.ZstdCompressor(dict_data=known).compress(SOUND)


def _with_window(log: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=log, hash_log=6, chain_log=6)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return compressor.compress(SOUND) + compressor.flush()


BODY = b"".join(part for part, _ in PARTS)
FITS = table((len(part), size) for part, size in PARTS)
FRAMES: dict[str, tuple[Callable[[], bytes], str]] = {
    "frame twice in the table": (lambda: BODY + _table_with(1, 1, 0), "length of the file"),
    "frame that holds more": (lambda: BODY + _table_with(1, 0, 512), "contradicts the frames"),
    "frame that holds less": (lambda: BODY + _table_with(1, 0, -512), "contradicts the frames"),
    "frames with others' sizes": (lambda: BODY + _swapped_sizes(), "contradicts the frames"),
    "frame that holds 4 GiB": (
        lambda: BODY + _table_with(1, 0, 0xF0000000),
        "contradicts the frames|more than",
    ),
    "frame left out": (lambda: PARTS[0][0] + BODY + FITS, "length of the file"),
    "table that says too much": (
        lambda: BODY + FITS[:-9] + struct.pack("<IBI", 999, 0, 0x8F92EAB1),
        "itself",
    ),
    "table with unknown flags": (lambda: BODY + FITS[:-5] + b"\x04" + FITS[-4:], "itself"),
    "table of another length": (lambda: BODY + FITS[:4] + b"\xff" + FITS[5:], "itself"),
    "no magic of the table": (lambda: BODY + FITS[:-1] + b"\0", "stray bytes"),
    "table that is cut off": (lambda: BODY + FITS[:-3], "cut off"),
    "hidden bytes at the end": (lambda: BODY + _skippable(b"hidden"), "stray bytes"),
    "hidden bytes in between": (
        lambda: PARTS[0][0] + _skippable(b"hidden") + BODY[len(PARTS[0][0]) :],
        "stray",
    ),
    "hidden bytes in the table": (
        lambda: BODY + _skippable(b"hidden") + table([*((len(part), size) for part, size in PARTS), (14, 0)]),
        "stray bytes",
    ),
    "trailing text": (lambda: BODY + b"hidden text", "not compressed by Zstandard"),
    "trailing byte": (lambda: BODY + b"x", "cut off"),
    "cut off in the last frame": (lambda: BODY[:-1], "cut off"),
    "cut off between frames": (lambda: b"".join(part for part, _ in PARTS[:2]), "cut off"),
    "damaged checksum": (lambda: BODY[:-1] + bytes([BODY[-1] ^ 1]), "cannot be decompressed"),
    "dictionary": (_with_dictionary, "needs a dictionary"),
    "window of 256 MiB": (lambda: _with_window(28), "128 MiB of memory"),
    "window of 2 GiB": (lambda: _with_window(31), "128 MiB of memory"),
    "not a tar archive": (
        lambda: zstandard.compress(b"hello " * 1000),
        "wrong checksum|a number that is none",
    ),
    "nothing": (lambda: zstandard.compress(b""), "cut off"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_deceiving_frames_are_refused(case: str, write: Write) -> None:
    make, message = FRAMES[case]
    assert re.search(message, _refused(write(make())))


def test_frames_of_tiny_blocks_are_read_like_others(write: Write) -> None:
    data = tar([("large.csv", b"1,2\n" * 32_128), *FILES])  # its end lies 1 kB before that of 128 KiB
    pieces = [data[place : place + 100] for place in range(0, len(data), 100)]
    # RFC 8878, 3.1.1: the header of a frame, and blocks that are not compressed, the last one marked as such.
    frame = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    frame += b"".join((len(piece) << 3).to_bytes(3, "little") + piece for piece in pieces) + b"\1\0\0"
    with open_bundle(write(frame + table([(len(frame), len(data))]))) as bundle:
        assert bundle.manifest_bytes() == b"{}"
        assert bundle.verify() == []


def test_damage_in_a_large_file_is_told_of_that_file(write: Write) -> None:
    parts = frames(tar([("large.bin", bytes(range(256)) * 4000), *FILES]), 4096)
    assert len(parts) > 100
    frame, held = parts[50]
    parts[50] = frame[:-1] + bytes([frame[-1] ^ 1]), held
    path = write(seekable(parts))
    with open_bundle(path) as bundle:
        assert [(problem.path, problem.kind) for problem in bundle.verify()] == [
            ("large.bin", ProblemKind.DAMAGED)
        ]
    assert "large.bin cannot be read" in _refused(path, ProblemKind.DAMAGED)


def test_table_that_lies_inside_a_large_file_is_noticed(write: Write) -> None:
    # What lies between headers is skipped at first: other programs would read other headers than these.
    parts = frames(tar([("large.bin", bytes(range(256)) * 4000), *FILES]), 4096)
    entries = [(len(part), held) for part, held in parts]
    entries[50], entries[51] = (entries[50][0], 4096 + 512), (entries[51][0], 4096 - 512)
    path = write(b"".join(part for part, _ in parts) + table(entries))
    assert "contradicts the frames" in _refused(path, ProblemKind.DAMAGED)


# -- bombs --


def _zeros(count: int) -> Iterator[bytes]:
    """An archive whose end does not come for `count` MiB, compressed."""
    compressor = zstandard.ZstdCompressor().compressobj()
    yield compressor.compress(SOUND)
    for _ in range(count):
        yield compressor.compress(bytes(1 << 20))
    yield compressor.flush()


@pytest.mark.parametrize("limits", [Limits(bytes=50_000_000), Limits(bytes=1 << 60, expansion=100)])
def test_bomb_is_not_unpacked_to_its_end(limits: Limits, write: Write, monkeypatch: Any) -> None:
    monkeypatch.setattr("reprocrate.bundle.admission.ANY_EXPANSION_BYTES", 30_000_000)
    path = write(b"".join(_zeros(100)))
    assert path.stat().st_size < 100_000
    with (
        open_bundle(path, limits=limits) as bundle,
        pytest.raises(UnreadableError, match=r"more than .*--limit"),
    ):
        bundle.verify()


def test_bomb_with_a_table_is_refused_before_it_is_unpacked(write: Write) -> None:
    frame = zstandard.compress(bytes(16 << 20))
    parts = [*frames(SOUND), *[(frame, 16 << 20)] * 10_000]
    with (
        open_bundle(write(seekable(parts))) as bundle,
        pytest.raises(UnreadableError, match="500 times the bytes"),
    ):
        bundle.verify()


def test_blocks_that_grow_are_unpacked_piece_by_piece(write: Write) -> None:
    # 100,000 blocks of four bytes that mean 128 KiB each: a program that unpacks all that it has read at once
    # would need 12 GiB.
    block = (((128 << 10) << 3) | (1 << 1)).to_bytes(3, "little") + b"\0"
    path = write(zstandard.compress(SOUND) + b"\x28\xb5\x2f\xfd\x00\x70" + block * 100_000)
    with (
        open_bundle(path, limits=Limits(bytes=20_000_000)) as bundle,
        pytest.raises(UnreadableError, match="more than 20,000,000 bytes"),
    ):
        bundle.verify()


# -- anything --


def test_no_flipped_byte_goes_unnoticed_or_changes_what_is_unpacked(tmp_path: Path) -> None:
    entries = [Entry("reprocrate.json", b"{}" * 9), Entry("data/x", b"data"), Entry("run.sh", b"", True)]
    path = pack(entries, tmp_path / "x.crate.tar.zst", form=Form.TAR_ZST).path
    sound = path.read_bytes()
    with open_bundle(path) as bundle:
        content = {name: bundle.read(name, 10**6) for name in bundle.names()}
    unnoticed = 0
    for position in range(len(sound)):
        path.write_bytes(sound[:position] + bytes([sound[position] ^ 0x55]) + sound[position + 1 :])
        try:
            with open_bundle(path) as bundle:
                bundle.require_intact()
                assert {name: bundle.read(name, 10**6) for name in bundle.names()} == content
                unnoticed += 1
        except ReprocrateError:
            continue
    # A few bytes of compressed data can be others that mean the same.
    assert unnoticed < len(sound) / 100


def test_truncated_bundle_is_told_wherever_it_ends(tmp_path: Path) -> None:
    entries = [Entry("reprocrate.json", b"{}" * 99), Entry("data/x", b"x")]
    path = pack(entries, tmp_path / "x.crate.tar.zst", form=Form.TAR_ZST).path
    sound = path.read_bytes()
    for length in range(4, len(sound)):
        path.write_bytes(sound[:length])
        if length == sum(len(part) for part in _frames_of(sound)):
            continue  # a complete archive without its table
        with pytest.raises(UnreadableError, match="is cut off"), open_bundle(path) as bundle:
            bundle.verify()


def _frames_of(data: bytes) -> Iterator[bytes]:
    count = struct.unpack_from("<I", data, len(data) - 9)[0]
    start = 0
    for number in range(count):
        size = struct.unpack_from("<I", data, len(data) - 9 - 8 * (count - number))[0]
        yield data[start : start + size]
        start += size
