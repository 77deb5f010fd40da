"""Bundles that were made to harm their reader: a genuine one each, with one defect and digests that fit it.

Each goes through `import` and `validate` in a process with little memory. Both must name what is wrong in one
line, and leave everything as it was; the same bundle without the defect is imported.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Said
from tests.cli.raw_zip import CHECKSUMS, FOLDER, LINK, Genuine, Raw, RawZip, changed, deflate, raw

MEMORY = 1 << 30
SECONDS = 60
OUTSIDE = "reprocrate-outside"

Made = RawZip | Callable[[Path], Path]


@dataclass(frozen=True)
class Case:
    """A hostile bundle.

    Attributes:
        make: makes it from a genuine one.
        says: what the message must hold.
        code: what `import` must end with: 1 if bytes are not what they should be, 3 if it cannot be read.
        judged: the same of `validate`.
        options: what else is given to both commands.
    """

    make: Callable[[Genuine], Made]
    says: str
    code: int = 1
    judged: int = 1
    options: tuple[str, ...] = ()


def _named(name: str, says: str) -> Case:
    return Case(lambda g: g.adding({name: b"1\n"}).zip(), says)


def _linked(links: dict[str, str], says: str, stated: dict[str, str] | None = None) -> Case:
    return Case(lambda g: g.linking(links, stated).zip(), says)


def _unreadable(make: Callable[[Genuine], Made], says: str, *options: str) -> Case:
    return Case(make, says, 3, 3, options)


NAMES = {
    "absolute": _named(f"/tmp/{OUTSIDE}", "is absolute"),
    "parent": _named(f"../{OUTSIDE}", 'has the part ".."'),
    "parent further in": _named(f"data/../../{OUTSIDE}", 'has the part ".."'),
    "drive": _named("C:/evil.txt", "is absolute"),
    "folder of a drive": _named("C:evil.txt", "is absolute"),
    "backslash": _named("..\\evil.txt", "backslash"),
    "share": _named("\\\\server\\share\\evil.txt", "backslash"),
    "escape sequence": _named("data/\x1b[2Jx.csv", "control character"),
    "line break": _named("data/x\ny.csv", "in line"),
    "null": _named("data/x.csv\0.txt", "control character"),
    "right to left": _named("data/result\u202etxt.exe", "control character"),
    "overlong slash": _named(os.fsdecode(b"..\xc0\xafevil.txt"), "UTF-8"),
    "half a surrogate pair": _named(os.fsdecode(b"data/\xed\xa0\x80.csv"), "UTF-8"),
    "no UTF-8": _named(os.fsdecode(b"data/caf\xe9.csv"), "UTF-8"),
    "device of Windows": _named("data/nul.txt", "device on Windows"),
    "device as folder": _named("AUX/x.txt", "device on Windows"),
    "dot at the end": _named("train.py.", "dot or a space"),
    "space at the end": _named("train.py ", "dot or a space"),
    "too long": _named(f"data/{'x' * 256}", "longer than 255"),
    "too long with its folders": _named("/".join(["x" * 200] * 6), "longer than 1024"),
    "too deep": _named("d/" * 101 + "x", "more than 100 folders"),
    "repository": _named(".git/config", "git repository"),
    "repository by case": _named("data/.GIT/hooks/post-checkout", "git repository"),
    "repository of Windows": _named("git~1/config", "git repository"),
    "repository of macOS": _named(".g\u200cit/config", "git repository"),
    "empty part": _named("data//x.csv", "empty part"),
    "input of sha256sum": _named("-", "sha256sum takes"),
    "case": _named("TRAIN.PY", "same file as"),
    "case of the manifest": _named("ReproCrate.json", "same file as"),
    "case of the checksums": _named("Manifest-SHA256.txt", "same file as"),
    "folding": Case(lambda g: g.adding({"stra\u00dfe.csv": b"1", "STRASSE.csv": b"2"}).zip(), "same file as"),
    "file and folder": _named("train.py/x", "both a file and a folder"),
}

RESERVED = {
    "marker of import": _named(".reprocrate/imported.json", "forged"),
    "environment": _named(".reprocrate/environments/environment-1/bin/python", "forged"),
    "environment by case": _named(".Reprocrate/Environments/environment-1/bin/python", "forged"),
    "rerun": _named(".reprocrate/reruns/1/report.json", "forged"),
    "empty environment": Case(
        lambda g: replace(g, folders=(".reprocrate/environments/environment-1",)).zip(), "forged"
    ),
    "link in place of environments": _linked({".reprocrate/environments": "../data"}, "bundle's own files"),
}

LINKS = {
    "to the system": _linked({"data/passwd": "/etc/passwd"}, "unsafe path"),
    "out": _linked({"data/out": "../../outside"}, "leads out of the bundle"),
    "out by another": _linked({"a": "data", "b": "a/../../outside"}, "leads out of the bundle"),
    "loop": _linked({"a": "b", "b": "a"}, "loop"),
    "itself": _linked({"a": "a"}, "loop"),
    "long loop": _linked({f"a{n}": f"a{n + 1}" for n in range(50)} | {"a50": "train.py"}, "loop"),
    "nowhere": _linked({"a": "missing.txt"}, "not in the bundle"),
    "drive": _linked({"a": "C:\\Windows"}, "unsafe path"),
    "everything": _linked({"data/all": ".."}, "the whole bundle"),
    "place of the bundle": _linked({".reprocrate/runs/x": "../../data"}, "bundle's own files"),
    "not stated": _linked({"a": "train.py"}, "does not name", {}),
    "stated only": _linked({}, "is missing", {"a": "train.py"}),
    "stated otherwise": _linked({"a": "train.py"}, "is another", {"a": "points.py"}),
    "place of a folder": Case(
        lambda g: g.zip(Raw(b"data", b"/tmp", LINK, method=0)),
        "data",
    ),
    "place of a folder in the list": _linked({"data": ".reprocrate"}, "data"),
    "endless target": Case(lambda g: g.linking({"a": "x/" * 600 + "y"}).zip(), "link"),
}

KINDS = {
    "pipe": Case(lambda g: changed(g.zip(), "train.py", mode=stat.S_IFIFO | 0o644), "train.py is a device"),
    "device": Case(lambda g: changed(g.zip(), "train.py", mode=stat.S_IFCHR | 0o644), "train.py is a device"),
    "socket": Case(
        lambda g: changed(g.zip(), "train.py", mode=stat.S_IFSOCK | 0o644), "train.py is a device"
    ),
    "folder with content": Case(lambda g: g.zip(Raw(b"x/", b"hidden", FOLDER)), "other way round"),
    "file as folder": Case(lambda g: changed(g.zip(), "train.py", mode=FOLDER), "other way round"),
    "unsafe folder": Case(lambda g: g.zip(Raw(b"../outside/", b"", FOLDER, method=0)), 'part ".."'),
}


def _again(g: Genuine, name: str) -> RawZip:
    return g.zip(Raw(name.encode(), g.files[name]))


def _overlapping(g: Genuine) -> RawZip:
    """The same data for two files, as the zip bombs of Fifield (2019) do on a large scale."""
    archive = g.adding({"copy.py": g.files["train.py"]}).zip()
    place = _offset(archive, "train.py")
    copy = next(member for member in archive.members if member.name == b"copy.py")
    hidden = replace(copy, present=False, offset=place, local={})
    return replace(archive, members=tuple(hidden if m is copy else m for m in archive.members))


def _quoted(g: Genuine) -> RawZip:
    """The header of one file is the content of another."""
    inner = RawZip((Raw(b"inner.txt", b"data", method=0),))
    header = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0x800, 0, 0, 33, zlib.crc32(b"data"), 4, 4, 9, 0)
    quoted = header + b"inner.txt" + b"data"
    bundle = g.adding({"outer.bin": quoted, "inner.txt": b"data"})
    members = [m for m in bundle.members() if m.name not in (b"outer.bin", b"inner.txt")]
    outer = Raw(b"outer.bin", quoted, method=0)
    archive = RawZip((outer, *members))
    assert inner.members[0].name == b"inner.txt"
    entry = Raw(b"inner.txt", b"data", method=0, present=False, offset=30 + len(b"outer.bin"))
    return RawZip((*archive.members, entry))


def _offset(archive: RawZip, name: str) -> int:
    place = 0
    for member in archive.members:
        place += len(member.before)
        if member.name == name.encode():
            return place
        extra = len(member.local.get("extra", member.extra))  # type: ignore[arg-type]
        place += 30 + len(member.name) + extra + len(member.stored()) + len(member.after)
    raise KeyError(name)


def _field(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _other_path(name: bytes, other: bytes) -> bytes:
    """The field by which Info-ZIP and 7-Zip give a file another name (APPNOTE 4.6.9)."""
    return _field(0x7075, b"\1" + struct.pack("<I", zlib.crc32(name)) + other)


def _end_64(**wrong: int) -> Callable[[int, int, int], bytes]:
    def records(count: int, size: int, start: int) -> bytes:
        said = {"count": count, "size": size, "start": start, "record": start + size} | wrong
        numbers = (said["count"], said["count"], said["size"], said["start"])
        end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, *numbers)
        return end + struct.pack("<4sIQI", b"PK\6\7", 0, said["record"], 1)

    return records


def _second_end(g: Genuine) -> RawZip:
    """A comment that is the end of another ZIP file: who searches from the front sees one, else the other."""
    archive = g.zip()
    return replace(archive, comment=struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0))


def _first_end(g: Genuine) -> RawZip:
    """An end record in front of the real one, whose comment reaches to the end of the file."""
    rest = 22 + len(b"")
    fake = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
    archive = g.zip()
    table = sum(46 + len(m.name) for m in archive.members)
    fake = fake[:-2] + struct.pack("<H", table + rest)
    return replace(archive, gap=fake)


STRUCTURE = {
    "twice": Case(lambda g: _again(g, "train.py"), "train.py occurs more than once"),
    "manifest twice": Case(lambda g: _again(g, "reprocrate.json"), "occurs more than once"),
    "checksums twice": Case(lambda g: g.zip(Raw(CHECKSUMS.encode(), b"")), "occurs more than once"),
    "same bytes for two": Case(_overlapping, "copy.py"),
    "header in content": Case(_quoted, "inner.txt overlaps another"),
    "smaller than it says": Case(
        lambda g: changed(g.zip(), "train.py", **_sizes(len(g.files["train.py"]) + 1)), "train.py is damaged"
    ),
    "larger than it says": Case(
        lambda g: changed(g.zip(), "train.py", **_sizes(100)), "train.py is larger than the 100 bytes"
    ),
    "impossible size": Case(
        lambda g: changed(g.zip(), "train.py", **_sizes(900_000_000)), "cannot have 900000000 bytes"
    ),
    "checksum of the data": Case(
        lambda g: changed(g.zip(), "train.py", local={"crc": 1}, central={"crc": 1}), "train.py is damaged"
    ),
    "damaged data": Case(lambda g: changed(g.zip(), "train.py", packed=b"\xff" * 100), "train.py is damaged"),
    "data behind the data": Case(
        lambda g: changed(g.zip(), "train.py", packed=deflate(g.files["train.py"]) + b"hidden"),
        "train.py is damaged",
    ),
    "encrypted": Case(lambda g: changed(g.zip(), "train.py", flags=0x801), "train.py is encrypted"),
    "strongly encrypted": Case(lambda g: changed(g.zip(), "train.py", flags=0x841), "train.py is encrypted"),
    "masked": Case(lambda g: changed(g.zip(), "train.py", flags=0x2800), "train.py is encrypted"),
    "bzip2": Case(lambda g: changed(g.zip(), "train.py", method=12), "unsupported way (method 12"),
    "Zstandard": Case(lambda g: changed(g.zip(), "train.py", method=93), "unsupported way (method 93"),
    "unknown method": Case(lambda g: changed(g.zip(), "train.py", method=77), "unsupported way (method 77"),
    "patch": Case(lambda g: changed(g.zip(), "train.py", flags=0x820), "unsupported way"),
    "other name in front": Case(
        lambda g: changed(g.zip(), "train.py", local={"name": b"evil1.py"}), "train.py has a local header"
    ),
    "other size in front": Case(
        lambda g: changed(g.zip(), "train.py", local={"size": 5}), "train.py has a local header"
    ),
    "other method in front": Case(
        lambda g: changed(g.zip(), "train.py", local={"method": 0}), "train.py has a local header"
    ),
    "descriptor": Case(
        lambda g: changed(
            g.zip(), "train.py", flags=0x808, after=struct.pack("<4sIII", b"PK\7\x08", 1, 2, 3)
        ),
        "train.py has no data descriptor",
    ),
    "other name in a field": Case(
        lambda g: changed(g.zip(), "train.py", extra=_other_path(b"train.py", f"../{OUTSIDE}".encode())),
        "train.py",
    ),
    "other name in a field in front": Case(
        lambda g: changed(g.zip(), "train.py", local={"extra": _other_path(b"train.py", b"evil.py")}),
        "train.py",
    ),
    "other sizes in a field": Case(
        lambda g: changed(g.zip(), "train.py", central={"extra": _field(1, struct.pack("<QQ", 5, 5))}),
        "train.py",
    ),
    "large size without its field": Case(
        lambda g: changed(g.zip(), "train.py", local=_large(), central=_large()), "cannot have 4294967295"
    ),
    "bytes between": Case(
        lambda g: changed(g.zip(), "train.py", before=b"hidden"), "train.py has stray bytes in front"
    ),
    "bytes behind the last": Case(lambda g: replace(g.zip(), gap=b"hidden"), "stray bytes behind its last"),
    "bytes in front": _unreadable(lambda g: replace(g.zip(), prefix=b"#!/bin/sh\nexit\n"), "not a ZIP file"),
    "member in front": _unreadable(
        lambda g: replace(g.zip(), prefix=b"PK\3\4" + bytes(50)), "not where its end record says"
    ),
    "bytes behind the end": _unreadable(lambda g: replace(g.zip(), suffix=b"hidden"), "cut off"),
    "comment as another end": _unreadable(_second_end, "not a sound ZIP file"),
    "two ends": _unreadable(_first_end, "not a sound ZIP file"),
    "fewer than there are": _unreadable(
        lambda g: replace(g.zip(), end={"here": 5, "count": 5}), "not a sound ZIP file"
    ),
    "more than there are": _unreadable(
        lambda g: replace(g.zip(), end={"here": 9999, "count": 9999}), "not a sound ZIP file"
    ),
    "several disks": _unreadable(lambda g: replace(g.zip(), end={"disk": 1}), "one part of several"),
    "member on another disk": _unreadable(
        lambda g: changed(g.zip(), "train.py", central={"disk": 7}), "not a sound ZIP file"
    ),
    "another count in 64 bits": _unreadable(
        lambda g: replace(g.zip(), end_64=_end_64(count=3)), "contradict each other"
    ),
    "another table in 64 bits": _unreadable(
        lambda g: replace(g.zip(), end_64=_end_64(start=0)), "contradict each other"
    ),
    "lost record of 64 bits": _unreadable(
        lambda g: replace(g.zip(), end_64=_end_64(record=1 << 60)), "not where its locator says"
    ),
}


def _sizes(size: int) -> dict[str, Any]:
    return {"local": {"size": size}, "central": {"size": size}}


def _large() -> dict[str, int | bytes]:
    return {"size": 0xFFFFFFFF}


def _zeros(g: Genuine, size: int) -> Made:
    """A file of zeros, deflated a thousand to one."""

    def write(path: Path) -> Path:
        import hashlib

        packer, digest, crc = zlib.compressobj(9, zlib.DEFLATED, -15), hashlib.sha256(), 0
        packed, piece = bytearray(), bytes(1 << 24)
        for _ in range(size >> 24):
            packed += packer.compress(piece)
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
        packed += packer.flush()
        lines = [*g.checksums().splitlines(), f"{digest.hexdigest()}  zeros.bin".encode()]
        listing = b"".join(line + b"\n" for line in sorted(lines, key=lambda line: line[66:]))
        said: dict[str, int | bytes] = {"size": size, "crc": crc}
        bomb = Raw(b"zeros.bin", packed=bytes(packed), local=said, central=said)
        return g.zip(bomb, checksums=listing).write(path)

    return write


def _many_folders(g: Genuine, count: int) -> RawZip:
    members = g.members(*(Raw(b"%d/" % number, b"", FOLDER, method=0) for number in range(count)))
    return RawZip(members, end_64=_end_64())


def _manifest(g: Genuine, data: bytes) -> RawZip:
    return g.adding({"reprocrate.json": data}).zip()


LARGE = {
    "unpacks a thousandfold": _unreadable(lambda g: _zeros(g, 3 << 29), "times the bytes of the bundle"),
    "too many": _unreadable(lambda g: _many_folders(g, 1_000_001), "more than 1,000,000 files"),
    "more than allowed": _unreadable(Genuine.zip, "more than 100,000 bytes", "--limit", "bytes=100kB"),
    "manifest of 100 MB": Case(
        lambda g: _manifest(g, g.files["reprocrate.json"] + b" " * 100_000_000), "too large", 3, 1
    ),
    "metadata of 100 MB": Case(
        lambda g: g.adding(
            {"ro-crate-metadata.json": g.files["ro-crate-metadata.json"] + b" " * 100_000_000}
        ).zip(),
        "ro-crate-metadata.json",
        1,
        1,
    ),
    "checksums of 300 MB": Case(
        lambda g: g.zip(checksums=g.checksums() + (b"0" * 64 + b"  x\n") * 4_412_000), CHECKSUMS
    ),
    "checksums of 250 MB": Case(
        lambda g: g.zip(checksums=g.checksums() + (b"0" * 64 + b"  x\n") * 3_700_000),
        CHECKSUMS,
    ),
    "deep manifest": Case(lambda g: _manifest(g, b"[" * 1_000_000), "nested deeper", 3, 1),
    "deep value in the manifest": Case(
        lambda g: _manifest(g, b'{"manifest_version":"1.0","id":' + b"[" * 9000 + b"]" * 9000 + b"}"),
        "nested deeper",
        3,
        1,
    ),
    "deep list of links": Case(
        lambda g: g.adding({".reprocrate/tree.json": b"[" * 1_000_000}).zip(), "tree.json is not JSON"
    ),
}

CONTENT = {
    "file more than listed": Case(
        lambda g: g.adding({"evil.py": b""}).zip(checksums=g.checksums()), "evil.py is extra"
    ),
    "file less than listed": Case(
        lambda g: _without(g, "train.py").zip(checksums=g.checksums()), "train.py is missing"
    ),
    "other content": Case(
        lambda g: g.adding({"train.py": b"import os\n"}).zip(checksums=g.checksums()), "train.py has changed"
    ),
    "other content with its digest": Case(lambda g: g.adding({"train.py": b"import os\n"}).zip(), "train.py"),
    "no list": Case(lambda g: RawZip(g.members()[:-1]), f"{CHECKSUMS} is missing"),
    "list that is none": Case(lambda g: g.zip(checksums=b"\xff\xfe"), f"{CHECKSUMS} is not UTF-8"),
}


def _without(g: Genuine, name: str) -> Genuine:
    return replace(g, files={path: data for path, data in g.files.items() if path != name})


def _in_folder(change: Callable[[Path], object], says: str, bundle: Genuine | None = None) -> Case:
    def make(g: Genuine) -> Made:
        def write(path: Path) -> Path:
            folder = (bundle or g).folder(path.with_suffix(""))
            change(folder)
            return folder

        return write

    return Case(make, says)


def _put(name: str, data: bytes = b"1\n") -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        target = os.fsencode(folder) + b"/" + raw(name)
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
        with open(target, "wb") as file:  # noqa: PTH123 - bytes
            file.write(data)
        lines = (folder / CHECKSUMS).read_bytes()
        import hashlib

        listed = lines + hashlib.sha256(data).hexdigest().encode() + b"  " + raw(name) + b"\n"
        (folder / CHECKSUMS).write_bytes(listed)

    return change


def _replaced_by_link(name: str, target: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        place = folder / name
        shutil.move(place, folder.parent / OUTSIDE)
        place.symlink_to(target)

    return change


FOLDERS = {
    "link out": _in_folder(lambda f: (f / "a").symlink_to("/etc/passwd"), "a is a symbolic link"),
    "link for a file": _in_folder(_replaced_by_link("train.py", f"../{OUTSIDE}"), "train.py"),
    "link for a folder": _in_folder(_replaced_by_link("data", f"../{OUTSIDE}"), "data"),
    "loop": _in_folder(lambda f: (f / "a").symlink_to("a"), "a is a symbolic link"),
    "pipe": _in_folder(lambda f: os.mkfifo(f / "a"), "a is a device, a pipe or a socket"),
    "pipe for a file": _in_folder(
        lambda f: ((f / "train.py").unlink(), os.mkfifo(f / "train.py")), "train.py is a device"
    ),
    "repository": _in_folder(_put(".git/config"), "git repository"),
    "backslash": _in_folder(_put("..\\x"), "backslash"),
    "escape sequence": _in_folder(_put("\x1b[2J"), "control character"),
    "device of Windows": _in_folder(_put("con.py"), "device on Windows"),
    "case": _in_folder(_put("TRAIN.py"), "same file as"),
    "no UTF-8": _in_folder(_put(os.fsdecode(b"caf\xe9.csv")), "UTF-8"),
    "extra": _in_folder(lambda f: (f / "evil.py").write_text(""), "evil.py is extra"),
    "changed": _in_folder(lambda f: (f / "train.py").write_text("import os"), "train.py has changed"),
}

ALL = {
    f"{family}: {name}": case
    for family, cases in {
        "name": NAMES,
        "reserved": RESERVED,
        "link": LINKS,
        "kind": KINDS,
        "structure": STRUCTURE,
        "large": LARGE,
        "content": CONTENT,
        "folder": FOLDERS,
    }.items()
    for name, case in cases.items()
}


@pytest.fixture(scope="session")
def genuine(recorded_once: Path) -> Genuine:
    """The files of a genuine bundle."""
    return Genuine.of(recorded_once / "threshold.crate.zip")


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A folder that holds everything a reader has: the bundle, a home and a place for temporary files."""
    for name in ("home", "temporary", "work"):
        (tmp_path / "reader" / name).mkdir(parents=True)
    return tmp_path / "reader"


def _made(case: Case, genuine: Genuine, reader: Path) -> Path:
    made = case.make(genuine)
    path = reader / "work" / "x.zip"
    return made.write(path) if isinstance(made, RawZip) else made(path)


def _state(folder: Path) -> dict[str, tuple[int, ...]]:
    """Everything below a folder, with its type and, of files, size and time."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        alters = () if stat.S_ISDIR(status.st_mode) else (status.st_size, status.st_mtime_ns)
        found[os.fspath(path)] = (status.st_mode, *alters)
    return found


@dataclass(frozen=True)
class Program:
    """The program, loaded once, that runs each command in a fork with little memory."""

    process: subprocess.Popen[str]
    environ: Mapping[str, str]

    def __call__(self, reader: Path, *arguments: object) -> Said:
        out, err = reader.parent / "out.txt", reader.parent / "err.txt"
        places = {"HOME": str(reader / "home"), "TMPDIR": str(reader / "temporary")}
        request = {
            "arguments": [str(argument) for argument in arguments],
            "folder": str(reader / "work"),
            "environ": {**self.environ, **places},
            "memory": MEMORY,
            "seconds": SECONDS,
            "out": str(out),
            "err": str(err),
        }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{json.dumps(request)}\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        said = Said(code, *(file.read_text(errors="surrogateescape") for file in (out, err)))
        out.unlink()
        err.unlink()
        return said


@pytest.fixture(scope="session")
def program(cli: Cli, recorded_once: Path, repository: Path) -> Iterator[Program]:
    """The program, ready."""
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("forking.py"), recorded_once / "threshold.crate.zip"],
        env={**cli.environ, "PYTHONPATH": str(repository)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Program(process, cli.environ)
        assert process.stdin
        process.stdin.close()


SLOW = (
    "large: too many",
    "large: unpacks a thousandfold",
    "large: checksums of 250 MB",
    "large: checksums of 300 MB",
)


@pytest.mark.requirement("RQ32")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough if name in SLOW else ()) for name in ALL]
)
def test_hostile_bundle_is_refused(name: str, genuine: Genuine, reader: Path, program: Program) -> None:
    case = ALL[name]
    path = _made(case, genuine, reader)
    before = _state(reader)

    done = program(reader, "import", path.name, "target", *case.options)
    assert (done.code, done.out) == (case.code, ""), done
    lines = done.err.splitlines()
    assert [line.startswith("reprocrate: ") for line in lines] == [True], done.err
    assert case.says in lines[0]
    assert lines[0].isprintable()
    assert "mistake of reprocrate" not in lines[0]

    judged = program(reader, "validate", path.name, "--json", *case.options)
    assert judged.code == case.judged, judged
    messages = judged.err.splitlines()
    if judged.code == 1:
        assert messages == []
        report = json.loads(judged.out)
        assert not report["valid"]
        messages = [finding["message"] for finding in report["findings"]]
    assert any(case.says in message for message in messages), messages

    assert _state(reader) == before
    assert not Path(f"/tmp/{OUTSIDE}").exists()


@pytest.mark.parametrize("form", ["zip", "folder", "with links", "with a bomb in it"])
def test_the_same_without_a_defect_is_imported(
    form: str, genuine: Genuine, reader: Path, program: Program
) -> None:
    path = reader / "work" / "x.zip"
    bundle = genuine
    if form == "with links":
        bundle = replace(genuine.linking({"latest": "data", "data/code.py": "../train.py"}), folders=("out",))
    elif form == "with a bomb in it":  # what lies in a file of a bundle is nobody's business but the author's
        bundle = genuine.adding({"bomb.zip": RawZip((Raw(b"../../x", b""),)).write(path).read_bytes()})
        path.unlink()
    place = bundle.folder(path.with_suffix("")) if form == "folder" else bundle.zip().write(path)
    for command in (("validate", place.name), ("import", place.name, "target")):
        assert program(reader, *command).code == 0
    assert (reader / "work/target/train.py").read_bytes() == genuine.files["train.py"]


def test_there_are_enough() -> None:
    assert len(ALL) > 100
