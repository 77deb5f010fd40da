"""Tables as papers print them: LaTeX, Typst, Markdown, reStructuredText, HTML, CSV and TSV as grids.

Nothing is executed, and nothing but the given bytes is read: an `input` of LaTeX is not followed. Each
carrier has a module of its own; `grid` holds what they all make.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePosixPath

from reprocrate.validation.printed_tables.grid import GridCell, PrintedTable, UnreadableTableError

__all__ = ["MAX_BYTES", "GridCell", "PrintedTable", "UnreadableTableError", "read_tables"]

MAX_BYTES = 4 * 1024 * 1024
"""How large a file may be; a book in LaTeX is smaller."""

_CARRIERS = {
    ".tex": "latex",
    ".ltx": "latex",
    ".latex": "latex",
    ".md": "markdown",
    ".markdown": "markdown",
    ".rmd": "markdown",
    ".qmd": "markdown",
    ".rst": "restructured",
    ".rest": "restructured",
    ".typ": "typst",
    ".html": "html",
    ".htm": "html",
    ".csv": "separated",
    ".tsv": "separated",
}


def read_tables(path: str, data: bytes) -> list[PrintedTable]:
    """The tables of a file, in their order.

    Args:
        path: its name, whose ending says what it is.
        data: its bytes.

    Raises:
        UnreadableTableError: it is of another kind, too large, no text, or nested without end.
    """
    carrier = _CARRIERS.get(PurePosixPath(path).suffix.lower())
    if carrier is None:
        known = ", ".join(dict.fromkeys(f"*{suffix}" for suffix in _CARRIERS))
        raise UnreadableTableError(f"{path} is of no kind whose tables can be read ({known})")
    if len(data) > MAX_BYTES:
        raise UnreadableTableError(f"{path} has more than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise UnreadableTableError(f"{path} is no text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    read: Callable[[str], list[PrintedTable]] = import_module(f"{__name__}.{carrier}").read
    try:
        return read(text) if carrier != "separated" else _separated(path, text)
    except UnreadableTableError as error:
        raise UnreadableTableError(f"{path}: {error}") from None


def _separated(path: str, text: str) -> list[PrintedTable]:
    from reprocrate.validation.printed_tables.separated import read

    return read(text, "\t" if path.lower().endswith(".tsv") else ",")
