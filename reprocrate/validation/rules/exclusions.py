"""RC08: a run that a result leaves out is left out for the reason that is given."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Excluded, Manifest, Observation, Result, Run
from reprocrate.validation.evidence import selected
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import instant

Place = tuple[str | None, str]

_WITHOUT_VALUE = ("no_value", "not_finite")
_GAVE_WAY = ("repeated", "other_code", "other_data")


def _excluded(subject: Subject) -> Iterator[tuple[str, Result, Excluded, Run]]:
    """Runs that results over runs or folds leave out, where they are there, with their places."""
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        if result.over == "results":
            continue
        for place, excluded in numbered(f"{pointer}/excluded", result.excluded):
            run = manifest.find_run(excluded.run)
            if run:
                yield place, result, excluded, run


def read_digests(run: Run) -> dict[Place, str]:
    """The digests of what a run read, by root and path, as far as they are recorded."""
    return {(file.root, file.path): file.sha256 for file in run.inputs if file.sha256 is not None}


@rule(
    "RC0832",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} leaves out run {run} as {reason}, but {what}",
)
def reason_for_exclusion_is_true(subject: Subject) -> Iterator[Found]:
    """The reason for which a result leaves out a run MUST be true of that run.

    Judged: each entry of `excluded` of a result over runs or folds whose run is there. `failed`, `killed`,
        `interrupted`, `running`: the run has this status. `no_value`: it has the status `ok` and no value, of
        the result's metric, data and split, that would count; over folds, none with a `fold`. `not_finite`:
        it has the status `ok`, and what counts is null; over folds, or where it cannot be told what counts,
        one of these values is. The others are held against the runs in `runs`, where there are any, and those
        left out as `no_value` or `not_finite`. `repeated`: one of them has the same first seed, or none like
        it, and did not start before it, where both say when. `other_code`: not all of them have its code, by
        `tree_sha256`; judged where it and all of them name theirs. `other_data`: one of them read other bytes
        at a place where it read too; judged where any of them read a file that it read, both with digests. At
        the `reason`.
    Why: a reason that is not true hides that somebody picked among the runs.
    Fix: use the run, or give the true reason.
    """
    manifest = subject.well_formed
    counting: dict[str, _Counting] = {}
    for place, result, excluded, run in _excluded(subject):
        if excluded.reason in _GAVE_WAY:
            if result.id not in counting:
                counting[result.id] = _Counting(manifest, result)
            what = counting[result.id].objection(excluded.reason, run)
        else:
            what = _objection(manifest, result, excluded.reason, run)
        if what:
            yield Found(f"{place}/reason", result=result.id, run=run.id, reason=excluded.reason, what=what)


def _objection(manifest: Manifest, result: Result, reason: str, run: Run) -> str | None:
    """Why a reason is not true; None where it is, or where that cannot be told."""
    if reason in ("failed", "killed", "interrupted", "running"):
        return None if run.status == reason else f"its status is {run.status}"
    if reason in _WITHOUT_VALUE:
        return _has_value(manifest, result, reason, run)
    return None


def _has_value(manifest: Manifest, result: Result, reason: str, run: Run) -> str | None:
    if run.status != "ok":
        return f"its status is {run.status}"
    seen = _seen(result, run)
    try:
        counting = (
            seen if result.over == "folds" else _one(selected(seen, manifest.find_metric(result.metric)))
        )
    except LookupError:
        # the last of several values are to be averaged and there are fewer, or it is not known which counts
        counting = [] if reason == "no_value" else seen
    if reason == "no_value":
        return "it left a value" if counting else None
    if not counting:
        return "it left no value"
    return None if any(each.value is None for each in counting) else "its value is finite"


def _one(seen: Observation | None) -> list[Observation]:
    return [] if seen is None else [seen]


def _seen(result: Result, run: Run) -> list[Observation]:
    """What a run left of a result's metric, data and split: by folds, or as a whole."""
    key = result.metric, result.data, result.split
    return [
        each
        for each in run.metrics
        if (each.metric, each.data, each.split) == key and (each.fold is None) is (result.over != "folds")
    ]


class _Counting:
    """What the runs that count have in common, be it without a value; none where the result lists no runs."""

    def __init__(self, manifest: Manifest, result: Result) -> None:
        silent = [each.run for each in result.excluded if each.reason in _WITHOUT_VALUE]
        found = [manifest.find_run(name) for name in (*result.runs, *silent)] if result.runs else []
        trees = {code.id: code.tree_sha256 for code in manifest.code}
        self.runs = [run for run in found if run]
        self.of_seed: dict[int | str | None, list[Run]] = {}
        self.read: dict[Place, set[str]] = {}
        for run in self.runs:
            self.of_seed.setdefault(run.seed, []).append(run)
            for place, digest in read_digests(run).items():
                self.read.setdefault(place, set()).add(digest)
        self.trees = {trees.get(run.code or "") for run in self.runs}
        self._tree_of = trees

    def objection(self, reason: str, run: Run) -> str | None:
        """Why it is not true that a run gave way to these; None where it is, or where that cannot be told."""
        if not self.runs:
            return None
        if reason == "repeated":
            return self._is_the_newest(run)
        return self._ran_the_same(run) if reason == "other_code" else self._read_the_same(run)

    def _is_the_newest(self, run: Run) -> str | None:
        same = self.of_seed.get(run.seed, [])
        if not same:
            return "no run of its seed counts"
        if all(
            each.started and run.started and instant(each.started) < instant(run.started) for each in same
        ):
            return f"{same[0].id}, which counts, is older"
        return None

    def _ran_the_same(self, run: Run) -> str | None:
        own = self._tree_of.get(run.code or "")
        is_same = own is not None and self.trees == {own}
        return "it ran the same code as those that count" if is_same else None

    def _read_the_same(self, run: Run) -> str | None:
        both = [
            (digest, self.read[place]) for place, digest in read_digests(run).items() if place in self.read
        ]
        is_same = bool(both) and all(theirs == {digest} for digest, theirs in both)
        return "it read the same data as those that count" if is_same else None


@rule(
    "RC0833",
    SHOULD,
    spec="results",
    since="1.0",
    says="result {result} leaves out run {run}, which ended well with a value, because its author did",
)
def run_with_a_value_is_not_left_out(subject: Subject) -> Iterator[Found]:
    """A run that ended well and left a finite value SHOULD NOT be left out because its author says so.

    Judged: each entry of `excluded` of a result over runs or folds with the reason `declared` whose run has
        the status `ok`, a kind other than `smoke`, and a finite value of the result's metric, data and split
        that counts; over folds, or where it cannot be told what counts, any finite one; at the entry.
    Why: a reader cannot tell it from picking the runs that look best.
    Fix: use the run, or run all seeds again where something was wrong with it.
    """
    manifest = subject.well_formed
    for place, result, excluded, run in _excluded(subject):
        if excluded.reason != "declared" or run.status != "ok" or run.kind == "smoke":
            continue
        if _has_value(manifest, result, "not_finite", run) == "its value is finite":
            yield Found(place, result=result.id, run=run.id)
