"""Which seed reached which generator of random numbers, over all runs, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reprocrate.manifest import Manifest, Run, Seed
from reprocrate.render import words

_MOST_NUMBERS = 4


class GeneratorUse(NamedTuple):
    """A generator that runs seeded, or used without a seed.

    Attributes:
        name: the function that was called, or whose shared generator it is.
        site: the place in the code; empty where it is not known.
        seed: what it was given, in words.
        is_sound: whether its numbers can be had again.
    """

    name: str
    site: str
    seed: str
    is_sound: bool = True

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return f"{self.name}{f' at {self.site}' if self.site else ''}: {self.seed}"


def generator_uses(manifest: Manifest) -> list[GeneratorUse]:
    """What was observed in the runs, one entry for each function and place, in the order of the runs."""
    seen: dict[tuple[str, str], list[tuple[Run, Seed]]] = {}
    unseeded: dict[tuple[str, str], list[str]] = {}
    for run in manifest.runs:
        for seed in run.seeds:
            if seed.how == "observed":
                place = (seed.function or seed.library or "a generator", seed.site or "")
                seen.setdefault(place, []).append((run, seed))
        for use in run.unseeded:
            place = (use.function or f"the shared generator of {use.library}", use.site or "")
            text = f"used before it was seeded at {use.until}" if use.until else "used without a seed"
            unseeded.setdefault(place, []).append(text)
    uses = [
        GeneratorUse(words.plain(name), words.plain(site), _told(found))
        for (name, site), found in seen.items()
    ]
    for (name, site), texts in unseeded.items():
        told = f"{words.plain(texts[0])}, in {words.count_of(len(texts), 'run')}"
        uses.append(GeneratorUse(words.plain(name), words.plain(site), told, is_sound=False))
    return uses


def unseen_generators(manifest: Manifest) -> list[str]:
    """What may have used random numbers out of the recorder's sight in any run."""
    names = [name for run in manifest.runs if run.capture for name in run.capture.unseen_generators]
    return [words.plain(name) for name in dict.fromkeys(names)]


def _told(found: Sequence[tuple[Run, Seed]]) -> str:
    by_run: dict[str, list[Seed]] = {}
    for run, seed in found:
        by_run.setdefault(run.id, []).append(seed)
    runs = {run.id: run for run, _ in found}
    if all(_has_own(runs[name], seeds) for name, seeds in by_run.items()):
        others = sorted(
            {number for run, seed in found for number in seed.numbers} - _given_to_any(runs.values())
        )
        return "the run's own seed" + (f", with {_numbers(others)}" if others else "") + _more(found)
    alike = {tuple(seed.numbers for seed in seeds) for seeds in by_run.values()}
    numbers = list(dict.fromkeys(number for _, seed in found for number in seed.numbers))
    if len(alike) == 1:
        return _numbers(numbers) + (f", in {len(by_run)} runs" if len(by_run) > 1 else "") + _more(found)
    return f"differs between the runs: {_numbers(numbers)}" + _more(found)


def _given(run: Run) -> set[int]:
    return {int(seed.value) for seed in run.seeds if seed.how != "observed"}


def _given_to_any(runs: Iterable[Run]) -> set[int]:
    return {seed for run in runs for seed in _given(run)}


def _has_own(run: Run, seeds: Sequence[Seed]) -> bool:
    given = _given(run)
    return any(given.intersection(seed.numbers) for seed in seeds)


def _more(found: Sequence[tuple[Run, Seed]]) -> str:
    more = max((seed.more or 0 for _, seed in found), default=0)
    return f", and at least {more} others" if more else ""


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_NUMBERS]))
    return shown if len(numbers) <= _MOST_NUMBERS else f"{shown} and {len(numbers) - _MOST_NUMBERS} more"
