"""JSON in one form only: canonical bytes (RFC 8785).

Two manifests that say the same have the same canonical bytes, so a digest of them identifies what is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from reprocrate.errors import UnreadableError

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2)."""

MAX_DEPTH = 100
"""How many arrays and objects may lie in each other."""


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


def number_text(value: float, _depth: int = 0) -> str:
    """A finite number as ECMAScript prints it (Number::toString, RFC 8785 section 3.2.2.3).

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
    float: number_text,
    bool: lambda value, _depth: "true" if value else "false",
    int: _written_integer,
    dict: _written_object,
    list: _written_array,
    tuple: _written_array,
    type(None): lambda _value, _depth: "null",
}


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
