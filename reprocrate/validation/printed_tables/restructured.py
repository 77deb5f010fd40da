"""Tables of reStructuredText: grid tables, simple tables, `list-table`, `flat-table` and `csv-table`.

By the reStructuredText Markup Specification and the list of directives of docutils; `flat-table` is that of
the Linux kernel (its guide to writing documentation, "list tables"). Comments, literal blocks and code are no
tables, whatever is drawn in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reprocrate.validation.printed_tables.drawn import Drawn, grid_table
from reprocrate.validation.printed_tables.grid import GridCell, Places, PrintedTable, Row, make_table, plain
from reprocrate.validation.printed_tables.markdown import caption_beside
from reprocrate.validation.printed_tables.restructured_directives import (
    Block,
    UnknownFormError,
    csv_rows,
    flat_rows,
    list_rows,
)
from reprocrate.validation.printed_tables.restructured_simple import simple_table
from reprocrate.validation.printed_tables.restructured_text import cell_of
from reprocrate.validation.printed_tables.sources import ALONE, Around, Sources

_DIRECTIVE = re.compile(r"\.\. (?:\|(?P<name>[^|]+)\| +)?(?P<kind>[\w.:+-]+?)::(?:\s+(?P<said>.*))?")
_TARGET = re.compile(r"\.\. _(?P<name>`[^`]+`|[^:]+):\s*$")
_ASIDE = re.compile(r"\.\. (?:\[|_|__ )")
_OPTION = re.compile(r":(?P<name>[\w-]+):\s*(?P<said>.*)")
_CODE = re.compile(r"r:(\d+)|U\+([0-9A-Fa-f]{1,6})|0x([0-9A-Fa-f]{1,6})|\\?[ux]([0-9A-Fa-f]{1,6})")
_MOST_GOING_ON = 20
_DIRECTIVES = {"list-table": list_rows, "flat-table": flat_rows, "csv-table": csv_rows}
_UNREAD = frozenset(
    (
        "code",
        "code-block",
        "sourcecode",
        "highlight",
        "math",
        "raw",
        "literalinclude",
        "parsed-literal",
        "image",
        "include",
        "productionlist",
        "replace",
        "unicode",
        "date",
        "role",
        "default-role",
        "meta",
        "contents",
        "toctree",
        "bibliography",
        "graphviz",
        "mermaid",
    )
)


def read(text: str, path: str = "", around: Around = ALONE) -> list[PrintedTable]:
    """The tables of a text, in their order.

    Args:
        text: the source.
        path: where it lies.
        around: the files beside it, from which a `csv-table` may have its rows.

    Raises:
        UnreadableTableError: they are too many.
    """
    lines = [line.expandtabs(8).rstrip() for line in text.split("\n")]
    reader = _Reader(lines, dict(_substitutions(lines)), Sources(path, around))
    tables, paths = reader.tables(), reader.sources.paths
    return [replace(table, paths=paths) for table in tables] if len(paths) > 1 else tables


def _substitutions(lines: list[str]) -> Iterator[tuple[str, str]]:
    """What stands for names between bars; a text may go on in indented lines."""
    for at, line in enumerate(lines):
        match = _DIRECTIVE.match(line.lstrip()) if "::" in line else None
        if match and match["name"]:
            said = " ".join([match["said"] or "", *_going_on(lines, at)]).strip()
            if match["kind"] == "unicode":
                said = " ".join(map(_character, said.partition("..")[0].split()))
            yield match["name"].casefold(), said


def _going_on(lines: list[str], at: int) -> Iterator[str]:
    """The lines of a paragraph that begins in a line and goes on deeper than it."""
    depth = _indent(lines[at])
    for line in lines[at + 1 : at + 1 + _MOST_GOING_ON]:
        if not line or _indent(line) <= depth:
            return
        yield line.strip()


def _character(code: str) -> str:
    match = _CODE.fullmatch(code)
    number = int(match[2] or match[3] or match[4] or "0", 16) if match else 0
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else code


@dataclass
class _Reader:
    lines: list[str]
    substitutions: Mapping[str, str]
    sources: Sources
    _found: list[PrintedTable] = field(default_factory=list)
    _places: Places = field(default_factory=Places)
    _caption: str = ""
    _labels: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._indents = [_indent(line) for line in self.lines]

    def tables(self) -> list[PrintedTable]:
        at = 0
        while at < len(self.lines):
            at = self._next(at)
        return self._found

    def _next(self, at: int) -> int:
        """Read what begins at a line, and say where it ends."""
        line = self.lines[at].lstrip()
        if not line:
            return at + 1
        if line.startswith(".."):
            return self._marked(line, at)
        if line.startswith(">>>"):
            return self._first_empty(at)
        drawn = grid_table(self.lines, at, self._cell, self._places) if line[0] == "+" else None
        if line[0] == "=":
            drawn = simple_table(self.lines, at, self._cell, self._places)
        if drawn:
            self._add_drawn(drawn, at)
            return drawn[2]
        self._caption, self._labels = "", []
        return self._behind_block(at) if line.endswith("::") else at + 1

    def _add_drawn(self, drawn: Drawn, at: int) -> None:
        rows, heads, end = drawn
        caption = self._caption or caption_beside(self.lines, at, end)
        self._add(rows, at, caption, heads, has_head=heads > 0)

    def _add(self, rows: list[Row], at: int, caption: str, heads: int, *, has_head: bool) -> None:
        table = None
        if rows:
            about = plain(self._cell(caption, at).text)
            table = make_table(
                rows, at + 1, labels=self._labels, caption=about, heads=heads if has_head else None
            )
        self._found += [table] if table else []
        self._caption, self._labels = "", []

    def _cell(self, text: str, number: int) -> GridCell:
        return cell_of(text, number + 1, self.substitutions)

    def _marked(self, line: str, at: int) -> int:
        """An explicit markup block: a directive, a target, or a comment."""
        if match := _TARGET.fullmatch(line):
            self._labels.append(match["name"].strip("`"))
            return at + 1
        match = _DIRECTIVE.fullmatch(line)
        if match is None:
            return self._behind_block(at) if not _ASIDE.match(line) else at + 1
        kind, said = match["kind"], match["said"] or ""
        if kind in _UNREAD:
            return self._behind_block(at)
        if kind != "table" and kind not in _DIRECTIVES:
            return at + 1
        end = self._behind_block(at) if kind != "table" else self._first_empty(at)
        block = self._block(at, end, said)
        self._labels += [block.options["name"]] if block.options.get("name") else []
        self._caption = block.argument
        if kind == "table":
            return block.first
        try:
            rows, heads = _DIRECTIVES[kind](self._with_file(block), self._cell, self._places)
        except UnknownFormError:
            rows, heads = [], 0
        self._add(rows, at, self._caption, heads, has_head=heads > 0)
        return end

    def _with_file(self, block: Block) -> Block:
        """A directive with the content of the file that it names, if that is given."""
        name = block.options.get("file", "").strip()
        opened = self.sources.open(name) if name and "url" not in block.options else None
        if opened is None:
            return block
        self.sources.close()
        options = {key: said for key, said in block.options.items() if key not in ("file", "encoding")}
        return replace(block, options=options, lines=opened.text.split("\n"), first=opened.before)

    def _first_empty(self, at: int) -> int:
        return next((n for n in range(at, len(self.lines)) if not self.lines[n]), len(self.lines))

    def _behind_block(self, at: int) -> int:
        """The line behind what is indented deeper than a line; empty ones are part of it."""
        indent = self._indents[at]
        end = at + 1
        while end < len(self.lines) and (not self.lines[end] or self._indents[end] > indent):
            end += 1
        return end

    def _block(self, at: int, end: int, said: str) -> Block:
        """A directive's argument, which may go over several lines, its options, and what follows them."""
        argument, options, last = [said], {}, ""
        number = at + 1
        while number < end and self.lines[number]:
            line = self.lines[number].strip()
            match = _OPTION.fullmatch(line)
            if match:
                last = match["name"]
                options[last] = match["said"]
            elif last:
                options[last] += "\n" + line
            elif re.match(r"[*+-] |\.\.|[+=]", line):
                break
            else:
                argument.append(line)
            number += 1
        body = self.lines[number:end]
        depth = min((_indent(line) for line in body if line), default=0)
        return Block(" ".join(argument).strip(), options, [line[depth:] for line in body], number)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
