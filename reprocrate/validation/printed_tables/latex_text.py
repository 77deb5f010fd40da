"""What tokens of LaTeX print: characters, each in bold type or not, underlined or not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from reprocrate.validation.printed_tables.grid import GridCell, plain
from reprocrate.validation.printed_tables.latex_commands import (
    ACCENTS,
    ARGUMENTS,
    BOLD,
    BOLD_OFF,
    BOLD_ON,
    NUMBERS,
    PRINTED,
    QUANTITIES,
    SILENT,
    SYMBOLS,
    UNDERLINED,
)
from reprocrate.validation.printed_tables.latex_tokens import (
    Kind,
    Token,
    Tokens,
    argument,
    group_end,
    option,
    string_of,
)
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

_DEEPEST = 60
_LONGEST_NUMBER = 100


class Style(NamedTuple):
    """How characters are set."""

    is_bold: bool = False
    is_underlined: bool = False


class Printer:
    """What tokens print, gathered piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, Style]] = []
        self.names: list[str] = []

    def print(self, tokens: Tokens, style: Style = Style(), depth: int = 0) -> None:  # noqa: B008
        """Add what they print.

        Raises:
            UnreadableTableError: groups are nested too deeply.
        """
        if depth > _DEEPEST:
            raise UnreadableTableError(f"groups are nested in more than {_DEEPEST} others")
        tokens = list(tokens)
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            if token.kind is Kind.WORD:
                at, style = self._word(token, tokens, at, style, depth)
            elif token.kind is Kind.SYMBOL:
                at = self._symbol(token, tokens, at, style)
            elif token.opens():
                end = group_end(tokens, at)
                self.print(tokens[at:end], style, depth + 1)
                at = end + 1
            elif token.is_special("^"):
                at = self._raised(tokens, at, style, depth)
            else:
                self._add(_character(token), style)

    def _add(self, text: str, style: Style) -> None:
        if text:
            self.pieces.append((text, style))

    def _word(
        self, token: Token, tokens: list[Token], at: int, style: Style, depth: int
    ) -> tuple[int, Style]:
        name = token.text
        if name in BOLD_ON:
            return at, style._replace(is_bold=True)
        if name in BOLD_OFF:
            return at, style._replace(is_bold=False)
        if name in BOLD or name in UNDERLINED:
            inside, at = argument(tokens, at)
            changed = style._replace(is_bold=True) if name in BOLD else style._replace(is_underlined=True)
            self.print(inside, changed, depth + 1)
            return at, style
        if name == "textsuperscript":
            return self._raised(tokens, at, style, depth), style
        if name in NUMBERS or name in QUANTITIES:
            _, at = option(tokens, at)
            inside, at = argument(tokens, at)
            self._add(siunitx_number(printed(inside)), style)
            return (argument(tokens, at)[1] if name in QUANTITIES else at), style
        if name in PRINTED:
            self._add(PRINTED[name], style)
            return at, style
        return self._arguments(token, tokens, at, style, depth), style

    def _arguments(self, token: Token, tokens: list[Token], at: int, style: Style, depth: int) -> int:
        """Of a command that prints nothing itself; of an unknown one all groups behind it are printed."""
        pattern = ARGUMENTS.get(token.text)
        if pattern is None:
            self.names.append(token.text)
            if token.is_tight:
                _, at = option(tokens, at)
            return at
        for each in pattern:
            if each == "o":
                _, at = option(tokens, at)
            else:
                inside, at = argument(tokens, at)
                if each == "k":
                    self.print(inside, style, depth + 1)
        return at

    def _symbol(self, token: Token, tokens: list[Token], at: int, style: Style) -> int:
        if token.text in ACCENTS:
            inside, at = argument(tokens, at)
            text = printed(inside)
            self._add(unicodedata.normalize("NFC", text[:1] + ACCENTS[token.text] + text[1:]), style)
        else:
            self._add(SYMBOLS.get(token.text, token.text), style)
        return at

    def _raised(self, tokens: list[Token], at: int, style: Style, depth: int) -> int:
        """A superscript: a spread is part of the figure, a mark is not, and a power stays visible."""
        inside, at = argument(tokens, at)
        within = Printer()
        within.print(inside, style, depth + 1)
        text = plain("".join(piece for piece, _ in within.pieces))
        if "±" in text:
            self._add(f" {text}", style)
        elif re.search(r"\d", text) and text.lstrip("+-−").replace(".", "").isdigit():
            before = "".join(piece for piece, _ in self.pieces[-3:])
            is_mark = len(text) == 1 and re.search(r"\.\d+\)?%?\s*$", before)  # nobody prints 91.5 to a power
            self._add("" if is_mark else f"^{text}", style)
        return at


def _character(token: Token) -> str:
    if token.kind is Kind.SPACE or token.text == "~":
        return " "
    if token.kind is Kind.SPECIAL:
        return "_" if token.text == "_" else ""
    return token.text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")


def printed(tokens: Tokens) -> str:
    """What tokens print, as plain text."""
    printer = Printer()
    printer.print(tokens)
    return plain("".join(text for text, _ in printer.pieces))


def cell_of(
    tokens: Tokens, line: int, *, is_number: bool = False, columns: int = 1, rows: int = 1
) -> GridCell:
    """The cell that tokens make.

    Args:
        tokens: its content.
        line: where it begins.
        is_number: whether its column is one of siunitx, type `S`.
        columns: how many columns it spans.
        rows: how many rows.
    """
    printer = Printer()
    printer.print(tokens)
    text = plain("".join(piece for piece, _ in printer.pieces))
    if not text and printer.names:  # a name that is defined elsewhere, such as \ours
        text = " ".join(dict.fromkeys(printer.names))
        text = "" if any(name in SILENT for name in printer.names) else text
    if is_number:
        text = siunitx_number(text)
    return GridCell(
        text,
        next((token.line for token in tokens if token.kind is not Kind.SPACE), line),
        _is_all(printer.pieces, lambda style: style.is_bold),
        _is_all(printer.pieces, lambda style: style.is_underlined),
        plain(string_of(tokens)),
        columns,
        rows,
    )


def _is_all(pieces: list[tuple[str, Style]], holds: Callable[[Style], bool]) -> bool:
    """Whether a style holds for the first number of a cell, or where there is none for all its text."""
    with_digits = [style for text, style in pieces if re.search(r"\d", text)]
    if with_digits:
        return holds(with_digits[0])
    shown = [style for text, style in pieces if text.strip()]
    return bool(shown) and all(map(holds, shown))


_SIUNITX = re.compile(
    r"(?P<number>[+-]?[0-9]*[.,]?[0-9]*)(?:\((?P<last>[0-9.]+)\))?(?:(?:±|\+-)(?P<spread>[0-9]*[.,]?[0-9]*))?"
    r"(?P<power>[eEdD][+-]?[0-9]+)?"
)


def siunitx_number(text: str) -> str:
    """A number as siunitx takes it, as it prints it: `91.5(5)` is 91.5 ± 0.5 (siunitx manual, 4.1)."""
    compact = text.replace(" ", "")
    match = _SIUNITX.fullmatch(compact) if 0 < len(compact) <= _LONGEST_NUMBER else None
    if not match or not re.search(r"\d", match["number"]):
        return text
    number = match["number"].replace(",", ".")
    spread = (match["spread"] or "").replace(",", ".")
    if last := match["last"]:
        decimals = len(number.partition(".")[2])
        spread = last if "." in last or not decimals else _shifted(last, decimals)
    power = (match["power"] or "").lower().replace("d", "e")
    return f"{number}{power} ± {spread}{power}" if spread else f"{number}{power}"


def _shifted(digits: str, decimals: int) -> str:
    """Digits that stand for the last places of a number: `12` of one with one decimal is 1.2."""
    padded = digits.rjust(decimals + 1, "0")
    return f"{padded[:-decimals]}.{padded[-decimals:]}"
