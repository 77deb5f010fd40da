r"""What the text of a cell prints in reStructuredText: `**91.5**\ :sup:`a`` is 91.5 in bold type.

By the reStructuredText Markup Specification of docutils, section "Inline Markup". A mark counts where the
specification recognises it: it touches its text within, and a space or a sign without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reprocrate.validation.printed_tables.grid import GridCell, plain

_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_SHIFT = 0xE000
"""Escaped signs are set aside in Unicode's area for private use."""
_GAP = "\uf8ff"
"""An escaped space: it prints nothing, and parts marks from text."""
_BEFORE, _AFTER = rf"(?<![^\s'\"(\[{{<\-/:{_GAP}±])", rf"(?![^\s'\")\]}}>\-/:.,;!?%\\{_GAP}±])"
_MATH = re.compile(r"\\(?:mathbf|boldsymbol|bm|textbf)\{([^{}]*)\}")
_INLINE = re.compile(
    rf"{_BEFORE}(?:``(?P<literal>[^`]+)``|:(?P<role>[\w+.:-]+):`(?P<content>[^`]+)`|\*\*(?P<bold>[^\s*](?:[^*]*[^\s*])?)\*\*|"
    rf"\*(?P<italic>[^\s*](?:[^*]*[^\s*])?)\*|`(?P<link>[^`<]+?)(?:\s*<[^<>`]*>)?`(?:__?)?|"
    rf"(?P<mark>\[[^\[\]\s]+\]_)|\|(?P<name>[^\s|](?:[^|]*[^\s|])?)\|(?:__?)?|(?P<reference>\w[\w.-]*)__?){_AFTER}"
)
_SILENT = ("sup", "superscript", "cite", "footcite", "cite:p", "cite:t", "footnote")
_DEEPEST = 3


def cell_of(text: str, line: int, substitutions: Mapping[str, str]) -> GridCell:
    """The cell that a text makes.

    Args:
        text: the source, which may have several lines.
        line: where it begins, counted from 1.
        substitutions: what stands for names between bars.
    """
    if not re.search(r"[\\*`|_]", text):
        return GridCell(plain(text), line, source=plain(text))
    pieces = _pieces(_ESCAPED.sub(_set_aside, text), substitutions, 0)
    shown = "".join(piece for piece, _ in pieces)
    with_digits = [bold for piece, bold in pieces if re.search(r"\d", piece)]
    visible = [bold for piece, bold in pieces if piece.strip()]
    is_bold = with_digits[0] if with_digits else bool(visible) and all(visible)
    return GridCell(plain(_brought_back(shown)), line, is_bold, source=plain(text))


def _set_aside(match: re.Match[str]) -> str:
    sign = match[1]
    if not sign or sign.isspace():
        return _GAP
    return chr(_SHIFT + ord(sign)) if sign.isascii() else sign


def _brought_back(text: str) -> str:
    shown = text.replace(_GAP, "")
    return "".join(chr(ord(each) - _SHIFT) if _SHIFT <= ord(each) < _SHIFT + 128 else each for each in shown)


def _as_written(text: str) -> str:
    """Text in which a backslash is a sign like others."""
    return "".join(
        f"\\{chr(ord(each) - _SHIFT)}" if _SHIFT <= ord(each) < _SHIFT + 128 else each
        for each in text.replace(_GAP, "\\ ")
    )


def _pieces(text: str, substitutions: Mapping[str, str], depth: int) -> list[tuple[str, bool]]:
    """The parts of a text, each with whether it is in bold type."""
    found: list[tuple[str, bool]] = []
    at = 0
    for match in _INLINE.finditer(text):
        found.append((text[at : match.start()], False))
        found += _marked(match, substitutions, depth)
        at = match.end()
    return [*found, (text[at:], False)]


def _marked(match: re.Match[str], substitutions: Mapping[str, str], depth: int) -> list[tuple[str, bool]]:
    kind = match.lastgroup or ""
    if kind == "content":
        return _with_role(match["role"], match["content"])
    if kind == "literal":
        return [(_as_written(match["literal"]), False)]
    if kind == "name":
        said = substitutions.get(match["name"].casefold())
        if said is None or depth >= _DEEPEST:
            return [(match["name"], False)]
        return _pieces(_ESCAPED.sub(_set_aside, said), substitutions, depth + 1)
    return [] if kind == "mark" else [(match[kind], kind == "bold")]


def _with_role(role: str, content: str) -> list[tuple[str, bool]]:
    if role in _SILENT and "±" not in content:
        return []
    if role == "math":
        said = _as_written(content)
        return [(_of_math(said), bool(_MATH.search(said)))]
    return [(content, role in ("strong", "bold"))]


def _of_math(content: str) -> str:
    r"""The few commands of TeX that numbers in tables have; a superscript without a digit is a mark."""
    said = _MATH.sub(r"\1", content)
    said = re.sub(r"\\pm(?![A-Za-z])", "±", said)
    said = re.sub(r"\^(?:\{[^{}0-9±]*\}|\\[A-Za-z]+|[^\\{}0-9])", "", said)
    said = re.sub(r"\\(?:uparrow|downarrow)", lambda arrow: "↑" if "up" in arrow[0] else "↓", said)
    return re.sub(r"\\(?:mathrm|text|,)|[{}]", "", said.replace(r"\%", "%"))
