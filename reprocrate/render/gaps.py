"""What is missing from an experiment, what that costs a reader, and what its author can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reprocrate.manifest import Data, Environment, Manifest, Metric
from reprocrate.render import words
from reprocrate.render.availability import Place, place_of, reads_no_files
from reprocrate.render.outcomes import headline_results

_FEWEST_SEEDS = 3  # below this neither equivalence can be shown nor a spread be trusted
_INHERITED = "It is so in the original; only its authors can mend that, there."
_ELSEWHERE = "Whoever made the crate can add it there; perhaps its files or its metadata tell."


class Gap(NamedTuple):
    """Something that is not there.

    Attributes:
        what: what is missing, a sentence.
        cost: what a reader cannot do or know because of it, a sentence.
        fix: what its author can do, a sentence.
    """

    what: str
    cost: str
    fix: str


def find_gaps(manifest: Manifest) -> list[Gap]:
    """Everything whose absence costs something, in the order of the manifest."""
    if manifest.reproduces and not manifest.is_converted:
        return list(_of_a_rerun(manifest))
    parts = (_about, _code, _data, _environments, _hardware, _runs, _results, _metrics, _claims)
    found = [gap for part in parts for gap in part(manifest)]
    return [gap._replace(fix=_ELSEWHERE) for gap in found] if manifest.is_converted else found


def _of_a_rerun(manifest: Manifest) -> Iterator[Gap]:
    """What is missing from a reproduction: of its own, and as in the original, which claims in its place."""
    about, place = manifest.experiment, "under `[experiment]` in a reprocrate.toml beside verdict.json"
    if not about.license:
        yield Gap(
            "No licence was given for what the rerun adds.",
            "Code and data keep the original's; nobody but who reran may pass on the rest.",
            f"Set `license` {place}, and pack again.",
        )
    if not about.authors:
        yield Gap(
            "Nobody is named who reran it.",
            "The work cannot be cited, and nobody can be asked.",
            f"List `authors` {place}, and pack again.",
        )
    for part in (_code, _data, _runs, _metrics):
        yield from (gap._replace(fix=_INHERITED) for gap in part(manifest))
    yield from _environments(manifest)
    yield from _hardware(manifest)
    few = "Run more of the recorded seeds again, or others with `--new-seeds 5`."
    yield from (gap._replace(fix=few) for gap in _results(manifest) if manifest.results)


def _about(manifest: Manifest) -> Iterator[Gap]:
    about = manifest.experiment
    if not about.license:
        yield Gap(
            "No licence was given.",
            "Nobody but the authors may use, change or pass on the code and data.",
            "Set `license` under `[experiment]` in reprocrate.toml.",
        )
    if not about.authors:
        yield Gap(
            "No authors were named.",
            "The work cannot be cited, and nobody can be asked.",
            "List `authors` under `[experiment]` in reprocrate.toml.",
        )
    if not about.description:
        yield Gap(
            "No description was given.",
            "A reader has to infer from commands and results what was studied.",
            "Write `description` under `[experiment]` in reprocrate.toml.",
        )


def _code(manifest: Manifest) -> Iterator[Gap]:
    if not any(code.files for code in manifest.code):
        yield Gap(
            "No source file is recorded.",
            "The experiment cannot be run again.",
            "Record the runs with `reprocrate run` in the project's folder.",
        )
    elif not any(code.commit for code in manifest.code):
        yield Gap(
            "The code was not under version control.",
            "Its history cannot be looked up; the files themselves are kept, with their digests.",
            "Run `git init`, commit, and record the runs again.",
        )


def _data(manifest: Manifest) -> Iterator[Gap]:
    if not manifest.data and not reads_no_files(manifest) and manifest.runs:
        yield Gap(
            "No data set is recorded.",
            "Whether a rerun reads the same data cannot be told.",
            "Name the files under `[data.NAME]` in reprocrate.toml.",
        )
    for data in manifest.data:
        yield from _one_data_set(data)


def _one_data_set(data: Data) -> Iterator[Gap]:
    name, table = words.data_label(data, data.id), f"`[data.{data.id}]` in reprocrate.toml"
    if not data.license:
        yield Gap(
            f"The data set {name} has no licence.",
            "A reader cannot know whether it may be used or passed on.",
            f"Set `license` under {table}.",
        )
    if not data.source and not data.remote and data.origin in (None, "existing"):
        yield Gap(
            f"Where the data set {name} came from is not recorded.",
            "It cannot be compared with its publisher's version."
            if data.access and data.access.how_to_obtain
            else "It cannot be obtained anew, nor compared with its publisher's version.",
            f"Set `source` under {table}, or `origin` if it was made here.",
        )
    if place_of(data) is Place.REMOTE:
        yield Gap(
            f"The data set {name} was read over the network, and no file of it is kept.",
            "A rerun reads what is there then, if it is still there.",
            "Download it to a file and read that, or name an archived copy as its `source`.",
        )
    if place_of(data) is Place.ELSEWHERE:
        how = words.sentence(words.plain(data.access.how_to_obtain or "")) if data.access else ""
        yield Gap(
            f"The data set {name} is not included.",
            f"A reader has to obtain it before a rerun. {how}".strip(),
            "Pack it with `--data all` if it may be passed on, or say how to obtain it.",
        )


def _environments(manifest: Manifest) -> Iterator[Gap]:
    if not manifest.environments and manifest.runs:
        yield Gap(
            "No software environment is recorded.",
            "A rerun has to guess the versions of every package.",
            "Record the runs with `reprocrate run`.",
        )
    for environment in manifest.environments:
        yield from _one_environment(environment)


def _one_environment(environment: Environment) -> Iterator[Gap]:
    if environment.packages and environment.lock is None:
        yield Gap(
            f"The environment {environment.id} has no lock.",
            "It can only be built by hand from the list of its packages.",
            "Pack the project with `reprocrate pack`, which makes the lock.",
        )
    if changed := list(words.changed_packages(environment)):
        yield Gap(
            f"Packages of {environment.id} were changed: {words.shortened(changed, 4)}.",
            "Installing the same versions gives other code than the one that ran.",
            "Run with the packages as published, or make the changed ones part of the project's code.",
        )
    if environment.lock and environment.lock.left_out:
        names = words.shortened(map(words.plain, environment.lock.left_out), 4)
        yield Gap(
            f"The lock of {environment.id} leaves out {names}.",
            "A rebuilt environment lacks it; code that imports it fails.",
            "Install it from a package index, or add its source to the project.",
        )


def _hardware(manifest: Manifest) -> Iterator[Gap]:
    if not manifest.hardware and manifest.runs:
        yield Gap(
            "No machine is recorded.",
            "Where a rerun differs, the machine cannot be told as the cause.",
            "Record the runs with `reprocrate run`.",
        )


def _runs(manifest: Manifest) -> Iterator[Gap]:
    runs = [run for run in manifest.runs if run.id not in manifest.launches_of_several]
    unseeded = [run for run in runs if not run.seeds]
    if unseeded:
        verb = "has" if len(unseeded) == 1 else "have"
        everyone = len(unseeded) == len(runs)
        yield Gap(
            "No run has a seed." if everyone else f"{len(unseeded)} of the runs {verb} no seed.",
            "What was random cannot be repeated, so a rerun can hardly be identical.",
            "Use `reprocrate run --seeds 0-4 -- COMMAND --seed {seed}`.",
        )
    partial = {
        run.capture.reason or ""
        for run in manifest.runs
        if run.capture and run.capture.completeness != "complete"
    }
    if partial:
        reason = words.plain(words.shortened(sorted(partial - {""}), 2))
        yield Gap(
            words.ended(f"Not every file access of the runs could be seen{reason and f': {reason}'}"),
            "Data that was read unseen is not listed and not checked.",
            "Name such files under `[data.NAME]` in reprocrate.toml, or run again with --trace=strace.",
        )


def _results(manifest: Manifest) -> Iterator[Gap]:
    if not manifest.results:
        yield Gap(
            "No metric is recorded.",
            "A rerun has nothing to be compared with.",
            "Say under `[metrics.NAME]` in reprocrate.toml where the values stand.",
        )
        return
    few = [result for result in manifest.results if result.over == "runs" and result.n < _FEWEST_SEEDS]
    if few:
        share = "All" if len(few) == len(manifest.results) else f"{len(few)} of {len(manifest.results)}"
        yield Gap(
            f"{share} results rest on fewer than {_FEWEST_SEEDS} seeds.",
            "Unless a rerun gives the same values, it can neither confirm nor contradict them.",
            "Run more seeds; with 5, chance can be told from change.",
        )


def _metrics(manifest: Manifest) -> Iterator[Gap]:
    rests_on = headline_results(manifest)
    used = {result.metric for result in manifest.results if not rests_on or result.id in rests_on}
    metrics = [manifest.find_metric(name) or Metric(id=name) for name in sorted(used)]
    yield from _lacking(
        [metric for metric in metrics if metric.direction is None],
        "It is not recorded whether higher or lower {} is better.",
        "Better and worse cannot be told, so no claim that one result beats another can be judged.",
        "direction",
    )
    yield from _lacking(
        [metric for metric in metrics if metric.margin is None],
        "No margin is declared for {}.",
        "A rerun that does not give the same values stays inconclusive, however near it comes.",
        "margin",
    )


def _lacking(metrics: list[Metric], what: str, cost: str, key: str) -> Iterator[Gap]:
    if metrics:
        names = words.shortened((words.metric_label(metric, metric.id) for metric in metrics), 3)
        table = f"[metrics.{metrics[0].id if len(metrics) == 1 else 'NAME'}]"
        yield Gap(what.format(names), cost, f"Set `{key}` under `{table}` in reprocrate.toml.")


def _claims(manifest: Manifest) -> Iterator[Gap]:
    if not manifest.claims:
        yield Gap(
            "Nothing is claimed.",
            "A rerun is judged result by result, without knowing which of them matter.",
            "Write the claims of the paper as `[[claims]]` in reprocrate.toml.",
        )
    elif loose := [claim for claim in manifest.claims if not claim.evidence]:
        verb = "names" if len(loose) == 1 else "name"
        yield Gap(
            f"{words.count_of(len(loose), 'claim')} {verb} no result as evidence.",
            "No rerun can uphold what is not tied to a number.",
            "Add `better` or `value` to the claim in reprocrate.toml.",
        )
