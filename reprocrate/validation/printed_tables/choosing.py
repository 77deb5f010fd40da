"""Which of the tables of a file is meant."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.manifest import Table
from reprocrate.validation.printed_tables.grid import PrintedTable
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError


def chosen(tables: Sequence[PrintedTable], table: Table) -> PrintedTable:
    """The table of a file that a manifest's table means.

    Raises:
        UnreadableTableError: it cannot be told.
    """
    wanted = table.in_file
    if wanted is None:
        begun = [each for each in tables if _is_called(each.caption, table.label)]
        if len(tables) == 1 or len(begun) == 1:
            return tables[0] if len(tables) == 1 else begun[0]
        if not tables:
            raise UnreadableTableError(f"{table.file} has no table")
        raise UnreadableTableError(f"{table.file} has {_listed(tables)}; say which by `in_file`")
    found = [each for each in tables if wanted in each.labels]
    if not found and wanted.isascii() and wanted.isdigit():
        found = list(tables[int(wanted) - 1 : int(wanted)]) if len(wanted) < 7 and int(wanted) else []
    if len(found) == 1:
        return found[0]
    how = "several tables are" if found else "no table is"
    raise UnreadableTableError(f"in {table.file} {how} called {wanted!r}: it has {_listed(tables)}")


def _is_called(caption: str, label: str) -> bool:
    """Whether a caption begins with the table's name, as `Table 2: Accuracy` does."""
    begins = caption.casefold().lstrip()
    name = label.casefold()
    return begins.startswith(name) and not begins[len(name) : len(name) + 1].isalnum()


def _listed(tables: Sequence[PrintedTable]) -> str:
    names = [
        f"{number} (line {each.at(each.line, '')[1]}{', ' + each.labels[0] if each.labels else ''})"
        for number, each in enumerate(tables[:8], 1)
    ]
    more = f" and {len(tables) - 8} more" if len(tables) > 8 else ""
    return f"{len(tables)} tables: {', '.join(names)}{more}" if tables else "no table"
