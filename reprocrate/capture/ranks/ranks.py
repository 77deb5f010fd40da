"""The ranks of a launch: which processes a launcher started side by side, by what it told each of them.

Variables of torchrun, `torch.distributed.run` and accelerate (PyTorch, torchrun, "Environment Variables"), of
Slurm (srun, "OUTPUT ENVIRONMENT VARIABLES"), Open MPI and PMIx (mpirun), MPICH and Intel MPI (Hydra's PMI),
MVAPICH2, PALS, Flux and Horovod.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from reprocrate.capture.observation.processes import Process


@dataclass(frozen=True)
class _Family:
    """How launchers of one kind tell a process which one it is.

    Attributes:
        rank: the variable with its number.
        sizes: variables with the number of processes, the best first.
        others: variables without which it is not this kind.
        names: how its launchers are called; the first where none of them is seen.
        restart: the variable that counts how often all processes were started again.
    """

    rank: str
    sizes: tuple[str, ...]
    names: tuple[str, ...]
    others: tuple[str, ...] = ()
    restart: str | None = None


_MPI = ("mpirun", "mpiexec", "mpiexec.hydra", "orterun", "prterun", "prun", "mpirun_rsh")
_TORCH = ("torchrun", "torch.distributed.run", "torch.distributed.launch", "accelerate", "deepspeed")
# The innermost launcher counts, so that torchrun comes before the srun that started it on each node.
_FAMILIES = (
    _Family("RANK", ("WORLD_SIZE",), _TORCH, ("LOCAL_RANK", "WORLD_SIZE"), "TORCHELASTIC_RESTART_COUNT"),
    _Family("HOROVOD_RANK", ("HOROVOD_SIZE",), ("horovodrun",)),
    _Family("OMPI_COMM_WORLD_RANK", ("OMPI_COMM_WORLD_SIZE",), _MPI),
    _Family("MV2_COMM_WORLD_RANK", ("MV2_COMM_WORLD_SIZE",), _MPI),
    _Family("FLUX_TASK_RANK", ("FLUX_JOB_SIZE",), ("flux",)),
    _Family("PMI_RANK", ("PMI_SIZE",), ("mpiexec", "mpirun", "mpiexec.hydra", "srun", "aprun")),
    _Family("SLURM_PROCID", ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"), ("srun",), ("SLURM_STEP_ID",)),
    _Family("PALS_RANKID", (), ("mpiexec", "aprun")),
    _Family("PMIX_RANK", (), _MPI),
)


@dataclass
class Found:
    """The ranks of a launch, at their last attempt.

    Attributes:
        launcher: the program that started them.
        world_size: how many there are, as the launcher told them; None where it did not.
        own: the process of each rank that left a log.
        earlier: the processes of earlier attempts, the oldest attempt first.
        nodes_told: how many machines there are, as the launcher told.
    """

    launcher: str
    world_size: int | None = None
    own: dict[int, Process] = field(default_factory=dict)
    earlier: list[list[Process]] = field(default_factory=list)
    nodes_told: int | None = None

    @property
    def leader(self) -> Process:
        """The process of rank 0, or of the lowest rank that was seen."""
        return self.own[min(self.own)]

    @property
    def missing(self) -> int:
        """How many ranks left no log."""
        return max(0, (self.world_size or 0) - len(self.own))

    @property
    def nodes(self) -> int | None:
        """How many machines the ranks ran on, as far as that is known."""
        seen = {process.header.get("node") for process in self.own.values()} - {None}
        return self.nodes_told if self.missing else len(seen) or None


def find_ranks(
    processes: Sequence[Process], environ: Mapping[str, str], command: Sequence[str]
) -> Found | None:
    """The ranks among the processes of a launch; None where no launcher told any of them its rank.

    Each process is given its `rank`; those that a rank started have the same one.

    Args:
        processes: those that left a log, oldest first.
        environ: the variables that the command was started with: what stands there already, as in the script
            of a Slurm job, makes no process a rank.
        command: what was started.
    """
    for family in _FAMILIES:
        placed = [(process, _told(process)) for process in processes]
        members = [(process, told) for process, told in placed if _is_rank(told, family, environ)]
        if members:
            return _grouped(family, members, processes, command)
    return None


def one_of_many(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What an author has to know if a launcher started us, and not we the launcher; said once, by rank 0."""
    for family in _FAMILIES:
        if not all(name in environ for name in (family.rank, *family.others)):
            continue
        size = next((_number(environ[name]) for name in family.sizes if name in environ), None) or 1
        if size > 1 and _number(environ[family.rank]) == 0:
            name = family.names[0]
            what = f"{name} started {size} of these, and each makes a run of its own"
            return (f"{what}. If they work on one together, put `reprocrate run --` before {name}",)
        return ()
    return ()


def _told(process: Process) -> Mapping[str, str]:
    told = process.header.get("ranks")
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _is_rank(told: Mapping[str, str], family: _Family, environ: Mapping[str, str]) -> bool:
    names = (family.rank, *family.others)
    if not all(name in told for name in names) or _number(told.get(family.rank)) is None:
        return False
    return any(told[name] != environ.get(name) for name in names)


def _grouped(
    family: _Family,
    members: Iterable[tuple[Process, Mapping[str, str]]],
    processes: Sequence[Process],
    command: Sequence[str],
) -> Found | None:
    attempts: dict[int, dict[int, Process]] = {}
    sizes: dict[int, int | None] = {}
    nodes = None
    for process, told in members:
        rank = _number(told[family.rank])
        attempt = _number(told.get(family.restart or "")) or 0
        if rank is None:
            continue
        process.rank = rank
        if _is_own(process):
            attempts.setdefault(attempt, {}).setdefault(rank, process)
            size = next((told[name] for name in family.sizes if name in told), None)
            sizes[attempt] = _number(size)
            if family.rank == "SLURM_PROCID":
                nodes = _number(told.get("SLURM_STEP_NUM_NODES") or told.get("SLURM_NNODES"))
    if not attempts:
        return None
    last = max(attempts)
    return Found(
        launcher=_launcher(family, processes, command),
        world_size=sizes[last] or (None if family.sizes else len(attempts[last])),
        own=dict(sorted(attempts[last].items())),
        earlier=[list(attempts[attempt].values()) for attempt in sorted(attempts) if attempt < last],
        nodes_told=nodes,
    )


def _is_own(process: Process) -> bool:
    """Whether a launcher may have started it, and not a rank as one of its workers."""
    if process.header.get("forked_from"):
        return False
    return not is_worker(process)


def is_worker(process: Process) -> bool:
    """Whether `multiprocessing` started it: a worker, or what keeps its semaphores and memory."""
    words = argv_of(process)
    return any("multiprocessing" in word for word in words[1:4])


def argv_of(process: Process) -> list[str]:
    """The words that a process was started with."""
    argv: Any = process.header.get("argv")
    return [str(word) for word in argv] if isinstance(argv, list) else []


def _launcher(family: _Family, processes: Sequence[Process], command: Sequence[str]) -> str:
    if len(family.names) == 1:
        return family.names[0]
    for word in _words(processes, command):
        name = PurePosixPath(word).name
        if name in family.names:
            return name
    return family.names[0]


def _words(processes: Sequence[Process], command: Sequence[str]) -> Iterator[str]:
    yield from command
    for process in processes:
        yield from argv_of(process)[:4]
        for program in process.programs:
            yield str(program.get("path"))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
