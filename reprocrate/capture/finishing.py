"""What is found out once a command has ended: the files it used, the software and machine, its metrics.

Nothing here may lose a record: what fails is named in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from reprocrate.capture.access import Process, read_processes, told
from reprocrate.capture.attempts import with_attempts
from reprocrate.capture.code import Snapshot
from reprocrate.capture.completeness import Sight
from reprocrate.capture.data import FileAccess, Progress, changed_files, digested, sort_accesses, total_size
from reprocrate.capture.determinism import look_at_determinism
from reprocrate.capture.digests import Digests
from reprocrate.capture.environment import Surroundings, look_at_environment
from reprocrate.capture.histories import keep_histories
from reprocrate.capture.leading import first_process, leading_process, most_telling
from reprocrate.capture.network import NetworkUse, network_use
from reprocrate.capture.nodes import look_at_nodes
from reprocrate.capture.notebooks import LOG_NAME, keep_printed
from reprocrate.capture.places import Places
from reprocrate.capture.privacy import Scrubber
from reprocrate.capture.rank_usage import with_ranks
from reprocrate.capture.ranks import Found, find_ranks
from reprocrate.capture.record import (
    DataFile,
    Determinism,
    Environment,
    Hardware,
    Ranks,
    Resources,
    RunRecord,
    StoredFile,
)
from reprocrate.capture.records import RUNS
from reprocrate.capture.resources import resources_used
from reprocrate.capture.results import MetricSource, Written, extract
from reprocrate.capture.seeding import Seeding, look_at_seeding, unseen_generators, with_unseeded_use
from reprocrate.capture.source_names import is_program
from reprocrate.capture.traced import Trace, read_trace, remove_abandoned
from reprocrate.capture.tracing import FOLDER_NAME
from reprocrate.capture.unseen import executed_files, is_foreign
from reprocrate.capture.usage import Usage
from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_file

T = TypeVar("T")


@dataclass(frozen=True)
class Circumstances:
    """Where and as what a launch ran.

    Attributes:
        project: the project's folder.
        folder: where its record and logs are.
        argv: the command that was started.
        cwd: where it started.
        environ: its environment variables.
        launcher: the process that started it; None where it had process numbers of its own.
        began_ns: when, by the clock of the project's file system.
        snapshot: the source tree before it started.
        scrubber: what must not stand in a record.
        overlapped: whether another launch of the project ran at some time during this one.
        usage: what was seen from beside it while it ran.
        traced: whether it ran under strace.
        own: our own folders, whose files are not the launch's.
    """

    project: Path
    folder: Path
    argv: tuple[str, ...]
    cwd: Path
    environ: Mapping[str, str]
    launcher: int | None
    began_ns: int
    snapshot: Snapshot
    scrubber: Scrubber
    overlapped: bool
    usage: Usage
    traced: bool = False
    own: tuple[str, ...] = ()


def observed(
    around: Circumstances, record: RunRecord, problems: Sequence[str], progress: Progress | None
) -> RunRecord:
    """The record of a launch that has ended, with everything that can be found out about it but its metrics.

    Args:
        around: where and as what it ran.
        record: what is known already.
        problems: what is known to have gone wrong.
        progress: called with the bytes hashed so far, and in all.

    Raises:
        UnavailableError: source that ran could not be kept.
    """
    processes = read_processes(around.folder)
    sight = _sight(around, record, processes, problems)
    ranks, main = sight.ranks, sight.main or most_telling(processes)
    access = _attempt(sight, "files", FileAccess(), lambda: _accesses(around, processes, sight))
    started_in = around.project / record.configuration.working_directory
    access.imported.update(executed_files(record.command, started_in, around.project))
    code = around.snapshot.with_executed(around.project, access.imported)
    unknown: tuple[Hardware, ...] = (Hardware(),)
    nothing: tuple[tuple[DataFile, ...], tuple[DataFile, ...]] = ((), ())
    inputs, outputs = _attempt(sight, "digests", nothing, lambda: _digests(around.project, access, progress))
    _attempt(sight, "notebook", None, lambda: _keep_printed(around, outputs))
    hidden = around.scrubber
    surroundings = Surroundings(
        around.project, hidden.cwd, around.environ, hidden.hosts, around.launcher is None, sight.problems
    )
    environment = _attempt(
        sight, "environment", Environment(), lambda: look_at_environment(main, processes, surroundings)
    )
    determinism = _attempt(
        sight, "determinism", Determinism(), lambda: look_at_determinism(main, around.environ)
    )
    nodes: tuple[Hardware, ...] = _attempt(
        sight, "hardware", unknown, lambda: look_at_nodes(ranks, processes, around.environ)
    )
    record = _attempt(
        sight, "attempts", record, lambda: with_attempts(record, ranks, around.folder, around.environ)
    )
    network = _attempt(sight, "network", NetworkUse(), lambda: network_use(processes, around.scrubber))
    sight.network = network
    seeding = _attempt(sight, "seeds", Seeding(), lambda: _seeding(around, processes, sight, access, record))
    return replace(
        record,
        seeds=(*record.seeds, *seeding.seeds),
        unseeded=seeding.unseeded,
        ranks=_recorded(ranks, nodes[1:]),
        code=code.state,
        environment=environment,
        hardware=nodes[0],
        resources=_attempt(
            sight,
            "resources",
            record.resources,
            lambda: with_ranks(_resources(around, record, processes, nodes[0], sight), ranks),
        ),
        determinism=with_unseeded_use(determinism, seeding),
        inputs=inputs,
        outputs=outputs,
        remote=network.remote,
        services=network.services,
        imported=tuple(sorted(access.imported)),
        logs=tuple(_logs(around)),
        capture=replace(sight.judge(access), unseen_generators=seeding.unseen),
    )


def _sight(
    around: Circumstances, record: RunRecord, processes: Sequence[Process], problems: Sequence[str]
) -> Sight:
    """What bounds the view of the launch, and which of its processes is the author's program."""
    ranks = find_ranks(processes, around.environ, record.command)
    first = first_process(processes, around.launcher)
    main = leading_process(first, processes, ranks)
    sight = Sight(Path(around.argv[0]).name, processes, main, ranks=ranks, command=record.command)
    sight.entered = first is not None
    cwd = around.project / record.configuration.working_directory
    sight.foreign = is_foreign(record.command, cwd)
    sight.problems += [*problems, *around.snapshot.problems]
    sight.overlapped = around.overlapped
    if around.traced:
        sight.trace = _attempt(
            sight,
            "trace",
            Trace(),
            lambda: read_trace(around.folder / FOLDER_NAME, around.project, around.cwd, around.own),
        )
        _attempt(sight, "older traces", None, lambda: remove_abandoned(around.folder.parent))
    return sight


def written_by(record: RunRecord, project: Path) -> Written:
    """What a launch left, for its metrics to be read from."""
    seed = record.given_seed
    return Written(
        project=project,
        outputs=frozenset(output.path for output in record.outputs if output.root is None),
        stdout=next((project / log.path for log in record.logs if log.path.endswith("stdout.log")), project),
        values={**record.configuration.grid, **({} if seed is None else {"seed": seed})},
        earlier=tuple(project / log.path for log in record.logs if log.path.endswith(f"/{LOG_NAME}")),
        logged=project / RUNS / record.id,
        began=datetime.fromisoformat(record.started).timestamp() if record.started else None,
    )


def measured(
    around: Circumstances, record: RunRecord, sources: Sequence[MetricSource]
) -> tuple[RunRecord, tuple[str, ...]]:
    """The record with its metrics and histories, and what was not found, as sentences.

    Raises:
        UsageError: a source is wrong.
        UnavailableError: a file could not be written.
    """
    written = written_by(record, around.project)
    histories = keep_histories(around.folder, written)
    record = replace(record, histories=histories.files)
    extraction = extract(sources, written, around.scrubber.line)
    return replace(record, metrics=extraction.metrics), (*extraction.problems, *histories.problems)


def _attempt(sight: Sight, what: str, otherwise: T, look: Callable[[], T]) -> T:
    """What `look` finds; where it fails, that is a gap in the record and no reason to lose it."""
    try:
        return look()
    except Exception as error:  # whatever a machine has in store
        sight.problems.append(f"the {what} could not be looked at ({type(error).__name__})")
        return otherwise


def _accesses(around: Circumstances, processes: Sequence[Process], sight: Sight) -> FileAccess:
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


def _digests(
    project: Path, access: FileAccess, progress: Progress | None
) -> tuple[tuple[DataFile, ...], tuple[DataFile, ...]]:
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


def _resources(
    around: Circumstances,
    record: RunRecord,
    processes: Sequence[Process],
    hardware: Hardware,
    sight: Sight,
) -> Resources:
    return resources_used(
        record.resources, around.usage, processes, hardware, record.duration_s, overlapped=sight.overlapped
    )


def _recorded(ranks: Found | None, other_nodes: tuple[Hardware, ...]) -> Ranks | None:
    if ranks is None:
        return None
    return Ranks(ranks.launcher, ranks.world_size, ranks.nodes, other_nodes)


def _keep_printed(around: Circumstances, outputs: Sequence[DataFile]) -> None:
    paths = [output.path for output in outputs if output.root is None]
    keep_printed(around.folder, [around.project / path for path in paths if path.endswith(".ipynb")])


def _seeding(
    around: Circumstances, processes: Sequence[Process], sight: Sight, access: FileAccess, record: RunRecord
) -> Seeding:
    found = look_at_seeding(processes, around.project, record)
    program = sight.program if sight.main_is_unseen else None
    others = unseen_generators(processes, program, around.project, access.imported)
    return replace(found, unseen=(*found.unseen, *others))


def _logs(around: Circumstances) -> list[StoredFile]:
    found = []
    for name in ("stdout.log", "stderr.log", LOG_NAME):
        path = around.folder / name
        with suppress(UnavailableError):
            digest = sha256_file(path)
            found.append(StoredFile(path.relative_to(around.project).as_posix(), digest.sha256, digest.size))
    return found
