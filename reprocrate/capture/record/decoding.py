"""JSON's own types as typed values: what a record's annotations promise is checked when it is read."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class WrongValueError(Exception):
    """A value is not of the type that its place asks for."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason


def decoded(kind: type[T], value: object) -> T:
    """`value`, as parsed from JSON, as the dataclass `kind`; keys that it does not have are ignored.

    Raises:
        WrongValueError: a value is missing or of another type.
    """
    result: T = _decoded(kind, value, "")
    return result


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decoded(kind: Any, value: Any, place: str) -> Any:
    """`value` as the annotated type `kind`: dataclass, tuple, mapping, union, literal or plain type."""
    decode = _DECODERS.get(get_origin(kind))
    if decode is not None:
        return decode(get_args(kind), value, place)
    if is_dataclass(kind):
        return _decoded_section(kind, value, place)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise WrongValueError(place, f"{value!r} is not {_name(kind)}")


def _decoded_section(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise WrongValueError(place, "it is not a JSON object")
    given = {
        name: _decoded(hint, value[name], f"{place}/{name}")
        for name, hint in _hints(kind).items()
        if name in value
    }
    try:
        return kind(**given)
    except TypeError:
        missing = sorted(item.name for item in fields(kind) if item.name not in given)
        raise WrongValueError(place, f"{' or '.join(missing)} is missing") from None


def _decoded_tuple(arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    if not isinstance(value, list):
        raise WrongValueError(place, "it is not a JSON array")
    return tuple(_decoded(arguments[0], item, f"{place}/{index}") for index, item in enumerate(value))


def _decoded_mapping(arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise WrongValueError(place, "it is not a JSON object")
    return {name: _decoded(arguments[1], item, f"{place}/{name}") for name, item in value.items()}


def _decoded_union(arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    for kind in arguments:
        try:
            return _decoded(kind, value, place)
        except WrongValueError as error:
            if error.place != place:  # the right kind, with something wrong inside
                raise
    raise WrongValueError(place, f"{value!r} is not {' or '.join(map(_name, arguments))}")


def _decoded_literal(arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    if value not in arguments:
        raise WrongValueError(place, f"{value!r} is not one of {', '.join(map(str, arguments))}")
    return value


_DECODERS: dict[Any, Callable[[tuple[Any, ...], Any, str], Any]] = {
    tuple: _decoded_tuple,
    Mapping: _decoded_mapping,
    Union: _decoded_union,
    types.UnionType: _decoded_union,
    Literal: _decoded_literal,
}

_NAMES = {
    str: "text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    types.NoneType: "null",
}


def _name(kind: Any) -> str:
    return _NAMES.get(kind, getattr(kind, "__name__", "valid"))
