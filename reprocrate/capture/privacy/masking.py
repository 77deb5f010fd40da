"""Logs as they may travel: what a command printed, without secrets and without what names its machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reprocrate.capture.privacy.cleaning import telling_words
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.privacy.secrets import MASK
from reprocrate.errors import ReprocrateError
from reprocrate.files import atomic_file, could_not

_LONGEST_LINE_BYTES = 1 << 20
_MASK = MASK.encode()
_MASKED_LINE = _MASK + b"\n"
_SECRETS = "what looks like a secret"
_NAMES = "the name of a folder, user or machine"
_KEY_BEGINS = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*$")
_LONGEST_KEY_LINES = 200
_BYTES = re.compile(rb"([\x80-\xff]+)")


@dataclass(frozen=True, slots=True)
class MaskedLog:
    """A copy of a log.

    Attributes:
        path: the copy.
        lines: how many lines differ.
        first: the number of the first of them.
        what: what was taken out.
    """

    path: Path
    lines: int
    first: int
    what: str


def masked_log(log: Path, target: Path, scrubbers: Iterable[Scrubber]) -> MaskedLog | None:
    """Write a copy of a log in which nothing stands that must not travel; None where the log may as it is.

    Other bytes stay as they are.

    Raises:
        UnavailableError: the log could not be read or the copy not be written.
    """
    known = list(scrubbers)
    words = {word for scrubber in known for word in telling_words(scrubber)}
    telling = re.compile(
        "|".join(map(re.escape, sorted(words))).encode(errors="surrogateescape"), re.IGNORECASE
    )
    changed: list[int] = []
    kinds: set[str] = set()
    try:
        with log.open("rb") as source:
            if not any(telling.search(line) for line in _lines(source)):
                return None
            source.seek(0)
            target.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(target) as copy:
                for number, (line, in_key) in enumerate(_with_keys(_lines(source)), 1):
                    found = _MASKED_LINE if in_key else line
                    if not in_key and telling.search(line):
                        found = _masked(line, known)
                    if found != line:
                        changed.append(number)
                        kinds.add(_SECRETS if found.count(_MASK) > line.count(_MASK) else _NAMES)
                    copy.write(found)
    except OSError as error:
        if isinstance(error, ReprocrateError):
            raise
        raise could_not("mask", log, error) from error
    if not changed:
        target.unlink(missing_ok=True)
        return None
    return MaskedLog(target, len(changed), changed[0], " and ".join(sorted(kinds, reverse=True)))


def _lines(source: BinaryIO) -> Iterator[bytes]:
    while line := source.readline(_LONGEST_LINE_BYTES):
        yield line


def _with_keys(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each line, and whether it is one of a private key, which no single line of it tells."""
    left = 0
    for line in lines:
        ends = left > 0 and line.startswith(b"-----END ")
        yield line, left > 0 and not ends
        left = 0 if ends else max(left - 1, 0)
        if _KEY_BEGINS.search(line):
            left = _LONGEST_KEY_LINES


def _masked(line: bytes, scrubbers: Iterable[Scrubber]) -> bytes:
    text = line.decode(errors="surrogateescape")
    if not text.isprintable() and "\udc80" <= max(text) <= "\udcff":
        return b"".join(_masked(part, scrubbers) if part.isascii() else part for part in _BYTES.split(line))
    for scrubber in scrubbers:
        text = scrubber.printed(text)
    return text.encode()
