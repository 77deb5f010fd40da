"""What may be in a bundle: the one judgement that packing and reading share.

`pack` never writes what `open_bundle` refuses, because both ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from reprocrate.bundle.layout import spelling
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import bytes_of, composed, require_safe, safe_relative

MAX_FILES = 1_000_000
"""How many files, links and folders a bundle may hold, unless a reader allows more."""

MAX_DEPTH = 100
"""How many folders a file may lie in, one in the other."""

MAX_MANIFEST_BYTES = 64 * 1024 * 1024
"""The largest manifest."""

MAX_METADATA_BYTES = 64 * 1024 * 1024
"""The largest RO-Crate metadata."""

MAX_CHECKSUMS_BYTES = 256 * 1024 * 1024
"""The largest list of checksums."""

_REPOSITORY = frozenset({spelling(".git"), spelling("git~1")})
"""What git takes for a repository, also by its short name on Windows: a prompt that shows the state of an
unpacked folder is enough to start what the settings in it name."""

_IGNORED = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])
"""What the file system of older Macs leaves out of names, as git has it in its table (utf8.c)."""


class ProblemKind(StrEnum):
    """What is wrong with a file of a bundle."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"
    DUPLICATE = "duplicate"
    UNSAFE = "unsafe"
    LINK = "link"
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"


ANY_EXPANSION_BYTES = 1 << 30
"""Up to this size it does not matter how well a bundle was compressed."""

_RAISE = "If you trust where it comes from, allow more, such as --limit files=2000000 or --limit bytes=2TB"


class Limits(NamedTuple):
    """How much a bundle that is one file may ask for. Each can be raised.

    Attributes:
        files: files, links and folders.
        bytes: what all files take unpacked.
        expansion: how many times more that may be than the bundle's own size; up to 1 GiB it may be any.
    """

    files: int = MAX_FILES
    bytes: int = 1 << 40
    expansion: int = 500

    @classmethod
    def of(cls, texts: Iterable[str]) -> Limits:
        """The usual limits, but for those given as texts: `files=2000000`, `bytes=2TB`, `expansion=5000`.

        Raises:
            UsageError: a text is none of these.
        """
        given: dict[str, int] = {}
        for text in texts:
            name, _, number = text.partition("=")
            try:
                if name not in cls._fields:
                    raise ValueError(f"there is no limit {name!r}")
                given[name] = bytes_of(number)
            except ValueError as error:
                fix = "Write files=2000000, bytes=2TB or expansion=5000"
                raise UsageError(f"--limit {printable(text)} cannot be used", str(error), fix) from None
        return cls()._replace(**given)

    def is_expanded(self, size: int, own_size: int) -> bool:
        """Whether files of `size` bytes in all are too much for a bundle of `own_size` bytes."""
        return size > max(ANY_EXPANSION_BYTES, own_size * self.expansion)

    def require(self, name: object, files: int, size: int, own_size: int) -> None:
        """Make sure that a bundle does not ask for more.

        Args:
            name: what to call it.
            files: files, links and folders that were found in it so far.
            size: bytes that they take unpacked.
            own_size: bytes that the bundle takes itself; 0 where it is a folder.

        Raises:
            UnreadableError: it does.
        """
        why = ""
        if files > self.files:
            why = f"it holds more than {self.files:,} files and folders"
        elif size > self.bytes:
            why = f"its files take more than {self.bytes:,} bytes"
        elif own_size and self.is_expanded(size, own_size):
            why = f"its files take more than {self.expansion:,} times the bytes of the bundle"
        if why:
            raise UnreadableError(f"{name} is not opened", why, _RAISE)


USUAL = Limits()
"""What `pack` keeps to, and `open_bundle` where it is told nothing else."""


class Problem(NamedTuple):
    """Why a bundle is not what was packed, or is not safe to unpack.

    Attributes:
        path: the file, as the bundle names it.
        kind: what is wrong with it.
        detail: the same in words that follow the path.
    """

    path: str
    kind: ProblemKind
    detail: str

    def __str__(self) -> str:
        return f"{printable(self.path)} {self.detail}"


def name_problem(path: str) -> Problem | None:
    """Why no file of a bundle may have this path, if so."""
    try:
        require_safe(path)
        if not path.isascii():
            safe_relative(path)  # as a manifest names it
    except ValueError as error:
        return Problem(path, ProblemKind.UNSAFE, f"has an unsafe name: {error}")
    if path.count("/") > MAX_DEPTH:
        return Problem(path, ProblemKind.UNSAFE, f"lies in more than {MAX_DEPTH} folders")
    if path == "-":
        return Problem(path, ProblemKind.UNSAFE, "has a name that sha256sum takes for its own input")
    spelt = path.lower() if path.isascii() else spelling(path).translate(_IGNORED)
    if "git" in spelt and _REPOSITORY & set(spelt.split("/")):
        return Problem(path, ProblemKind.UNSAFE, "belongs to a git repository, whose settings start programs")
    return None


def names_problems(paths: Iterable[str], folders: Iterable[str] = ()) -> Iterator[Problem]:
    """Why these files cannot be in one bundle, whatever system it is unpacked on.

    Args:
        paths: the files, in any order; one that occurs twice is a problem.
        folders: folders that are listed apart from the files in them, without a slash at the end.
    """
    files: dict[str, str] = {}
    for path in paths:
        if problem := name_problem(path):
            yield problem
            continue
        key = spelling(path)
        if key in files:
            yield _same_file(path, files[key])
        files.setdefault(key, path)
    above = folders_of(files)
    for folder in folders:
        if problem := name_problem(folder):
            yield problem
        else:
            above.add(spelling(folder))
    for key in sorted(above & files.keys()):
        yield Problem(files[key], ProblemKind.DUPLICATE, "is both a file and a folder")


def printable(path: str) -> str:
    """A name as it can be shown on a terminal: what is not printable is escaped."""
    return path if path.isprintable() else ascii(path)[1:-1]


def _same_file(path: str, other: str) -> Problem:
    if path == other:
        return Problem(path, ProblemKind.DUPLICATE, "occurs more than once")
    if composed(path) == composed(other):
        detail = "has the name of another file, but for how Unicode composes it (normal forms C and D)"
        return Problem(path, ProblemKind.DUPLICATE, detail)
    return Problem(path, ProblemKind.DUPLICATE, f"is the same file as {other} on some systems")


def folders_of(paths: Iterable[str]) -> set[str]:
    """All folders that some paths lie in, without the root."""
    found: set[str] = set()
    for path in paths:
        if path.rpartition("/")[0] in found:  # as in most cases, and cheaper to tell than by the loop
            continue
        for folder in parents(path):
            if folder in found:
                break  # and so are those above it
            found.add(folder)
    return found


def parents(path: str) -> Iterator[str]:
    """The folders that a path lies in, from the innermost outwards, without the root."""
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
