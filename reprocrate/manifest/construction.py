"""Manifests made from values that their schema has accepted, without judging them a second time.

Validating by the models takes several times as long as the schema's fast judge, and decides the same: the
tests hold the two equal, and what is made here equal to what the models make, over the conformance cases and
over mutated manifests. So where the schema has accepted a document, its values are only put in their places.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union

from pydantic import BaseModel, ConfigDict, TypeAdapter

from reprocrate.manifest.section import Section

S = TypeVar("S", bound=Section)

Convert = Callable[[Any], Any]
"""Makes of a JSON value what the model of its place makes of it."""

_Plan = tuple[set[str], tuple[str, ...], tuple[tuple[str, Convert], ...]]
"""Of objects with the same properties: those that are given, those that no model has, and what is converted.

Sections have the set in common: they are frozen, and pydantic copies it where it makes another of one.
"""

_MOST_PLANS = 1000
"""For how many lists of properties of one model a plan is kept: a hostile manifest may have millions."""

_PLAIN = (str, bool, int, float)
_set_values, _set_extra, _set_given, _set_private = (
    BaseModel.__dict__[name].__set__  # in less time than `object.__setattr__`, which looks the name up
    for name in ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")
)


def construct(kind: type[S], document: Mapping[str, Any]) -> S:
    """A section from a JSON object that follows the schema of this program's own version.

    Args:
        kind: the model.
        document: plain JSON values, which the schema accepts.
    """
    made: S = _builder(kind)(document)
    return made


@cache
def _builder(kind: type[Section]) -> Convert:
    """What makes instances of a model; made once, when the first is wanted."""
    fields = kind.model_fields
    template = {name: None if field.is_required() else field.get_default() for name, field in fields.items()}
    aliases = {field.alias: name for name, field in fields.items() if field.alias}
    converting = {name: made for name, field in fields.items() if (made := _convert(field.annotation))}
    plans: dict[tuple[str, ...], _Plan] = {}
    new = kind.__new__

    def build(document: Any) -> Section:
        if aliases:
            document = {aliases.get(key, key): value for key, value in document.items()}
        plan = plans.get(names := tuple(document))
        if plan is None:
            plan = _plan(names, template, converting)
            if len(plans) < _MOST_PLANS:
                plans[names] = plan
        given, further, conversions = plan
        values = template | document
        for name, convert in conversions:
            values[name] = convert(values[name])
        section = new(kind)
        _set_extra(section, {name: values.pop(name) for name in further} if further else {})
        _set_values(section, values)
        _set_given(section, given)
        _set_private(section, None)
        return section

    return build


def _plan(names: tuple[str, ...], known: Mapping[str, Any], converting: Mapping[str, Convert]) -> _Plan:
    """What is done with every object that has these properties."""
    conversions = tuple((name, converting[name]) for name in names if name in converting)
    return set(names), tuple(name for name in names if name not in known), conversions


def _convert(annotation: Any) -> Convert | None:
    """What is done with a value of a place; None where it stays as it is."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _convert(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return _builder(annotation)
    if origin in (Union, types.UnionType):
        return _of_choice(annotation, [each for each in arguments if each is not types.NoneType])
    if origin in (tuple, dict):
        return _of_many(origin, _convert(arguments[-1] if origin is dict else arguments[0]))
    return _of_one(annotation, origin)


def _whole(value: Any) -> Any:
    return int(value) if type(value) is float else value


def _real(value: Any) -> Any:
    return float(value) if type(value) is int else value


_NUMBERS: dict[Any, Convert] = {int: _whole, float: _real}


def _of_one(annotation: Any, origin: Any) -> Convert | None:
    if annotation in _NUMBERS:
        return _NUMBERS[annotation]
    if origin is Literal or annotation in (str, bool, Any, object):
        return None
    return _by_model(annotation)


def _of_many(kind: type, inner: Convert | None) -> Convert | None:
    if kind is tuple:
        return tuple if inner is None else lambda value: tuple(map(inner, value))
    if inner is None:
        return None
    return lambda value: {key: inner(each) for key, each in value.items()}


def _of_choice(annotation: Any, kinds: list[Any]) -> Convert | None:
    """For a place that takes one of several kinds, or null."""
    if len(kinds) == 1:
        inner = _convert(kinds[0])
        if inner is None or inner in _NUMBERS.values():
            return inner  # which leaves null as it is
        return lambda value: None if value is None else inner(value)
    plain = {_bare(each) for each in kinds}
    if not plain <= set(_PLAIN):
        return _by_model(annotation)
    same = {str, bool, int, types.NoneType} & (plain | {types.NoneType})
    rest = _by_model(annotation)
    return lambda value: value if type(value) in same else rest(value)


def _bare(annotation: Any) -> Any:
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return annotation


def _by_model(annotation: Any) -> Convert:
    """As pydantic does it: for the few places where the kind of a value depends on the value."""
    made: list[TypeAdapter[Any]] = []

    def convert(value: Any) -> Any:
        if not made:
            made.append(TypeAdapter(annotation, config=ConfigDict(strict=True, regex_engine="python-re")))
        return made[0].validate_python(value)

    return convert
