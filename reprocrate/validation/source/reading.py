"""Reading code without running it: files become modules, and what cannot be read keeps its reason.

`compile` with `PyCF_ONLY_AST` parses; nothing is executed or imported. Files are limited in size, since the
parser needs some hundred times as much memory as the text has bytes.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from reprocrate.errors import ReprocrateError
from reprocrate.validation.source.notebooks import BadNotebookError, Cell, cells_of, lines_of, plain_lines

MAX_PYTHON_BYTES = 1_000_000
"""Size up to which a file of Python code is read; longer ones are made by programs."""

MAX_NOTEBOOK_BYTES = 20_000_000
"""Size up to which a notebook is read; most of it are pictures."""

MAX_TOTAL_BYTES = 100_000_000
"""How much is read of one submission, pictures in notebooks included."""

MAX_LINES = 100_000
"""How many lines of code are read of one submission: what is known of each needs about five kilobytes."""

MAX_FILES = 5_000
"""How many files of code are read of one submission."""


MAX_FILES_OF_PROGRAMS = 100_000
"""How many files all programs of one submission have together, each counted for every program that has it."""


class Readable(Protocol):
    """The files that code is read from."""

    def names(self) -> Iterable[str]:
        """Paths of all files."""

    def read(self, path: str, limit: int) -> bytes:
        """The content of a file, at most `limit` bytes from the start."""


class Unread(NamedTuple):
    """A file whose code is not judged.

    Attributes:
        path: its path.
        reason: why, in a few words.
    """

    path: str
    reason: str


@dataclass(slots=True)
class Code:
    """The code of one file.

    Attributes:
        path: where the file lies.
        local: the same, relative to its source tree.
        tree: what the parser made of it.
        lines: its text; of a notebook the text of the code cells.
        cells: the code cells of a notebook.
        places: of a notebook, the line of the file at which each line stands.
    """

    path: str
    local: str
    tree: ast.Module
    lines: list[str]
    cells: tuple[Cell, ...] = ()
    places: list[int] = field(default_factory=list)

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook."""
        return self.path.endswith(".ipynb")

    def place(self, line: int) -> int:
        """The line of the file at which a line of the code stands."""
        return self.places[min(line, len(self.places)) - 1] if self.places else line

    def cell_at(self, line: int) -> Cell | None:
        """The cell that a line of the code is in, of a notebook."""
        for cell in self.cells:
            line -= len(cell.lines)
            if line <= 0:
                return cell
        return None


def code_of(path: str, local: str, data: bytes) -> Code | Unread:
    """The code in a file, or why it cannot be read."""
    try:
        if path.endswith(".ipynb"):
            return _notebook(path, local, data)
        text = _text(data)
        return Code(path, local, parsed(text), lines_of(text))
    except BadNotebookError as error:
        return Unread(path, str(error))
    except (SyntaxError, ValueError) as error:
        return Unread(path, _reason(error))
    except (RecursionError, MemoryError):
        return Unread(path, "it is nested too deeply for Python's parser")


def read_limited(files: Readable, path: str) -> bytes | Unread:
    """The bytes of a file of code, or why they are not read."""
    limit = MAX_NOTEBOOK_BYTES if path.endswith(".ipynb") else MAX_PYTHON_BYTES
    try:
        data = files.read(path, limit + 1)
    except ReprocrateError as error:
        return Unread(path, error.why or error.what)
    if len(data) > limit:
        return Unread(path, f"it has more than {limit:,} bytes")
    return data


def parsed(text: str) -> ast.Module:
    """What Python's parser makes of a text, without warnings about it.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be parsed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree: ast.Module = compile(text, "<code>", "exec", flags=flags, dont_inherit=True)
    return tree


def _text(data: bytes) -> str:
    """The text of a file of Python code, by the encoding that it declares (PEP 263)."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def _notebook(path: str, local: str, data: bytes) -> Code | Unread:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Unread(path, "it is not UTF-8")
    cells = cells_of(text)
    places = [place for cell in cells for place in cell.places]
    lines = [line for cell in cells for line in cell.lines]
    try:
        tree = parsed("\n".join(lines))
    except SyntaxError:
        lines = [line for cell in cells for line in _understood(cell)]
        try:
            tree = parsed("\n".join(lines))
        except SyntaxError as error:
            code = Code(path, local, ast.Module([], []), lines, cells, places)
            cell = code.cell_at(error.lineno or 1)
            where = f"in cell {cell.number} " if cell else ""
            return Unread(
                f"{path}:{code.place(error.lineno or 1)}", f"{where}{_reason(error, with_line=False)}"
            )
    return Code(path, local, tree, lines, cells, places)


def _understood(cell: Cell) -> tuple[str, ...]:
    """The lines of a cell, blanked only where it is no Python: `%` may begin a line of an expression."""
    try:
        parsed("\n".join(cell.lines))
    except SyntaxError:
        return tuple(plain_lines(cell))
    return cell.lines


def _reason(error: SyntaxError | ValueError, *, with_line: bool = True) -> str:
    if not isinstance(error, SyntaxError):
        return f"it is no text of Python code ({error})"
    line = f"line {error.lineno}: " if with_line and error.lineno else ""
    if "print" in (error.msg or "") or "exec" in (error.msg or ""):
        return f"{line}it is Python 2"
    return f"{line}it is not Python 3: {error.msg}"
