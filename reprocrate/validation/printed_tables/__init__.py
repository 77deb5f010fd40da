"""Tables as papers print them: LaTeX, Typst, Markdown, reStructuredText, HTML, CSV and TSV as grids.

Nothing is executed, and no file is read but those that are given. Each carrier has a module of its own;
`grid` holds what they all make, and `sources` the files that a paper is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePosixPath

from reprocrate.validation.printed_tables.grid import GridCell, PrintedTable
from reprocrate.validation.printed_tables.sources import ALONE, MAX_BYTES, Around, text_of
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

__all__ = ["ALONE", "MAX_BYTES", "Around", "GridCell", "PrintedTable", "UnreadableTableError", "read_tables"]

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
_OF_SEVERAL_FILES = frozenset(("latex", "typst", "restructured"))


def read_tables(path: str, data: bytes, around: Around = ALONE) -> list[PrintedTable]:
    """The tables of a file, in their order.

    Args:
        path: its name, whose ending says what it is.
        data: its bytes.
        around: the files beside it, which LaTeX, Typst and reStructuredText may bring in.

    Raises:
        UnreadableTableError: it is of another kind, too large, no text, or nested without end.
    """
    carrier = _CARRIERS.get(PurePosixPath(path).suffix.lower())
    if carrier is None:
        known = ", ".join(dict.fromkeys(f"*{suffix}" for suffix in _CARRIERS))
        raise UnreadableTableError(f"{path} is of no kind whose tables can be read ({known})")
    text = text_of(path, data)
    read: Callable[..., list[PrintedTable]] = import_module(f"{__name__}.{carrier}").read
    try:
        return read(text, path, around) if carrier in _OF_SEVERAL_FILES else read(text, *_delimiter(path))
    except UnreadableTableError as error:
        raise UnreadableTableError(f"{path}: {error}") from None


def _delimiter(path: str) -> tuple[str, ...]:
    return {".csv": (",",), ".tsv": ("\t",)}.get(PurePosixPath(path).suffix.lower(), ())
