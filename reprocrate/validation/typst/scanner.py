"""A source in Typst with a place in it, and how to get past parts that are not looked into."""

from __future__ import annotations

import re
from bisect import bisect_right

from reprocrate.validation.typst.nodes import TypstError

DEEPEST = 60
_BLANK = re.compile(r"(?:[ \t\n]|//[^\n]*)+")
_INLINE_BLANK = re.compile(r"[ \t]+")
_COMMENT = re.compile(r"/\*|\*/")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_STRUCTURE = re.compile(r'["()\[\]{},;`$\n]|/[/*]')
_TICKS = re.compile("`+")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Scanner:
    """A place in a source."""

    def __init__(self, source: str, before: int = 0) -> None:
        self.source = source
        self._before = before
        self.at = 0
        self.depth = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", source))]

    @property
    def line(self) -> int:
        """The line of the place, counted from 1."""
        return self._before + bisect_right(self._starts, self.at)

    def line_of(self, at: int) -> int:
        """The line of another place."""
        return self._before + bisect_right(self._starts, at)

    def sees(self, text: str) -> bool:
        """Whether a text comes next."""
        return self.source.startswith(text, self.at)

    def next(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past what a pattern matches here."""
        match = pattern.match(self.source, self.at)
        if match:
            self.at = match.end()
        return match

    def deeper(self) -> None:
        """Go into a bracket.

        Raises:
            TypstError: it is in too many others.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            raise TypstError(f"brackets are nested in more than {DEEPEST} others")

    def skip_blank(self) -> None:
        """Go past spaces, line ends and comments."""
        while self.next(_BLANK) or self.sees("/*"):
            if self.sees("/*"):
                self.skip_comment()

    def skip_spaces(self) -> None:
        """Go past spaces within a line."""
        self.next(_INLINE_BLANK)

    def skip_comment(self) -> None:
        """Go past a comment of several lines, which may hold others."""
        depth = 0
        for match in _COMMENT.finditer(self.source, self.at):
            depth += 1 if match[0] == "/*" else -1
            if depth == 0:
                self.at = match.end()
                return
        self.at = len(self.source)

    def string(self) -> str | None:
        """The string that comes next."""
        match = self.next(_STRING)
        return re.sub(r"\\(.)", r"\1", match[1]) if match else None

    def raw(self) -> str:
        """The raw text that comes next, between signs of a backtick; nothing of a block, which is code."""
        ticks = self.next(_TICKS)
        count = len(ticks[0]) if ticks else 0
        if count == 2:
            return ""
        end = self.source.find("`" * count, self.at)
        end = end if end >= 0 else len(self.source)
        inside = self.source[self.at : end]
        self.at = min(end + count, len(self.source))
        if count > 2 and "\n" in inside:
            return ""
        return inside.strip() if count == 1 else re.sub(r"^[\w-]*\s", "", inside).strip()

    def skip_value(self, stops: str) -> None:
        """Go to the next of some signs that is in no bracket, string or comment."""
        open_: list[str] = []
        while match := _STRUCTURE.search(self.source, self.at):
            sign = match[0]
            self.at = match.start()
            if not open_ and sign in stops:
                return
            if sign in _PAIRS:
                open_.append(_PAIRS[sign])
            elif open_ and sign == open_[-1]:
                open_.pop()
            elif sign in ")]}":
                return
            self._skip(sign, match.end())
        self.at = len(self.source)

    def _skip(self, sign: str, behind: int) -> None:
        if sign == '"' and self.next(_STRING):
            return
        if sign == "`":
            self.raw()
        elif sign == "//":
            end = self.source.find("\n", self.at)
            self.at = end if end >= 0 else len(self.source)
        elif sign == "/*":
            self.skip_comment()
        else:
            self.at = behind
