"""A source in Typst as nodes."""

from __future__ import annotations

import re

from reprocrate.validation.typst.nodes import (
    Argument,
    Brought,
    Call,
    Definition,
    Formula,
    Name,
    Node,
    Sign,
    Text,
    TypstError,
)
from reprocrate.validation.typst.scanner import Scanner

_PLAIN = re.compile(r"[^\\*_`$#\[\]<@/~\n\-]+")
_LINK = re.compile(r"https?://[^\s\]]*")
_LABEL = re.compile(r"<([\w.:-]+)>")
_REFERENCE = re.compile(r"@([\w:.-]*\w)")
_ESCAPED = re.compile(r"\\(?:u\{(?P<code>[0-9a-fA-F]{1,6})\}|(?P<sign>[^\s]))")
_START = re.compile(r"[ \t]*(?:(?P<heading>=+)[ \t]+|(?:[-+]|\d+\.)[ \t]+)")
_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?%?")
_MATH_END = re.compile(r"(?<!\\)\$")
_INCLUDE = re.compile(r"include[ \t]+\"")
_BROUGHT = re.compile(
    r"(?P<how>include|import)[ \t]+\"(?P<path>[^\"\n]+)\""
    r"(?:[ \t]+as[ \t]+[\w-]+)?(?:[ \t]*:[ \t]*(?:\((?P<listed>[^()]*)\)|(?P<names>[^\n;]*)))?"
)
_DASHES = re.compile("-{2,3}")
_NAMED = re.compile(r"([A-Za-z_][\w-]*)\s*:(?!:)")
_STATEMENTS = frozenset(("set", "show", "import", "include", "return", "context", "break", "continue"))
_BRANCHING = frozenset(("if", "else", "for", "while"))
COMPUTED = "#…"
"""Stands for what would have to be computed, so that nobody takes what is left for the whole."""
_MOST_PARTS = 300_000
"""A book has fewer; a file that has more is no paper."""
_LONGEST_SOURCE = 2_000


def read_nodes(source: str, before: int = 0) -> list[Node]:
    """What a source consists of.

    Args:
        source: the source.
        before: the number before that of its first line.

    Raises:
        TypstError: its brackets are nested too deeply.
    """
    return _Reader(source, before).markup("")


class _Reader(Scanner):
    def __init__(self, source: str, before: int) -> None:
        super().__init__(source, before)
        self._is_bold = False
        self._parts = 0

    def markup(self, end: str) -> list[Node]:
        """What stands up to a closing bracket, or up to the end."""
        self.deeper()
        outer, found, brackets = self._is_bold, list[Node](), 0
        is_start = True
        while self.at < len(self.source):
            if is_start and (match := self.next(_START)):
                found.append(Sign("heading" if match["heading"] else "item", self.line))
            is_start = self.sees("\n")
            if end and self.sees(end) and not brackets:
                break
            brackets += {"[": 1, "]": -1}.get(self.source[self.at], 0)
            brackets = max(brackets, 0)
            self._one(found)
        self.depth -= 1
        self._is_bold = outer
        return found

    def _one(self, found: list[Node]) -> None:
        """Take the next part of a text.

        Raises:
            TypstError: there are too many, or they are nested too deeply.
        """
        self._count()
        sign, line = self.source[self.at], self.line
        if plain := self.next(_LINK) or self.next(_PLAIN):
            found.append(Text(plain[0], line, self._is_bold))
        elif sign == "#":
            self.at += 1
            self._code(found)
        elif sign == "$":
            found.append(self._formula())
        elif sign == "`":
            found.append(Text(self.raw(), line, self._is_bold))
        elif sign == "\\":
            found.append(Text(self._escaped(), line, self._is_bold))
        elif sign in "*_" and not self._is_within_word():
            self.at += 1
            self._is_bold = self._is_bold != (sign == "*")
        elif match := self.next(_LABEL):
            found.append(Sign("label", line, match[1]))
        elif match := self.next(_REFERENCE):
            found.append(Sign("reference", line, match[1]))
        else:
            self._sign(sign, found)

    def _count(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise TypstError(f"it has more than {_MOST_PARTS} parts")

    def _sign(self, sign: str, found: list[Node]) -> None:
        line = self.line
        if self.sees("//"):
            end = self.source.find("\n", self.at)
            self.at = end if end >= 0 else len(self.source)
        elif self.sees("/*"):
            self.skip_comment()
        elif match := self.next(_DASHES):
            found.append(Text("—" if len(match[0]) == 3 else "–", line, self._is_bold))
        else:
            self.at += 1
            found.append(Text("\u00a0" if sign == "~" else sign, line, self._is_bold))

    def _is_within_word(self) -> bool:
        before, after = self.source[max(0, self.at - 1) : self.at], self.source[self.at + 1 : self.at + 2]
        return before.isalnum() and after.isalnum()

    def _escaped(self) -> str:
        match = self.next(_ESCAPED)
        if match is None:  # a line ends here
            self.at += 1
            return "\n"
        if match["code"]:
            number = int(match["code"], 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
        return str(match["sign"])

    def _formula(self) -> Formula:
        line = self.line
        self.at += 1
        end = _MATH_END.search(self.source, self.at)
        inside = self.source[self.at : end.start() if end else len(self.source)]
        self.at = end.end() if end else len(self.source)
        return Formula(inside, line, self._is_bold)

    def _code(self, found: list[Node]) -> None:
        """What stands behind a hash in a text."""
        line = self.line
        value = self._statement()
        found += [Text(COMPUTED, line)] if value is None else value
        if self.sees(";"):
            self.at += 1

    def _statement(self) -> list[Node] | None:
        """A statement or a value; None where what it prints would have to be computed."""
        match = _NAME.match(self.source, self.at)
        word = match[0] if match else ""
        if word == "let":
            self.at += len(word)
            return self._definition()
        if word in ("include", "import"):
            return self._brought()
        if word in _STATEMENTS:
            self.skip_value("\n;")
            return []
        if word in _BRANCHING:
            self._skip_branches(word)
            return None
        return self._primary()

    def _brought(self) -> list[Node]:
        """`include "table.typ"`, `import "results.typ": best, second as next`; nothing of a package."""
        line, match = self.line, self.next(_BROUGHT)
        if match is None:
            self.skip_value("\n;")
            return []
        if match["how"] == "include":
            return [Brought(match["path"], line, is_shown=True)]
        listed = (match["listed"] or match["names"] or "").strip()
        names = None
        if listed != "*":
            parts = [part.split() for part in listed.split(",") if part.strip()]
            names = tuple((part[-1], part[0]) for part in parts if len(part) in (1, 3))
        return [] if match["path"].startswith("@") else [Brought(match["path"], line, False, names)]

    def _skip_branches(self, word: str) -> None:
        """Go past a condition or loop with its blocks: nobody computes here which of them counts."""
        while word:
            self.at += len(word)
            self._skip_to_block()
            self.skip_spaces()
            match = _NAME.match(self.source, self.at)
            word = "else" if match and match[0] == "else" else ""
            if word and (nested := re.compile(r"else\s+if\b").match(self.source, self.at)):
                word = nested[0]

    def _skip_to_block(self) -> None:
        """Go behind the next block: brackets of a condition are part of it."""
        while self.at < len(self.source) and self.source[self.at] not in "[{\n;":
            if self.source[self.at] == "(":
                self.at += 1
                self.skip_value(")")
            self.at += 1
        if self.at < len(self.source) and self.source[self.at] in "[{":
            self._primary()

    def _definition(self) -> list[Node] | None:
        self.skip_blank()
        line, match = self.line, self.next(_NAME)
        if match is None:
            self.skip_value("\n;")
            return []
        parameters = self._arguments() if self.sees("(") else None
        self.skip_blank()
        if not self.sees("="):
            return []
        self.at += 1
        self.skip_blank()
        value = self._whole("\n;)]}")
        return [Definition(match[0], None if parameters is None else tuple(parameters), value, line)]

    def _whole(self, stops: str) -> tuple[Node, ...] | None:
        """The value up to one of some signs; None where more than one value makes it."""
        value = self._primary()
        self.skip_spaces()
        if "\n" not in stops:
            self.skip_blank()
        if self.at < len(self.source) and not self.sees("//") and self.source[self.at] not in stops:
            self.skip_value(stops)
            return None
        return None if value is None else tuple(value)

    def _primary(self) -> list[Node] | None:
        """A value: content, a string, a number, a name, a call or a block of code."""
        line, sign = self.line, self.source[self.at : self.at + 1]
        if sign == "[":
            return self._content()
        if sign == "{":
            return self._block()
        if sign == "$":
            return [self._formula()]
        if sign == "`":
            return [Text(self.raw(), line, self._is_bold)]
        if sign == '"':
            said = self.string()
            self.at += said is None
            return None if said is None else [Text(said, line, self._is_bold)]
        if match := self.next(_NUMBER):
            return [Text(match[0], line, self._is_bold)]
        if _INCLUDE.match(self.source, self.at):
            return self._brought()
        return self._called()

    def _called(self) -> list[Node] | None:
        """A name, or a call of a function; None where it is neither."""
        line, match = self.line, self.next(_NAME)
        if match is None:
            if self.sees("("):
                self.at += 1
                self.skip_value(")")
                self.at += 1
            return None
        if not (self.sees("(") or self.sees("[")):
            return [Name(match[0], line, self._is_bold)]
        given: list[Argument] = self._arguments() if self.sees("(") else []
        while self.sees("["):
            start = self.at
            inside = tuple(self._content())
            given.append(Argument("", inside, self._written(start), is_content=True))
        made = Call(match[0], tuple(given), line, self._is_bold)
        if self.sees("(") or (self.sees(".") and _NAME.match(self.source, self.at + 1)):
            while self.sees("(") or self.sees("."):  # a method of what it gives
                self.at += 1
                if self.source[self.at - 1] == "(":
                    self.skip_value(")")
                    self.at += 1
                else:
                    self.next(_NAME)
            return None
        return [made]

    def _content(self) -> list[Node]:
        self.at += 1
        found = self.markup("]")
        self.at += 1
        return found

    def _block(self) -> list[Node]:
        """Statements between braces; what they print, one after the other."""
        self.deeper()
        self.at += 1
        found: list[Node] = []
        while self.at < len(self.source):
            self.skip_blank()
            if self.sees("}") or self.at >= len(self.source):
                break
            before, line = self.at, self.line
            value = self._statement()
            self.skip_spaces()
            if self.at < len(self.source) and self.source[self.at] not in "\n;}/":
                value = None
                self.skip_value("\n;}")
            found += [Text(COMPUTED, line)] if value is None else value
            self.at += self.sees(";") or self.at == before
        self.at += 1
        self.depth -= 1
        return found

    def _written(self, start: int) -> str:
        return self.source[start : min(self.at, start + _LONGEST_SOURCE)]

    def _arguments(self) -> list[Argument]:
        """What stands between round brackets."""
        self.deeper()
        self.at += 1
        found: list[Argument] = []
        while self.at < len(self.source):
            self.skip_blank()
            if self.sees(")") or self.at >= len(self.source):
                break
            self._count()
            before = self.at
            named = self.next(_NAMED)
            self.skip_blank()
            start, is_content = self.at, self.sees("[")
            value = self._whole(",)")
            source = self._written(start).strip()
            if source:
                found.append(Argument(named[1] if named else "", value, source, is_content))
            self.at += self.sees(",") or self.at == before
        self.at += 1
        self.depth -= 1
        return found
