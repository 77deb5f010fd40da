"""A document that is given as values of Python, held to what its text would be held to.

What `read_text` finds in a text, this finds in values that never were one: numbers that are not finite,
halves of surrogate pairs, too deep a nesting, and what JSON has no words for at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from reprocrate.manifest.canonical import MAX_DEPTH
from reprocrate.manifest.strict import DEPTH, NUMBER, SURROGATE, SYNTAX, TextProblem
from reprocrate.standard import MOST_PROBLEMS, pointer_to

_Path = tuple[str | int, ...]


def value_problems(document: Any) -> tuple[TextProblem, ...]:
    """What keeps values from being the document of a strict JSON text, up to `MOST_PROBLEMS` of them.

    Where something lies too deep, that is the one problem, as it is of a text.
    """
    found = tuple(islice(_objections(document, ()), MOST_PROBLEMS))
    return next(((each,) for each in found if each.code == DEPTH), found)


def _objections(value: Any, path: _Path) -> Iterator[TextProblem]:
    if not isinstance(value, dict | list):
        yield from _objections_to_one(value, path)
        return
    if len(path) >= MAX_DEPTH:
        yield TextProblem(DEPTH, f"it is nested deeper than {MAX_DEPTH} levels", pointer_to(path))
        return
    for part, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict) and not _is_name(part):
            yield _unfit_name(part, path)
        elif not _is_harmless(inner):
            yield from _objections(inner, (*path, part))


def _is_harmless(value: Any) -> bool:
    """Whether a value is one of the most frequent ones, which needs no further look."""
    kind = type(value)
    return value.isascii() if kind is str else kind is bool or value is None


def _objections_to_one(value: Any, path: _Path) -> Iterator[TextProblem]:
    if isinstance(value, str):
        if not _is_unicode(value):
            yield TextProblem(SURROGATE, "half a surrogate pair is no character", pointer_to(path))
    elif isinstance(value, int | float):
        if not _is_finite(value):
            yield TextProblem(NUMBER, _unfit_number(value), pointer_to(path))
    elif value is not None:
        yield TextProblem(SYNTAX, f"a value of the type {type(value).__name__} is not JSON", pointer_to(path))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and (name.isascii() or _is_unicode(name))


def _unfit_name(name: object, path: _Path) -> TextProblem:
    if isinstance(name, str):
        shown = ascii(name)[1:-1][:60]
        reason = f'half a surrogate pair is no character, in the key "{shown}"'
        return TextProblem(SURROGATE, reason, pointer_to(path))
    reason = f"a key of the type {type(name).__name__} is not JSON"
    return TextProblem(SYNTAX, reason, pointer_to(path))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond every double
        return False


def _unfit_number(number: float) -> str:
    if isinstance(number, int):
        return f"a whole number of {number.bit_length()} bits is too large for a double"
    return f"{'NaN' if math.isnan(number) else '-Infinity' if number < 0 else 'Infinity'} is not JSON"
