"""Looking for identities in everything that travels, whatever it is."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from reprocrate.bundle import Entry
from reprocrate.standard import pointer_to
from reprocrate.validation.places import values_of
from reprocrate.workflow.anonymous.identities import Identities, mentions_by_form

WHOLE_BYTES = 10_000_000
"""Larger files are searched in pieces, for what is known for certain."""

_PIECE_BYTES = 4 << 20
_OVERLAP_BYTES = 512
_UNPACKED_BYTES = 1 << 30
_MOST_MEMBERS = 10_000
_MOST_TOLD = 3
_STRINGS = re.compile(rb"[\x20-\x7e]{8,}")
_LONGEST_SHOWN = 60


class Sighting(NamedTuple):
    """What looks like an identity: where it stands, what it is, and its text."""

    place: str
    kind: str
    text: str

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= _LONGEST_SHOWN else f"{self.text[:_LONGEST_SHOWN]}..."
        return f"{self.place}: {self.kind} ({' '.join(shown.split())})"


def sightings(entries: Iterable[Entry], identities: Identities) -> Iterator[str]:
    """What looks like an identity in files and in their names, at most three places of each, as sentences."""
    for entry in entries:
        for mention in identities.mentions(entry.path)[:1]:
            text = entry.path[mention.start : mention.end]
            yield f"the name of {Sighting(entry.path, mention.kind, text)}"
        found = list(_in_file(entry, identities))
        yield from map(str, found[:_MOST_TOLD])
        if len(found) > _MOST_TOLD:
            yield f"{entry.path}: and {len(found) - _MOST_TOLD} more places"


def in_manifest(document: Any, identities: Identities) -> Iterator[str]:
    """What looks like an identity in the texts of a manifest, as sentences."""
    for path, value in values_of(document):
        for text in (value, *path[-1:]):
            for mention in identities.mentions(text)[:1] if isinstance(text, str) else ():
                place = f"reprocrate.json at {pointer_to(path)}"
                yield str(Sighting(place, mention.kind, text[mention.start : mention.end]))


def _in_file(entry: Entry, identities: Identities) -> Iterator[Sighting]:
    if isinstance(entry.source, bytes):
        yield from _in_bytes(entry.path, entry.source, identities)
    elif entry.source.stat().st_size <= WHOLE_BYTES:
        yield from _in_bytes(entry.path, entry.source.read_bytes(), identities)
    else:
        with entry.source.open("rb") as file:
            yield from _in_pieces(entry.path, file, identities)
        with entry.source.open("rb") as file:
            yield from _in_archive(entry.path, file, identities)


def _in_bytes(path: str, data: bytes, identities: Identities) -> Iterator[Sighting]:
    """Sightings in a file that was read whole: in text with the lines, else in what of it is text."""
    if b"\0" not in data[:8192]:
        text = data.decode(errors="surrogateescape")
        for mention in identities.mentions(text, encoded=True):
            line = text.count("\n", 0, mention.start) + 1
            yield Sighting(f"{path} line {line}", mention.kind, text[mention.start : mention.end])
    else:
        yield from _in_binary(path, data, identities)
    yield from _in_archive(path, io.BytesIO(data), identities)


def _in_binary(path: str, data: bytes, identities: Identities) -> Iterator[Sighting]:
    """Sightings in what is no text: of what is known anywhere, of forms in what could be read as text."""
    found = dict(identities.known_in(data))
    found |= identities.known_in(data.replace(b"\0", b""))  # UTF-16 of Latin letters is text then
    text = "\n".join(each.decode() for each in _STRINGS.findall(data))
    found |= {text[each.start : each.end]: each.kind for each in mentions_by_form(text)}
    yield from (Sighting(path, kind, what) for what, kind in found.items())


def _in_pieces(path: str, file: BinaryIO, identities: Identities, most: int = 0) -> Iterator[Sighting]:
    """Sightings of what is known for certain in a file of any size; at most `most` bytes of it, 0 for all."""
    before = b""
    seen: set[str] = set()
    read = 0
    while (not most or read < most) and (piece := file.read(_PIECE_BYTES)):
        read += len(piece)
        data = before + piece
        for found, kind in identities.known_in(data):
            if found not in seen:
                seen.add(found)
                yield Sighting(path, kind, found)
        before = data[-_OVERLAP_BYTES:]


def _in_archive(path: str, file: BinaryIO, identities: Identities) -> Iterator[Sighting]:
    """Sightings in what is compressed: members of ZIP files, such as those of PyTorch and NumPy, and gzip."""
    start = file.read(4)
    file.seek(0)
    try:
        if start.startswith(b"\x1f\x8b"):
            with gzip.open(file) as inner:
                yield from _in_pieces(path, inner, identities, _UNPACKED_BYTES)  # type: ignore[arg-type]
        elif start.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist()[:_MOST_MEMBERS]:
                    if member.compress_type == zipfile.ZIP_STORED or member.flag_bits & 1:
                        continue  # its bytes were looked at, or nobody can read them
                    with archive.open(member) as inner_file:
                        place = f"{path} in {member.filename}"
                        yield from _in_pieces(place, inner_file, identities, _UNPACKED_BYTES)  # type: ignore[arg-type]
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return  # no archive after all, or a damaged one
