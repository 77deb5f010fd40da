"""RC15: what the experiment cost, against what its runs used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from reprocrate.manifest import Compute, Manifest, Run
from reprocrate.standard import pointer_to
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_ROUNDING = 1e-6
"""How much of a second, or of a kilowatt hour, each run may be rounded by before it is added up."""


def _is_less(said: float, parts: Iterable[float | None]) -> float | None:
    """The sum of the parts, if what is said is less than it by more than rounding; else None."""
    known = [part for part in parts if part is not None]
    try:
        total = math.fsum(known)
    except OverflowError:  # no double is as much as they are together
        return math.inf
    slack = _ROUNDING * (len(known) + 1) + 1e-9 * total
    return total if said < total - slack else None


@rule("RC1501", MUST, spec="compute", since="1.0", says="{what} is {said} s, but {parts} add up to {total} s")
def seconds_cover_all_runs(subject: Subject) -> Iterator[Found]:
    """The seconds of the experiment and of a configuration MUST NOT be less than the sum of their parts.

    Judged: `compute.total_s` against the sum of `duration_s` of all runs, against that of `unreported_s` and
        of the reported runs, and against the sum of `by_configuration`; each entry of `by_configuration`
        against the sum over the configuration's runs. Reported are the runs that are in the `runs` of a
        result, and the launches that these name as `parent`. A number is less if it is so by more than a
        millionth for each summand and one more, and a billionth of the sum; once, at the number.
    Why: readers plan by them whether they can afford a rerun, and venues ask for the whole cost.
    Fix: add up the durations of all runs, those that failed included.
    """
    manifest = subject.well_formed
    compute = manifest.compute
    if compute is None:
        return
    if compute.total_s is not None:
        for parts, summands in _parts(manifest, compute):
            total = _is_less(compute.total_s, summands)
            if total is not None:
                what = "the total"
                yield Found("/compute/total_s", what=what, said=compute.total_s, parts=parts, total=total)
                break
    for name, said in compute.by_configuration.items():
        total = _is_less(said, (run.duration_s for run in subject.evidence.runs_of.get(name, ())))
        if total is not None:
            place = pointer_to(["compute", "by_configuration", name])
            yield Found(place, what=f"configuration {name}", said=said, parts="its runs", total=total)


def _parts(manifest: Manifest, compute: Compute) -> Iterator[tuple[str, Iterable[float | None]]]:
    """What the whole consists of, divided in three ways."""
    yield "the runs", [run.duration_s for run in manifest.runs]
    reported = _reported(manifest)
    known = [run.duration_s for run in manifest.runs if run.id in reported]
    yield "the reported runs and unreported_s", [compute.unreported_s, *known]
    yield "the configurations", compute.by_configuration.values()


def _reported(manifest: Manifest) -> set[str | None]:
    """Runs that results rest on, and the launches that held them."""
    named = {name for result in manifest.results for name in result.runs}
    return {*named, *(run.parent for run in manifest.runs if run.id in named)}


def _unreported(manifest: Manifest) -> list[Run]:
    reported = _reported(manifest)
    return [run for run in manifest.runs if run.id not in reported]


@rule(
    "RC1502",
    MUST,
    spec="compute",
    since="1.0",
    says="{said} runs are said to be unreported, but no result rests on {n}",
)
def unreported_runs_are_counted(subject: Subject) -> Iterator[Found]:
    """The number of unreported runs MUST NOT be less than that of the runs that no result rests on.

    Judged: `compute.unreported_runs` against the number of runs that are in the `runs` of no result, nor the
        `parent` of one that is. More may be said: what ran before recording began is in no list; at
        `unreported_runs`.
    Why: what was tried and not reported is what a reader cannot see, and what makes a result look better.
    Fix: count every run in `runs` that is in no result's `runs`, launches that held such a run apart.
    """
    manifest = subject.well_formed
    said = manifest.compute.unreported_runs if manifest.compute else None
    n = len(_unreported(manifest))
    if said is not None and said < n:
        yield Found("/compute/unreported_runs", said=said, n=n)


@rule(
    "RC1503",
    MUST,
    spec="compute",
    since="1.0",
    says="{said} s are said to be unreported, but {what}",
)
def unreported_seconds_are_counted(subject: Subject) -> Iterator[Found]:
    """Unreported seconds MUST cover the runs that no result rests on, and be 0 where `unreported_runs` is 0.

    Judged: `compute.unreported_s` against the sum of `duration_s` of the runs that RC1502 counts, compared as
        in RC1501; and more than 0 where `unreported_runs` is 0 and there is no such run;
        at `unreported_s`.
    Why: what was tried and not reported is a part of the cost that venues ask for.
    Fix: add up the durations of every run in `runs` that is in no result's `runs`.
    """
    compute = subject.well_formed.compute
    said = compute.unreported_s if compute else None
    if said is not None:
        unreported = _unreported(subject.well_formed)
        total = _is_less(said, (run.duration_s for run in unreported))
        if total is not None:
            what = f"runs that no result rests on took {total} s"
            yield Found("/compute/unreported_s", said=said, what=what)
        elif compute and compute.unreported_runs == 0 and not unreported and said > 0:
            yield Found("/compute/unreported_s", said=said, what="of no run")


@rule(
    "RC1504",
    MUST,
    spec="compute",
    since="1.0",
    says="{what} is {said} {unit}, but the runs used {total} {unit}",
)
def processor_time_and_energy_cover_all_runs(subject: Subject) -> Iterator[Found]:
    """Processor seconds and energy of the experiment MUST NOT be less than the sum over its runs.

    Judged: `compute.cpu_s` and `compute.energy_kwh` against the sums of the runs' `resources`, compared as in
        RC1501; at the number.
    Why: readers plan by them, and energy is what the environment pays for the experiment.
    Fix: add up `resources` of all runs, those that failed included.
    """
    manifest = subject.well_formed
    compute = manifest.compute
    used = [run.resources for run in manifest.runs if run.resources]
    if compute and compute.cpu_s is not None:
        total = _is_less(compute.cpu_s, (each.cpu_s for each in used))
        if total is not None:
            yield Found("/compute/cpu_s", what="processor time", said=compute.cpu_s, unit="s", total=total)
    if compute and compute.energy_kwh is not None:
        total = _is_less(compute.energy_kwh, (each.energy_kwh for each in used))
        if total is not None:
            said = compute.energy_kwh
            yield Found("/compute/energy_kwh", what="the energy", said=said, unit="kWh", total=total)


@rule(
    "RC1505",
    SHOULD,
    spec="compute",
    since="1.0",
    says="the seconds of configuration {configuration}, whose runs took {total} s, are not given",
)
def every_configuration_has_its_seconds(subject: Subject) -> Iterator[Found]:
    """Where the seconds are divided by configuration, none with runs SHOULD be left out.

    Judged: where `compute.by_configuration` has an entry: each configuration that is none of its names and
        that has a run with a `duration_s` above 0; one finding for each, at the `by_configuration`.
    Why: a search or a preparation that is left out makes the method look cheaper than it was.
    Fix: add up the durations of the configuration's runs.
    """
    compute = subject.well_formed.compute
    if not compute or not compute.by_configuration:
        return
    for configuration in subject.well_formed.configurations:
        took = [run.duration_s or 0.0 for run in subject.evidence.runs_of.get(configuration.id, ())]
        if configuration.id not in compute.by_configuration and any(took):
            total = sum(took)
            yield Found("/compute/by_configuration", configuration=configuration.label, total=total)
