"""RC10: runs, and whether their records agree with themselves."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MAY, MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import instant, seconds


@rule("RC1001", MUST, spec="runs", since="1.0", says="run {run} is said to be {status}, but {what}")
def status_agrees_with_the_exit(subject: Subject) -> Iterator[Found]:
    """A run's status MUST agree with its exit status and signal.

    Judged: status `ok` with an `exit_code` other than 0 or a `signal`; `failed` with `exit_code` 0 or a
        `signal`; `killed` with `exit_code` 0; `running` with an `exit_code` or a `signal`; `ok`, `failed` or
        `running` with `killed_because`, or any with a `signal` above 127, which none is; once for each run,
        at the `status`. All three may be absent, `interrupted` goes with any, and attempts are not judged.
    Why: whether a run counts is decided by its status.
    Fix: restore the record as it was written, or run again.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        what = _disagreement(run)
        if what:
            yield Found(f"{pointer}/status", run=run.id, status=run.status, what=what)


def _disagreement(run: Run) -> str:
    wrong_code = {
        "ok": run.exit_code != 0,
        "failed": run.exit_code == 0,
        "killed": run.exit_code == 0,
        "running": True,
    }
    if run.exit_code is not None and wrong_code.get(run.status, False):
        return f"its exit status is {run.exit_code}"
    if run.signal is not None and run.status in ("ok", "failed", "running"):
        return f"signal {run.signal} ended it"
    if run.signal is not None and run.signal > _LAST_SIGNAL:
        return f"no system has a signal {run.signal}"
    if run.killed_because is not None and run.status in ("ok", "failed", "running"):
        return "it was ended for breaking a limit"
    return ""


_LAST_SIGNAL = 127
"""POSIX leaves seven bits for it in what a process is waited for with."""


@rule("RC1002", MUST, spec="runs", since="1.0", says="result {result} rests on run {run}, which is {status}")
def results_rest_on_runs_that_ended_well(subject: Subject) -> Iterator[Found]:
    """A result MUST rest only on runs that ended well.

    Judged: each run in a result's `runs` with a status other than `ok`; at the entry of `runs`.
    Why: what a run wrote before it failed or was stopped is not what it would have written at the end.
    Fix: list the run as excluded with its status, and let reprocrate compute the result anew.
    """
    statuses = {name: run.status for name, run in subject.evidence.named.items() if run.status != "ok"}
    for place, result, name in subject.evidence.entries_of(statuses.keys()):
        yield Found(place, result=result.id, run=name, status=statuses[name])


@rule(
    "RC1003", MUST, spec="runs", since="1.0", says="result {result} is of {own}, but run {run} is of {other}"
)
def results_rest_on_their_configuration(subject: Subject) -> Iterator[Found]:
    """The runs that a result rests on MUST be of the configuration that the result names.

    Judged: each run in the `runs` of a result with a `configuration` that is not the run's; at the entry of
        `runs`.
    Why: otherwise the number belongs to another method.
    Fix: correct the list of runs, or the configuration.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        runs = subject.evidence.listed(result.runs)
        if not result.configuration or runs.configurations <= {result.configuration}:
            continue
        for place, run in numbered(f"{pointer}/runs", runs.runs):
            if run and run.configuration != result.configuration:
                yield Found(
                    place, result=result.id, own=result.configuration, run=run.id, other=run.configuration
                )


@rule(
    "RC1004",
    MUST,
    spec="runs",
    since="1.0",
    says="{metric} of run {run} has the status {status}, but its value is {value}",
)
def value_agrees_with_its_status(subject: Subject) -> Iterator[Found]:
    """A metric value MUST be null exactly where its status says that it is no finite number.

    Judged: each metric value that is null with status `ok`, or a number with another status; at the metric
        value.
    Why: a program that reads only one of the two would count what the other leaves out.
    Fix: write the number with the status ok, or null with the status that fits.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for index, seen in enumerate(run.metrics):
            if (seen.value is None) is (seen.status == "ok"):
                value, place = "null" if seen.value is None else seen.value, f"{pointer}/metrics/{index}"
                yield Found(place, metric=seen.metric, run=run.id, status=seen.status, value=value)


@rule("RC1005", SHOULD, spec="runs", since="1.0", says="run {run} had not ended when the manifest was made")
def runs_have_ended(subject: Subject) -> Iterator[Found]:
    """A published manifest SHOULD NOT hold runs that had not ended.

    Judged: each run with status `running`; at the `status`.
    Why: what such a run will give is not known, and leaving it out looks like picking.
    Fix: wait until it has ended, then make the manifest again.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        if run.status == "running":
            yield Found(f"{pointer}/status", run=run.id)


@rule("RC1006", MAY, spec="runs", since="1.0", says="the recorder saw only a part of run {run}{reason}")
def capture_is_complete(subject: Subject) -> Iterator[Found]:
    """A run that a result rests on MAY have been recorded in part, and then its inputs may be incomplete.

    Judged: each evidence run whose `capture.completeness` is not `complete`; at the `capture`.
    Why: a file that was read unseen is missing in the bundle, and a rerun elsewhere may fail for it.
    Fix: list further inputs under `[data.NAME]` in reprocrate.toml, so that they travel; or record the run
    again with a method that sees them, as `reprocrate run --trace=strace`.
    """
    for index, run in subject.evidence.counting:
        if run.capture and run.capture.completeness != "complete":
            reason = f": {run.capture.reason}" if run.capture.reason else ""
            yield Found(f"/runs/{index}/capture", run=run.id, reason=reason)


@rule(
    "RC1007",
    MUST,
    spec="runs",
    since="1.0",
    says="an attempt of run {run} {what}, but the run itself started at {started}",
)
def attempts_come_before_the_run(subject: Subject) -> Iterator[Found]:
    """An attempt of a run MUST NOT have started, or ended, after the run started.

    Judged: each attempt of a run with `started`: its own is later, at the attempt's `started`; or else its
        `duration_s` after that is later by more than a minute, at its `duration_s`.
    Why: attempts are what came before; a later one is a run of its own, whose values may be better or worse.
    Fix: list it as a run, with the reason why it does not count.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for place, attempt in numbered(f"{pointer}/attempts", run.attempts):
            if not run.started:
                continue
            if instant(attempt.started) > instant(run.started):
                what = f"started at {attempt.started}"
                yield Found(f"{place}/started", run=run.id, what=what, started=run.started)
            elif _ends_after(attempt.started, attempt.duration_s, run.started, _REQUEUE_S):
                what = f"lasted {attempt.duration_s} s from {attempt.started}"
                yield Found(f"{place}/duration_s", run=run.id, what=what, started=run.started)


_REQUEUE_S = 60.0
"""How much longer than there was time an attempt may seem to have lasted, by clocks of a scheduler."""


def _ends_after(started: str, duration_s: float | None, then: str, slack: float) -> bool:
    """Whether what lasted some time ended after a time, by more than the slack."""
    first, last = seconds(started), seconds(then)
    return None not in (first, last, duration_s) and (first or 0) + (duration_s or 0) > (last or 0) + slack


@rule(
    "RC1008",
    SHOULD,
    spec="runs",
    since="1.0",
    says="an attempt of run {run} ended well, and yet it was repeated",
)
def attempts_did_not_end_well(subject: Subject) -> Iterator[Found]:
    """An attempt that ended well SHOULD be a run of its own.

    Judged: each attempt with `status` `ok`; at its `status`.
    Why: its values are evidence; a run that is repeated until its values please looks just like this.
    Fix: list it among the runs, and as excluded with the reason repeated.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for place, attempt in numbered(f"{pointer}/attempts", run.attempts):
            if attempt.status == "ok":
                yield Found(f"{place}/status", run=run.id)


@rule(
    "RC1009", MUST, spec="runs", since="1.0", says="result {result} rests on run {run}, which was scaled down"
)
def results_do_not_rest_on_smoke_runs(subject: Subject) -> Iterator[Found]:
    """A result MUST NOT rest on a run of the kind smoke.

    Judged: each entry of a result's `runs` that is a run of kind `smoke`; at the entry.
    Why: such a run proves only that the code runs; its values are those of a smaller experiment.
    Fix: run the configuration in full, and leave the scaled-down run out of the result.
    """
    smoke = {name for name, run in subject.evidence.named.items() if run.kind == "smoke"}
    for place, result, name in subject.evidence.entries_of(smoke):
        yield Found(place, result=result.id, run=name)


@rule(
    "RC1010",
    SHOULD,
    spec="runs",
    since="1.0",
    says="run {run} {what} at {started}, but the runs were recorded at {when}",
)
def runs_start_before_they_are_recorded(subject: Subject) -> Iterator[Found]:
    """A run SHOULD NOT have started or ended after `history` says that runs were obtained last.

    Judged: where every entry of `history` about `runs` says `when`, against the latest of these: each run
        whose `started` is after it, at its `started`; or else with a `duration_s` that ends more than a
        second after it, at the `duration_s`.
    Why: such a run was added by other means, a clock was wrong, or the duration is in another unit.
    Fix: derive the manifest anew from its records, or add to `history` how the run was obtained.
    """
    manifest = subject.well_formed
    times = [entry.when for entry in manifest.history if entry.section == "runs"]
    known = [when for when in times if when is not None]
    if not known or len(known) < len(times):
        return
    when = max(known, key=instant)
    for pointer, run in numbered("/runs", manifest.runs):
        if run.started and instant(run.started) > instant(when):
            yield Found(f"{pointer}/started", run=run.id, what="started", started=run.started, when=when)
        elif run.started and _ends_after(run.started, run.duration_s, when, 1.0):
            what = f"lasted {run.duration_s} s from its start"
            yield Found(f"{pointer}/duration_s", run=run.id, what=what, started=run.started, when=when)


@rule(
    "RC1011",
    SHOULD,
    spec="runs",
    since="1.0",
    says="run {run} started in {folder}, but its configuration in {other}",
)
def run_starts_in_its_configurations_folder(subject: Subject) -> Iterator[Found]:
    """A run SHOULD start in the folder of its configuration.

    Judged: each run with a `working_directory` that its configuration has not; at the `working_directory`.
    Why: a rerun starts in the configuration's folder, where relative paths lead to other files.
    Fix: give runs from another folder a configuration of their own.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        configuration = manifest.find_configuration(run.configuration)
        folder = run.working_directory
        if folder and configuration and configuration.working_directory != folder:
            other = configuration.working_directory or "the root"
            yield Found(f"{pointer}/working_directory", run=run.id, folder=folder, other=other)
