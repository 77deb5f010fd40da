"""Lines of strace: which calls a process made, with the names of their files.

The form is that of strace 5.3 to 6.x with the options of `tracing`: a time, the call, and its result, as in

    1700000000.000001 openat(AT_FDCWD</home>, "data.csv", O_RDONLY|O_CLOEXEC) = 3</home/data.csv>

Paths are written whole, with the escapes of C for what is no printable ASCII.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CALL = re.compile(r"(\d+\.\d+) (\w+)\(")
_ENDED = re.compile(r"\d+\.\d+ \+\+\+ (?:exited|killed)")
_SUPERSEDED = re.compile(r"\d+\.\d+ \+\+\+ superseded by execve in pid (\d+)")
# A descriptor with its path, or a path.
_NAMES = re.compile(r'(?:AT_FDCWD|\b\d+)<((?:[^>\\]|\\.)*)>|"((?:[^"\\]|\\.)*)"')
_FLAGS = re.compile(r'", (?:\{flags=)?([A-Z0-9_|x]+)')
_RESULT = re.compile(r"= (\d+)$")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-f]{2}|.)", re.DOTALL)
_SPECIAL = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}
_OPENING = frozenset({"open", "openat", "openat2", "creat"})
_CLONING = frozenset({"clone", "clone3", "fork", "vfork"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call that succeeded.

    Attributes:
        time: when it began, in seconds since 1970.
        pid: the process, or its thread.
        name: the call, such as `openat`.
        paths: its paths, each with the folder that it is relative to, where the call names one.
        here: the process's working directory, where the call tells it.
        opened: the path of the descriptor that it returned.
        flags: of calls that open a file, or make a process.
        child: the process that it made.
    """

    time: float
    pid: int
    name: str
    paths: tuple[tuple[str | None, str], ...] = ()
    here: str | None = None
    opened: str | None = None
    flags: str = ""
    child: int = 0


@dataclass
class Ending:
    """What the last lines of a trace told.

    Attributes:
        is_ended: whether the process ended.
        superseded: threads that are gone since another one executed a program.
    """

    is_ended: bool = False
    superseded: tuple[int, ...] = ()


def calls(pid: int, lines: Iterator[str], ending: Ending) -> Iterator[Call]:
    """The calls of one process, without those that tell nothing new.

    Args:
        pid: the process.
        lines: its trace. A last line that was cut off is left out.
        ending: where to note how the trace ends.
    """
    seen: set[int] = set()  # hashes, because a million paths would not be worth their memory
    for line in lines:
        match = _CALL.match(line)
        if match is None:
            _note_ending(line, ending)
            continue
        ending.is_ended = False
        name = match[2]
        if not line.endswith("\n"):
            break
        if name in _OPENING:
            said = hash(line[match.start(2) : line.rfind(" = ")])
            if said in seen:
                continue
            seen.add(said)
        elif name not in _CLONING:
            seen.clear()  # the same path may be another file from here on
        yield _call(float(match[1]), pid, name, line[match.end() :].rstrip("\n"))


def _note_ending(line: str, ending: Ending) -> None:
    if superseded := _SUPERSEDED.match(line):
        ending.superseded += (int(superseded[1]),)
    elif _ENDED.match(line):
        ending.is_ended = True


def _call(time: float, pid: int, name: str, rest: str) -> Call:
    if name in _CLONING:
        result = _RESULT.search(rest)
        return Call(time, pid, name, flags=rest, child=int(result[1]) if result else 0)
    paths: list[tuple[str | None, str]] = []
    here = folder = None
    for match in _NAMES.finditer(rest):
        described, path = match.groups()
        if described is None:
            paths.append((folder, unescaped(path)))
            folder = None
        else:
            folder = unescaped(described)
            if match[0].startswith("AT_FDCWD"):
                here = folder
    flags = _FLAGS.search(rest) if name in _OPENING else None
    return Call(time, pid, name, tuple(paths), here, folder, flags[1] if flags else "")


def unescaped(text: str) -> str:
    """A path from its form in C; bytes that are no UTF-8 as Python has them in paths."""
    if "\\" not in text:
        return text
    raw = _ESCAPE.sub(_meant, text.encode("utf-8", "surrogateescape"))
    return os.fsdecode(raw)


def _meant(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 0xFF])
    if code[:1] == b"x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    return _SPECIAL.get(code, code)
