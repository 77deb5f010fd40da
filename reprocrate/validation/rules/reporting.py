"""RC08: nothing is left out, nobody picks, and what is printed is what was measured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from reprocrate.manifest import Manifest, Result, Run, Search
from reprocrate.statistics import Recomputed, compare_printed, is_constant
from reprocrate.validation.evidence import best
from reprocrate.validation.places import numbered
from reprocrate.validation.printing import scales
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.printed import at_cell
from reprocrate.validation.split_roles import reported_role
from reprocrate.validation.subject import Subject


def _unlisted(subject: Subject, *, ended_well: bool) -> Iterator[tuple[str, Result, list[str]]]:
    """Runs of a result's configuration that it neither uses nor lists as excluded."""
    evidence = subject.evidence
    launches = {run.parent for run in subject.well_formed.runs if run.parent}
    for pointer, result in numbered("/results", subject.well_formed.results):
        configurations = _configurations(subject, result)
        excluded = [each.run for each in result.excluded]
        unlisted = set[str]().union(*map(evidence.names_of.__getitem__, configurations))
        unlisted.difference_update(result.runs, excluded)
        left_out = [
            run.id
            for run in (run for name in configurations for run in evidence.runs_of[name] if unlisted)
            if run.id in unlisted and (run.status == "ok") is ended_well and run.kind != "smoke"
            if run.id not in launches or any(seen.metric == result.metric for seen in run.metrics)
            if not (ended_well and _is_of_other_data(run, result))
        ]
        if left_out:
            yield pointer, result, left_out


def _is_of_other_data(run: Run, result: Result) -> bool:
    """Whether a run has values of the result's metric, and every one on other data than the result is of."""
    seen = [each.data for each in run.metrics if each.metric == result.metric]
    return bool(seen) and result.data is not None and not {result.data, None} & set(seen)


def _configurations(subject: Subject, result: Result) -> list[str]:
    """The configuration of a result over runs or folds; where it names none, those of the runs it lists."""
    if result.over == "results":
        return []
    listed = () if result.configuration else subject.evidence.listed(result.runs).there
    names = [result.configuration] if result.configuration else [run.configuration for run in listed]
    return [name for name in dict.fromkeys(names) if name in subject.evidence.runs_of]


@rule(
    "RC0805",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} does not list the runs that did not end well: {runs}",
)
def failed_runs_are_listed(subject: Subject) -> Iterator[Found]:
    """A result MUST list the runs of its configuration that failed or were stopped, with the reason.

    Judged: each result over runs or folds: there are runs of its configuration with a status other than
        `ok`, `running` included, and a kind other than `smoke` that are in neither `runs` nor `excluded`,
        launches apart that are the `parent` of runs and have no value of the result's metric themselves; once
        for each result, at the result. Where it names no configuration, that of each run in `runs` is
        its configuration.
    Why: if seeds that crash vanish, what is left looks better and surer than the method is.
    Fix: list them in `excluded`, as reprocrate does when it computes results from the runs.
    """
    for pointer, result, runs in _unlisted(subject, ended_well=False):
        yield Found(pointer, result=result.id, runs=runs)


@rule("RC0806", SHOULD, spec="results", since="1.0", says="result {result} neither uses nor lists {runs}")
def every_run_is_accounted_for(subject: Subject) -> Iterator[Found]:
    """A result SHOULD use or list as excluded every run of its configuration.

    Judged: the same for runs with status `ok`, but for those whose values of the metric all name other data
        than the result does; once for each result, at the result.
    Why: more runs than are reported suggest that somebody picked among them.
    Fix: list them in `excluded` with the reason, or use them.
    """
    for pointer, result, runs in _unlisted(subject, ended_well=True):
        yield Found(pointer, result=result.id, runs=runs)


@rule(
    "RC0808",
    SHOULD,
    spec="results",
    since="1.0",
    says="result {result} reports the best of {n} seeds{called}",
)
def best_seed_is_not_the_headline(subject: Subject) -> Iterator[Found]:
    """A result SHOULD NOT be the best of several seeds.

    Judged: each result over runs with `varies_over` absent or `seeds`, a statistic other than `median` and
        `iqm`, and a metric with the direction `maximize` or `minimize`: its `value` is the best of at least
        two different values. Values of runs that the author excluded (`declared`) count; at the `value`.
    Why: the best of several seeds grows with their number, and nobody can expect to reach it again.
    Fix: report the mean or the interquartile mean over all seeds, and the best one beside it if you like.
    """
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        values = _all_values(subject, result)
        top = best(values, manifest.find_metric(result.metric)) if len(values) > 1 else None
        if top is not None and not is_constant(values) and result.value == top:
            called = ", called their mean" if result.statistic == "mean" else ""
            yield Found(f"{pointer}/value", result=result.id, n=len(values), called=called)


def _all_values(subject: Subject, result: Result) -> list[float]:
    """The values of every run that a result over seeds rests on or could have rested on."""
    sample = subject.evidence.sample(result)
    is_over_seeds = result.over == "runs" and result.varies_over in (None, "seeds")
    if not sample or not is_over_seeds or result.statistic in ("median", "iqm"):
        return []
    values = list(sample.values)
    for excluded in result.excluded:
        run = subject.well_formed.find_run(excluded.run)
        if run and run.status == "ok" and excluded.reason == "declared":
            try:
                seen = subject.evidence.value(run, result)
            except LookupError:
                continue
            values += [seen.value] if seen and seen.value is not None else []
    return values


@rule("RC0811", MUST, spec="results", since="1.0", says="result {result} names {what} {how}")
def run_counts_once(subject: Subject) -> Iterator[Found]:
    """A result MUST name a run once, as one that it rests on or as excluded, and another result once.

    Judged: each result; at the second mention in `runs` or `results`, and at the `run` of an entry of
        `excluded` that is in `runs` or in an earlier entry too.
    Why: a run or result that counts twice makes the sample larger than it is.
    Fix: remove the second mention.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        for kind, names in (("run", result.runs), ("result", result.results)):
            for place, name in _again(f"{pointer}/{kind}s", names):
                yield Found(place, result=result.id, what=f"{kind} {name}", how="twice")
        used, left_out = set(result.runs), set[str]()
        for place, excluded in numbered(f"{pointer}/excluded", result.excluded):
            what = f"run {excluded.run}"
            if excluded.run in used:
                yield Found(f"{place}/run", result=result.id, what=what, how="both as used and as excluded")
            elif excluded.run in left_out:
                yield Found(f"{place}/run", result=result.id, what=what, how="twice as excluded")
            left_out.add(excluded.run)


def _again(pointer: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names that stand in a list before, with their places."""
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    for place, name in numbered(pointer, names):
        if name in seen:
            yield place, name
        seen.add(name)


@rule(
    "RC0812",
    MUST,
    spec="results",
    since="1.0",
    says="configuration {configuration} was chosen by {metric} on {split}, {role}",
)
def nothing_is_chosen_on_the_test_set(subject: Subject) -> Iterator[Found]:
    """Hyper-parameters MUST NOT be chosen on a test split, nor on the split that is reported.

    Judged: each `search.selected_by`. Where the data of the configuration (all data where it names none)
        declares splits of that name: one of them has the role `test`. Where it declares none: the split is
        called `test`, or is that of a result of the configuration; at the `selected_by`.
    Why: what was chosen on the test set is better there than on new data, by an amount that nobody knows.
    Fix: choose on a validation split and run again; report the test split once.
    """
    manifest = subject.well_formed
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        chosen_by = configuration.search.selected_by if configuration.search else None
        role = reported_role(manifest, configuration, chosen_by.split) if chosen_by else None
        if chosen_by and role:
            yield Found(
                f"{pointer}/search/selected_by",
                configuration=configuration.label,
                metric=chosen_by.metric,
                split=chosen_by.split,
                role=role,
            )


@rule(
    "RC0813",
    MUST,
    spec="results",
    since="1.0",
    says="configuration {configuration} says that {said}, but {what}",
)
def trials_add_up(subject: Subject) -> Iterator[Found]:
    """The trials of a search MUST be as many as it lists, and not more of them have ended well than started.

    Judged: each `search` with more `trials_completed` than `trials`, at the `trials_completed`; or else each
        with `runs` that are all there, each id being counted once: `trials` that is not their number, at
        `trials`; and `trials_completed` that is not the number of those with status `ok`, at
        `trials_completed`.
    Why: the number of trials is the budget that methods are compared at.
    Fix: correct the two numbers, or list the runs that were trials; leave `runs` out where a run holds
        several trials.
    """
    manifest = subject.well_formed
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        search = configuration.search
        for name, said, what in _wrong_numbers(search, manifest) if search else ():
            yield Found(f"{pointer}/search/{name}", configuration=configuration.label, said=said, what=what)


def _wrong_numbers(search: Search, manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """The numbers of trials that cannot be: the property, what it says, and what is so."""
    started, completed = search.trials, search.trials_completed
    if started is not None and completed is not None and completed > started:
        yield "trials_completed", f"{completed} trials ended well", f"that only {started} were started"
        return
    runs = [manifest.find_run(name) for name in dict.fromkeys(search.runs)]
    known = [run for run in runs if run]
    if not runs or len(known) < len(runs):
        return
    ended = sum(run.status == "ok" for run in known)
    if started is not None and started != len(runs):
        yield "trials", f"{started} trials were started", f"lists {len(runs)} runs as its trials"
    if completed is not None and completed != ended:
        yield "trials_completed", f"{completed} trials ended well", f"of the runs that it lists {ended} did"


@rule(
    "RC0814",
    SHOULD,
    spec="results",
    since="1.0",
    says="configuration {configuration} was searched for, but not with how many trials",
)
def search_says_how_many_trials(subject: Subject) -> Iterator[Found]:
    """A search for hyper-parameters SHOULD say how many trials it started.

    Judged: each `search` with neither `trials` nor `runs`; at the `search`.
    Why: a method that was tuned with a hundred trials beats one that was tuned with ten, by the tuning alone.
    Fix: set `trials` in the configuration's `search` in reprocrate.toml.
    """
    for pointer, configuration in numbered("/configurations", subject.well_formed.configurations):
        search = configuration.search
        if search and search.trials is None and not search.runs:
            yield Found(f"{pointer}/search", configuration=configuration.label)


def _compared(subject: Subject) -> list[tuple[str, Result, str, Recomputed]]:
    """Printed figures of results with their places, and how they relate to the result's value."""
    manifest = subject.well_formed
    return [
        (f"{place}/value", result, reported.value, _outcome(result, reported.value, scales(manifest, result)))
        for pointer, result in numbered("/results", manifest.results)
        for place, reported in numbered(f"{pointer}/reported", result.reported)
    ]


def _outcome(result: Result, text: str, factors: Iterable[float]) -> Recomputed:
    outcomes = {compare_printed(text, result.value, scale=factor) for factor in factors}
    return next(each for each in Recomputed if each in outcomes)


@rule(
    "RC0815",
    MUST,
    spec="results",
    since="1.0",
    says="{text} is printed for result {result}, which is {value}",
)
def printed_figure_recomputes(subject: Subject) -> Iterator[Found]:
    """A figure that is printed for a result MUST be the result's value, rounded.

    Judged: each `reported[].value` against the result's `value` times each of its factors, as the chapter
        says; at the `value`. A figure that only cutting off gives is judged by RC0816.
    Why: a misprint or a number from an older run misleads every reader of the paper.
    Fix: print the figure that the result gives.
    """
    for pointer, result, text, outcome in subject.once(_compared):
        if outcome is Recomputed.DIFFERENT:
            yield Found(pointer, text=text, result=result.id, value=result.value)


@rule(
    "RC0816",
    SHOULD,
    spec="results",
    since="1.0",
    says="{text} is printed for result {result}, which is {value}: cut off, not rounded",
)
def printed_figure_is_rounded(subject: Subject) -> Iterator[Found]:
    """A printed figure SHOULD be rounded, not cut off.

    Judged: figures as in RC0815, and as in RC1204, that are the value times one of its factors cut off, and
        times none of them rounded; at the `value`, or the place of RC1204.
    Why: figures that were cut off are lower than what was measured, and differ from those that were rounded.
    Fix: print the rounded figure.
    """
    manifest = subject.well_formed
    for pointer, result, text, outcome in subject.once(_compared):
        if outcome is Recomputed.TRUNCATED:
            yield Found(pointer, text=text, result=result.id, value=result.value)
    for shown in subject.shown:
        result, text = shown.result, shown.figure.value
        if _outcome(result, text, scales(manifest, result, shown.table.scale)) is Recomputed.TRUNCATED:
            yield at_cell(shown, text=text, result=result.id, value=result.value)


@rule(
    "RC0817",
    SHOULD,
    spec="results",
    since="1.0",
    says="{value} ± {dispersion} is printed for result {result}, whose sd is {sd}",
)
def precision_shows_the_spread(subject: Subject) -> Iterator[Found]:
    """A spread that is not zero SHOULD be printed with enough digits to show it.

    Judged: each `reported[].dispersion` that is zero while the result's `sd` is not; at the `dispersion`.
    Why: "± 0.00" reads as if the seed had no effect.
    Fix: print one or two significant digits of the spread, and the value to the same place.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        for place, reported in numbered(f"{pointer}/reported", result.reported):
            if result.sd and reported.dispersion is not None and float(reported.dispersion) == 0.0:
                yield Found(
                    f"{place}/dispersion",
                    value=reported.value,
                    dispersion=reported.dispersion,
                    result=result.id,
                    sd=result.sd,
                )
