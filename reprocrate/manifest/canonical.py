"""JSON in one form only: canonical bytes out (RFC 8785), strict parsing in.

Two manifests that say the same have the same canonical bytes, so a digest of them identifies what is said.
Parsing refuses what different programs read differently: a key given twice, NaN, half a surrogate pair.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from reprocrate.errors import UnreadableError

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2)."""

MAX_DEPTH = 100
"""How many arrays and objects may lie in each other."""

MAX_BYTES = 64 * 1024 * 1024
"""The largest JSON text that `parse` takes."""


def canonical_bytes(value: object) -> bytes:
    """The canonical form of a JSON value, by the JSON Canonicalization Scheme (RFC 8785).

    Dictionaries with text keys, lists, tuples, text, booleans, None, integers up to 2^53 - 1 either way
    and finite floats can be written.

    Raises:
        UnreadableError: something in it has no such form; the message says where (as JSON Pointer) and why.
    """
    try:
        return _written(value, 0).encode()
    except _UnwritableError as error:
        place = "".join(f"/{_escaped(part)}" for part in reversed(error.path)) or "the top"
        raise UnreadableError(f"the value at {place} cannot be written as JSON", error.reason) from None


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
    text = _decoded(data, name)
    value = None
    try:
        value = json.loads(
            text,
            parse_float=_float,
            parse_int=_integer,
            parse_constant=_refused,
            object_pairs_hook=_object,
        )
        doubtful = _is_deep(value) or _HALF_SURROGATE.search(text) is not None
    except json.JSONDecodeError as error:
        raise _at(text, error.pos, name, _syntax_reason(text, error)) from None
    except (_RefusedError, RecursionError):
        doubtful = True
    if doubtful:
        _refuse_tokens(text, name)
    return value


# -- writing --------------------------------------------------------------------------------------


class _UnwritableError(Exception):
    """Why a value has no canonical form, with the path to it, innermost part first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str | int] = []


def _written(value: object, depth: int) -> str:
    writer = _WRITERS.get(type(value))
    if writer is None:
        writer = next((_WRITERS[kind] for kind in _WRITERS if isinstance(value, kind)), None)
        if writer is None:
            raise _UnwritableError(f"{type(value).__name__} is not a JSON type")
    return writer(value, depth)


def _written_text(value: str, _depth: int = 0) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _UnwritableError("it holds half a surrogate pair, which is no character") from None
    return encode_basestring(value)


def _written_integer(value: int, _depth: int) -> str:
    if abs(value) > MAX_SAFE_INTEGER:
        raise _UnwritableError(f"the integer {_short(str(value))} is beyond 2^53 - 1; write it as text")
    return int.__repr__(value)


def _written_float(value: float, _depth: int = 0) -> str:
    """A number as ECMAScript prints it (Number::toString, RFC 8785 section 3.2.2.3).

    Python and ECMAScript agree on the digits, the fewest that read back as the same double; they differ in
    when they use an exponent.
    """
    if not math.isfinite(value):
        raise _UnwritableError(f"{value} is not a JSON number")
    if value == 0:
        return "0"
    mantissa, _, tail = float.__repr__(value).partition("e")
    if not tail:
        return mantissa.removesuffix(".0")
    exponent = int(tail)
    sign = "-" if value < 0 else ""
    digits = mantissa.lstrip("-").replace(".", "")
    if 0 <= exponent < 21:
        return sign + digits.ljust(exponent + 1, "0")
    if -7 < exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return f"{mantissa}e{exponent:+d}"


def _written_object(value: dict[object, object], depth: int) -> str:
    _check_depth(depth)
    keys = _sorted_keys(value)
    members: list[str] = []
    try:
        for key in keys:
            member = f"{_written_text(key)}:{_written(value[key], depth + 1)}"
            members.append(member)
    except _UnwritableError as error:
        error.path.append(keys[len(members)])
        raise
    return f"{{{','.join(members)}}}"


def _written_array(value: list[object] | tuple[object, ...], depth: int) -> str:
    _check_depth(depth)
    items: list[str] = []
    try:
        for item in value:
            items.append(_written(item, depth + 1))  # noqa: PERF401 - how far it came tells where it failed
    except _UnwritableError as error:
        error.path.append(len(items))
        raise
    return f"[{','.join(items)}]"


def _sorted_keys(value: dict[object, object]) -> list[str]:
    """The keys in the order of their UTF-16 code units (RFC 8785 section 3.2.3)."""
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        raise _UnwritableError("it has a key that is not text")
    if all(map(str.isascii, keys)):
        return sorted(keys)
    return sorted(keys, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise _UnwritableError(f"it is nested deeper than {MAX_DEPTH} levels")


_WRITERS: dict[type, Callable[[Any, int], str]] = {
    str: _written_text,
    float: _written_float,
    bool: lambda value, _depth: "true" if value else "false",
    int: _written_integer,
    dict: _written_object,
    list: _written_array,
    tuple: _written_array,
    type(None): lambda _value, _depth: "null",
}


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


# -- reading --------------------------------------------------------------------------------------

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HALF_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class _RefusedError(Exception):
    """The text is JSON that is not accepted; where that is must still be found."""


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{name} is too large", f"JSON may have at most {MAX_BYTES >> 20} MiB here")
    if data.startswith(_BYTE_ORDER_MARKS):
        raise UnreadableError(
            f"{name} line 1 column 1: it starts with a byte order mark",
            "JSON is UTF-8 without one",
            "Save it as UTF-8 without BOM",
        )
    if not data.strip(b" \t\r\n"):
        raise UnreadableError(f"{name} is not JSON", "it is empty")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise _at(before, len(before), name, f"byte 0x{data[error.start]:02x} is not UTF-8") from None


def _float(token: str) -> float:
    value = float(token)
    if math.isinf(value):
        raise _RefusedError
    return value


def _integer(token: str) -> int | float:
    if len(token) < 16:
        return int(token)
    if len(token) > 400:  # beyond every float, and slow to convert
        raise _RefusedError
    value = int(token)
    if abs(value) > MAX_SAFE_INTEGER:
        try:
            nearest = float(value)
        except OverflowError:
            return value
        if _written_float(nearest) == token:
            return nearest
    return value


def _refused(_token: str) -> Any:
    raise _RefusedError


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RefusedError
    return members


def _is_deep(value: Any) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, (dict, list))
        ]
    return bool(level)


def _refuse_tokens(text: str, name: str) -> None:
    """Find the first thing that `json` takes and this module does not, in a text that is JSON up to there.

    Raises:
        UnreadableError: there is one.
    """
    scopes: list[set[str] | None] = []  # for each open container: the keys of an object, None for an array
    expects_key = False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        reason = ""
        if piece in "{[":
            scopes.append(set() if piece == "{" else None)
            reason = f"it is nested deeper than {MAX_DEPTH} levels" if len(scopes) > MAX_DEPTH else ""
        elif piece in "}]":
            scopes.pop()
        elif piece.startswith('"'):
            reason = _text_violation(piece, scopes[-1] if expects_key else None)
        elif piece not in ":,":
            reason = _number_violation(piece)
        if reason:
            raise _at(text, match.start(), name, reason)
        expects_key = piece in "{," and bool(scopes) and scopes[-1] is not None


def _text_violation(token: str, keys: set[str] | None) -> str:
    value = json.loads(token)
    try:
        value.encode()
    except UnicodeEncodeError:
        return "half a surrogate pair is no character"
    if keys is None:
        return ""
    if value in keys:
        return f"the key {_short(token)} is given twice in one object"
    keys.add(value)
    return ""


def _number_violation(token: str) -> str:
    if token in ("NaN", "Infinity", "-Infinity"):
        return f"{token} is not JSON"
    if token in ("true", "false", "null"):
        return ""
    if len(token) > 400 or math.isinf(float(token)):
        return f"the number {_short(token)} is too large"
    return ""


def _syntax_reason(text: str, error: json.JSONDecodeError) -> str:
    if error.msg.startswith("Unterminated string"):
        return "the closing quote is missing"
    if error.pos >= len(text.rstrip()):
        return "the text ends too early"
    return error.msg[:1].lower() + error.msg[1:]


def _at(text: str, position: int, name: str, reason: str) -> UnreadableError:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return UnreadableError(f"{name} line {line} column {column}: {reason}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
