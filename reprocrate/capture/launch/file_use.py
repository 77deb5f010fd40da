"""The files that a launch used, from everything that saw it: the recorder, strace, and times of change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from reprocrate.capture.data.users import FileUsers, NamedUsers, file_users
from reprocrate.capture.launch.circumstances import Circumstances
from reprocrate.capture.launch.completeness import Sight
from reprocrate.capture.observation.lineage import ITSELF
from reprocrate.capture.observation.processes import Process, told
from reprocrate.capture.record import DataFile


@dataclass
class FileUse:
    """What a launch did with files, and which of its processes did."""

    access: FileAccess = field(default_factory=FileAccess)
    users: NamedUsers = field(default_factory=lambda: NamedUsers((), {}, FileUsers()))


def file_use(around: Circumstances, processes: Sequence[Process], sight: Sight) -> FileUse:
    """What the processes of a launch did with files; what bounds the view of that is noted in `sight`."""
    counts = Counter(process.lineage for process in processes)
    headers = [process.header for process in processes]
    prefixes = {str(header.get(name)) for header in headers for name in ("prefix", "base_prefix")}
    if sight.trace is not None:
        counts = sight.trace.lineages + Counter(one.lineage for one in sight.trace.outside(processes))
        processes = sight.trace.together_with(processes)
        prefixes.update(sight.trace.installations)
    if sight.main_is_unseen and not (sight.trace and sight.trace.processes):
        processes = [*processes, told(around.argv, around.cwd, sight.root)]
    if around.given is not None:
        processes = [*processes, Process({}, read={around.given: (ITSELF,)}, lineage=sight.root)]
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
    return FileUse(access, file_users(processes, access, places).named(sight.root, counts))


def _know_overwritten_source(access: FileAccess, snapshot: Snapshot) -> None:
    """A program that was written over while it ran, such as a notebook with its outputs, was kept before."""
    source = {file.path for file in snapshot.state.files}
    ran = {path for path in access.overwritten & source if is_program(path)}
    access.imported |= ran
    access.overwritten -= ran


def digests_of(
    project: Path, use: FileUse, progress: Progress | None
) -> tuple[tuple[DataFile, ...], tuple[DataFile, ...]]:
    """The files that were read and those that were written, with their digests, and by whom."""
    access, users = use.access, use.users
    total = total_size([*access.inputs.values(), *access.outputs.values()])
    done = 0

    def report(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    digests = Digests(project)
    found = []
    for files in (access.inputs, access.outputs):
        told = []
        for place, file in digested(files, digests, report, access.left_out):
            told.append(replace(file, read_by=users.readers(place), written_by=users.writers(place)))
        found.append(tuple(told))
    files = {**access.inputs, **access.outputs}
    access.changing |= {place.path for place in files if files[place] in digests.changing}
    digests.save()
    return found[0], found[1]
