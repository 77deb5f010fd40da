"""RC06: whether the seed of a run reached the generators of random numbers that it used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.manifest import Run, Seed
from reprocrate.manifest.derivation import may_derive, told_seeds, told_use
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


def _given(run: Run) -> list[Seed]:
    """The seeds that a run's command was given."""
    return [seed for seed in run.seeds if seed.how in ("argument", "environment")]


def _observed(run: Run) -> list[Seed]:
    return [seed for seed in run.seeds if seed.how == "observed"]


def _all_seeds_were_seen(run: Run) -> bool:
    """Whether a run was given a seed, and each seed of its generators is known."""
    seen = _observed(run)
    return (
        run.status == "ok"
        and run.capture is not None
        and run.capture.completeness != "minimal"
        and not run.capture.unseen_generators
        and bool(_given(run) and seen)
        and not any(seed.more for seed in seen)
    )


def _by_configuration(subject: Subject) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in subject.well_formed.runs:
        if _all_seeds_were_seen(run):
            found.setdefault(run.configuration, []).append(run)
    return found


def _differ_by_seed(runs: Sequence[Run]) -> bool:
    return len({frozenset(str(seed.value) for seed in _given(run)) for run in runs}) > 1


def _named(seeds: Sequence[Seed]) -> str:
    return told_seeds((seed.numbers, seed.function, seed.site) for seed in seeds)


@rule(
    "RC0620",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="seed {seed} of run {run} reached no generator that was seen; their seeds are {others}",
)
def seed_reaches_a_generator(subject: Subject) -> Iterator[Found]:
    """The seed that a run is given SHOULD be that of one of its generators, or what such a seed comes from.

    Judged: each run with status `ok`, a seed with `how` `argument` or `environment`, another `observed`, none
        of these with `more`, and `capture` that is not `minimal` and has no `unseen_generators`; unless such
        runs of its configuration were given different seeds, of which RC0622 speaks. A number of an observed
        seed (`parts`, else `value`) may come from a given one if it is that number, exceeds it by less than
        16, begins with its digits and has at least two more (not for 0), or has a magnitude of at least
        65536, as a hash has; a finding where none may, at the first seed that was given.
    Why: the run was to depend on the seed. If it does not, runs with other seeds are the same run again.
    Fix: hand the seed to the functions that seed, in place of what stands there now.
    """
    for runs in _by_configuration(subject).values():
        if _differ_by_seed(runs):
            continue
        for run in runs:
            given, seen = _given(run), _observed(run)
            if not any(may_derive(each.numbers, int(seed.value)) for each in seen for seed in given):
                place = f"/runs/{subject.well_formed.runs.index(run)}/seeds/{run.seeds.index(given[0])}"
                yield Found(place, seed=given[0].value, run=run.id, others=_named(seen))


@rule(
    "RC0621",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="run {run} was given seed {seed}, but {what}",
)
def seeded_run_uses_no_generator_unseeded(subject: Subject) -> Iterator[Found]:
    """A run that is given a seed SHOULD NOT draw random numbers from a generator without one.

    Judged: each entry of `unseeded` of a run with status `ok` and a seed with `how` `argument` or
        `environment`; at the entry.
    Why: what such a generator gives is drawn from the system and cannot be had again, so that the same seed
        gives other results, as far as they rest on it.
    Fix: seed it before its first use, or make sure that no result depends on it.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        given = _given(run)
        if run.status == "ok" and given:
            for place, use in numbered(f"{pointer}/unseeded", run.unseeded):
                what = told_use(use.library, use.function, use.site, use.until)
                yield Found(place, run=run.id, seed=given[0].value, what=what)


@rule(
    "RC0622",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="runs of {configuration} with {n} different seeds all seeded their generators alike: {others}",
)
def seeds_of_generators_follow_the_seed(subject: Subject) -> Iterator[Found]:
    """Runs that are given different seeds SHOULD NOT seed all their generators alike.

    Judged: each configuration with at least two runs as RC0620 judges them that were given different seeds:
        their observed seeds, each with function, numbers and rank, are the same set. Not where they have
        values of the same metric, data, split, step and fold, all of these differ, and none has `unseeded`:
        then something depends on the seed. At the configuration, or else at the first of these runs.
    Why: a seed that is written into the code makes one run of many, and their spread says nothing.
    Fix: hand the seed of the command to the functions that seed.
    """
    manifest = subject.well_formed
    for name, runs in _by_configuration(subject).items():
        alike = {
            frozenset((seed.function or seed.library, seed.numbers, seed.rank) for seed in _observed(run))
            for run in runs
        }
        if len(alike) > 1 or not _differ_by_seed(runs) or _something_differs(runs):
            continue
        places = [f"/configurations/{i}" for i, each in enumerate(manifest.configurations) if each.id == name]
        seeds = {str(seed.value) for run in runs for seed in _given(run)}
        yield Found(
            [*places, f"/runs/{manifest.runs.index(runs[0])}"][0],
            configuration=name,
            n=len(seeds),
            others=_named(_observed(runs[0])),
        )


def _something_differs(runs: Sequence[Run]) -> bool:
    """Whether the values tell that a generator which nobody saw follows the seed."""
    if any(run.unseeded for run in runs):
        return False
    values: dict[object, set[float | None]] = {}
    counts: dict[object, int] = {}
    for run in runs:
        for seen in run.metrics:
            what = (seen.metric, seen.data, seen.split, seen.step, seen.fold)
            values.setdefault(what, set()).add(seen.value)
            counts[what] = counts.get(what, 0) + 1
    shared = [found for what, found in values.items() if counts[what] > 1]
    return bool(shared) and all(len(found) > 1 for found in shared)
