"""Text in the HTML that InvenioRDM keeps as it is sent.

It cleans what it is sent. Of HTML it keeps the tags in its setting ALLOWED_HTML_TAGS, of which those used
here are in every version (`thead` is not). In text it replaces what looks like a slip (ftfy): typographic
quotation marks, ligatures, characters of full width; one that is written as a character reference stays.
The text that it hands to DataCite is the same without the tags, so there is white space between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

_QUOTATION_MARKS = "‘’‚‛“”„‟"
_FIRST_OF_TWO = "ÂÃ"
"""What UTF-8 that was read as Windows' letters most often begins with; a space may follow."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_WESTERN = re.compile(r"[\x80-\u052f\u2000-\u2bff]")
"""Of several characters beside each other one of these may be such letters, too."""

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
    return _NOT_ASCII.sub(_kept, escape(plain, quote=False))


def _kept(match: re.Match[str]) -> str:
    """Characters beside each other, as references where they would be replaced."""
    found = match[0]
    is_suspect = len(found) > 1 and bool(_WESTERN.search(found))
    return "".join(f"&#{ord(one)};" if is_suspect or _is_replaced(one) else one for one in found)


def _is_replaced(character: str) -> bool:
    is_compatible = unicodedata.normalize("NFKC", character) != character
    return is_compatible or character in _QUOTATION_MARKS or character in _FIRST_OF_TWO


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{' '.join(f'<{tag}>{text(cell)}</{tag}>' for cell in cells)}</tr>"
