"""What notebooks show of how they were executed, and what they install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.validation.source.programs import Sighting
from reprocrate.validation.source.tree import Source


def disordered_cells(source: Source) -> Iterator[Sighting]:
    """Notebooks with cells that were executed before one that stands above them, at the first of these."""
    for module in source.modules:
        highest, above, start = 0, 0, 1
        found: list[tuple[int, dict[str, object]]] = []
        for cell in module.code.cells:
            if cell.count is not None and not cell.is_empty:
                if cell.count < highest:
                    found.append((start, {"count": cell.count, "above": above, "highest": highest}))
                else:
                    highest, above = cell.count, cell.number
            start += len(cell.lines)
        if found:
            line, values = found[0]
            yield Sighting(module, line, values | {"more": _more(len(found) - 1)})


def unexecuted_cells(source: Source) -> Iterator[Sighting]:
    """Notebooks with cells without a trace of execution, where others have one; at the first of these."""
    for module in source.modules:
        cells = module.code.cells
        start = 1
        found: list[int] = []
        for cell in cells:
            if not cell.was_executed and not cell.is_empty:
                found.append(start)
            start += len(cell.lines)
        if found and any(cell.was_executed for cell in cells):
            yield Sighting(module, found[0], {"more": _more(len(found) - 1)})


def _more(count: int) -> str:
    return f"; so {'is 1 more' if count == 1 else f'are {count:,} more'}" if count else ""


# Packages ---------------------------------------------------------------------------------------------

_INSTALL = re.compile(
    r"\s*[!%]\s*(?:(?:\S*python[\d.]*|\{sys\.executable\})\s+-m\s+)?(?:uv\s+)?pip3?\s+install\s+(?P<what>.*)"
)
_END = re.compile(r"\s*(?:#|&&|;|\||>).*")
_PACKAGE = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?")
_FILE = (".whl", ".txt", ".gz", ".zip")
_TAKES_A_VALUE = frozenset(
    {
        "-c", "--constraint", "-e", "--editable", "-f", "--find-links", "-i", "--index-url", "-r", "-t",
        "--extra-index-url", "--requirement", "--target",
    }
)  # fmt: skip
"""Options of pip that have a value behind them, which is no package."""


def unpinned_installs(source: Source) -> Iterator[Sighting]:
    """Packages that a notebook installs in whatever version is the newest."""
    for module in source.modules:
        lines = [line for cell in module.code.cells for line in cell.lines]
        for number, line in enumerate(lines, start=1):
            match = _INSTALL.match(line)
            free = _without_version(match["what"]) if match else []
            if free:
                yield Sighting(module, number, {"names": free})


def _without_version(arguments: str) -> list[str]:
    """The packages among the arguments of pip that have no version."""
    words = iter(_END.sub("", arguments).split())
    found = []
    for word in words:
        package = word.strip("\"'")
        if word in _TAKES_A_VALUE:
            next(words, None)
        elif _PACKAGE.fullmatch(package) and not package.endswith(_FILE):
            found.append(package)
    return found
