"""Which files a patch of git changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reprocrate.files import could_not

_QUOTED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def paths_in_patch(patch: Path) -> Iterator[str]:
    """Every path that the heads of a patch name, and each of its endings.

    A patch counts from the top of the repository, and the project may lie deeper. So `study/src/a.py` gives
    `study/src/a.py`, `src/a.py` and `a.py`.

    Raises:
        UnavailableError: it could not be read.
    """
    try:
        data = patch.read_bytes()
    except OSError as error:
        raise could_not("read", patch, error) from error
    seen = {
        named for line in data.split(b"\n") if line.startswith(b"diff --git ") for named in _named(line[11:])
    }
    for path in sorted(seen):
        parts = PurePosixPath(path).parts
        yield from ("/".join(parts[start:]) for start in range(len(parts)))


def _named(names: bytes) -> Iterator[str]:
    """The path behind `diff --git `, where it stands as `a/PATH b/PATH`, quoted where it has to be."""
    half = names[: (len(names) - 1) // 2]
    if half.startswith(b'"') and half.endswith(b'"'):
        half = _QUOTED.sub(_unquoted, half[1:-1])
    yield half.partition(b"/")[2].decode("utf-8", "surrogateescape")


def _unquoted(found: re.Match[bytes]) -> bytes:
    text = found[1]
    return bytes([int(text, 8) & 0xFF]) if len(text) == 3 else _ESCAPES.get(text, text)
