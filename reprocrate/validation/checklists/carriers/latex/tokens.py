"""LaTeX's source as tokens, each with its line. Comments and verbatim parts are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """What a token is."""

    WORD = "word"  # a control word: `\item` has the value `item`
    SIGN = "sign"  # a control symbol: `\%` has the value `%`
    OPEN = "open"
    CLOSE = "close"
    SPACE = "space"
    PARAGRAPH = "paragraph"
    TEXT = "text"
    EMIT = "emit"  # text that the reader itself puts in


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands."""

    sort: Sort
    value: str
    line: int
    file: str


_TOKEN = re.compile(
    r"""\\(?P<word>[A-Za-z@]+)
      | \\(?P<sign>.)
      | (?P<comment>%[^\n]*\n?[ \t]*)
      | (?P<paragraph>[ \t]*\n[ \t]*\n\s*)
      | (?P<space>\s+)
      | (?P<open>\{)
      | (?P<close>\})
      | (?P<text>[^\\%{}\s$~&]+)
      | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_UNREAD = re.compile(r"\s*\{(comment|verbatim\*?|lstlisting|minted|filecontents\*?|Verbatim)\}")
_SORTS = {
    "word": Sort.WORD,
    "sign": Sort.SIGN,
    "open": Sort.OPEN,
    "close": Sort.CLOSE,
    "space": Sort.SPACE,
    "paragraph": Sort.PARAGRAPH,
    "text": Sort.TEXT,
}


def tokens(source: str, file: str) -> Iterator[Token]:
    """The tokens of a source."""
    position, line = 0, 1
    nowhere: set[str] = set()
    while match := _TOKEN.match(source, position):
        kind = str(match.lastgroup)
        start, position = position, match.end()
        if kind in _SORTS:
            yield Token(_SORTS[kind], match[kind], line, file)
        elif kind == "other" and match[0] in "~&":
            yield Token(Sort.SPACE, " ", line, file)
        if kind == "word":
            position = _after_unread(source, position, match[kind], nowhere)
        line += source.count("\n", start, position)


def _after_unread(source: str, position: int, word: str, nowhere: set[str]) -> int:
    r"""Where reading goes on: after `\verb|...|` and after an environment whose content is no text."""
    if word == "verb" and position < len(source):
        star = source[position] == "*"
        sign = source[position + star : position + star + 1]
        end = source.find(sign, position + star + 1) if sign and sign != "\n" else -1
        return end + 1 if 0 <= end < position + 200 else position
    if word != "begin":
        return position
    match = _UNREAD.match(source, position)
    if not match or match[1] in nowhere:
        return position
    closing = f"\\end{{{match[1]}}}"
    end = source.find(closing, match.end())
    if end < 0:
        nowhere.add(match[1])
        return position
    return end + len(closing)
