"""Names that differ in nothing but how Unicode composes them, and which of them a disk has.

A manifest has every path in normal form C, so that one file has one path. A file on the disk keeps the name
that it was made with: macOS programs often write decomposed ones, and a script that opens such a name opens
no other on Linux.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path


def composed(path: str) -> str:
    """A path as a manifest has it: in Unicode normal form C."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def place_of(root: Path, path: str) -> Path:
    """Where the file or folder lies that a manifest calls `path`, whatever normal form its name has there.

    A name that is there exactly so comes first. Where there is none, the path is taken as it is.

    Args:
        root: the folder that the path is relative to.
        path: relative, with forward slashes.
    """
    exact = root / path
    if os.path.lexists(exact):
        return exact
    return next(_places(root, path.split("/")), exact)


def places_of(root: Path, path: str) -> tuple[Path, ...]:
    """All files and folders that a manifest would call `path`.

    There is more than one only where a disk tells apart what others take for one name.
    """
    return tuple(_places(root, path.split("/")))


def spelled_as(path: str, place: Path) -> str:
    """The path with the names that the file at `place` has, as far as these are the same but for their form.

    Args:
        path: as a manifest has it.
        place: where its bytes are, under this or another name.
    """
    parts = path.split("/")
    for number, name in enumerate(reversed(place.parts[-len(parts) :]), 1):
        if composed(name) != composed(parts[-number]):
            break
        parts[-number] = name
    return "/".join(parts)


def _places(folder: Path, parts: list[str]) -> Iterator[Path]:
    """All places that these parts may mean, those whose names are exactly so first."""
    name, *deeper = parts
    for candidate in _candidates(folder, name):
        place = folder / candidate
        if not os.path.lexists(place):
            continue
        if deeper:
            yield from _places(place, deeper)
        else:
            yield place


def _candidates(folder: Path, name: str) -> tuple[str, ...]:
    try:
        listed = _by_composed(folder, folder.stat().st_mtime_ns)
    except OSError:
        return (name,)
    return (name, *(other for other in listed.get(composed(name), ()) if other != name))


@lru_cache(maxsize=64)  # many files of one folder are looked for in a row
def _by_composed(folder: Path, _changed: int) -> dict[str, tuple[str, ...]]:
    """The names beyond ASCII in a folder, by their composed form."""
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names alone
        if not name.isascii():
            form = composed(name)
            found[form] = (*found.get(form, ()), name)
    return found
