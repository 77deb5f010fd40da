"""RC08: the runs of one result belong together."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Manifest, Result, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, Found, rule
from reprocrate.validation.rules.exclusions import Place, read_digests
from reprocrate.validation.subject import Subject


def _used(manifest: Manifest, pointer: str, result: Result) -> list[tuple[str, Run]]:
    """The runs that a result over runs or folds rests on, where they are there, with their places."""
    names = numbered(f"{pointer}/runs", result.runs if result.over != "results" else ())
    found = [(place, manifest.find_run(name)) for place, name in names]
    return [(place, run) for place, run in found if run]


@rule(
    "RC0834",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} is of configuration {own}, but names run {run} of {other}",
)
def runs_are_of_one_configuration(subject: Subject) -> Iterator[Found]:
    """The runs that a result uses or leaves out MUST be of one configuration.

    Judged: each result over runs or folds: each run in `excluded` that is of another configuration than the
        result's `configuration`, and where it names none, than the first run in `runs` that is there, at the
        `run` of the entry; where it names none, also each such run in `runs`, at the entry. Runs that are
        used beside a `configuration` are judged by RC1003.
    Why: a mean over two methods says nothing about either, and hides the runs that each of them lost.
    Fix: make one result of each configuration, and aggregate them by a result over results.
    """
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        places = [] if result.configuration else _used(manifest, pointer, result)
        own = result.configuration or (places[0][1].configuration if places else None)
        if own is None or result.over == "results":
            continue
        for place, excluded in numbered(f"{pointer}/excluded", result.excluded):
            run = manifest.find_run(excluded.run)
            places += [(f"{place}/run", run)] if run else []
        for place, run in places:
            if run.configuration != own:
                yield Found(place, result=result.id, own=own, run=run.id, other=run.configuration)


@rule(
    "RC0835",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} rests on run {run}, which read other bytes from {path} than {other}",
)
def runs_read_the_same_data(subject: Subject) -> Iterator[Found]:
    """Two runs of one result MUST NOT have read different bytes at the same place.

    Judged: each result over runs or folds: each run in `runs` with an input whose `sha256` is not that of the
        input with the same `root` and `path` of the first run in `runs` that read it, unless a run of the
        manifest wrote a file of that `root` and `path`; one finding for each such run, at its entry.
    Why: what differs between them is then the data, and not only the seed.
    Fix: run again with one version of the data, and leave out the older runs as `other_data`.
    """
    manifest = subject.well_formed
    changed = _read_unlike(subject)
    for pointer, result in numbered("/results", manifest.results):
        first: dict[Place, tuple[str, str]] = {}
        for place, run in _used(manifest, pointer, result) if result.over != "results" and changed else ():
            clash = None
            for where, digest in changed.get(run.id, {}).items():
                known, other = first.setdefault(where, (digest, run.id))
                if known != digest:
                    clash = clash or (where[1], other)
            if clash:
                yield Found(place, result=result.id, run=run.id, path=clash[0], other=clash[1])


def _read_unlike(subject: Subject) -> dict[str, dict[Place, str]]:
    """The digests of what runs read where some read other bytes, and no run wrote; by run."""
    read = {name: read_digests(run) for name, run in subject.evidence.named.items()}
    seen: dict[Place, set[str]] = {}
    for digests in read.values():
        for where, digest in digests.items():
            seen.setdefault(where, set()).add(digest)
    unlike = {where for where, digests in seen.items() if len(digests) > 1}
    if not unlike:
        return {}
    unlike -= {(file.root, file.path) for run in subject.well_formed.runs for file in run.written}
    kept = {
        name: {where: digest for where, digest in digests.items() if where in unlike}
        for name, digests in read.items()
    }
    return {name: digests for name, digests in kept.items() if digests}
