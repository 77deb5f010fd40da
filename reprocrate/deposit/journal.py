"""What was begun at which archive, so that a deposit goes on where it was.

A journal is a small text file beside the bundle, `NAME.deposit.jsonl`: one JSON object in each line. Lines
are only ever added, and are on the disk before the next step begins. What a kill cut off in the middle of a
line had not been relied upon. It holds no token. It may come from a stranger, together with the bundle.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, BinaryIO, Self

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import could_not, sync_folder

SUFFIX = ".deposit.jsonl"
"""What the name of a bundle's journal adds to that of the bundle."""

MARK = re.compile(r"reprocrate-[0-9a-f]{24}")
"""The form of the marks under which drafts are begun."""

_MOST_BYTES = 64 << 20
_LONGEST_TEXT = 2000
_FORMAT = 1
_START = f'{{"journal": {_FORMAT}, "archive": "'.encode()
"""How every line begins."""


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
        described: what tells the description and the access that it was given last from others.
        anew: whether it was begun in the place of another one.
        whole: whether all its files were seen to be there once.
        published: whether it was seen to be published.
        parts: of files that are sent in parts, those that arrived, by what tells the file.
    """

    mark: str
    id: str = ""
    doi: str = ""
    page: str = ""
    previous: str = ""
    payload: str = ""
    described: str = ""
    anew: bool = False
    whole: bool = False
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
        self._deposits: dict[str, Begun] = {}
        if path.exists() or path.is_symlink():
            self._read(self._open())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def current(self, archive: str) -> Begun | None:
        """The deposit that was begun last at an archive."""
        return self._deposits.get(archive)

    def begin(self, archive: str, mark: str, previous: str = "", *, anew: bool = False) -> Begun:
        """Write down that a deposit is about to be begun.

        Raises:
            UnavailableError: it could not be written; then nothing must be begun.
        """
        self._add(archive, {"begin": _writable(archive, {"mark": mark, "previous": previous, "anew": anew})})
        return self._deposits[archive]

    def note(self, archive: str, **known: str | bool) -> Begun:
        """Write down what became known of the current deposit; nothing where that is known already.

        Raises:
            UnavailableError: it could not be written, or is nothing that an archive can mean.
        """
        now = self._deposits[archive]
        news = {name: value for name, value in known.items() if getattr(now, name) != value}
        if news:
            self._add(archive, {"note": _writable(archive, news)})
        return self._deposits[archive]

    def parts(self, archive: str) -> JournalParts:
        """What is known of the parts of files of the current deposit."""
        return JournalParts(self, archive)

    def part(self, archive: str, key: str, number: int) -> None:
        """Write down that a part of a file has arrived.

        Raises:
            UnavailableError: it could not be written.
        """
        self._add(archive, {"part": [key, number]})

    def _add(self, archive: str, event: dict[str, Any]) -> None:
        file = self._file or self._made()
        line = json.dumps({"journal": _FORMAT, "archive": archive, **event}).encode() + b"\n"
        end = file.seek(0, os.SEEK_END)
        try:
            left = memoryview(line)
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except OSError as error:
            with suppress(OSError):
                file.truncate(end)  # a later line must not begin in the middle of this one
            raise could_not("write", self.path, error) from error
        self._take(archive, event)

    def _made(self) -> BinaryIO:
        """A new file, which nobody else made meanwhile."""
        file = self._open()
        sync_folder(self.path.parent)
        if os.fstat(file.fileno()).st_size:
            raise _at_work(self.path)
        return file

    def _open(self) -> BinaryIO:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            file = open(os.open(self.path, flags, 0o666), "r+b", buffering=0)  # noqa: PTH123, SIM115
        except OSError as error:
            raise could_not("write", self.path, error) from error
        self._file = file
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise _no_journal(self.path, "it is no file")
        if not _lock(file.fileno()):
            file.close()
            raise _at_work(self.path)
        return file

    def _read(self, file: BinaryIO) -> None:
        try:
            if os.fstat(file.fileno()).st_size > _MOST_BYTES:
                raise ValueError("it is too large")
            data = b"".join(iter(lambda: file.read(_MOST_BYTES), b""))
            whole = data.rfind(b"\n") + 1
            # A power failure may leave zeros in place of what was not on the disk yet.
            rest = data[whole:].rstrip(b"\0")
            if not rest.startswith(_START[: len(rest)]):
                raise ValueError("it ends in something else")
            for archive, event in _events(data[:whole]):
                self._take(archive, event)
            if whole < len(data):
                file.truncate(whole)
        except OSError as error:
            file.close()
            raise could_not("read", self.path, error) from error
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            file.close()
            raise _no_journal(self.path, str(error)) from error

    def _take(self, archive: str, event: dict[str, Any]) -> None:
        if "begin" in event:
            self._deposits[archive] = Begun(**_checked(event["begin"]))
        elif "note" in event:
            self._deposits[archive] = replace(self._deposits[archive], **_checked(event["note"]))
        elif "part" in event:
            key, number = event["part"]
            if not isinstance(key, str) or not isinstance(number, int):
                raise ValueError("it names a part in a way that is not known here")
            now = self._deposits[archive]
            arrived = now.parts.get(key, frozenset()) | {number}
            self._deposits[archive] = replace(now, parts={**now.parts, key: arrived})
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


def _checked(known: Any) -> dict[str, Any]:
    """What a line says of a deposit, if it is such: the file may be anybody's."""
    if not isinstance(known, dict):
        raise ValueError("it says nothing of a deposit")
    for name, value in known.items():
        if name not in _NOTED or not isinstance(value, _NOTED[name]) or not _is_shown(value):
            raise ValueError(f"it says {ascii(name)[:40]} of a deposit in a way that is not known here")
    # By its mark a draft is found, and others of the same mark are deleted: it must not be just any word.
    if not MARK.fullmatch(known.get("mark", new_mark())):
        raise ValueError("it has a mark that was not made here")
    return known


def _writable(archive: str, known: dict[str, Any]) -> dict[str, Any]:
    """What an archive told, if it can be read again."""
    try:
        return _checked(known)
    except ValueError as error:
        raise UnavailableError(f"what {archive} answers cannot be written down", str(error)) from error


def _lock(descriptor: int) -> bool:
    """Keep other processes away until the file is closed; False where one of them does so."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _MOST_BYTES, os.SEEK_SET)  # what is locked there can be read by nobody else
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # a file system without locks
    return True


def _is_shown(value: str | bool) -> bool:
    return isinstance(value, bool) or (len(value) <= _LONGEST_TEXT and value.isprintable())


def _at_work(path: Path) -> UnavailableError:
    return UnavailableError(
        f"{path.name.removesuffix(SUFFIX)} is being deposited by another process",
        fix="Wait until that has ended",
    )


def _no_journal(path: Path, why: str) -> UnreadableError:
    return UnreadableError(
        f"{path} is no journal of a deposit",
        why[:200],
        "Move it away; if you had begun a deposit, look for its draft at the archive first",
    )
