"""What was begun at which archive, so that a deposit goes on where it was.

A journal is a small text file beside the bundle, `NAME.deposit.jsonl`: one JSON object in each line. Lines
are only ever added, and are on the disk before the next step begins. What a kill cut off in the middle of a
line had not been relied upon. It holds no token.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, BinaryIO, Self

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import could_not

try:
    import fcntl
except ImportError:  # Windows lets nobody else write what is open
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".deposit.jsonl"
"""What the name of a bundle's journal adds to that of the bundle."""

_MARK = re.compile(r"reprocrate-[0-9a-f]{24}")
_MOST_BYTES = 64 << 20
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Begun:
    """A deposit as far as it is known to have come.

    Attributes:
        mark: the random word under which it was begun, before the archive knew of it.
        id: what the archive calls it; empty while its answer has not come.
        doi: its DOI; empty while it has none.
        page: where it can be looked at.
        previous: the DOI or address of which it is to be a new version; empty for a first one.
        payload: the payload digest of the bundle that was last brought into it.
        anonymous: whether that bundle shows nobody.
        published: whether it was seen to be published.
        parts: of files that are sent in parts, those that arrived, by what tells the file.
    """

    mark: str
    id: str = ""
    doi: str = ""
    page: str = ""
    previous: str = ""
    payload: str = ""
    anonymous: bool = False
    published: bool = False
    parts: dict[str, frozenset[int]] = field(default_factory=dict)


_NOTED = {one.name: (bool if one.type == "bool" else str) for one in fields(Begun) if one.name != "parts"}


def new_mark() -> str:
    """A word under which nothing was begun yet: random, so that nobody else's draft holds it."""
    return f"reprocrate-{secrets.token_hex(12)}"


class Journal:
    """The journal of a bundle; use it in a `with` statement. Nobody else can write it meanwhile.

    Args:
        path: where it is; it is made with the first line.

    Raises:
        UnreadableError: what is there is no journal.
        UnavailableError: it cannot be read, or another process works at the same deposit.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None
        self._deposits: dict[str, list[Begun]] = {}
        if path.exists() or path.is_symlink():
            self._read(self._open())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def current(self, archive: str) -> Begun | None:
        """The deposit that was begun last at an archive, and not given up."""
        known = self._deposits.get(archive)
        return known[-1] if known else None

    def all_of(self, archive: str) -> tuple[Begun, ...]:
        """All deposits at an archive that were not given up, the newest last."""
        return tuple(self._deposits.get(archive, ()))

    def begin(self, archive: str, mark: str, previous: str = "") -> Begun:
        """Write down that a deposit is about to be begun.

        Raises:
            UnavailableError: it could not be written; then nothing must be begun.
        """
        self._add(archive, {"begin": {"mark": mark, "previous": previous}})
        return self._deposits[archive][-1]

    def note(self, archive: str, **known: str | bool) -> Begun:
        """Write down what became known of the current deposit; nothing where that is known already.

        Raises:
            UnavailableError: it could not be written.
        """
        now = self._deposits[archive][-1]
        news = {name: value for name, value in known.items() if getattr(now, name) != value}
        if news:
            self._add(archive, {"note": news})
        return self._deposits[archive][-1]

    def parts(self, archive: str) -> JournalParts:
        """What is known of the parts of files of the current deposit."""
        return JournalParts(self, archive)

    def part(self, archive: str, key: str, number: int) -> None:
        """Write down that a part of a file has arrived.

        Raises:
            UnavailableError: it could not be written.
        """
        self._add(archive, {"part": [key, number]})

    def give_up(self, archive: str) -> None:
        """Write down that the current deposit is not to be gone on with.

        Raises:
            UnavailableError: it could not be written.
        """
        self._add(archive, {"give_up": self._deposits[archive][-1].mark})

    def _add(self, archive: str, event: dict[str, Any]) -> None:
        file = self._file or self._open()
        line = json.dumps({"journal": _FORMAT, "archive": archive, **event}, ensure_ascii=False)
        try:
            file.write(line.encode() + b"\n")
            os.fsync(file.fileno())
        except OSError as error:
            raise could_not("write", self.path, error) from error
        self._take(archive, event)

    def _open(self) -> BinaryIO:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            file = open(os.open(self.path, flags, 0o666), "r+b", buffering=0)  # noqa: PTH123, SIM115
        except OSError as error:
            raise could_not("write", self.path, error) from error
        self._file = file
        try:
            if fcntl is not None:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UnavailableError(
                f"{self.path.name.removesuffix(SUFFIX)} is being deposited by another process",
                fix="Wait until that has ended",
            ) from None
        except OSError:
            pass  # a file system without locks
        return file

    def _read(self, file: BinaryIO) -> None:
        try:
            data = b"".join(iter(lambda: file.read(_MOST_BYTES), b""))[: _MOST_BYTES + 1]
            whole = data.rfind(b"\n") + 1
            if whole < len(data) <= _MOST_BYTES:
                file.truncate(whole)
        except OSError as error:
            file.close()
            raise could_not("read", self.path, error) from error
        try:
            if len(data) > _MOST_BYTES:
                raise ValueError("it is too large")
            for archive, event in _events(data[:whole]):
                self._take(archive, event)
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            file.close()
            raise UnreadableError(
                f"{self.path} is no journal of a deposit",
                str(error)[:200],
                "Move it away; if you had begun a deposit, look for its draft at the archive first",
            ) from error

    def _take(self, archive: str, event: dict[str, Any]) -> None:
        deposits = self._deposits.setdefault(archive, [])
        if "begin" in event:
            deposits.append(replace(Begun(""), **_checked(event["begin"])))
        elif "note" in event:
            deposits[-1] = replace(deposits[-1], **_checked(event["note"]))
        elif "part" in event:
            key, number = event["part"]
            known = dict(deposits[-1].parts)
            known[str(key)] = known.get(str(key), frozenset()) | {int(number)}
            deposits[-1] = replace(deposits[-1], parts=known)
        elif "give_up" in event:
            deposits.pop()
        else:
            raise ValueError("it holds a line of a kind that is not known here")


@dataclass(frozen=True, slots=True)
class JournalParts:
    """The parts of the files of one deposit, as the journal has them."""

    journal: Journal
    archive: str

    def arrived(self, key: str) -> frozenset[int]:
        """The numbers of the parts that have arrived, of what is known under a key."""
        now = self.journal.current(self.archive)
        return now.parts.get(key, frozenset()) if now else frozenset()

    def note(self, key: str, number: int) -> None:
        """A part has arrived: that is on the disk when this returns."""
        self.journal.part(self.archive, key, number)


def _events(data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(data.splitlines(), 1):
        event: Any = None
        with suppress(ValueError):
            event = json.loads(line)
        if not isinstance(event, dict) or not isinstance(event.get("archive"), str):
            raise ValueError(f"line {number} is none of one")
        if event.pop("journal", None) != _FORMAT:
            raise ValueError(f"line {number} is of another version")
        yield event.pop("archive"), event


def _checked(known: dict[str, Any]) -> dict[str, Any]:
    """What a line says of a deposit, if it is such: the file may be anybody's."""
    for name, value in known.items():
        if name not in _NOTED or not isinstance(value, _NOTED[name]):
            raise ValueError(f"it says {str(name)[:40]} of a deposit in a way that is not known here")
    identifier = known.get("id", "")
    if identifier and not _IDENTIFIER.fullmatch(identifier):
        raise ValueError("it names a deposit in a way that no archive does")
    return known
