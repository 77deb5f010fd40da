"""ZIP files written field by field, so that any of them can lie, and without the package that reads them."""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

CHECKSUMS = "manifest-sha256.txt"
TREE = ".reprocrate/tree.json"
FILE, LINK, FOLDER = stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777, stat.S_IFDIR | 0o755


@dataclass(frozen=True)
class Raw:
    """One member. Its two headers say what its data gives, unless `local` or `central` say otherwise.

    Attributes:
        name: the raw name.
        data: what it unpacks to.
        mode: Unix type and permissions.
        packed: its bytes in the file, where they are not simply the deflated or stored data.
        method: 0 stored, 8 deflated, or a lie.
        flags: general purpose flags.
        local: fields of the local header that differ, by name.
        central: fields of the table of contents that differ, by name.
        extra: extra fields of both headers.
        before: stray bytes in front of it.
        after: bytes behind its data, such as a data descriptor.
        offset: where the table says it is, if not where it is.
        present: whether it has bytes of its own in the file, or only an entry in the table.
    """

    name: bytes
    data: bytes = b""
    mode: int = FILE
    packed: bytes | None = None
    method: int = 8
    flags: int = 0x800
    local: dict[str, int | bytes] = field(default_factory=dict)
    central: dict[str, int | bytes] = field(default_factory=dict)
    extra: bytes = b""
    before: bytes = b""
    after: bytes = b""
    offset: int | None = None
    present: bool = True

    def stored(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.data) if self.method == 8 else self.data


def deflate(data: bytes, level: int = 6) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _local(member: Raw) -> bytes:
    said = _said(member, member.local)
    fixed = struct.pack(
        "<4sHHHHHIIIHH",
        b"PK\3\4",
        20,
        said["flags"],
        said["method"],
        0,
        33,
        said["crc"],
        said["compressed"],
        said["size"],
        len(said["name"]),
        len(said["extra"]),
    )
    return fixed + said["name"] + said["extra"]


def _central(member: Raw, offset: int) -> bytes:
    said = _said(member, member.central)
    fixed = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\1\2",
        said.get("system", 3) << 8 | 20,
        20,
        said["flags"],
        said["method"],
        0,
        33,
        said["crc"],
        said["compressed"],
        said["size"],
        len(said["name"]),
        len(said["extra"]),
        len(said.get("comment", b"")),
        said.get("disk", 0),
        0,
        member.mode << 16,
        said.get("offset", offset),
    )
    return fixed + said["name"] + said["extra"] + said.get("comment", b"")


def _said(member: Raw, other: dict[str, int | bytes]) -> dict[str, int | bytes]:
    return {
        "name": member.name,
        "flags": member.flags,
        "method": member.method,
        "crc": zlib.crc32(member.data),
        "compressed": len(member.stored()),
        "size": len(member.data),
        "extra": member.extra,
        **other,
    }


@dataclass(frozen=True)
class RawZip:
    """A ZIP file.

    Attributes:
        members: what is in it, in the order of storage.
        prefix: what stands in front, counted in no offset.
        gap: what stands between the last member and the table.
        suffix: what stands behind the end record.
        comment: the comment of the end record.
        end: fields of the end record that differ, by name.
        end_64: a ZIP64 end record with locator, made of count, size and start of the table.
    """

    members: tuple[Raw, ...]
    prefix: bytes = b""
    gap: bytes = b""
    suffix: bytes = b""
    comment: bytes = b""
    end: dict[str, int] = field(default_factory=dict)
    end_64: Callable[[int, int, int], bytes] = lambda _count, _size, _start: b""

    def write(self, path: Path) -> Path:
        offsets: dict[bytes, int] = {}
        table = bytearray()
        with path.open("wb") as file:
            for member in self.members:
                file.write(member.before)
                offset = file.tell() if member.offset is None else member.offset
                offsets[member.name] = offset
                if member.present:
                    file.write(_local(member) + member.stored() + member.after)
                table += _central(member, offset)
            file.write(self.gap)
            start = file.tell()
            count = len(self.members)
            file.write(table + self.end_64(count, len(table), start))
            said = {"disk": 0, "here": count, "count": count, "size": len(table), "start": start, **self.end}
            file.write(
                struct.pack(
                    "<4sHHHHIIH",
                    b"PK\5\6",
                    said["disk"],
                    0,
                    min(said["here"], 0xFFFF),
                    min(said["count"], 0xFFFF),
                    said["size"],
                    said["start"],
                    len(self.comment),
                )
                + self.comment
                + self.suffix
            )
        if self.prefix:
            path.write_bytes(self.prefix + path.read_bytes())
        return path


@dataclass(frozen=True)
class Genuine:
    """A genuine bundle in the hand of somebody who changes one thing and makes all digests fit again.

    Attributes:
        files: content by path, without the list of checksums and the list of links.
        links: symbolic links, target by path.
        stated: the links that the bundle's own list names, where these are others.
        folders: empty folders that the list names.
    """

    files: dict[str, bytes]
    links: dict[str, str] = field(default_factory=dict)
    stated: dict[str, str] | None = None
    folders: tuple[str, ...] = ()

    @staticmethod
    def of(path: Path) -> Genuine:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            return Genuine({name: archive.read(name) for name in names if name != CHECKSUMS})

    def adding(self, files: dict[str, bytes]) -> Genuine:
        return replace(self, files={**self.files, **files})

    def linking(self, links: dict[str, str], stated: dict[str, str] | None = None) -> Genuine:
        return replace(self, links=links, stated=stated)

    def all_files(self) -> dict[str, bytes]:
        """The files, and what goes with links."""
        stated = self.links if self.stated is None else self.stated
        if not stated and not self.folders:
            return self.files
        return {**self.files, TREE: json.dumps({"links": stated, "folders": list(self.folders)}).encode()}

    def checksums(self) -> bytes:
        """What `sha256sum` would write; names that are no Unicode stay as they are."""
        files = self.all_files().items()
        lines = [hashlib.sha256(data).hexdigest().encode() + b"  " + raw(name) for name, data in files]
        return b"".join(line + b"\n" for line in sorted(lines, key=lambda line: line[66:]))

    def members(self, *added: Raw, checksums: bytes | None = None) -> tuple[Raw, ...]:
        """The members of a sound ZIP file, and others in front of the checksums."""
        found = [Raw(raw(name), data) for name, data in self.all_files().items()]
        found += [Raw(raw(name), target.encode(), LINK, method=0) for name, target in self.links.items()]
        listing = self.checksums() if checksums is None else checksums
        return (*found, *added, Raw(CHECKSUMS.encode(), listing))

    def zip(self, *added: Raw, checksums: bytes | None = None) -> RawZip:
        """A ZIP file that holds it."""
        return RawZip(self.members(*added, checksums=checksums))

    def folder(self, path: Path) -> Path:
        """The same as a folder."""
        for name, data in {**self.all_files(), CHECKSUMS: self.checksums()}.items():
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        for name, leads_to in self.links.items():
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(leads_to)
        return path


def raw(name: str) -> bytes:
    """A name as bytes; what was no Unicode is again what it was."""
    return name.encode("utf-8", "surrogateescape")


def changed(archive: RawZip, name: str, **changes: object) -> RawZip:
    """The same with other fields of one member."""
    members = tuple(
        replace(member, **changes) if member.name == name.encode() else member for member in archive.members
    )
    assert members != archive.members
    return replace(archive, members=members)


def whole(archive: RawZip, path: Path) -> bytes:
    """The bytes of a ZIP file."""
    return archive.write(path).read_bytes()


def names_in(data: bytes) -> list[str]:
    """What Python's reader sees in a ZIP file."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.namelist()
