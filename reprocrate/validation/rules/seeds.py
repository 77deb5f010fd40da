"""RC06: seeds and determinism."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate.manifest import Observation, Result, Run, Seed
from reprocrate.statistics import is_constant, t_quantile
from reprocrate.validation.evidence import Sample
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.templates import SEED, takes_a_seed


def _over_seeds(subject: Subject) -> Iterator[tuple[str, Result, Sample]]:
    """Results over runs that differ by their seeds, with their values."""
    for pointer, result in numbered("/results", subject.well_formed.results):
        sample = subject.evidence.sample(result)
        if sample and result.over == "runs" and result.varies_over in (None, "seeds"):
            yield pointer, result, sample


@rule("RC0601", SHOULD, spec="determinism-and-seeds", since="1.0", says="run {run} has no seed")
def run_has_a_seed(subject: Subject) -> Iterator[Found]:
    """A run that a result over seeds rests on SHOULD record its seed.

    Judged: each run that a result with `varies_over` `seeds` lists and that has no `seeds`; at the run.
    Why: without it nobody can repeat this very run, only run something like it.
    Fix: give the seed to the command (`{seed}` or `--seed-env`) and run again.
    """
    over_seeds = {
        name for each in subject.well_formed.results if each.varies_over == "seeds" for name in each.runs
    }
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        if run.id in over_seeds and not run.seeds:
            yield Found(pointer, run=run.id)


@rule(
    "RC0602",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="result {result} counts seed {seed} twice, in {first} and {second}",
)
def seed_counts_once(subject: Subject) -> Iterator[Found]:
    """The seeds of the runs that a result over seeds rests on MUST be unique.

    Judged: each result over runs with `varies_over` absent or `seeds`, and each over folds: each run whose
        seed another run before it in `runs` has, too, both having left a value, over folds one of the same
        fold. Where the values cannot be told, it is a finite value of the result's metric. At the first entry
        of `runs` that names the later one. A run that is named twice is judged by RC0811 alone.
    Why: a seed that counts twice makes the spread look smaller and the sample larger than it is.
    Fix: let the newest run of each seed count, and list the other as excluded with the reason repeated.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        seen: dict[tuple[str, int | None], str] = {}
        told: set[str] = set()
        for run, fold in _witnesses(subject, result):
            first = seen.setdefault((str(run.seed), fold), run.id)
            if first != run.id and run.id not in told:  # RC0811 is about a run that is there twice
                told.add(run.id)
                place = f"{pointer}/runs/{result.runs.index(run.id)}"
                yield Found(place, result=result.id, seed=run.seed, first=first, second=run.id)


def _witnesses(subject: Subject, result: Result) -> Iterator[tuple[Run, int | None]]:
    """The runs with a seed that left values for a result, each with the fold of its value.

    None where all that the result lists have seeds of their own.
    """
    sample = subject.evidence.sample(result)
    is_judged = result.over == "folds" or (result.over == "runs" and result.varies_over in (None, "seeds"))
    if is_judged and not subject.evidence.listed(result.runs).differ_in_seeds:
        runs = sample.runs if sample else tuple(_runs_with_values(subject, result))
        folds = sample.folds if sample and sample.folds else (None,) * len(runs)
        yield from (
            (run, fold)
            for run, fold in zip(runs, folds, strict=True)
            if run is not None and run.seed is not None
        )


def _runs_with_values(subject: Subject, result: Result) -> Iterator[Run]:
    """The runs that a result lists and that left a finite value of its metric, whichever counts."""
    for name in result.runs if result.over == "runs" else ():
        run = subject.well_formed.find_run(name)
        if run and any(each.metric == result.metric and each.value is not None for each in run.metrics):
            yield run


@rule(
    "RC0603", SHOULD, spec="determinism-and-seeds", since="1.0", says="result {result} rests on {n}, {shows}"
)
def enough_seeds(subject: Subject, *, least: int = 3) -> Iterator[Found]:
    """A result over seeds SHOULD rest on at least three of them, or as many as the venue asks for.

    Judged: each result over runs with `varies_over` absent or `seeds` whose values are fewer than three (a
        policy may ask for more), silent runs not counted, whatever `n` says; where they cannot be told, the
        runs in `runs` with a finite value of its metric count, one at least; at its `n`. Not
        judged is a result whose `varies_over` is absent, where nothing takes a seed: no run in `runs` has
        `seeds`, their configurations have no `seed_variable` and no `{seed}` in `command` or in `overrides`
        of their variants, and `determinism.promised` is `bitwise` or `numerical`.
    Why: few seeds show little. With two, the mean of a repetition is expected within 12.7 standard
        deviations; with three within 3.5, with five 1.8, with ten 1.0. A program that draws nothing at random
        has no seeds to vary.
    Fix: run more seeds, for example `reprocrate run --name CONFIGURATION --seeds 0-4`.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        n = _values_over_seeds(subject, result)
        if n is not None and n < least and not _takes_no_seed(subject, result):
            yield Found(f"{pointer}/n", result=result.id, n=_seeds(n), shows=_what_it_shows(n))


def _values_over_seeds(subject: Subject, result: Result) -> int | None:
    """How many values a result over seeds rests on; None of others, and where that is not told."""
    if result.over != "runs" or result.varies_over not in (None, "seeds"):
        return None
    sample = subject.evidence.sample(result)
    return (
        len(sample.values) if sample else len({run.id for run in _runs_with_values(subject, result)}) or None
    )


def _takes_no_seed(subject: Subject, result: Result) -> bool:
    """Whether a result is that of a program without chance, as the evaluation of a given model is."""
    manifest = subject.well_formed
    promised = manifest.determinism.promised if manifest.determinism else None
    if result.varies_over is not None or promised not in ("bitwise", "numerical"):
        return False
    runs = [run for name in result.runs if (run := manifest.find_run(name))]
    configurations = {run.configuration: manifest.find_configuration(run.configuration) for run in runs}
    return not any(run.seeds for run in runs) and not any(
        each is None or takes_a_seed(each) for each in configurations.values()
    )


def _seeds(n: int) -> str:
    return "1 seed" if n == 1 else f"{n} seeds"


def _what_it_shows(n: int) -> str:
    """Half the width of the 95 % prediction interval for as many further seeds (Spence and Stanley 2016)."""
    if n < 2:
        return "which shows nothing about the spread"
    half = t_quantile(0.975, n - 1) * math.sqrt(2 / n)
    return f"so that the mean of as many others is only expected within {half:.3g} standard deviations"


@rule(
    "RC0604",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="all {n} seeds of result {result} give {value}",
)
def seed_has_an_effect(subject: Subject) -> Iterator[Found]:
    """The values over seeds SHOULD NOT all be the same.

    Judged: each result over runs with `varies_over` absent or `seeds`, whose values can be told, are at least
        two, and are all the same double; at the result.
    Why: a seed that changes nothing is most often not used, and then several runs are one run.
    Fix: check that the seed reaches every random generator; for a deterministic method one run is enough.
    """
    for pointer, result, sample in _over_seeds(subject):
        if len(sample.values) > 1 and is_constant(sample.values):
            yield Found(pointer, n=len(sample.values), result=result.id, value=sample.values[0])


@rule(
    "RC0605",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="runs {first} and {second} are the same with {seed}, and {metric} is {one} and {other}",
)
def promise_of_equal_bits_is_kept(subject: Subject) -> Iterator[Found]:
    """Where equal bits are promised, runs of one seed with the same code, software and hardware MUST agree.

    Judged: where `determinism.promised` is `bitwise`: each run with status `ok`, `code`, and `seeds`, or
        else with a configuration that is there and has neither `{seed}` in its `command` nor `seed_variable`;
        against the first such run with the same configuration, code, environment, hardware, seeds (value,
        library and rank of each, in order) and inputs (root, path and digest of each, in any order); what
        both leave out is the same. Of metric values with the same metric, data, split, step and fold the
        first of the one is compared with the first of the other, the second with the second, and so on; at
        each `metrics` entry of the later run whose `value` is another double, or null in one of them only.
    Why: the recorded runs themselves show that the promise does not hold.
    Fix: promise `numerical` or `statistical`, or find the cause and run again.
    """
    determinism = subject.well_formed.determinism
    if not determinism or determinism.promised != "bitwise":
        return
    seen: dict[object, Run] = {}
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        if run.status != "ok" or not run.code or not (run.seeds or _needs_no_seed(subject, run)):
            continue
        seeds = tuple((seed.library, seed.rank, str(seed.value)) for seed in run.seeds)
        inputs = tuple(sorted((file.root or "", file.path, file.sha256 or "") for file in run.inputs))
        case = (run.configuration, seeds, run.code, run.environment, run.hardware, inputs)
        yield from _differences(pointer, seen.setdefault(case, run), run)


def _needs_no_seed(subject: Subject, run: Run) -> bool:
    """Whether a run's configuration leaves no seed open."""
    configuration = subject.well_formed.find_configuration(run.configuration)
    return (
        configuration is not None
        and not configuration.seed_variable
        and not any(SEED in part for part in configuration.command)
    )


def _differences(pointer: str, first: Run, second: Run) -> Iterator[Found]:
    before: dict[object, list[float | None]] = {}
    for each in first.metrics:
        before.setdefault(_what(each), []).append(each.value)
    waiting = {what: iter(values) for what, values in before.items()}
    for place, each in numbered(f"{pointer}/metrics", second.metrics):
        value = next(waiting.get(_what(each), iter(())), each.value)
        if value != each.value:
            yield Found(
                place,
                first=first.id,
                second=second.id,
                seed="no seed" if second.seed is None else f"seed {second.seed}",
                metric=each.metric,
                one=repr(value),
                other=repr(each.value),
            )


def _what(seen: Observation) -> tuple[object, ...]:
    """What an observation is of."""
    return seen.metric, seen.data, seen.split, seen.step, seen.fold


@rule(
    "RC0606",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="seed {seed} is said to be an argument, but the command of {run} does not hold it",
)
def seed_stands_in_the_command(subject: Subject) -> Iterator[Found]:
    """A seed that was given as an argument MUST stand in the command that was run.

    Judged: each seed with `how` `argument` whose value, written in decimal with its minus sign if it has one,
        is no argument of the run's `command` nor a part of one; at the seed.
    Why: otherwise the record says that a seed was used that the program never saw.
    Fix: correct how the seed is known, or run again with `{seed}` in the command.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for place, seed in numbered(f"{pointer}/seeds", run.seeds):
            if seed_is_not_in_the_command(run, seed):
                yield Found(place, seed=seed.value, run=run.id)


def seed_is_not_in_the_command(run: Run, seed: Seed) -> bool:
    """Whether a seed is said to be an argument that the run's command does not have."""
    return seed.how == "argument" and not any(str(seed.value) in part for part in run.command)
