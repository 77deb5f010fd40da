"""RC01: the shape of the manifest. What JSON Schema can say, the schema says; the rest is here."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.standard import SchemaProblem
from reprocrate.validation.rule import MUST, Found, Need, rule
from reprocrate.validation.subject import Subject

_UNKNOWN = {"additionalProperties", "propertyNames", "unevaluatedProperties"}
_MISSING = {"dependentRequired", "required"}
_RANGE = {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"}
_LENGTH = {
    "maxItems",
    "maxLength",
    "maxProperties",
    "minItems",
    "minLength",
    "minProperties",
    "uniqueItems",
}
_NAMED = _UNKNOWN | _MISSING | _RANGE | _LENGTH | {"const", "enum", "pattern", "type"}


@rule("RC0101", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def property_is_known(subject: Subject) -> Iterator[Found]:
    """Every property MUST be one that the standard knows, or start with `x-` or a declared prefix.

    Judged: `unevaluatedProperties` and `additionalProperties`; at the property.
    Why: a misspelt property would silently say nothing.
    Fix: correct the name, or put `x-` before it if it is your own.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword in _UNKNOWN)


@rule("RC0102", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def required_property_is_there(subject: Subject) -> Iterator[Found]:
    """Every property that the standard requires MUST be given.

    Judged: `required`; at the object that lacks the property, once for each.
    Why: without it the entry does not say what it is there to say.
    Fix: add the property; if a tool wrote the manifest, the tool has left it out.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword in _MISSING)


@rule("RC0103", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def value_is_of_its_type(subject: Subject) -> Iterator[Found]:
    """Every value MUST be of the type that the standard gives its property.

    Judged: `type`; at the value.
    Why: a number written as text, or the reverse, is read differently by different programs.
    Fix: write the value in the type that is named.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword == "type")


@rule("RC0104", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def word_is_one_of_the_standards(subject: Subject) -> Iterator[Found]:
    """Where the standard lists the words that may stand, the value MUST be one of them.

    Judged: `enum` and `const`; at the value.
    Why: programs decide by these words, and an unknown one leaves them without an answer.
    Fix: choose one of the words that are named.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword in ("const", "enum"))


@rule("RC0105", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def text_has_its_form(subject: Subject) -> Iterator[Found]:
    """Digests, times, identifiers, paths, addresses and the like MUST have the form that the standard gives.

    Judged: `pattern`; at the value.
    Why: what has another form cannot be compared, looked up or opened.
    Fix: write the value in the form that is named.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword == "pattern")


@rule("RC0106", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def number_is_within_its_bounds(subject: Subject) -> Iterator[Found]:
    """Every number MUST lie within the bounds that the standard gives its property.

    Judged: `minimum`, `maximum`, `exclusiveMinimum` and `exclusiveMaximum`; at the value.
    Why: a size below zero or a share above one is a mistake in what wrote it.
    Fix: correct the number.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword in _RANGE)


@rule("RC0107", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def text_or_list_has_its_length(subject: Subject) -> Iterator[Found]:
    """Text and lists MUST be as long as the standard allows.

    Judged: `minLength`, `maxLength`, `minItems` and `maxItems`; at the value.
    Why: an empty title or command says nothing, and an overlong path cannot be opened.
    Fix: fill in or shorten the value.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword in _LENGTH)


@rule("RC0108", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.DOCUMENT)
def value_has_one_of_its_forms(subject: Subject) -> Iterator[Found]:
    """Where the standard offers several forms for a value, the value MUST have exactly one of them.

    Judged: `oneOf`; at the value. Where its type tells which alternative is meant, what that alternative says
        is the finding instead.
    Why: a seed beyond 2^53 - 1, for example, is only exact as text; as a number its last digits get lost.
    Fix: write the value in one of the forms that are named.
    """
    yield from _told(each for each in subject.schema_problems if each.keyword not in _NAMED)


def _told(problems: Iterator[SchemaProblem]) -> Iterator[Found]:
    for problem in problems:
        yield Found(problem.pointer, problem=problem.message)
