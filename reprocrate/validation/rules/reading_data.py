"""RC02: whether runs read the data that they are said to be on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reprocrate.manifest import Data, Manifest, Run
from reprocrate.validation.digests import digests_do_not_fit, number_of_digests
from reprocrate.validation.lineage import place_of
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import seconds


@rule(
    "RC0221",
    SHOULD,
    spec="data",
    since="1.0",
    says="{what} names data {data}, of which {runs} read no file",
)
def named_data_was_read(subject: Subject) -> Iterator[Found]:
    """Data that a configuration or a result names SHOULD have been read by the runs.

    Judged: each entry of `data` of a configuration, with the evidence runs of the configuration, and the
        `data` of each result over runs or folds, with the runs in its `runs`. There are such runs, each has
        `capture.completeness` `complete` and no `parent`, and the data has files and neither `remote` nor
        `source.package`. None of the runs read a file with the root and path, or the digest, of a file of the
        data, of data that it is derived from, directly or not, or of data that is derived from it; nor did a
        run that wrote (see RC1013) a file which one of them read (the same root, path and, where both are
        known, digest), and so on; at the entry or the `data`.
    Why: the results are then on other data than they are said to be on.
    Fix: correct the name of the data, or run again on the data that is meant.
    """
    manifest = subject.well_formed
    counting: dict[str, list[Run]] = {}
    for _, run in subject.evidence.counting:
        counting.setdefault(run.configuration, []).append(run)
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        runs = counting.get(configuration.id, [])
        for place, name in numbered(f"{pointer}/data", configuration.data):
            if _is_unread(subject, name, runs):
                what = f"configuration {configuration.label}"
                yield Found(place, what=what, data=name, runs=_called(runs))
    unread: dict[tuple[str, tuple[str, ...]], bool] = {}
    for pointer, result in numbered("/results", manifest.results):
        if not result.data:
            continue
        case = (result.data, result.runs)
        used = subject.evidence.listed(result.runs).there
        if case not in unread:
            unread[case] = _is_unread(subject, result.data, used)
        if unread[case]:
            yield Found(f"{pointer}/data", what=f"result {result.id}", data=result.data, runs=_called(used))


def _called(runs: Sequence[Run]) -> str:
    return f"run {runs[0].id}" if len(runs) == 1 else f"its {len(runs)} runs"


def _is_unread(subject: Subject, name: str, runs: Sequence[Run]) -> bool:
    """Whether runs that were seen completely read nothing of some data, nor of what was made from it."""
    data = subject.well_formed.find_data(name)
    seen = all(run.capture and run.capture.completeness == "complete" and not run.parent for run in runs)
    if not runs or not seen or not data or not data.files or data.remote:
        return False
    if data.source and data.source.package:
        return False
    related = _related(subject.well_formed, data)
    places = {place_of(file, each.root) for each in related for file in each.files}
    digests = {file.sha256 for each in related for file in each.files if file.sha256}
    return not any(
        place_of(read) in places or read.sha256 in digests
        for one in subject.lineage.before(runs)
        for read in one.inputs
    )


def _related(manifest: Manifest, data: Data) -> list[Data]:
    """Some data, all that it is derived from, and all that is derived from it."""
    up = {each.id: set(each.derived_from) for each in manifest.data}
    down: dict[str, set[str]] = {}
    for each in manifest.data:
        for name in each.derived_from:
            down.setdefault(name, set()).add(each.id)
    names = {*_reached(data.id, up), *_reached(data.id, down)}
    return [each for each in manifest.data if each.id in names]


def _reached(start: str, edges: dict[str, set[str]]) -> Iterable[str]:
    seen = {start}
    waiting = [start]
    while waiting:
        following = edges.get(waiting.pop(), set()) - seen
        seen |= following
        waiting.extend(following)
    return seen


@rule(
    "RC0222",
    MUST,
    spec="data",
    since="1.0",
    says="split {split} of data {data} is said to have {count} items, but {path} has the size of {n} digests",
)
def count_fits_the_size_of_the_digests(subject: Subject) -> Iterator[Found]:
    """A split's `count` MUST agree with the size of its `digests` file, of which every line has 65 bytes.

    Judged: each split with `count` whose `digests` have a `size` of 65 n, or of 65 n - 1 where the last line
        is not ended, for a whole n; files of other sizes have another form; at the `count`.
    Why: results on the split are per item; digests of other items prove nothing about its duplicates.
    Fix: correct the count, or make the file of digests anew.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        for place, split in numbered(f"{pointer}/splits", data.splits):
            if split.digests and digests_do_not_fit(split):
                yield Found(
                    f"{place}/count",
                    split=split.name,
                    data=data.id,
                    count=split.count,
                    path=split.digests.path,
                    n=number_of_digests(split.digests.size or 0),
                )


@rule(
    "RC0223",
    SHOULD,
    spec="data",
    since="1.0",
    says="data {data} is said to have been obtained at {retrieved}, after all runs that read it had started",
)
def data_was_obtained_before_it_was_read(subject: Subject) -> Iterator[Found]:
    """Data SHOULD have been obtained before a run read it, which a result rests on.

    Judged: each `source.retrieved` against the evidence runs with `started` that read a file with the root
        and path of one of the data's files: there is one, and it is later than the start of all of them; at
        the `retrieved`.
    Why: what was obtained later may be another version than the runs have read.
    Fix: write when the copy was obtained that the runs read.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        retrieved = data.source.retrieved if data.source else None
        obtained = seconds(retrieved) if retrieved else None
        places = {place_of(file, data.root) for file in data.files}
        if obtained is None or not places:
            continue
        starts = [
            seconds(run.started)
            for _, run in subject.evidence.counting
            if run.started and any(place_of(read) in places for read in run.inputs)
        ]
        if starts and all(start is not None and start < obtained for start in starts):
            yield Found(f"{pointer}/source/retrieved", data=data.id, retrieved=retrieved)
