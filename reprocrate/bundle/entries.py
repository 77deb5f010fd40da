"""What is packed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """A file to pack.

    Attributes:
        path: where it goes in the bundle.
        source: the file to read (a link is followed), or the content itself.
        executable: whether it may be executed.
        expected_sha256: what it must be, if that is known.
    """

    path: str
    source: Path | bytes
    executable: bool = False
    expected_sha256: str | None = None
