"""RC01: references in circles and within runs, and files that are listed twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reprocrate.manifest import File, Manifest, Run
from reprocrate.validation.circles import in_circles
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, Found, rule
from reprocrate.validation.subject import Subject


@rule("RC0117", MUST, spec="the-manifest", since="1.0", says='"{name}" {how} itself, directly or by others')
def references_lead_nowhere_in_circles(subject: Subject) -> Iterator[Found]:
    """Data MUST NOT be derived from itself, and a run MUST NOT be its own parent, be it by way of others.

    Judged: each entry of `data` from which `derived_from` leads back to the entry, at once or by way of other
        entries; at its `derived_from`. Each run from which `parent`, where that is the id of a run, leads
        back to the run; at its `parent`.
    Why: what comes from itself has no origin, and a program that follows the references never ends.
    Fix: correct `derived_from` or `parent`, so that it names only what was there before.
    """
    manifest = subject.well_formed
    derived = in_circles({each.id: each.derived_from for each in manifest.data})
    for pointer, data in numbered("/data", manifest.data):
        if data.id in derived:
            yield Found(f"{pointer}/derived_from", name=data.id, how="is derived from")
    for pointer, run in numbered("/runs", manifest.runs):
        if run.id in subject.lineage.in_circles:
            yield Found(f"{pointer}/parent", name=run.id, how="is held by")


@rule("RC0118", MUST, spec="the-manifest", since="1.0", says="{path} is listed twice, also at {other}")
def file_is_listed_once(subject: Subject) -> Iterator[Found]:
    """A list of files MUST NOT name the same file twice: the same path below the same root, with one digest.

    Judged: each of the lists `code[].files`, `data[].files` and the runs' `inputs`, `outputs`, `checkpoints`,
        `logs` and `artifacts`: a file whose path and root (of data, where the file has none, the data's) an
        earlier file of the list has too, unless both have a `sha256` and these differ; at the later file.
    Why: who counts files or bytes gets other numbers than the author, and one of the two may be a slip for
        another file.
    Fix: remove one of the two. Two versions of a file differ in their digests, and one does not travel.
    """
    for pointer, files, root in _lists(subject.well_formed):
        seen: dict[tuple[str | None, str], list[tuple[str | None, str]]] = {}
        for place, file in numbered(pointer, files):
            others = seen.setdefault((file.root or root, file.path), [])
            for sha256, other in others:
                if sha256 is None or file.sha256 in (None, sha256):
                    yield Found(place, path=file.path, other=other)
                    break
            others.append((file.sha256, place))


@rule("RC0124", MUST, spec="runs", since="1.0", says='"{name}" {problem}')
def process_is_of_the_run(subject: Subject) -> Iterator[Found]:
    """What a run says of its processes MUST be about processes that it lists, and those by an id each.

    Judged: in the `processes` of each run, an `id` that an earlier one has, and a `parent` that is the id of
        no earlier one, which also rules out circles; `how` without `parent`, and an entry after the first
        that has no `parent`, each at the entry. In each file of the manifest, every id in `read_by` and
        `written_by` that is no id of a process of the run that the file belongs to; at the id. A file that
        belongs to no run has no such ids.
    Why: who wants to know what a file comes from follows the ids, and finds nothing or two things.
    Fix: correct the id, or add the process that it should name before those that come from it.
    """
    manifest = subject.well_formed
    known: dict[str, set[str]] = {}
    for pointer, run in numbered("/runs", manifest.runs):
        yield from _processes(f"{pointer}/processes", run, known.setdefault(pointer, set()))
    for pointer, names in subject.having("read_by", "written_by"):
        run_of = "/".join(pointer.split("/")[:3]) if pointer.startswith("/runs/") else ""
        for place, name in numbered(pointer, names):
            if name not in known.get(run_of, ()):
                yield Found(place, name=name, problem="is not the id of a process of the run")


def _processes(pointer: str, run: Run, known: set[str]) -> Iterator[Found]:
    """What is wrong with the processes of a run, whose ids are added to `known`."""
    for place, process in numbered(pointer, run.processes):
        if process.parent is not None and process.parent not in known:
            yield Found(f"{place}/parent", name=process.parent, problem="is not the id of an earlier process")
        elif process.parent is None and process.how is not None:
            yield Found(place, name=process.id, problem=f"is a {process.how} of no parent")
        elif process.parent is None and known:
            yield Found(place, name=process.id, problem="has no parent and is not the first process")
        if process.id in known:
            yield Found(f"{place}/id", name=process.id, problem="is already the id of another process")
        known.add(process.id)


def _lists(manifest: Manifest) -> Iterator[tuple[str, Iterable[File], str | None]]:
    """Every list of files with its place, and the root that its paths are relative to by default."""
    for pointer, code in numbered("/code", manifest.code):
        yield f"{pointer}/files", code.files, None
    for pointer, data in numbered("/data", manifest.data):
        yield f"{pointer}/files", data.files, data.root
    for pointer, run in numbered("/runs", manifest.runs):
        for name in ("inputs", "outputs", "checkpoints", "logs", "artifacts"):
            if files := getattr(run, name):
                yield f"{pointer}/{name}", files, None
