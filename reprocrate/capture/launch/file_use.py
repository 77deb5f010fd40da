"""The files that a launch used, from everything that saw it: the recorder, strace, and times of change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reprocrate.capture.code.source_names import is_program
from reprocrate.capture.code.tree import Snapshot
from reprocrate.capture.data.digests import Digests
from reprocrate.capture.data.files import (
    FileAccess,
    Progress,
    changed_files,
    digested,
    sort_accesses,
    total_size,
)
from reprocrate.capture.data.places import Places
from reprocrate.capture.launch.circumstances import Circumstances
from reprocrate.capture.launch.completeness import Sight
from reprocrate.capture.observation.processes import Process, told
from reprocrate.capture.record import DataFile


def accesses(around: Circumstances, processes: Sequence[Process], sight: Sight) -> FileAccess:
    """What the processes of a launch did with files; what bounds the view of that is noted in `sight`."""
    headers = [process.header for process in processes]
    prefixes = {str(header.get(name)) for header in headers for name in ("prefix", "base_prefix")}
    if sight.trace is not None:
        processes = sight.trace.together_with(processes)
        prefixes.update(sight.trace.installations)
    if sight.main_is_unseen and not (sight.trace and sight.trace.processes):
        processes = [*processes, told(around.argv, around.cwd)]
    search_path = {folder: None for process in processes for folder in process.search_path}
    places = Places(
        around.project, around.scrubber, around.environ, tuple(sorted(prefixes)), tuple(search_path)
    )
    access = sort_accesses(processes, places, around.began_ns)
    _know_overwritten_source(access, around.snapshot)
    sight.compiled = {Path(name).name for name in access.imported if name.endswith((".so", ".pyd"))}
    if sight.writes_unseen and not sight.overlapped:
        source = [file.path for file in around.snapshot.state.files]
        for place, path in changed_files(around.project, around.began_ns, source).items():
            access.outputs.setdefault(place, path)
            access.inputs.pop(place, None)
            access.imported.discard(place.path)
    return access


def _know_overwritten_source(access: FileAccess, snapshot: Snapshot) -> None:
    """A program that was written over while it ran, such as a notebook with its outputs, was kept before."""
    source = {file.path for file in snapshot.state.files}
    ran = {path for path in access.overwritten & source if is_program(path)}
    access.imported |= ran
    access.overwritten -= ran


def digests_of(
    project: Path, access: FileAccess, progress: Progress | None
) -> tuple[tuple[DataFile, ...], tuple[DataFile, ...]]:
    """The files that were read and those that were written, with their digests."""
    total = total_size([*access.inputs.values(), *access.outputs.values()])
    done = 0

    def report(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    digests = Digests(project)
    inputs = tuple(digested(access.inputs, digests, report, access.left_out))
    outputs = tuple(digested(access.outputs, digests, report, access.left_out))
    files = {**access.inputs, **access.outputs}
    access.changing |= {place.path for place in files if files[place] in digests.changing}
    digests.save()
    return inputs, outputs
