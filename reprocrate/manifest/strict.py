"""JSON read strictly: what different programs would read differently is refused, with its place.

Two programs that read the same manifest must see the same values. RFC 8259 leaves open what a repeated name,
half a surrogate pair or a number beyond a double means; I-JSON (RFC 7493) refuses them, and so does this.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from reprocrate.errors import UnreadableError
from reprocrate.manifest.canonical import MAX_DEPTH, MAX_SAFE_INTEGER, number_text
from reprocrate.standard import MOST_PROBLEMS, pointer_to

MAX_BYTES = 64 * 1024 * 1024
"""The largest JSON text that is read."""

ENCODING, SYNTAX, TWICE, NUMBER, SURROGATE, DEPTH, SIZE = (f"RC000{digit}" for digit in range(3, 10))
"""The rules of the standard that a text can break before it is a document."""


class TextProblem(NamedTuple):
    """Why a text is no strict JSON.

    Attributes:
        code: the rule of the standard that it breaks.
        reason: what is wrong, in words.
        pointer: JSON Pointer (RFC 6901) to the value; empty where there is none, or it is the whole text.
        line: counted from 1; None where it is about the whole text.
        column: in characters, counted from 1.
    """

    code: str
    reason: str
    pointer: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line} column {self.column}: "
        return f"{place}{self.reason}"


def too_large() -> TextProblem:
    """What is said of a text of more than `MAX_BYTES`, of which the rest need not be read to say so."""
    return TextProblem(SIZE, f"it is too large: JSON may have at most {MAX_BYTES >> 20} MiB here")


def parse(data: bytes, name: str = "the text") -> Any:
    """Read one JSON text strictly (RFC 8259, and the constraints of I-JSON, RFC 7493).

    A whole number beyond 2^53 - 1 becomes a float if a float prints exactly like it, as canonical bytes of
    a float may, and else stays an integer, which `canonical_bytes` and the schema refuse.

    Args:
        data: UTF-8 without a byte order mark, at most 64 MiB.
        name: what is being read, for the message.

    Raises:
        UnreadableError: it is not such a text; the message gives the line and column, counted from 1 in
            characters.
    """
    value, problems = read_text(data)
    if problems:
        raise UnreadableError(f"{name}{'' if problems[0].line else ':'} {problems[0]}")
    return value


def read_text(data: bytes) -> tuple[Any, tuple[TextProblem, ...]]:
    """The value of a JSON text, or everything that keeps it from having one.

    A text that is too large, not UTF-8, not JSON or nested too deep has that one problem, the first in this
    order; of the last two, the one that comes first in the text. All other problems are told one by one, up
    to `MOST_PROBLEMS`.
    """
    text, problem = _decoded(data)
    if problem is not None:
        return None, (problem,)
    reader = _Reader()
    try:
        value = reader.read(text)
        deep = _too_deep(text, len(text)) if _is_deep(value) else None
        if deep is not None:
            return None, (deep,)
    except json.JSONDecodeError as error:
        deep = _too_deep(text, error.pos) if _is_deep_before(text, error.pos) else None
        return None, (deep or _no_json(text, error),)
    except RecursionError:
        deep = _too_deep(text, len(text))
        if deep is None:
            raise  # it is our own caller that is too deep
        return None, (deep,)
    if reader.doubtful or _HALF_SURROGATE.search(text):
        found = tuple(_Scan(text).problems())
        if found:
            return None, found
    return value, ()


# -- the way of every text ------------------------------------------------------------------------

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_HALF_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _decoded(data: bytes) -> tuple[str, TextProblem | None]:
    if len(data) > MAX_BYTES:
        return "", too_large()
    if data.startswith(_BYTE_ORDER_MARKS):
        reason = "it starts with a byte order mark; save it as UTF-8 without one"
        return "", TextProblem(ENCODING, reason, "", 1, 1)
    try:
        return data.decode(), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        reason = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return "", TextProblem(ENCODING, reason, "", *_Places(before).of(len(before)))


class _Reader:
    """Reads with the speed of `json`, and only notes that there was something to look into."""

    def __init__(self) -> None:
        self.doubtful = False

    def read(self, text: str) -> Any:
        return json.loads(
            text,
            parse_float=self._float,
            parse_int=self._integer,
            parse_constant=self._constant,
            object_pairs_hook=self._object,
        )

    def _float(self, token: str) -> float:
        value = float(token)
        self.doubtful |= math.isinf(value)
        return value

    def _integer(self, token: str) -> int | float:
        if len(token) < 16:
            return int(token)
        if math.isinf(float(token)):
            self.doubtful = True
            return 0
        value = int(token)
        if abs(value) > MAX_SAFE_INTEGER:
            nearest = float(value)
            if number_text(nearest) == token:
                return nearest
        return value

    def _constant(self, _token: str) -> int:
        self.doubtful = True
        return 0

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self.doubtful |= len(members) != len(pairs)
        return members


def _is_deep(value: Any) -> bool:
    """Whether there are containers within more than so many others, looked for layer by layer."""
    layer = [value] if type(value) is dict or type(value) is list else []
    for _ in range(MAX_DEPTH):
        if not layer:
            return False
        layer = [
            item
            for each in layer
            for item in (each.values() if type(each) is dict else each)
            if type(item) is dict or type(item) is list  # half the time of `isinstance`, for every value
        ]
    return bool(layer)


# -- the way of a text with problems --------------------------------------------------------------

# A string may lack its end only where the text was cut off before the place at which it is no JSON.
_STRING = r'"(?:[^"\\]++|\\.)*+"?'
_TOKEN = re.compile(rf'{_STRING}|[{{}}\[\]:,]|[^\s{{}}\[\]:,"]++', re.DOTALL)
_NO_BRACKET = re.compile(rf'(?:{_STRING}|[^{{}}\[\]"]++)++', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


@dataclass(slots=True)
class _Open:
    """An array or object that was entered: the part of the pointer to what is read in it now."""

    part: str | int
    names: set[str] | None = None


@dataclass(slots=True)
class _Scan:
    """Walks through the tokens of a text that is JSON up to its end, and knows the pointer of each."""

    text: str
    path: list[_Open] = field(default_factory=list)
    expects_name: bool = False

    def problems(self) -> Iterator[TextProblem]:
        """Everything but depth that keeps the text from being strict JSON."""
        places = _Places(self.text)
        count = 0
        for match in self.tokens(len(self.text)):
            for code, reason, pointer in self._objections(match[0]):
                yield TextProblem(code, reason, pointer, *places.of(match.start()))
                count += 1
            if count >= MOST_PROBLEMS:
                return

    def tokens(self, end: int) -> Iterator[re.Match[str]]:
        """Each token before `end`, at which `path` leads to it."""
        for match in _TOKEN.finditer(self.text, 0, end):
            piece = match[0]
            yield match
            if piece == "{":
                self.path.append(_Open("", set()))
            elif piece == "[":
                self.path.append(_Open(0))
            elif piece in ("}", "]"):
                self.path.pop()
            elif piece == "," and isinstance(self.path[-1].part, int):
                self.path[-1].part += 1
            self.expects_name = piece in ("{", ",") and self.path[-1].names is not None

    @property
    def pointer(self) -> str:
        return pointer_to(each.part for each in self.path)

    def _objections(self, token: str) -> Iterator[tuple[str, str, str]]:
        if token.startswith('"'):
            value = json.loads(token) if "\\" in token else token[1:-1]
            if self.expects_name:
                yield from self._name_objections(token, value)
            elif not _is_text(value):
                yield SURROGATE, "half a surrogate pair is no character", self.pointer
        elif token[0] in "-0123456789NI":
            if token in ("NaN", "Infinity", "-Infinity"):
                yield NUMBER, f"{token} is not JSON", self.pointer
            elif math.isinf(float(token)):
                yield NUMBER, f"the number {_short(token)} is too large for a double", self.pointer

    def _name_objections(self, token: str, value: str) -> Iterator[tuple[str, str, str]]:
        here = self.path[-1]
        here.part = _utf8(value)
        names = here.names if here.names is not None else set()
        if not _is_text(value):  # no pointer can name it
            above = pointer_to(each.part for each in self.path[:-1])
            yield SURROGATE, f"half a surrogate pair is no character, in the key {_short(token)}", above
        elif value in names:
            yield TWICE, f"the key {_short(token)} is given twice in one object", self.pointer
        names.add(value)


def _is_deep_before(text: str, end: int) -> bool:
    """Whether something lies too deep in a text that is JSON up to `end`, without looking for its place."""
    if text.count("[", 0, end) + text.count("{", 0, end) <= MAX_DEPTH:
        return False
    brackets = _NO_BRACKET.sub("", text[:end])
    return max(accumulate(map(_STEP.__getitem__, brackets))) > MAX_DEPTH


def _too_deep(text: str, end: int) -> TextProblem | None:
    """The first array or object that lies too deep, in a text that is JSON up to `end`."""
    scan = _Scan(text)
    for match in scan.tokens(end):
        if match[0] in ("{", "[") and len(scan.path) >= MAX_DEPTH:
            for each in scan.path:
                each.part = _utf8(json.loads(each.part)) if isinstance(each.part, str) else each.part
            reason = f"it is nested deeper than {MAX_DEPTH} levels"
            return TextProblem(DEPTH, reason, scan.pointer, *_Places(text).of(match.start()))
        if match[0].startswith('"') and scan.expects_name:
            scan.path[-1].part = match[0]  # as written: the last one may lack its end
    return None


def _no_json(text: str, error: json.JSONDecodeError) -> TextProblem:
    return TextProblem(SYNTAX, _syntax_reason(text, error), "", *_Places(text).of(error.pos))


def _syntax_reason(text: str, error: json.JSONDecodeError) -> str:
    end = len(text.rstrip(" \t\r\n"))
    if end == 0:
        return "it is empty, and so is not JSON"
    if error.msg.startswith("Unterminated string"):
        return "the closing quote is missing"
    if error.pos >= end:
        return "the text ends too early"
    return error.msg[:1].lower() + error.msg[1:]


class _Places:
    """Lines and columns of places that are asked for in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = 1
        self._begin = 0
        self._seen = 0

    def of(self, position: int) -> tuple[int, int]:
        count = self._text.count("\n", self._seen, position)
        if count:
            self._line += count
            self._begin = self._text.rindex("\n", self._seen, position) + 1
        self._seen = position
        return self._line, position - self._begin + 1


def _is_text(value: str) -> bool:
    """Whether a string is Unicode, and holds no half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _utf8(value: str) -> str:
    """A string of which only Unicode is left."""
    return value.encode("utf-8", "replace").decode()


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
