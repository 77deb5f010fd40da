"""Work that was thought about when it was chosen by its time, and the words for what was chosen and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reprocrate.rerun.plan.scope import Selection
from reprocrate.rerun.wording import duration_text, listed
from reprocrate.rerun.work.selection import Depth

_NOT_COUNTED = "building the environment and copying files come on top"
_MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """Work that was thought about.

    Attributes:
        depth: how deep it goes.
        what: the rest of it in words.
        seconds: how long it takes; None where that is not known.
        chosen: whether it was chosen.
        reason: why, or why not.
    """

    depth: Depth
    what: str
    seconds: float | None
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Within:
    """How work was chosen by its time.

    Attributes:
        seconds: how much time there was.
        offers: what was thought about, in the order in which it is preferred; the last one was chosen.
    """

    seconds: float
    offers: tuple[Offer, ...]


def described(selection: Selection) -> str:
    """Seeds and configurations of what is run: `seeds 0-2 of wide, narrow`."""
    labels: dict[tuple[str, ...], list[str]] = {}
    seeds: dict[str, tuple[str, list[str]]] = {}
    for task in selection.tasks:
        _, own = seeds.setdefault(task.configuration.id, (task.configuration.label, []))
        own += [] if task.seed is None else [str(task.seed)]
    for label, own in seeds.values():
        labels.setdefault(tuple(own), []).append(label)
    parts = [f"{_seeds(own)}{listed(names)}" for own, names in labels.items()]
    return "; ".join(parts[:_MOST_PARTS]) or "nothing"


def reasons_of(limit: float, offers: Sequence[Offer]) -> Iterator[str]:
    """Why the last of these was chosen, and the others not, as sentences.

    Args:
        limit: how much time there was, in seconds.
        offers: what was thought about; the last one was chosen.
    """
    *others, taken = offers
    time = duration_text(limit)
    if taken.depth is Depth.LOGS:
        yield f"Within {time}: logs, since nothing that shows more fits."
    else:
        about = duration_text(taken.seconds or 0.0)
        said = f"{taken.depth.value}, {taken.what}, about {about} by the recorded durations"
        yield f"Within {time}: {said}; {_NOT_COUNTED}."
        yield f"{taken.reason[0].upper()}{taken.reason[1:]}."
    for one in others:
        yield f"Not {one.depth.value} ({one.what}): {one.reason}."


def _seeds(seeds: Sequence[str]) -> str:
    if not seeds:
        return ""
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {listed(_ranges(seeds))} of "


def _ranges(seeds: Sequence[str]) -> list[str]:
    """`0-2, 7` for 0, 1, 2 and 7."""
    found: list[list[int]] = []
    for number in map(int, seeds):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return [f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in found]
