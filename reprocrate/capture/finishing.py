"""What is found out once a command has ended: the files it used, the software and machine, its metrics.

Nothing here may lose a record: what fails is named in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from reprocrate.capture.access import Process, main_process, read_processes
from reprocrate.capture.code import Snapshot
from reprocrate.capture.completeness import Sight
from reprocrate.capture.data import FileAccess, Progress, changed_files, digested, sort_accesses, total_size
from reprocrate.capture.determinism import look_at_determinism
from reprocrate.capture.digests import Digests
from reprocrate.capture.environment import look_at_environment
from reprocrate.capture.hardware import look_at_hardware
from reprocrate.capture.liveness import LOCK_NAME
from reprocrate.capture.places import Places
from reprocrate.capture.privacy import Scrubber
from reprocrate.capture.record import (
    RECORD_NAME,
    DataFile,
    Determinism,
    Environment,
    Hardware,
    RunRecord,
    Seed,
    StoredFile,
)
from reprocrate.capture.results import Written
from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_file

T = TypeVar("T")

_UNSEEDED_TORCH = 67280421310721


@dataclass(frozen=True)
class Circumstances:
    """Where and as what a launch ran.

    Attributes:
        project: the project's folder.
        folder: where its record and logs are.
        program: the program that was started.
        environ: its environment variables.
        launcher: the process that started it; None where it had process numbers of its own.
        began_ns: when, by the clock of the project's file system.
        snapshot: the source tree before it started.
        scrubber: what must not stand in a record.
        overlapped: whether another launch ran in the project when it started.
    """

    project: Path
    folder: Path
    program: str
    environ: Mapping[str, str]
    launcher: int | None
    began_ns: int
    snapshot: Snapshot
    scrubber: Scrubber
    overlapped: bool


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
    main = main_process(processes, around.launcher)
    sight = Sight(Path(around.program).name, processes, main)
    sight.problems += [*problems, *around.snapshot.problems]
    sight.overlapped = _others_overlapped(around)
    main = main or next(iter(processes), None)
    access = _attempt(sight, "files", FileAccess(), lambda: _accesses(around, processes, sight))
    code = around.snapshot.with_executed(around.project, access.imported)
    nothing: tuple[tuple[DataFile, ...], tuple[DataFile, ...]] = ((), ())
    inputs, outputs = _attempt(sight, "digests", nothing, lambda: _digests(around.project, access, progress))
    environment = _attempt(
        sight, "environment", Environment(), lambda: look_at_environment(main, processes, around.environ)
    )
    determinism = _attempt(
        sight, "determinism", Determinism(), lambda: look_at_determinism(main, around.environ)
    )
    return replace(
        record,
        seeds=(*record.seeds, *_observed_seeds(determinism)),
        code=code.state,
        environment=environment,
        hardware=_attempt(sight, "hardware", Hardware(), lambda: look_at_hardware(around.environ)),
        determinism=determinism,
        inputs=inputs,
        outputs=outputs,
        imported=tuple(sorted(access.imported)),
        logs=tuple(_logs(around)),
        capture=sight.judge(access),
    )


def written_by(record: RunRecord, project: Path) -> Written:
    """What a launch left, for its metrics to be read from."""
    return Written(
        project=project,
        outputs=frozenset(output.path for output in record.outputs if output.root is None),
        stdout=next((project / log.path for log in record.logs if log.path.endswith("stdout.log")), project),
        values={**record.configuration.grid, **({} if record.seed is None else {"seed": record.seed})},
    )


def _others_overlapped(around: Circumstances) -> bool:
    """Whether another launch of the project ran at some time during this one."""
    if around.overlapped:
        return True
    for other in around.folder.parent.iterdir():
        if other == around.folder:
            continue
        with suppress(OSError):
            if (other / LOCK_NAME).exists() or (other / RECORD_NAME).stat().st_ctime_ns > around.began_ns:
                return True
    return False


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
    search_path = {folder: None for process in processes for folder in process.search_path}
    places = Places(
        around.project, around.scrubber, around.environ, tuple(sorted(prefixes)), tuple(search_path)
    )
    access = sort_accesses(processes, places, around.began_ns)
    if sight.writes_unseen and not sight.overlapped:
        source = [file.path for file in around.snapshot.state.files]
        for place, path in changed_files(around.project, around.began_ns, source).items():
            access.outputs.setdefault(place, path)
            access.inputs.pop(place, None)
            access.imported.discard(place.path)
    return access


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


def _observed_seeds(determinism: Determinism) -> list[Seed]:
    seed = determinism.settings.get("torch.initial_seed")
    if not isinstance(seed, (int, str)) or isinstance(seed, bool) or seed == _UNSEEDED_TORCH:
        return []
    return [Seed("torch", seed, "observed")]


def _logs(around: Circumstances) -> list[StoredFile]:
    found = []
    for name in ("stdout.log", "stderr.log"):
        path = around.folder / name
        with suppress(UnavailableError):
            digest = sha256_file(path)
            found.append(StoredFile(path.relative_to(around.project).as_posix(), digest.sha256, digest.size))
    return found
