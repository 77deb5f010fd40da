"""Text in the HTML that InvenioRDM keeps as it is sent.

It cleans what it is sent. Of HTML it keeps the tags in its setting ALLOWED_HTML_TAGS, of which those used
here are in every version (`thead` is not). In text it replaces what looks like a slip (ftfy): typographic
quotation marks, ligatures, characters of full width; one that is written as a character reference stays.
The text that it hands to DataCite is the same without the tags, so there is white space between them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

_QUOTATION_MARKS = "‘’‚‛“”„‟"
_HEAD, _CELL = "th", "td"


def paragraphs(texts: Iterable[str]) -> str:
    """Each text as a paragraph."""
    return "\n".join(f"<p>{text(one)}</p>" for one in texts)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with its title above it."""
    lines = [_row(head, _HEAD), *(_row(row, _CELL) for row in rows)]
    body = "\n".join(lines)
    return f"<p><strong>{text(title)}</strong></p>\n<table><tbody>\n{body}\n</tbody></table>"


def text(plain: str) -> str:
    """Text in which nothing is taken for markup, and nothing for a slip."""
    return "".join(map(_kept, escape(plain, quote=False)))


def _kept(character: str) -> str:
    if character.isascii():
        return character
    is_replaced = character in _QUOTATION_MARKS or unicodedata.normalize("NFKC", character) != character
    return f"&#{ord(character)};" if is_replaced else character


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{' '.join(f'<{tag}>{text(cell)}</{tag}>' for cell in cells)}</tr>"
