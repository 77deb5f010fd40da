"""What nodes of Typst print, piece by piece, with what the author's own names and functions stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reprocrate.validation.typst.formulas import formula_text
from reprocrate.validation.typst.nodes import (
    Argument,
    Call,
    Definition,
    Formula,
    Name,
    Node,
    Sign,
    Text,
    TypstError,
)
from reprocrate.validation.typst.reading import COMPUTED

_DEEPEST = 40
_MOST_PIECES = 500_000
_SILENT = frozenset(
    (
        "footnote",
        "cite",
        "ref",
        "label",
        "h",
        "v",
        "pagebreak",
        "colbreak",
        "line",
        "image",
        "bibliography",
        "counter",
        "metadata",
        "hide",
        "lorem",
        "outline",
        "place",
        "state",
        "query",
        "vline",
        "hline",
        "table.hline",
        "table.vline",
    )
)
_NUMBERS = frozenset(("num", "qty", "unit"))
_HEAVY = frozenset(("bold", "semibold", "extrabold", "black"))
_SYMBOLS = {
    "plus.minus": "±",
    "arrow.t": "↑",
    "arrow.b": "↓",
    "dagger": "†",
    "dagger.double": "‡",
    "checkmark": "✓",
    "crossmark": "✗",
    "times": "×",
    "dash.en": "–",
    "dash.em": "—",
    "percent": "%",
    "space.thin": "\u2009",
    "space.nobreak": "\u00a0",
}


class Piece(NamedTuple):
    """Characters as they are set."""

    text: str
    line: int
    is_bold: bool = False
    is_underlined: bool = False


class _Style(NamedTuple):
    is_bold: bool = False
    is_underlined: bool = False

    def of(self, piece: Piece) -> Piece:
        return piece._replace(
            is_bold=piece.is_bold or self.is_bold, is_underlined=piece.is_underlined or self.is_underlined
        )


@dataclass
class Printer:
    """Prints nodes.

    Attributes:
        definitions: what the author's own names stand for, by name.
        known: what some names print, whatever they are made to stand for.
        signs: what is printed for a heading, an item or a reference, with `{name}` for its name.
        unknown: what is printed for a name that nobody defined.
        number: how a number is printed that a package such as `unify` formats.
        instead: prints a call in another way; None where it does not.
    """

    definitions: Mapping[str, Definition]
    known: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, str] = field(default_factory=dict)
    unknown: str = "{name}"
    number: Callable[[str], str] = str
    instead: Callable[[Call], Iterable[Node] | None] = lambda _: None
    _made: int = 0

    def pieces(self, nodes: Iterable[Node]) -> list[Piece]:
        """What nodes print.

        Raises:
            TypstError: they make too much of themselves, or are nested too deeply.
        """
        return list(self._pieces(nodes, {}, _Style(), 0))

    def _pieces(
        self, nodes: Iterable[Node], scope: Mapping[str, list[Piece]], style: _Style, depth: int
    ) -> Iterator[Piece]:
        if depth > _DEEPEST:
            raise TypstError(f"what its names stand for is nested in more than {_DEEPEST} others")
        for node in nodes:
            for piece in self._one(node, scope, depth):
                self._made += 1
                if self._made > _MOST_PIECES:
                    raise TypstError("it makes more text of itself than is read here")
                yield style.of(piece)

    def _one(self, node: Node, scope: Mapping[str, list[Piece]], depth: int) -> Iterable[Piece]:
        if isinstance(node, Text):
            return [Piece(node.text, node.line, node.is_bold)]
        if isinstance(node, Sign):
            return [Piece(self.signs.get(node.kind, "").replace("{name}", node.name), node.line)]
        if isinstance(node, Formula):
            return self._formula(node, scope, depth)
        if isinstance(node, Name):
            return self._name(node, scope, depth, unknown=self.unknown)
        return self._call(node, scope, depth) if isinstance(node, Call) else []

    def _formula(self, node: Formula, scope: Mapping[str, list[Piece]], depth: int) -> Iterable[Piece]:
        def of_name(name: str) -> str:
            found = self._name(Name(name, node.line), scope, depth, unknown="{name}")
            return "".join(piece.text for piece in found)

        return [
            Piece(text, node.line, node.is_bold or bold) for text, bold in formula_text(node.source, of_name)
        ]

    def _name(
        self, node: Name, scope: Mapping[str, list[Piece]], depth: int, *, unknown: str
    ) -> Iterable[Piece]:
        style = _Style(node.is_bold)
        if node.name in scope:
            return [style.of(piece) for piece in scope[node.name]]
        if node.name in self.known:
            return [Piece(self.known[node.name], node.line, node.is_bold)]
        defined = self.definitions.get(node.name)
        if defined is not None and defined.parameters is None:
            inside = self._pieces(defined.value or (), {}, style, depth + 1)
            return (piece._replace(line=node.line) for piece in inside)
        symbol = _SYMBOLS.get(node.name.removeprefix("sym."))
        shown = symbol or unknown.replace("{name}", node.name)
        return [Piece(shown, node.line, node.is_bold)] if shown else []

    def _call(self, node: Call, scope: Mapping[str, list[Piece]], depth: int) -> Iterable[Piece]:
        said = self.instead(node)
        if said is not None:
            return self._pieces(said, scope, _Style(), depth + 1)
        style = _Style(node.is_bold)
        defined = self.definitions.get(node.name)
        if defined is not None and defined.parameters is not None and node.name not in self.known:
            bound = dict(self._bound(defined.parameters, node, scope, depth))
            inside = self._pieces(defined.value or (), bound, style, depth + 1)
            return (piece._replace(line=node.line) for piece in inside)
        if node.name in self.known:
            given = self._given(node.unnamed, scope, style, depth)
            return [Piece(self.known[node.name], node.line), Piece(" ", node.line), *given]
        return self._built_in(node, scope, style, depth)

    def _built_in(
        self, node: Call, scope: Mapping[str, list[Piece]], style: _Style, depth: int
    ) -> Iterable[Piece]:
        if node.name in _SILENT:
            return []
        if "." in node.name and not node.name.startswith("table."):  # a method, which computes something
            return [Piece(COMPUTED, node.line)]
        if node.name in ("linebreak", "parbreak"):
            return [Piece("\n", node.line)]
        if node.name == "strong" or (node.name == "text" and _is_heavy(node)):
            style = style._replace(is_bold=True)
        elif node.name == "underline":
            style = style._replace(is_underlined=True)
        given = self._given(node.unnamed, scope, style, depth)
        if node.name in ("super", "sub"):
            return _raised(node.name, list(given), node.line)
        if node.name in _NUMBERS:
            return [Piece(self.number("".join(each.text for each in given)), node.line, style.is_bold)]
        return given

    def _given(
        self, arguments: Iterable[Argument], scope: Mapping[str, list[Piece]], style: _Style, depth: int
    ) -> Iterator[Piece]:
        """What arguments print; the name of a colour or of an alignment prints nothing."""
        for each in arguments:
            value = each.value or ()
            if len(value) == 1 and isinstance(value[0], Name) and not each.is_content:
                found = self._name(value[0], scope, depth + 1, unknown="")
                yield from (style.of(piece) for piece in found)
            else:
                yield from self._pieces(value, scope, style, depth + 1)

    def _bound(
        self, parameters: Iterable[Argument], node: Call, scope: Mapping[str, list[Piece]], depth: int
    ) -> Iterator[tuple[str, list[Piece]]]:
        unnamed = iter(node.unnamed)
        for each in parameters:
            given = node.given(each.name) if each.name else next(unnamed, None)
            name = each.name or each.source
            pieces = self._given([given or each], scope, _Style(), depth) if given or each.name else ()
            yield name, list(pieces)


def _is_heavy(node: Call) -> bool:
    weight = node.given("weight")
    said = weight.source.strip('"') if weight else ""
    return said in _HEAVY or (said.isascii() and said.isdigit() and len(said) < 5 and int(said) >= 600)


def _raised(name: str, pieces: list[Piece], line: int) -> list[Piece]:
    """A superscript or subscript: a spread is part of the figure, a mark is not, a power stays visible."""
    text = "".join(piece.text for piece in pieces).strip()
    if "±" in text:
        return [Piece(" ", line), *pieces]
    if name == "sub":
        return [Piece("_", line), *pieces] if text else []
    is_power = re.fullmatch(r"[+\-−]?\d+(?:\.\d+)?", text)
    return [Piece("^", line), *pieces] if is_power else []
