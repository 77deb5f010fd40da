"""RC13: whether both sides of a comparison were treated alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from reprocrate.manifest import Configuration, Result, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC1316",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets {tuned}, tuned in {trials} trials, against {other}, of which nothing "
    "says how it was tuned",
)
def budget_of_both_sides_is_said(subject: Subject) -> Iterator[Found]:
    """Where one side of a comparison was tuned, the other SHOULD say how it was, too.

    Judged: each comparison of results of two configurations of which one has a `search` with at least two
        `trials`, and the other no `search` and a `role` other than `ablation`; at the comparison.
    Why: a method that was tuned against one that was not mostly shows what tuning does.
    Fix: tune both with the same budget, and say of both by `search` in reprocrate.toml how hard was tried.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        sides = [manifest.find_result(name) for name in (comparison.a, comparison.b)]
        pair = [manifest.find_configuration(side.configuration) if side else None for side in sides]
        for one, other in (pair, pair[::-1]):
            trials = _trials(one)
            if one and other and trials > 1 and not other.search and other.role != "ablation":
                yield Found(
                    pointer, comparison=comparison.id, tuned=one.label, trials=trials, other=other.label
                )


def _trials(configuration: Configuration | None) -> int:
    search = configuration.search if configuration else None
    return (search.trials or 0) if search else 0


@rule(
    "RC1317",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets the {first} of one result against the {second} of another",
)
def compared_results_share_their_statistic(subject: Subject) -> Iterator[Found]:
    """Results that are compared SHOULD be summed up by the same statistic.

    Judged: each comparison of two results with different `statistic`, `single` counting as `mean`; at the
        comparison.
    Why: the best run of one method is better than the mean of another even where the methods are equal.
    Fix: compare means with means, or medians with medians.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
        if not a or not b:
            continue
        kinds = ["mean" if each.statistic == "single" else each.statistic for each in (a, b)]
        if kinds[0] != kinds[1]:
            yield Found(pointer, comparison=comparison.id, first=a.statistic, second=b.statistic)


@rule(
    "RC1318",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets {a} against {b}, but their runs of the same seeds share command, "
    "code, environment and inputs",
)
def compared_configurations_were_run_differently(subject: Subject) -> Iterator[Found]:
    """Configurations that are compared SHOULD have been run differently.

    Judged: each comparison of results of two configurations with at least two seeds in common, where of each
        of these the runs of both agree in `command`, without what names files that the run wrote or folders
        of these, `working_directory`, `code`, `environment` and the digests of `inputs`. Runs that have a
        `parent`, or no `capture` or a `minimal` one, are left out. `hyperparameters` and `factors`, which
        people write, do not count; at the comparison.
    Why: a thing is compared with itself, or what makes the difference is not in the record (a variable, a
        file that was changed in between), so that a rerun computes the same twice.
    Fix: give what differs as an argument or in a file, and run again; if they are one, do not compare them.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        sides = [manifest.find_result(name) for name in (comparison.a, comparison.b)]
        a, b = (manifest.find_configuration(side.configuration) if side else None for side in sides)
        if not sides[0] or not sides[1] or not a or not b or a is b:
            continue
        one, other = (_runs_by_seed(subject, side) for side in sides if side)
        common = one.keys() & other.keys()
        if len(common) > 1 and all(_work(one[seed]) == _work(other[seed]) for seed in common):
            yield Found(pointer, comparison=comparison.id, a=a.label, b=b.label)


def _runs_by_seed(subject: Subject, result: Result) -> dict[int | str, Run]:
    """Those that were launches of their own, and whose files were seen."""
    return {
        run.seed: run
        for run in subject.evidence.listed(result.runs).there
        if run.seed is not None and not run.parent and run.capture and run.capture.completeness != "minimal"
    }


def _work(run: Run) -> tuple[object, ...]:
    """What was recorded of what a run did, but for the names of what it wrote."""
    written = {file.path for file in run.written}
    folders = {str(folder) for path in written for folder in PurePosixPath(path).parents}
    own = written | folders - {"."}
    command = tuple("" if word.rpartition("=")[2].rstrip("/") in own else word for word in run.command)
    inputs = frozenset((file.root, file.path, file.sha256) for file in run.inputs)
    return command, run.working_directory, run.code, run.environment, inputs
