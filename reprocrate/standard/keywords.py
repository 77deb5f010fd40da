"""Keywords of JSON Schema that the `jsonschema` package treats otherwise than ECMA-262 or than we need.

Only `problems` imports this module, when the first document is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.protocols import Validator

from reprocrate.standard.patterns import ecma_pattern

Schema = Mapping[str, Any]
Errors = Iterator[ValidationError]

_COMPOSING = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"})
_unevaluated_properties = Draft202012Validator.VALIDATORS["unevaluatedProperties"]


def faithful(dialect: type[Validator]) -> type[Validator]:
    """The dialect with patterns as ECMA-262 has them, and one error for each property that is not known."""
    extended: type[Validator] = validators.extend(  # type: ignore[no-untyped-call]
        dialect,
        {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
            "unevaluatedProperties": _unevaluated,
        },
    )
    return extended


def _pattern(_validator: Validator, pattern: str, instance: object, _schema: Schema) -> Errors:
    if isinstance(instance, str) and not ecma_pattern(pattern).search(instance):
        yield ValidationError(f"does not match {pattern}")


def _pattern_properties(validator: Any, patterns: Schema, instance: object, _schema: Schema) -> Errors:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in patterns.items():
        if subschema is True:
            continue
        for name, value in instance.items():
            if ecma_pattern(pattern).search(name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, subschema: Any, instance: object, schema: Schema) -> Errors:
    for name in _further_names(instance, schema):
        if subschema is False:
            yield _unknown(name)
        elif subschema is not True and isinstance(instance, dict):
            yield from validator.descend(instance[name], subschema, path=name)


def _unevaluated(validator: Any, subschema: Any, instance: object, schema: Schema) -> Errors:
    """Where a schema is not composed of others, what is unevaluated is what it does not name itself.

    Telling so directly is much faster, and gives each property an error of its own.
    """
    if subschema is not False or _COMPOSING & schema.keys():
        yield from _unevaluated_properties(validator, subschema, instance, schema) or ()
        return
    if "additionalProperties" not in schema:
        for name in _further_names(instance, schema):
            yield _unknown(name)


def _unknown(name: str) -> ValidationError:
    return ValidationError(f"{name} is not known", path=[name])


def _further_names(instance: object, schema: Schema) -> Iterator[str]:
    if not isinstance(instance, dict):
        return
    named = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for name in instance:
        if name not in named and not any(ecma_pattern(pattern).search(name) for pattern in patterns):
            yield name
