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

from pydantic import ConfigDict, TypeAdapter

from reprocrate.manifest.section import Section

S = TypeVar("S", bound=Section)

Convert = Callable[[Any], Any]
"""Makes of a JSON value what the model of its place makes of it."""

_PLAIN = (str, bool, int, float)
_set = object.__setattr__


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
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = kind.model_fields
    template = {name: None if field.is_required() else field.get_default() for name, field in fields.items()}
    aliases = {field.alias: name for name, field in fields.items() if field.alias}
    found = [(name, _convert(hints[name])) for name in fields]
    converting = tuple((name, convert) for name, convert in found if convert is not None)
    is_known, new = frozenset(fields).issuperset, kind.__new__

    def build(document: Any) -> Section:
        if aliases:
            document = {aliases.get(key, key): value for key, value in document.items()}
        values = template | document
        extra: dict[str, Any] = {}
        if not is_known(document):
            extra = {name: values.pop(name) for name in document if name not in template}
        for name, convert in converting:
            if name in document:
                values[name] = convert(document[name])
        section = new(kind)
        _set(section, "__dict__", values)
        _set(section, "__pydantic_fields_set__", set(document))
        _set(section, "__pydantic_extra__", extra)
        _set(section, "__pydantic_private__", None)
        return section

    return build


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


def _of_one(annotation: Any, origin: Any) -> Convert | None:
    if annotation is int:
        return lambda value: int(value) if type(value) is float else value
    if annotation is float:
        return lambda value: float(value) if type(value) is int else value
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
        return None if inner is None else lambda value: None if value is None else inner(value)
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
