"""Files that hold one digest for each item of a split."""

from __future__ import annotations

import re

from reprocrate.errors import UnavailableError
from reprocrate.manifest import File, Split
from reprocrate.validation.rule import CannotAssessError
from reprocrate.validation.subject import Files

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The SHA-256 of no bytes."""

MOST_BYTES = 128 * 2**20
"""Size up to which a file of digests is read: two million items."""

_LINE = re.compile(rb"[0-9a-f]{64}")


def item_digests(files: Files, declared: File) -> list[bytes] | None:
    """The digests of a split's items: one SHA-256 a line, in lower-case hexadecimal.

    Returns:
        None where the file does not travel or is not there, which other rules judge.

    Raises:
        CannotAssessError: it cannot be read, is too large, or has another form.
    """
    if not declared.travels or not files.exists(declared.path):
        return None
    try:
        content = files.read(declared.path, MOST_BYTES + 1)
    except UnavailableError as error:
        raise CannotAssessError(str(error)) from error
    if len(content) > MOST_BYTES:
        raise CannotAssessError(f"{declared.path} is larger than {MOST_BYTES} bytes.")
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()  # the last line ends with a line feed too
    if not all(map(_LINE.fullmatch, lines)):
        raise CannotAssessError(f"{declared.path} does not hold one SHA-256 a line, in lower case.")
    return lines


def number_of_digests(size: int) -> int | None:
    """How many digests, one a line, a file of a size holds; None where it has another form.

    A line has 65 bytes with its line feed, which the last one may lack.
    """
    n, rest = divmod(size + 1, 65)
    return n if rest in (0, 1) else None


def digests_do_not_fit(split: Split) -> bool:
    """Whether a split has another count than the size of its file of digests gives."""
    size = split.digests.size if split.digests else None
    n = None if size is None else number_of_digests(size)
    return None not in (split.count, n) and split.count != n
