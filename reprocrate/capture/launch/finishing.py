"""What is found out once a command has ended: the files it used, the software and machine, its metrics.

Nothing here may lose a record: what fails is named in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reprocrate.capture.data.files import FileAccess, Progress
from reprocrate.capture.data.network import NetworkUse, network_use
from reprocrate.capture.environment.software import Surroundings, look_at_environment
from reprocrate.capture.launch.circumstances import Circumstances
from reprocrate.capture.launch.completeness import Sight, attempt
from reprocrate.capture.launch.file_use import FileUse, digests_of, file_use
from reprocrate.capture.launch.unseen import executed_files, is_foreign
from reprocrate.capture.launch.wrappers import inner_command
from reprocrate.capture.observation.descent import Descent
from reprocrate.capture.observation.lineage import Lineage, lineages
from reprocrate.capture.observation.processes import Process, read_processes
from reprocrate.capture.observation.programs import called
from reprocrate.capture.observation.remaining import goes_on
from reprocrate.capture.observation.traced import Trace, read_trace, remove_abandoned
from reprocrate.capture.observation.tracing import FOLDER_NAME
from reprocrate.capture.ranks.attempts import with_attempts
from reprocrate.capture.ranks.leading import first_process, leading_process, most_telling
from reprocrate.capture.ranks.nodes import look_at_nodes
from reprocrate.capture.ranks.notebooks import LOG_NAME, keep_printed
from reprocrate.capture.ranks.rank_usage import with_ranks
from reprocrate.capture.ranks.ranks import Found, find_ranks
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
from reprocrate.capture.seeds.determinism import look_at_determinism
from reprocrate.capture.seeds.seeding import Seeding, look_at_seeding, unseen_generators, with_unseeded_use
from reprocrate.capture.usage.resources import resources_used
from reprocrate.errors import UnavailableError
from reprocrate.files import composed, sha256_file


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
    main = sight.main or most_telling(processes)
    use = attempt(sight, "files", FileUse(), lambda: file_use(around, processes, sight))
    access = use.access
    access.imported.update(executed_files(record.command, around.cwd, around.project))
    code = around.snapshot.with_executed(around.project, access.imported)
    nothing: tuple[tuple[DataFile, ...], tuple[DataFile, ...]] = ((), ())
    inputs, outputs = attempt(sight, "digests", nothing, lambda: digests_of(around.project, use, progress))
    attempt(sight, "notebook", None, lambda: _keep_printed(around, outputs))
    network = attempt(sight, "network", NetworkUse(), lambda: network_use(processes, around.scrubber))
    sight.network = network
    record = _with_software(around, record, main, processes, sight)
    record = _with_machines(around, record, processes, sight)
    seeding = attempt(sight, "seeds", Seeding(), lambda: _seeding(around, processes, sight, access, record))
    return replace(
        record,
        seeds=(*record.seeds, *seeding.seeds),
        unseeded=seeding.unseeded,
        code=code.state,
        determinism=with_unseeded_use(record.determinism, seeding),
        inputs=inputs,
        outputs=outputs,
        processes=use.users.processes,
        remote=network.remote,
        services=network.services,
        imported=tuple(sorted(set(map(composed, access.imported)))),
        logs=tuple(_logs(around)),
        capture=replace(sight.judge(access), unseen_generators=seeding.unseen),
    )


def _with_software(
    around: Circumstances,
    record: RunRecord,
    main: Process | None,
    processes: Sequence[Process],
    sight: Sight,
) -> RunRecord:
    """The record with the environment and the settings that decide determinism."""
    hidden, is_anothers = around.scrubber, around.launcher is None
    surroundings = Surroundings(
        around.project, hidden.cwd, around.environ, hidden.hosts, is_anothers, sight.problems
    )
    return replace(
        record,
        environment=attempt(
            sight, "environment", Environment(), lambda: look_at_environment(main, processes, surroundings)
        ),
        determinism=attempt(
            sight, "determinism", Determinism(), lambda: look_at_determinism(main, around.environ)
        ),
    )


def _with_machines(
    around: Circumstances, record: RunRecord, processes: Sequence[Process], sight: Sight
) -> RunRecord:
    """The record with the machines, what was used of them, and the ranks and attempts of the launch."""
    ranks = sight.ranks
    unknown: tuple[Hardware, ...] = (Hardware(),)
    nodes = attempt(sight, "hardware", unknown, lambda: look_at_nodes(ranks, processes, around.environ))
    tried = attempt(
        sight, "attempts", record, lambda: with_attempts(record, ranks, around.folder, around.environ)
    )
    used = attempt(
        sight,
        "resources",
        tried.resources,
        lambda: with_ranks(_resources(around, tried, processes, nodes[0], sight), ranks),
    )
    return replace(tried, hardware=nodes[0], ranks=_recorded(ranks, nodes[1:]), resources=used)


def _sight(
    around: Circumstances, record: RunRecord, processes: Sequence[Process], problems: Sequence[str]
) -> Sight:
    """What bounds the view of the launch, and which of its processes is the author's program."""
    ranks = find_ranks(processes, around.environ, record.command)
    first = first_process(processes, around.launcher)
    main = leading_process(first, processes, ranks)
    root = Lineage(called(inner_command(record.command)))
    headers = [process.header for process in processes]
    for process, lineage in zip(
        processes, lineages(headers, root, first.header if first else None), strict=True
    ):
        process.lineage = lineage
    sight = Sight(Path(around.argv[0]).name, processes, main, ranks=ranks, command=record.command)
    sight.root = root
    sight.entered = first is not None
    sight.foreign = is_foreign(record.command, around.cwd)
    sight.problems += [*problems, *around.snapshot.problems]
    sight.overlapped = around.overlapped
    sight.goes_on = attempt(sight, "processes", False, lambda: not around.traced and goes_on(around.folder))
    if around.traced:
        sight.trace = attempt(
            sight,
            "trace",
            Trace(),
            lambda: read_trace(
                around.folder / FOLDER_NAME, around.project, around.cwd, Descent(root, processes), around.own
            ),
        )
        attempt(sight, "older traces", None, lambda: remove_abandoned(around.folder.parent))
    return sight


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
