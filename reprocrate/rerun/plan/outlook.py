"""What a rerun here would cost and could show: time, and an outlook for each claim."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reprocrate.manifest import Claim, Manifest, Result, Run
from reprocrate.rerun.plan.decisions import Decision, Expected, Requirement, expected_from, worst
from reprocrate.rerun.unseeded import unseeded_generators
from reprocrate.rerun.wording import counted, listed
from reprocrate.rerun.work.selection import Depth, Task
from reprocrate.rerun.work.upstream import with_upstream

_FEWEST_SEEDS = 3  # what equivalence needs on either side


@dataclass(frozen=True, slots=True)
class Work:
    """The runs of one configuration.

    Attributes:
        configuration: its id.
        label: what people call it.
        seeds: the seeds to be run; empty for a command that takes none.
        seconds: how long they take one after the other, from the recorded durations; None where one is
            unknown.
    """

    configuration: str
    label: str
    seeds: tuple[int | str, ...]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ClaimOutlook:
    """What this machine can show for one claim.

    Attributes:
        claim: its id.
        text: the claim.
        primary: whether the paper stands or falls with it.
        configurations: ids of the configurations it rests on.
        decision: the worst decision about what these need.
        expected: the best verdict to hope for about the results it rests on.
        shows: the same in a sentence.
    """

    claim: str
    text: str
    primary: bool
    configurations: tuple[str, ...]
    decision: Decision
    expected: Expected
    shows: str


def work_of(tasks: Sequence[Task]) -> tuple[Work, ...]:
    """The work by configuration, in the order of the tasks."""
    together: dict[str, list[Task]] = {}
    for task in tasks:
        together.setdefault(task.configuration.id, []).append(task)
    return tuple(
        Work(
            identifier,
            group[0].configuration.label,
            tuple(task.seed for task in group if task.seed is not None),
            total_seconds(group),
        )
        for identifier, group in together.items()
    )


def total_seconds(tasks: Sequence[Task]) -> float | None:
    """How long tasks take one after the other; None where it is not known of one of them."""
    durations = [task.seconds for task in tasks]
    if None in durations:
        return None
    total = sum(seconds for seconds in durations if seconds is not None)
    return total if math.isfinite(total) else None


def cap_of(
    manifest: Manifest, depth: Depth, *, new_seeds: bool = False, runs: Iterable[Run] = ()
) -> Expected:
    """The best verdict that depth and determinism, promised or seen, allow on any machine.

    Values of seeds that the original never used can be the same only over the seeds, and so can those of
    runs that drew random numbers without a seed.
    """
    if new_seeds:
        return Expected.EQUIVALENT
    if depth is Depth.LOGS:
        return Expected.IDENTICAL
    if depth is Depth.SMOKE:
        return Expected.RUNS
    determinism = manifest.determinism
    if unseeded_generators(manifest, runs):
        return Expected.EQUIVALENT
    if determinism is None:
        return Expected.IDENTICAL
    if determinism.promised in ("statistical", "none"):
        return Expected.EQUIVALENT
    uncertain = determinism.promised == "numerical" or (
        determinism.known_causes and determinism.promised is None
    )
    return Expected.WITHIN_TOLERANCE if uncertain else Expected.IDENTICAL


def claim_outlooks(
    manifest: Manifest, tasks: Sequence[Task], requirements: Sequence[Requirement], depth: Depth
) -> tuple[ClaimOutlook, ...]:
    """An outlook for each claim, in the manifest's order."""
    return tuple(_outlook(manifest, claim, tasks, requirements, depth) for claim in manifest.claims)


def _outlook(
    manifest: Manifest, claim: Claim, tasks: Sequence[Task], requirements: Sequence[Requirement], depth: Depth
) -> ClaimOutlook:
    bases = claim_configurations(manifest, claim)
    is_new = any(task.new_seed is not None and task.configuration.id in bases for task in tasks)
    bearing = _bearing(manifest, bases, tasks, requirements)
    decision = worst(bearing)
    runs = [task.recorded for task in tasks if task.configuration.id in bases]
    expected = expected_from(decision, cap_of(manifest, depth, new_seeds=is_new, runs=runs))
    shows = _shows(bases, tasks, bearing, expected, depth)
    if expected is Expected.EQUIVALENT and (drawn := unseeded_generators(manifest, runs)):
        shows += f" The recorded runs drew random numbers without a seed ({listed(drawn)})."
    if shows.startswith("Nothing"):
        expected = Expected.NOTHING
    return ClaimOutlook(claim.id, claim.text, bool(claim.primary), bases, decision, expected, shows)


def _bearing(
    manifest: Manifest, bases: Sequence[str], tasks: Sequence[Task], requirements: Sequence[Requirement]
) -> list[Requirement]:
    """What the runs of some configurations need, and those of this rerun that write what they read."""
    among = set(bases)
    if any(
        one.decision is not Decision.SAME and among.isdisjoint(one.configurations) for one in requirements
    ):
        own = [task for task in tasks if task.configuration.id in among]
        planned = {task.id for task in tasks}
        needed = (task for task in with_upstream(manifest, own) if task.id in planned)
        among |= {task.configuration.id for task in needed}
    return [one for one in requirements if among & set(one.configurations)]


def claim_configurations(manifest: Manifest, claim: Claim) -> tuple[str, ...]:
    """Ids of the configurations whose results a claim rests on, in order."""
    results: list[Result] = []
    for identifier in claim.evidence:
        comparison = manifest.find_comparison(identifier)
        for name in (comparison.a, comparison.b) if comparison else (identifier,):
            results += _with_parts(manifest, name)
    return tuple(dict.fromkeys(one.configuration for one in results if one.configuration is not None))


def _with_parts(manifest: Manifest, identifier: str, within: tuple[str, ...] = ()) -> Iterator[Result]:
    """A result and, for one over other results, these in turn."""
    result = manifest.find_result(identifier)
    if result is None or identifier in within:
        return
    yield result
    for part in result.results:
        yield from _with_parts(manifest, part, (*within, identifier))


def _shows(
    bases: Sequence[str],
    tasks: Sequence[Task],
    bearing: Sequence[Requirement],
    expected: Expected,
    depth: Depth,
) -> str:
    if not bases:
        return "Nothing: it rests on no result."
    if depth is Depth.LOGS:
        return "Its results are computed again from the recorded runs; nothing is run."
    blockers = [one for one in bearing if one.decision is Decision.IMPOSSIBLE]
    if blockers:
        return f"Nothing: {listed(f'{one.namespace} {one.feature}: {one.reason}' for one in blockers)}."
    counts = [sum(task.configuration.id == base for task in tasks) for base in bases]
    if min(counts) == 0:
        return "Nothing: a configuration that it rests on is not among those to be run."
    new = "new " if any(task.new_seed is not None for task in tasks) else ""
    return f"{_amount(counts, new)} can be run. {_HOPE[expected]}{_caution(min(counts), expected)}"


def _amount(counts: Sequence[int], new: str) -> str:
    few = f"{min(counts)} to {max(counts)} {new}seeds"
    seeds = counted(counts[0], f"{new}seed") if len(set(counts)) == 1 else few
    of = "one configuration" if len(counts) == 1 else f"{len(counts)} configurations"
    return f"{seeds} of {of}"


_HOPE = {
    Expected.IDENTICAL: "The same values are to be expected.",
    Expected.WITHIN_TOLERANCE: "The same values up to a tolerance are to be expected.",
    Expected.EQUIVALENT: "Values that are equivalent over the seeds are to be expected at best.",
    Expected.RUNS: "That shows only that the code runs.",
    Expected.NOTHING: "That shows nothing about it.",
}


def _caution(fewest: int, expected: Expected) -> str:
    if expected is Expected.EQUIVALENT and fewest < _FEWEST_SEEDS:
        return f" Fewer than {_FEWEST_SEEDS} seeds cannot show equivalence."
    return ""
