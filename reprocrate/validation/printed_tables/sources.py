"""The files that a paper's source is made of: what it brings in, and which paper brings in a part of it.

Only files that are given are read, none outside of their folder; nothing is searched for elsewhere.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from reprocrate.errors import UnavailableError
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

Read = Callable[[str], bytes | None]
"""The bytes of a file, at most one more than can be read; None where there is no such file."""

MAX_BYTES = 4 * 1024 * 1024
"""How large a file may be; a book in LaTeX is smaller."""

MAX_FILES = 200
"""How many files one paper may be made of."""

DEEPEST = 12
"""In how many others a file may be brought in."""

_MOST_BYTES = 4 * MAX_BYTES
_LINES_APART = 10_000_000
"""Lines of the second file begin behind this number, those of the third behind twice of it, and so on."""


@dataclass(frozen=True)
class Around:
    """The files beside a source.

    Attributes:
        read: reads one by its path from the root of what is judged.
        names: the paths of those in a folder.
    """

    read: Read
    names: Callable[[str], Iterable[str]] = field(default=lambda _: ())


ALONE = Around(lambda _: None)
"""No file but the one that is given."""


def text_of(path: str, data: bytes) -> str:
    """The text of a file, with line feeds at the ends of its lines.

    Raises:
        UnreadableTableError: it is too large, or no text.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableTableError(f"{path} has more than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise UnreadableTableError(f"{path} is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class Sources:
    """The files of one source, and the numbers of their lines.

    Attributes:
        path: of the file with which it begins.
        around: the files beside it.
    """

    path: str
    around: Around = ALONE
    _paths: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self._paths.append(self.path)
        self._open.append(self.path)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that were read, in their order; one that was read twice stands twice."""
        return tuple(self._paths)

    @property
    def current(self) -> str:
        """The file that is being read."""
        return self._open[-1]

    def open(self, name: str, suffixes: Iterable[str] = ("",), folder: str | None = None) -> Opened | None:
        """A file that the current one names; None where it is not given, or was opened and not closed yet.

        It is looked for from the folder of the first file, of the current one, and of those above them.

        Args:
            name: how the current file calls it.
            suffixes: what the name may lack, in their order.
            folder: from where alone the name is to be understood.

        Raises:
            UnreadableTableError: there are too many files, or they are too large.
        """
        if len(self._open) > DEEPEST or "\0" in name or len(name) > 1000:
            return None
        for path in self._places(name.strip().strip('"'), tuple(suffixes), folder):
            if path in self._open:
                continue
            try:
                data = self.around.read(path)
            except UnavailableError:
                data = None
            if data is not None:
                return self._opened(path, data)
        return None

    def _opened(self, path: str, data: bytes) -> Opened:
        self._bytes += len(data)
        if len(self._paths) >= MAX_FILES or self._bytes > _MOST_BYTES:
            raise UnreadableTableError(
                f"it brings in more than {MAX_FILES} files or {_MOST_BYTES // 1024 // 1024} MiB"
            )
        self._paths.append(path)
        self._open.append(path)
        return Opened(text_of(path, data), path, (len(self._paths) - 1) * _LINES_APART)

    def close(self) -> None:
        """Go back to the file that named the current one."""
        self._open.pop()

    def _places(self, name: str, suffixes: tuple[str, ...], folder: str | None) -> Iterable[str]:
        starts = [folder] if folder is not None else [*_upwards(self.path)[:1], *_upwards(self.current)]
        seen: set[str] = set()
        for start in starts:
            for suffix in suffixes:
                absolute = name.startswith("/")
                joined = posixpath.normpath(posixpath.join("" if absolute else start, name.lstrip("/")))
                path = joined if joined.endswith(suffix) else joined + suffix
                if path not in seen and not path.startswith("../") and path not in ("..", "."):
                    seen.add(path)
                    yield path


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that another one brings in.

    Attributes:
        text: its content.
        path: where it lies.
        before: the number before that of its first line.
    """

    text: str
    path: str
    before: int


def file_and_line(paths: tuple[str, ...], number: int) -> tuple[str, int]:
    """The file of a line, and the line's number in it.

    Args:
        paths: the files of a source.
        number: the line's number in the source.
    """
    at, line = divmod(number, _LINES_APART)
    return paths[at], line


def _upwards(path: str) -> list[str]:
    """The folder of a file, and all above it."""
    folders = [posixpath.dirname(path)]
    while folders[-1].strip("/"):
        folders.append(posixpath.dirname(folders[-1]))
    return folders


def papers_beside(path: str, around: Around) -> list[str]:
    """The LaTeX files in the folder of a file and above it, other than the file, those nearest first."""
    found: list[str] = []
    for folder in _upwards(path):
        named = sorted(each for each in around.names(folder) if each.lower().endswith((".tex", ".ltx")))
        found += [each for each in named if each != path]
    return found[:MAX_FILES]


def reading(
    exists: Callable[[str], bool], read: Callable[[str, int], bytes], names: Callable[[], Iterable[str]]
) -> Around:
    """How files are read for their tables.

    Args:
        exists: whether there is a file.
        read: its first bytes.
        names: the paths of all files.
    """
    by_folder: dict[str, list[str]] = {}

    def in_folder(folder: str) -> list[str]:
        if not by_folder:
            by_folder[folder] = []
            for name in names():
                by_folder.setdefault(posixpath.dirname(name), []).append(name)
        return by_folder.get(folder, [])

    return Around(lambda path: read(path, MAX_BYTES + 1) if exists(path) else None, in_folder)
