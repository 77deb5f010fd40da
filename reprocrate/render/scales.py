"""The scales of a report, for the terminal: what is reached, and what the next step asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from reprocrate.finding import Criterion, Scale, Step
from reprocrate.render import words
from reprocrate.render.terminal import (
    GOOD,
    SOFT,
    STRONG,
    WARN,
    hanging,
    heading,
    joined,
    stacked,
    text,
)


def scales(found: Sequence[Scale]) -> Iterator[RenderableType]:
    """Each scale: what is reached, and what the next step asks for; several ask for the same, told once."""
    told: set[tuple[str, str]] = set()
    for scale in found:
        yield heading(words.plain(scale.name))
        yield _reached(scale)
        yield from (hanging("-", part) for part in _missing(scale, told))


def step_name(step: Step) -> str:
    """A step with its short name, such as `data (R3)`."""
    return f"{words.plain(step.name)} ({words.plain(step.label)})" if step.label else words.plain(step.name)


def next_steps_of(scale: Scale) -> tuple[Step, ...]:
    """What is not reached: of an ascending scale only the next step, since the others ask for it too."""
    left = tuple(step for step in scale.steps if step not in scale.reached)
    return left[:1] if scale.ascending else left


def _reached(scale: Scale) -> RenderableType:
    names = [step_name(step) for step in scale.reached]
    if scale.ascending:
        told = (
            f"reached: {names[-1]}, step {len(names)} of {len(scale.steps)}"
            if names
            else "no step is reached"
        )
    else:
        told = f"criteria met of: {words.listing(names)}" if names else "the criteria of none are met"
    return text(words.sentence(told), GOOD if names else WARN)


def _missing(scale: Scale, told: set[tuple[str, str]]) -> Iterator[RenderableType]:
    for step in next_steps_of(scale):
        lacking = [_criterion(each, told) for each in step.criteria if not each.met]
        lead = "Next" if scale.ascending else "Not met"
        yield stacked(joined(f"{lead}: ", text(step_name(step), STRONG)), *lacking)


def _criterion(each: Criterion, told: set[tuple[str, str]]) -> RenderableType:
    """What is missing, with reason and cost where these were not told before."""
    state = "not known" if each.met is None else "missing"
    is_new = (each.reason, each.cost) not in told
    told.add((each.reason, each.cost))
    reason = f": {words.plain(each.reason)}" if each.reason and is_new else ""
    cost = f" Cost: {words.ended(words.plain(each.cost))}" if each.cost and is_new else ""
    return hanging(text(f"{state}:", SOFT), text(f"{words.ended(words.plain(each.text) + reason)}{cost}"))
