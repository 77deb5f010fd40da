"""Whether a document follows a schema, told fast: yes or no, without a reason.

A schema with its references resolved becomes functions, one for each part of it. They know the keywords that
the shipped schemas use. For a schema with any other keyword there is no such function, and `problems`, which
knows all keywords and gives the reasons, has to decide alone; the tests hold the two equal.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from reprocrate.standard.patterns import ecma_pattern

Fits = Callable[[Any], bool]

_SAYS_NOTHING = frozenset(
    "$comment $id $schema $defs default deprecated description examples format meta:enum title".split()  # noqa: SIM905
)
_OF_OBJECTS = frozenset(
    "properties patternProperties additionalProperties unevaluatedProperties required minProperties".split()  # noqa: SIM905
)
_COMPOSING = frozenset({"oneOf", "allOf"})


class _UnknownKeywordError(Exception):
    """A schema has a keyword that is not known here."""


def fitting(schema: Mapping[str, Any]) -> Fits | None:
    """The function that tells whether a value follows a schema; None if a keyword in it is not known here."""
    try:
        return _all_of(schema)
    except _UnknownKeywordError:
        return None


def _anything(_value: Any) -> bool:
    return True


def _nothing(_value: Any) -> bool:
    return False


def _all_of(schema: Any) -> Fits:
    """The function of one schema, which is that of its only demand where it has one."""
    if isinstance(schema, bool):
        return _anything if schema else _nothing
    demands = [
        _demand(keyword, value)
        for keyword, value in schema.items()
        if keyword not in _SAYS_NOTHING | _OF_OBJECTS and not keyword.startswith("x-")
    ]
    if _OF_OBJECTS & schema.keys():
        demands.append(_of_object(schema))
    if not demands:
        return _anything
    if len(demands) == 1:
        return demands[0]
    if len(demands) == 2:  # by far the most frequent: a type and one more
        first, second = demands
        return lambda value: first(value) and second(value)

    def fits(value: Any) -> bool:
        for demand in demands:  # noqa: SIM110 - a generator would double the time
            if not demand(value):
                return False
        return True

    return fits


def _demand(keyword: str, wanted: Any) -> Fits:
    if keyword not in _DEMANDS:
        raise _UnknownKeywordError(keyword)
    return _DEMANDS[keyword](wanted)


def _is_integer(value: Any) -> bool:
    kind = type(value)
    return kind is int or (kind is float and value.is_integer())


_KINDS: dict[str, Fits] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: value is True or value is False,
    "integer": _is_integer,
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


def _type(wanted: Any) -> Fits:
    kinds = [_KINDS[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted)]
    return kinds[0] if len(kinds) == 1 else lambda value: any(kind(value) for kind in kinds)


def _enum(wanted: list[Any]) -> Fits:
    if any(isinstance(each, list | dict | float) for each in wanted):
        raise _UnknownKeywordError("enum")
    words = {(isinstance(each, bool), each) for each in wanted}  # true is not 1
    return lambda value: not isinstance(value, list | dict) and (isinstance(value, bool), value) in words


def _pattern(wanted: str) -> Fits:
    search = ecma_pattern(wanted).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _bound(breaks: Callable[[Any, Any], bool]) -> Callable[[Any], Fits]:
    def demand(wanted: Any) -> Fits:
        is_number = _KINDS["number"]
        return lambda value: not (is_number(value) and breaks(value, wanted))

    return demand


def _length(kind: type[list[Any]] | type[str], breaks: Callable[[Any, Any], bool]) -> Callable[[Any], Fits]:
    def demand(wanted: Any) -> Fits:
        return lambda value: not (isinstance(value, kind) and breaks(len(value), wanted))

    return demand


def _items(wanted: Any) -> Fits:
    fits = _all_of(wanted)

    def demand(value: Any) -> bool:
        return not isinstance(value, list) or all(map(fits, value))

    return demand


def _one_of(wanted: list[Any]) -> Fits:
    branches = [_all_of(each) for each in wanted]
    return lambda value: sum(branch(value) for branch in branches) == 1


def _every_of(wanted: list[Any]) -> Fits:
    branches = [_all_of(each) for each in wanted]
    return lambda value: all(branch(value) for branch in branches)


_DEMANDS: dict[str, Callable[[Any], Fits]] = {
    "allOf": _every_of,
    "const": lambda wanted: _enum([wanted]),
    "enum": _enum,
    "exclusiveMaximum": _bound(operator.ge),
    "exclusiveMinimum": _bound(operator.le),
    "items": _items,
    "maxItems": _length(list, operator.gt),
    "maxLength": _length(str, operator.gt),
    "maximum": _bound(operator.gt),
    "minItems": _length(list, operator.lt),
    "minLength": _length(str, operator.lt),
    "minimum": _bound(operator.lt),
    "oneOf": _one_of,
    "pattern": _pattern,
    "type": _type,
}


def _of_object(schema: Mapping[str, Any]) -> Fits:
    """What a schema demands of an object's properties, in one walk through them."""
    named = {name: _all_of(each) for name, each in schema.get("properties", {}).items()}
    patterns = [
        (ecma_pattern(name), _all_of(each)) for name, each in schema.get("patternProperties", {}).items()
    ]
    for_named = [(pattern, fits) for pattern, fits in patterns if fits is not _anything]
    further = _of_further(schema)
    required = frozenset(schema.get("required", ()))
    fewest = schema.get("minProperties", 0)

    def fits(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        if not required <= value.keys() or len(value) < fewest:
            return False
        for name, inner in value.items():
            known = named.get(name)
            if known is None:
                if not _fits_others(name, inner, patterns, further):
                    return False
            elif not known(inner) or (for_named and not _fits_others(name, inner, for_named, _anything)):
                return False
        return True

    return fits


def _of_further(schema: Mapping[str, Any]) -> Fits:
    """What a schema demands of properties that it does not name."""
    if "additionalProperties" in schema:
        return _all_of(schema["additionalProperties"])
    unevaluated = schema.get("unevaluatedProperties", True)
    if _COMPOSING & schema.keys() or not isinstance(unevaluated, bool):
        raise _UnknownKeywordError("unevaluatedProperties")
    return _all_of(unevaluated)


def _fits_others(name: str, value: Any, patterns: list[tuple[re.Pattern[str], Fits]], further: Fits) -> bool:
    matching = [fits for pattern, fits in patterns if pattern.search(name)]
    return all(fits(value) for fits in matching) if matching else further(value)
