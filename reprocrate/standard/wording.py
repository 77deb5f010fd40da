"""Sentences for people about what a schema does not allow.

A sentence names the value by the last part of its place, says what is allowed, and shows the value cut short:
the place itself stands beside the sentence in every report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any

from reprocrate.standard.inlined import FORM

Error = Any
"""A `jsonschema.ValidationError` that the validator has completed; its declared types allow unset parts."""

Path = tuple[str | int, ...]

LONGEST_VALUE = 60
"""How many characters of a value are shown."""

_LONGEST_NAME, _MOST_NAMES = 200, 100
"""Of names that may be misspelt: a hostile one may have millions of characters, or of others beside it."""

_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}


def sentences(error: Error) -> Iterator[tuple[Path, str]]:
    """The place and the sentence of each problem that an error of the validator stands for."""
    path: Path = tuple(error.absolute_path)
    if error.validator == "required":
        # One error stands for one name, but only its text says which.
        for name in error.validator_value:
            if name not in error.instance and error.message.startswith(repr(name)):
                yield path, f"missing property {quoted(name)}{_wanted(error, name)}"
        return
    writer = _WRITERS.get(str(error.validator))
    yield path, writer(error) if writer else f"{_name(error)} does not fit what the schema demands here"


def quoted(value: object) -> str:
    """A value as JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 4]} ..."


def listed(values: Iterable[object], word: str = "or") -> str:
    """Values as a phrase: `"a", "b" or "c"`."""
    texts = [quoted(value) for value in values]
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}" if len(texts) > 1 else "".join(texts)


def close(name: object, names: Iterable[object]) -> str:
    """` (did you mean "x"?)`, if a name is close to one that is known."""
    known = [each for each in names if isinstance(each, str)]
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return ""
    found = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean {quoted(found[0])}?)" if found else ""


def _name(error: Error) -> str:
    """What the sentence calls the value."""
    path = error.absolute_path
    if not path:
        return "the document"
    last = path[-1]
    return quoted(last) if isinstance(last, str) else f"entry {last}"


def _wanted(error: Error, name: str) -> str:
    """A property that is there in place of the missing one, if its name is close."""
    known = error.schema.get("properties", {})
    unknown = (each for each in error.instance if each not in known and len(each) <= _LONGEST_NAME)
    spelled = list(islice(unknown, _MOST_NAMES))
    found = get_close_matches(name, spelled, n=1, cutoff=0.6)
    return f" (is {quoted(found[0])} meant for it?)" if found else ""


def _unknown(error: Error) -> str:
    if not error.relative_path:  # a composed schema, of which the validator tells only the sum
        return f"{_name(error)} has properties that are not known: {quoted(sorted(error.instance))}"
    name = error.absolute_path[-1]
    where = f" of {error.schema['title']}" if "title" in error.schema else ""
    return f"unknown property {quoted(name)}{where}{close(name, error.schema.get('properties', ()))}"


def _type(error: Error) -> str:
    allowed = error.validator_value
    kinds = " or ".join(_KINDS[kind] for kind in ([allowed] if isinstance(allowed, str) else allowed))
    return f"{_name(error)} must be {kinds}, not {_described(error.instance)}"


def _described(value: object) -> str:
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return quoted(value)


def _enum(error: Error) -> str:
    allowed = error.validator_value
    meant = close(error.instance, allowed)
    return f"{_name(error)} must be {listed(allowed)}, not {quoted(error.instance)}{meant}"


def _const(error: Error) -> str:
    return f"{_name(error)} must be {quoted(error.validator_value)}, not {quoted(error.instance)}"


def _pattern(error: Error) -> str:
    schema = error.schema
    if "description" not in schema and error.parent is not None:  # one of several alternatives
        schema = error.parent.schema
    meaning = schema.get(FORM) or schema.get("description") or f"the pattern {error.validator_value}"
    example = f" Example: {quoted(schema['examples'][0])}" if schema.get("examples") else ""
    needed = f"{meaning.rstrip('.')}.{example}"
    return f"{_name(error)} has the wrong form: {quoted(error.instance)}. Needed: {needed}"


def _limit(words: str) -> Callable[[Error], str]:
    def write(error: Error) -> str:
        limit = quoted(error.validator_value)
        return f"{_name(error)} must be {words} {limit}, not {quoted(error.instance)}"

    return write


def _length(most: bool, one: str, many: str) -> Callable[[Error], str]:
    def write(error: Error) -> str:
        limit = error.validator_value
        if limit == 1 and not most:
            return f"{_name(error)} must not be empty"
        bound = "at most" if most else "at least"
        unit = one if limit == 1 else many
        return f"{_name(error)} must have {bound} {limit} {unit}, not {len(error.instance)}"

    return write


def _alternatives(error: Error) -> str:
    if not error.context:
        return (
            f"{_name(error)} fits more than one of the forms that are allowed here: {quoted(error.instance)}"
        )
    forms = " or ".join(dict.fromkeys(_form(branch) for branch in error.validator_value))
    return f"{_name(error)} must be {forms}, not {_described(error.instance)}"


def _form(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "anything"
    if "title" in schema:
        return f"what {quoted(schema['title'])} describes"
    if "const" in schema:
        return quoted(schema["const"])
    if "enum" in schema:
        return listed(schema["enum"])
    kind = schema.get("type")
    if isinstance(kind, str):
        return _KINDS[kind]
    return " or ".join(_KINDS[each] for each in kind) if kind else "of another form"


_WRITERS: dict[str, Callable[[Error], str]] = {
    "additionalProperties": _unknown,
    "anyOf": _alternatives,
    "const": _const,
    "enum": _enum,
    "exclusiveMaximum": _limit("less than"),
    "exclusiveMinimum": _limit("more than"),
    "maxItems": _length(True, "entry", "entries"),
    "maxLength": _length(True, "character", "characters"),
    "maxProperties": _length(True, "property", "properties"),
    "maximum": _limit("at most"),
    "minItems": _length(False, "entry", "entries"),
    "minLength": _length(False, "character", "characters"),
    "minProperties": _length(False, "property", "properties"),
    "minimum": _limit("at least"),
    "multipleOf": _limit("a multiple of"),
    "oneOf": _alternatives,
    "pattern": _pattern,
    "type": _type,
    "unevaluatedProperties": _unknown,
    "uniqueItems": lambda error: f"{_name(error)} has the same entry twice",
}
