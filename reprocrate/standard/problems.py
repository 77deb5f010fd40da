"""What a schema says against a document: everything at once, in words.

This is the only door to the packages `jsonschema_rs` and `jsonschema`. The first tells fast whether there may
be a problem at all; the second, which is imported only then, tells which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reprocrate.standard.inlined import InlinedSchema
from reprocrate.standard.pointers import pointer_to
from reprocrate.standard.shipped import NEWEST

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


class SchemaProblem(NamedTuple):
    """One place where a document does not follow its schema.

    Attributes:
        pointer: JSON Pointer (RFC 6901) to the value; for a missing property to the object that lacks it.
        keyword: the schema's keyword that is not fulfilled, such as `required`.
        message: what is wrong, in a sentence without a full stop.
        schema_pointer: JSON Pointer to that keyword in the schema, references resolved; where the keyword
            stands in another schema than the one asked for, that schema's identifier comes first.
    """

    pointer: str
    keyword: str
    message: str
    schema_pointer: str


MOST_PROBLEMS = 1000
"""How many problems of one document are told at most, as of a text: a hostile one may have millions."""


def problems(
    document: Any,
    name: str,
    version: str = NEWEST,
    *,
    forgiven: Callable[[SchemaProblem], bool] | None = None,
) -> list[SchemaProblem]:
    """What a shipped schema says against a document, in the order of the document's places.

    That is everything, up to `MOST_PROBLEMS` of them.

    Args:
        document: plain JSON values.
        name: of the schema: `manifest`, `report` and the like.
        version: of the standard.
        forgiven: tells which problems count for nothing. They are told too, but take no place from others.

    Raises:
        UnreadableError: there is no such schema.
    """
    if _fast_judge(name, version)(document):
        return []
    kinds: tuple[dict[SchemaProblem, Sequence[str | int]], ...] = ({}, {})
    for problem, path in _told(document, name, version):
        kind = kinds[bool(forgiven and forgiven(problem))]
        if len(kind) < MOST_PROBLEMS:
            kind[problem] = path
        elif kind is kinds[0]:
            break
    found = {**kinds[0], **kinds[1]}
    return sorted(
        found, key=lambda problem: (_order(found[problem]), problem.schema_pointer, problem.message)
    )


def _told(document: Any, name: str, version: str) -> Iterator[tuple[SchemaProblem, Sequence[str | int]]]:
    """Each problem with its place, as the validator comes upon them."""
    from reprocrate.standard import wording

    validator, inlined = _judge(name, version)
    for error in validator.iter_errors(document):
        for leaf in _told_apart(error):
            keyword = str(leaf.validator)
            place = inlined.place_of(leaf.schema, keyword)
            for path, message in wording.sentences(leaf):
                yield SchemaProblem(pointer_to(path), keyword, message, place), path


def _told_apart(error: ValidationError) -> Iterator[ValidationError]:
    """The errors of the one alternative that was meant, where its type tells which; else the error."""
    if error.validator in ("oneOf", "anyOf") and error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for each in error.context:
            branches.setdefault(each.relative_schema_path[0], []).append(each)
        meant = [branch for branch in branches.values() if not any(map(_is_other_type, branch))]
        if len(meant) == 1:
            for each in meant[0]:
                yield from _told_apart(each)
            return
    yield error


def _is_other_type(error: ValidationError) -> bool:
    return error.validator in ("type", "const") and len(error.relative_path) == 0


@cache
def _judge(name: str, version: str) -> tuple[Validator, InlinedSchema]:
    from jsonschema import Draft202012Validator

    from reprocrate.standard.keywords import faithful

    inlined = _inlined(name, version)
    return faithful(Draft202012Validator)(inlined.schema), inlined


@cache
def _fast_judge(name: str, version: str) -> Callable[[Any], bool]:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(_inlined(name, version).schema).is_valid


@cache
def _inlined(name: str, version: str) -> InlinedSchema:
    return InlinedSchema(name, version)


def _order(path: Sequence[str | int]) -> list[tuple[bool, int, str]]:
    """Places as people count them: entry 2 before entry 10."""
    return [(isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in path]
