"""Reading a verdict's document with care: a newer version may lack or add something, a number may be none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from reprocrate.render import words
from reprocrate.render.numbers import Precision, significant
from reprocrate.render.terminal import BAD, GOOD
from reprocrate.render.verdict_words import CLAIM, RESULT, Section

_TAGS = {GOOD: "good", BAD: "bad"}


def finite(value: Any) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def shown(value: Any, digits: int = 6) -> str:
    """A number as people read it; a dash where there is none."""
    number = finite(value)
    return "–" if number is None else significant(number, digits)


def part(document: Section, name: str) -> Section:
    """An object in a document; an empty one where it is null or missing."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def items(document: Section, name: str) -> Sequence[Section]:
    """The objects of an array in a document."""
    found = document.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts(document: Section, name: str) -> list[str]:
    """The texts of an array in a document."""
    found = document.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def result_tag(outcome: str) -> tuple[str, str]:
    """What the outcome of a result is called, and the class of its colour."""
    name, style, _ = RESULT.get(outcome, (_plain(outcome), "", ""))
    return name, _TAGS.get(style, "warn")


def claim_tag(outcome: str) -> tuple[str, str]:
    """What the outcome of a claim is called, and the class of its colour."""
    _, name, style, _ = CLAIM.get(outcome, ("", _plain(outcome), "", ""))
    return name, _TAGS.get(style, "warn")


def clean_summary(side: Section) -> Section | None:
    """A summary whose mean is a number; others are shown as none."""
    if finite(side.get("mean")) is None:
        return None
    return {
        "n": int(finite(side.get("n")) or 0),
        **{name: finite(side.get(name)) for name in ("mean", "sd", "min", "max")},
    }


def span(interval: Section | None, precision: Precision | None = None) -> str:
    """Both ends of an interval: `0.902 to 0.928`, by default with the digits of its width."""
    if not interval:
        return "–"
    low, high = finite(interval.get("low")), finite(interval.get("high"))
    if low is None or high is None:
        return "–"
    precision = precision or Precision.of_interval(low, high)
    return f"{precision.write(low)} to {precision.write(high)}"


def _plain(outcome: object) -> str:
    return words.plain(str(outcome)).replace("_", " ")
