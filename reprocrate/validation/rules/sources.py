"""RC16: where the values of metrics are read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator

from reprocrate.manifest import Manifest, MetricSource, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_LONGEST_PATTERN = 10_000


@rule("RC1605", MUST, spec="metrics", since="1.0", says="the source of {metric} {what}")
def source_is_one_place_and_one_way(subject: Subject) -> Iterator[Found]:
    """A metric's source MUST be `path` with one of `json_path`, `csv_column` and `series`, or `stdout` alone.

    Judged: each `source` that has neither, both, or parts of both, or a `path` with more than one of the
        three; at the `source`.
    Why: a rerun finds the value in one place only, and has to know how to read it there.
    Fix: give `path` with one of `json_path`, `csv_column` and `series`, or `stdout` alone.
    """
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        what = _wrong_source(metric.source) if metric.source else ""
        if what:
            yield Found(f"{pointer}/source", metric=metric.id, what=what)


def _wrong_source(source: MetricSource) -> str:
    ways = [name for name in ("json_path", "csv_column", "series") if getattr(source, name) is not None]
    if source.stdout is not None:
        others = ["path"] * (source.path is not None) + ways
        return f"names stdout and {' and '.join(others)}" if others else ""
    if len(ways) > 1:
        return f"names {' and '.join(ways)}, but a file is of one kind"
    if source.path is None:
        return f"names {ways[0]}, but no path" if ways else "names no place"
    return "" if ways else "names a file, but no place in it"


@rule("RC1606", MUST, spec="metrics", since="1.0", says="the pattern of {metric} {what}")
def pattern_finds_a_value(subject: Subject) -> Iterator[Found]:
    """The `stdout` pattern of a metric MUST be a regular expression of Python with a group `value`.

    Judged: each `source.stdout`: it does not compile with `re.compile` of Python 3.11, has no group `value`,
        or has more than 10,000 characters; at the `stdout`.
    Why: what the group matches is read as the value; without it a rerun finds nothing.
    Fix: write it like `accuracy: (?P<value>[0-9.]+)`.
    """
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        pattern = metric.source.stdout if metric.source else None
        what = _wrong_pattern(pattern) if pattern is not None else ""
        if what:
            yield Found(f"{pointer}/source/stdout", metric=metric.id, what=what)


def _wrong_pattern(pattern: str) -> str:
    """What is wrong with a pattern, found by compiling it: it is never matched against anything here."""
    if len(pattern) > _LONGEST_PATTERN:
        return f"has {len(pattern)} characters, more than {_LONGEST_PATTERN}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            groups = re.compile(pattern).groupindex
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression: {error}"
    return "" if "value" in groups else "has no group named value"


@rule(
    "RC1610",
    MUST,
    spec="metrics",
    since="1.0",
    says="{metric} is read on the {what} {declared}, but its values are of {seen}",
)
def source_is_of_the_values(subject: Subject) -> Iterator[Found]:
    """The data and split that a metric's source names MUST be those of values of the metric.

    Judged: each metric whose `source` names `data` that is there, or a `split` that some data declares,
        unless none declares any: runs have values of the metric that name one, and all of these name another;
        at the `data` or `split`.
    Why: a rerun reads the value at the source, and would set it beside values of other items.
    Fix: correct the source, or what the runs say.
    """
    manifest = subject.well_formed
    splits = {split.name for data in manifest.data for split in data.splits}
    there = {"data": {data.id for data in manifest.data}, "split": splits}
    sources = [
        (f"{pointer}/source", metric.id, metric.source)
        for pointer, metric in numbered("/metrics", manifest.metrics)
        if metric.source and (metric.source.data or metric.source.split)
    ]
    seen = _data_and_splits(manifest, {name for _, name, _ in sources})
    for pointer, metric, source in sources:
        for what in ("data", "split"):
            declared, names = getattr(source, what), seen[metric][what]
            is_there = declared in there[what] or (what == "split" and not splits)
            if declared is not None and is_there and names and declared not in names:
                yield Found(
                    f"{pointer}/{what}",
                    metric=metric,
                    what=what,
                    declared=declared,
                    seen=sorted(names),
                )


def _data_and_splits(manifest: Manifest, metrics: Collection[str]) -> dict[str, dict[str, set[str]]]:
    """The names of the data and of the splits that values of some metrics are of."""
    found: dict[str, dict[str, set[str]]] = {name: {"data": set(), "split": set()} for name in metrics}
    for run in manifest.runs if metrics else ():
        for seen in run.metrics:
            if seen.metric in found:
                found[seen.metric]["data"].update([seen.data] if seen.data else [])
                found[seen.metric]["split"].update([seen.split] if seen.split else [])
    return found


@rule(
    "RC1611",
    SHOULD,
    spec="metrics",
    since="1.0",
    says="{metric} is read at the same place as {other}",
)
def metrics_have_places_of_their_own(subject: Subject) -> Iterator[Found]:
    """Two metrics SHOULD NOT be read at the same place, unless they select among its values differently.

    Judged: each metric whose `source` names a place: an earlier one has the same `path`, `json_path`,
        `csv_column`, `series` and `stdout`, and the same `selection` (an absent one being `last`) and
        `last_k`; at the `source`.
    Why: one number cannot be two metrics; most often a source was copied and not changed.
    Fix: correct the source of one of them.
    """
    seen: dict[tuple[object, ...], str] = {}
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        source = metric.source
        place = _place(source) if source else ()
        if not any(place):
            continue
        first = seen.setdefault((*place, metric.selection or "last", metric.last_k), metric.id)
        if first != metric.id:
            yield Found(f"{pointer}/source", metric=metric.id, other=first)


def _place(source: MetricSource) -> tuple[str | None, ...]:
    return source.path, source.json_path, source.csv_column, source.series, source.stdout


_WORD = re.compile("[a-z0-9]+")
_SMALLER = frozenset(_WORD.findall("rmse mse mae mape rmsle perplexity brier ece wer cer nll fid"))
_LARGER = frozenset(_WORD.findall("accuracy acc auc auroc auprc f1 bleu ndcg miou iou psnr ssim"))
_TURNED = frozenset(
    _WORD.findall(
        "attack attacked adversarial backdoor poisoned asr mia membership inference leak leakage privacy "
        "forget forgetting forgotten unlearn unlearning loss error drop gap difference disparity bias std "
        "variance negative neg inverse reduction improvement gain skill"
    )
)
"""Words of measures whose name holds another measure's, but which are better the other way round."""


@rule("RC1612", SHOULD, spec="metrics", since="1.0", says="{metric} is said to be better where it is {said}")
def direction_is_that_of_the_name(subject: Subject) -> Iterator[Found]:
    """The direction of a metric SHOULD be the one that its name has in the field.

    Judged: each metric with the `direction` maximize, a word of whose id or `name` is one of rmse, mse, mae,
        mape, rmsle, perplexity, brier, ece, wer, cer, nll and fid; and each with minimize and one of
        accuracy, acc, auc, auroc, auprc, f1, bleu, ndcg, miou, iou, psnr and ssim. Not where id or name has a
        word that turns it, such as attack, unlearning, loss, error, gap, drop, disparity, negative, reduction
        or skill, nor words of both kinds. Words are cut where there is neither letter nor digit,
        without regard to case; at the `direction`.
    Why: claims, bold figures, ranks and what is chosen among steps all follow the direction.
    Fix: correct `direction`; or name the metric so that a reader expects it, such as negative_mse.
    """
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        words = set(_WORD.findall(f"{metric.id} {metric.name or ''}".lower()))
        is_smaller, is_larger = not words.isdisjoint(_SMALLER), not words.isdisjoint(_LARGER)
        if is_smaller is is_larger or not words.isdisjoint(_TURNED):
            continue
        if metric.direction == ("maximize" if is_smaller else "minimize"):
            said = "larger" if is_smaller else "smaller"
            yield Found(f"{pointer}/direction", metric=metric.id, said=said)


@rule("RC1613", SHOULD, spec="metrics", since="1.0", says="{metric} is read from {path}, which no run wrote")
def source_is_a_file_of_a_run(subject: Subject) -> Iterator[Found]:
    """The file that a metric is read from SHOULD be one that a run wrote.

    Judged: each metric whose `source` has a `path`, and which a run with status `ok` has values of. All runs
        that have values of it, or the runs that are their `parent`, have `capture.completeness` `complete`
        and `outputs`; no file that any run wrote or logged fits the path, in which names in braces, `*`, `?`
        and `[...]` stand for any text; at the `path`.
    Why: a rerun looks for the value there, and will not find it.
    Fix: correct the path; it is relative to the root, and {seed} stands for the seed.
    """
    manifest = subject.well_formed
    runs = {run.id: run for run in manifest.runs}
    for pointer, metric in numbered("/metrics", manifest.metrics):
        path = metric.source.path if metric.source else None
        if path is None:
            continue
        left = [run for run in manifest.runs if any(seen.metric == metric.id for seen in run.metrics)]
        launches = [runs.get(run.parent or run.id, run) for run in left]
        if not launches or not all(_is_complete(run) for run in launches):
            continue
        pattern = _as_pattern(path)
        written = (file.path for run in manifest.runs for file in (*run.written, *run.logs))
        if not any(pattern.fullmatch(each) for each in written):
            yield Found(f"{pointer}/source/path", metric=metric.id, path=path)


def _is_complete(run: Run) -> bool:
    is_seen = run.capture is not None and run.capture.completeness == "complete"
    return is_seen and bool(run.outputs) and run.status == "ok"


_WILD = re.compile(r"\*\*/|\{[^{}]*\}|\*+|\?|\[[^\]]*\]")


def _as_pattern(path: str) -> re.Pattern[str]:
    """What a path of a source stands for, also below the folder that a command started in."""
    literals = [re.escape(part) for part in _WILD.split(path.removeprefix("./"))]
    return re.compile(f"(?:.*/)?{'.*'.join(literals)}", re.DOTALL)
