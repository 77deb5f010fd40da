"""What of an experiment is to be done again, and the runs that follow from it.

`plan` and `rerun` both begin here, so that a plan is the plan of the very rerun that would be made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.plan.outlook import claim_configurations
from reprocrate.rerun.wording import listed
from reprocrate.rerun.work.given import Gifts
from reprocrate.rerun.work.new_seeds import chosen_seeds, read_by_seed, with_new_seeds
from reprocrate.rerun.work.selection import Depth, Task, configuration_ids, select_tasks
from reprocrate.rerun.work.upstream import with_upstream


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reader wants to be done again.

    Attributes:
        depth: how much is done again; not looked at where `within` is given, which chooses it.
        seeds: only these of the recorded seeds; None for all.
        new_seeds: so many seeds that the original never used, in place of the recorded ones; 0 for none.
        configurations: only those of these ids or names; None for all.
        claims: only what the claims of these ids rest on, and the runs that these read from; all where empty.
        within: choose the work that fits into so many seconds; None for all of it.
    """

    depth: Depth = Depth.FULL
    seeds: tuple[int | str, ...] | None = None
    new_seeds: int = 0
    configurations: tuple[str, ...] | None = None
    claims: tuple[str, ...] = ()
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is done.

    Attributes:
        depth: how much is done again.
        tasks: the runs to be repeated, in this order.
        new_seeds: the seeds that the original never used.
        claims: ids of the claims that it is about; all where empty.
        reasons: how it was chosen and what is left out, as sentences; empty where everything is done.
    """

    depth: Depth
    tasks: tuple[Task, ...]
    new_seeds: tuple[int, ...] = ()
    claims: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def selection_of(manifest: Manifest, scope: Scope) -> Selection:
    """The runs that a scope stands for, whatever time they take.

    Raises:
        UsageError: a claim, configuration, seed or depth is asked for that is not there, or two things that
            do not go together.
    """
    require_sense(scope)
    wanted = wanted_configurations(manifest, scope)
    tasks = select_tasks(manifest, depth=scope.depth, seeds=scope.seeds, configurations=wanted)
    if scope.claims and scope.depth is Depth.FULL:
        tasks = with_upstream(manifest, tasks)
    seeds = chosen_seeds(manifest, scope.new_seeds) if scope.new_seeds else ()
    remarks: tuple[str, ...] = ()
    if seeds:
        renewed = with_new_seeds(manifest, tasks, seeds)
        said = listed(map(str, seeds), most=20)
        new = f"New seeds, which the original never used: {said}; they follow from the experiment's id."
        tasks, remarks = renewed.tasks, (new, *renewed.remarks)
    reasons = (*_restrictions(manifest, scope, wanted, tasks), *remarks)
    return Selection(scope.depth, tasks, seeds, scope.claims, reasons)


def require_sense(scope: Scope) -> None:
    """Refuse what does not go together.

    Raises:
        UsageError: new seeds with recorded ones, at a depth that trains nothing, or within a time.
    """
    if not scope.new_seeds:
        return
    if scope.seeds is not None:
        raise UsageError(
            "--new-seeds does not go with --seeds",
            "recorded seeds show whether the same values come out, new ones whether the result holds for "
            "others; together they are neither pairs nor independent",
            "Make two reruns",
        )
    if scope.within is not None:
        raise UsageError("--new-seeds does not go with --within", "that chooses among the recorded seeds")
    if scope.depth is not Depth.FULL:
        raise UsageError(
            f"--new-seeds does not go with --depth {scope.depth.value}",
            "only a full rerun has runs of seeds that were never recorded",
            f"Use --depth {Depth.FULL.value}",
        )


def wanted_configurations(manifest: Manifest, scope: Scope) -> tuple[str, ...] | None:
    """Ids of the configurations that are asked for, by name and by what claims rest on; None for all.

    Raises:
        UsageError: one of them is not there, or both ask for nothing in common.
    """
    named = None if scope.configurations is None else configuration_ids(manifest, scope.configurations)
    if not scope.claims:
        return named
    resting = behind_claims(manifest, scope.claims)
    if named is None:
        return resting
    both = tuple(name for name in resting if name in named)
    if not both:
        raise UsageError(
            f"--only names nothing that {listed(scope.claims)} rests on",
            f"It rests on {listed(_labels(manifest, resting))}",
            "Name one of these, or leave --only out.",
        )
    return both


def behind_claims(manifest: Manifest, claims: Iterable[str]) -> tuple[str, ...]:
    """Ids of the configurations that the claims of these ids rest on, in order.

    Raises:
        UsageError: there is no such claim, or it rests on no configuration.
    """
    found: dict[str, None] = {}
    by_id = {claim.id: claim for claim in manifest.claims}
    for name in claims:
        if name not in by_id:
            known = listed((f"{one.id} ({_shortened(one.text)})" for one in manifest.claims), most=20)
            raise UsageError(
                f'there is no claim "{name}"', f"Recorded are: {known or 'none'}", "Name one of these."
            )
        resting = claim_configurations(manifest, by_id[name])
        if not resting:
            raise UsageError(
                f'the claim "{name}" rests on no result',
                "no rerun can show anything about it",
                "Leave it out",
            )
        found |= dict.fromkeys(resting)
    return tuple(found)


def _restrictions(
    manifest: Manifest, scope: Scope, wanted: tuple[str, ...] | None, tasks: tuple[Task, ...]
) -> Iterable[str]:
    if scope.seeds is not None:
        yield f"Of the recorded seeds only {listed(map(str, scope.seeds), most=20)}, as asked for."
    if wanted is None:
        return
    labels = listed(_labels(manifest, wanted))
    if not scope.claims:
        yield f"Of the configurations only {labels}, as asked for."
        yield from _taken_as_recorded(manifest, tasks) if scope.depth is Depth.FULL else ()
        return
    before = dict.fromkeys(one.configuration.label for one in tasks if one.configuration.id not in wanted)
    also = f", and of {listed(before)}, which wrote what these read" if before else ""
    yield f"Only what {listed(scope.claims)} rests on: runs of {labels}{also}."


def _taken_as_recorded(manifest: Manifest, tasks: tuple[Task, ...]) -> Iterable[str]:
    """What these runs read that others wrote which are not run again."""
    gifts = Gifts(manifest, tasks)
    given = {one.file.path: one.run.configuration for task in tasks for one in gifts.of(task)}
    renewed = {task.configuration.id for task in tasks if task.new_seed is not None}
    by_seed = {source for name in renewed for source, own in read_by_seed(gifts.sources, name).items() if own}
    given = {path: name for path, name in given.items() if name not in by_seed}
    if given:
        writers = _labels(manifest, given.values())
        yield f"Taken as recorded, from {listed(writers)}: {listed(given)}."


def _labels(manifest: Manifest, names: Iterable[str]) -> list[str]:
    wanted = set(names)
    return [one.label for one in manifest.configurations if one.id in wanted]


def _shortened(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def at(scope: Scope, depth: Depth) -> Scope:
    """The same at another depth, whatever time it takes."""
    return replace(scope, depth=depth, within=None)
