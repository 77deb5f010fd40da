"""ZIP files that were made to deceive: nothing of them is ever unpacked."""

from __future__ import annotations

import shutil
import stat
import struct
import subprocess
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, ProblemKind, open_bundle, pack
from reprocrate.bundle.checksums import checksums_bytes
from reprocrate.bundle.zip_records import Stored, central_header, end_records, local_header
from reprocrate.errors import IntegrityError, ReprocrateError, UnreadableError
from reprocrate.files import sha256_bytes

MakeZip = Callable[..., Path]

CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
END = b"PK\x05\x06"


def _refused(path: Path, kind: ProblemKind | None = None) -> str:
    """Check that nothing is unpacked and why; what is said about it."""
    around = sorted(path.parent.rglob("*"))
    with open_bundle(path) as bundle:
        kinds = {problem.kind for problem in bundle.verify()}
        assert kinds
        assert kind is None or kind in kinds
        with pytest.raises(IntegrityError) as caught:
            bundle.extract(path.parent / "out")
    assert sorted(path.parent.rglob("*")) == around
    return str(caught.value)


def _member(name: str, mode: int = 0, **attributes: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


def _patched(path: Path, record: bytes, offset: int, change: bytes, number: int = 1) -> Path:
    """Overwrite bytes in the given record (counted from 0) of a ZIP file."""
    data = bytearray(path.read_bytes())
    position = -1
    for _ in range(number + 1):
        position = data.index(record, position + 1)
    data[position + offset : position + offset + len(change)] = change
    path.write_bytes(data)
    return path


# -- names --


@pytest.mark.requirement("RQ32")
@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "data/../../evil",
        "/tmp/evil",
        "C:/evil",
        "C:evil",
        "..\\evil",
        "\\\\server\\share\\evil",
        "data//evil",
        "./evil",
        "evil.",
        "nul",
        "new\nline",
        "x" * 300,
        "e\u0301" * 86,
        "../folder/",
    ],
)
def test_unsafe_names_are_refused(name: str, make_zip: MakeZip) -> None:
    message = _refused(make_zip([(name, b"")]), ProblemKind.UNSAFE)
    assert "unsafe name" in message


@pytest.mark.requirement("RQ30")
@pytest.mark.parametrize("name", [".git/config", "data/.GIT/config", ".git", "GIT~1/config"])
def test_what_git_would_take_for_a_repository_is_refused(name: str, make_zip: MakeZip) -> None:
    assert "git repository" in _refused(make_zip([(name, b"")]), ProblemKind.UNSAFE)


def test_unsafe_name_is_shown_harmlessly(make_zip: MakeZip) -> None:
    assert r"\x1b[2Jx has an unsafe name" in _refused(make_zip([("\x1b[2Jx", b"")]))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "a"], "a occurs more than once"),
        (["caf\u00e9", "cafe\u0301"], "cafe\u0301 has the name of another file, but for"),
        (["data/a", "Data/A"], "Data/A is the same file as data/a on some systems"),
        (["a", "a/b"], "a is both a file and a folder"),
        (["a", "A/"], "a is both a file and a folder"),
        (["reprocrate.json"], "reprocrate.json occurs more than once"),
        (["Reprocrate.json"], "same file as"),
    ],
)
def test_names_of_one_file_are_refused(names: list[str], message: str, make_zip: MakeZip) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = make_zip([(name, name.encode() if name[-1] != "/" else b"") for name in names])
    assert message in _refused(path, ProblemKind.DUPLICATE)


def test_manifest_that_occurs_twice_is_not_even_read(make_zip: MakeZip) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = make_zip([("reprocrate.json", b"[]")])
    with open_bundle(path) as bundle, pytest.raises(IntegrityError, match="occurs more than once"):
        bundle.manifest_bytes()


def test_name_that_is_not_utf_8_is_refused(make_zip: MakeZip) -> None:
    path = make_zip([("cafe", b"")])
    path.write_bytes(path.read_bytes().replace(b"cafe", b"caf\xe9"))
    assert "caf\\udce9 has a name that is not UTF-8" in _refused(path, ProblemKind.UNSAFE)


# -- kinds of members --


@pytest.mark.requirement("RQ32")
def test_symbolic_links_are_refused(make_zip: MakeZip) -> None:
    path = make_zip([(_member("link", stat.S_IFLNK | 0o777), b"/etc/passwd"), ("link/x", b"")])
    assert "link is a symbolic link" in _refused(path, ProblemKind.LINK)


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_devices_and_pipes_are_refused(kind: int, make_zip: MakeZip) -> None:
    assert "is a device" in _refused(make_zip([(_member("x", kind | 0o666), b"")]), ProblemKind.UNSAFE)


def test_folders_that_are_files_are_refused(make_zip: MakeZip) -> None:
    assert "other way round" in _refused(make_zip([(_member("x", stat.S_IFDIR | 0o755), b"")]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "other way round" in _refused(make_zip([(_member("x/"), b"hidden data")]))


def test_encrypted_files_are_refused(make_zip: MakeZip, tmp_path: Path) -> None:
    path = make_zip([("x", b"data")])
    for record, offset in ((CENTRAL, 8), (LOCAL, 6)):
        _patched(path, record, offset, b"\x01")
    assert "x is encrypted" in _refused(path, ProblemKind.ENCRYPTED)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unknown_compression_is_refused(method: int, make_zip: MakeZip) -> None:
    path = make_zip([(_member("x", compress_type=method), b"data" * 100)])
    assert "is compressed in an unsupported way" in _refused(path, ProblemKind.UNSUPPORTED)


# -- sizes --


def _with_sizes(path: Path, size: int) -> Path:
    for record, offset in ((CENTRAL, 24), (LOCAL, 22)):
        _patched(path, record, offset, struct.pack("<I", size))
    return path


def _deflated(name: str = "x") -> zipfile.ZipInfo:
    return _member(name, compress_type=zipfile.ZIP_DEFLATED)


def test_file_that_unpacks_to_more_than_it_declares_is_refused(make_zip: MakeZip) -> None:
    path = _with_sizes(make_zip([(_deflated(), bytes(50 << 20))]), 1000)
    assert "x is larger than the 1000 bytes it declares" in _refused(path, ProblemKind.DAMAGED)


def test_file_that_unpacks_to_less_than_it_declares_is_refused(make_zip: MakeZip) -> None:
    path = _with_sizes(make_zip([(_deflated(), bytes(1000))]), 1001)
    assert "does not have the declared size" in _refused(path, ProblemKind.DAMAGED)


def test_size_that_no_compression_reaches_is_refused_before_unpacking(make_zip: MakeZip) -> None:
    path = _with_sizes(make_zip([(_deflated(), bytes(1000))]), 4 << 29)
    assert f"x cannot have {4 << 29} bytes" in _refused(path, ProblemKind.DAMAGED)
    path = _with_sizes(make_zip([("x", b"stored")]), 4 << 29)
    assert f"x cannot have {4 << 29} bytes" in _refused(path, ProblemKind.DAMAGED)


def test_most_that_compression_reaches_is_accepted(tmp_path: Path) -> None:
    zeros = tmp_path / "zeros"
    with zeros.open("wb") as file:
        file.truncate(40 << 20)
    path = pack([Entry("reprocrate.json", b"{}"), Entry("zeros", zeros)], tmp_path / "x.zip").path
    assert path.stat().st_size < 50_000
    with open_bundle(path) as bundle:
        assert bundle.verify() == []


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    # How a "better zip bomb" (Fifield 2019) multiplies its data: the header of one is the content of another.
    inner = Stored(b"inner", 0, 0, zlib.crc32(b"data"), 4, 4, 0, 0)
    quoted = local_header(inner, 0, 33, zip64=False) + b"data"
    files = {"reprocrate.json": b"{}", "outer": quoted, "inner": b"data"}
    listing = checksums_bytes((name, sha256_bytes(data)) for name, data in files.items())
    body, table = b"", b""
    for name, data in {"reprocrate.json": b"{}", "manifest-sha256.txt": listing, "outer": quoted}.items():
        member = Stored(name.encode(), 0, 0, zlib.crc32(data), len(data), len(data), len(body), 0)
        body += local_header(member, 0, 33, zip64=False) + data
        table += central_header(member, 0, 33, zip64=False)
    table += central_header(inner._replace(offset=len(body) - len(quoted)), 0, 33, zip64=False)
    path = tmp_path / "x.zip"
    path.write_bytes(body + table + end_records(4, len(body), len(table)))
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {*files, "manifest-sha256.txt"}
    assert "inner overlaps another in the ZIP file" in _refused(path, ProblemKind.DAMAGED)


# -- headers --


@pytest.mark.parametrize(
    ("offset", "change"),
    [
        (0, b"PKxx"),
        (6, b"\x08"),
        (8, b"\x08"),
        (14, b"\1\2\3\4"),
        (18, b"\x09"),
        (22, b"\x09"),
        (26, b"\x09"),
        (30, b"y"),
    ],
    ids=["signature", "flags", "method", "crc", "compressed size", "size", "name length", "name"],
)
def test_local_header_must_say_what_the_table_says(offset: int, change: bytes, make_zip: MakeZip) -> None:
    path = _patched(make_zip([("x", b"data")]), LOCAL, offset, change)
    assert "x has" in _refused(path, ProblemKind.DAMAGED)


def test_data_descriptor_must_say_what_the_table_says(make_zip: MakeZip) -> None:
    path = make_zip([("x", b"data")])
    for record, offset in ((CENTRAL, 8), (LOCAL, 6)):
        _patched(path, record, offset, b"\x08")
    assert "x has no data descriptor" in _refused(path, ProblemKind.DAMAGED)


def test_damaged_content_is_told(make_zip: MakeZip) -> None:
    path = make_zip([("x", b"uncompressed data")])
    path.write_bytes(path.read_bytes().replace(b"uncompressed data", b"uncompressed dada"))
    assert "x is damaged" in _refused(path, ProblemKind.DAMAGED)
    path = make_zip([(_deflated(), b"compressed data" * 99)])
    data = bytearray(path.read_bytes())
    start = data.index(b"x", data.index(LOCAL, 4)) + 1
    data[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert "x is damaged: it cannot be decompressed" in _refused(path, ProblemKind.DAMAGED)


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    "stream",
    [_raw_deflate(b"data") + b"junk", _raw_deflate(b"data")[:-1], b""],
    ids=["after", "cut", "empty"],
)
def test_compressed_data_must_end_where_it_is_said_to(stream: bytes, make_zip: MakeZip) -> None:
    path = make_zip([("x", b"")])
    _replace_member(path, stream, zlib.crc32(b"data"), 4 if stream else 0)
    assert "x is damaged: its compressed data ends" in _refused(path, ProblemKind.DAMAGED)


def _replace_member(path: Path, stream: bytes, crc: int, size: int) -> None:
    """Give the second member, which is empty and stored, another deflated content."""
    data = path.read_bytes()
    local = data.index(LOCAL, 4)
    sizes = struct.pack("<III", crc, len(stream), size)
    content = local + 31
    data = data[:content] + stream + data[content:]
    data = data[: local + 8] + b"\x08\0" + data[local + 10 : local + 14] + sizes + data[local + 26 :]
    first = data.index(CENTRAL)
    table = data.index(CENTRAL, first + 1)
    data = data[: table + 10] + b"\x08\0" + data[table + 12 : table + 16] + sizes + data[table + 28 :]
    third = data.index(CENTRAL, table + 1)
    moved = struct.unpack_from("<I", data, third + 42)[0] + len(stream)
    data = data[: third + 42] + struct.pack("<I", moved) + data[third + 46 :]
    end = data.index(END)
    data = data[: end + 16] + struct.pack("<I", first) + data[end + 20 :]
    path.write_bytes(data)


# -- bytes that belong to nothing --


def test_bytes_between_files_are_refused(make_zip: MakeZip) -> None:
    path = make_zip([("x", b"")])
    # The last member moves on by eight bytes, and everything after it.
    data = path.read_bytes()
    last = data.rindex(LOCAL)
    data = data[:last] + b"smuggled" + data[last:]
    table = data.rindex(CENTRAL)
    data = data[: table + 42] + struct.pack("<I", last + 8) + data[table + 46 :]
    end = data.index(END)
    data = data[: end + 16] + struct.pack("<I", data.index(CENTRAL)) + data[end + 20 :]
    path.write_bytes(data)
    assert "manifest-sha256.txt has stray bytes in front of it" in _refused(path, ProblemKind.DAMAGED)


def test_bytes_behind_the_last_file_are_refused(make_zip: MakeZip) -> None:
    path = make_zip([("x", b"")])
    data = path.read_bytes()
    first = data.index(CENTRAL)
    data = data[:first] + b"smuggled" + data[first:]
    end = data.index(END)
    path.write_bytes(data[: end + 16] + struct.pack("<I", first + 8) + data[end + 20 :])
    assert "x.zip has stray bytes behind its last file" in _refused(path, ProblemKind.DAMAGED)


@pytest.mark.parametrize("prefix", [b"#!/bin/sh\n", b"PK\x03\x04 something else"])
def test_bytes_before_the_first_file_are_refused(prefix: bytes, make_zip: MakeZip) -> None:
    path = make_zip([("x", b"")])
    path.write_bytes(prefix + path.read_bytes())
    with pytest.raises(UnreadableError, match=r"not a ZIP file|not a sound ZIP file"):
        open_bundle(path)


def test_bytes_after_the_end_are_refused(make_zip: MakeZip) -> None:
    path = make_zip([("x", b"")])
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(UnreadableError, match="cut off"):
        open_bundle(path)


@pytest.mark.parametrize(
    ("offset", "change"),
    [(4, b"\1"), (8, b"\1"), (10, b"\1"), (10, b"\x09"), (12, b"\1"), (16, b"\1")],
    ids=["disk", "count here", "fewer", "more", "size", "start"],
)
def test_end_record_must_fit_the_table(offset: int, change: bytes, make_zip: MakeZip) -> None:
    path = _patched(make_zip([("x", b"data")]), END, offset, change, number=0)
    with pytest.raises(UnreadableError, match="is not a sound ZIP file"):
        open_bundle(path)


def test_table_in_64_bits_must_fit_too(tmp_path: Path) -> None:
    entries = [Entry("reprocrate.json", b"{}"), *(Entry(str(number), b"") for number in range(65_536))]
    path = pack(entries, tmp_path / "x.zip").path
    sound = path.read_bytes()
    for record, offset in (
        (b"PK\x06\x06", 4),
        (b"PK\x06\x06", 24),
        (b"PK\x06\x06", 48),
        (b"PK\x06\x07", 8),
        (END, 12),
    ):
        path.write_bytes(sound)
        _patched(path, record, offset, b"\x77", number=0)
        with pytest.raises(UnreadableError, match="is not a sound ZIP file"):
            open_bundle(path)


# -- anything --


def test_no_flipped_byte_goes_unnoticed_or_changes_what_is_unpacked(tmp_path: Path) -> None:
    entries = [
        Entry("reprocrate.json", b'{"manifest_version":"1.0"}' * 9),
        Entry("data/x", b"data"),
        Entry("run.sh", b"", executable=True),
    ]
    path = pack(entries, tmp_path / "x.zip").path
    sound = path.read_bytes()
    with open_bundle(path) as bundle:
        content = {name: bundle.read(name, 10**6) for name in bundle.names()}
    unnoticed = 0
    for position in range(len(sound)):
        path.write_bytes(sound[:position] + bytes([sound[position] ^ 0x55]) + sound[position + 1 :])
        try:
            with open_bundle(path) as bundle:
                if bundle.verify():
                    continue
                assert {name: bundle.read(name, 10**6) for name in bundle.names()} == content
                unnoticed += 1
        except ReprocrateError:
            continue
    # Times, versions and permissions are all that is left to change.
    assert unnoticed < len(sound) / 4


@pytest.mark.skipif(not shutil.which("zip"), reason="needs zip")
def test_files_that_zip_encrypts_are_refused(make_zip: MakeZip, tmp_path: Path) -> None:
    path = make_zip([])
    (tmp_path / "hidden.txt").write_text("data")
    subprocess.run(["zip", "-q", "-P", "secret", path, "hidden.txt"], cwd=tmp_path, check=True)
    assert "hidden.txt is encrypted" in _refused(path, ProblemKind.ENCRYPTED)
