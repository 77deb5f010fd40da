"""Which of a launch's processes is the one that its environment and settings are read from.

It is the program of the author, not what started it: rank 0 and not torchrun, the kernel that ran the
notebook and not papermill, the script and not `accelerate launch`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from reprocrate.capture.observation.processes import Process
from reprocrate.capture.ranks.ranks import Found, argv_of, is_worker

_STARTERS = frozenset(
    {
        *("accelerate", "accelerate.commands.launch", "torchrun", "torch.distributed.run", "deepspeed"),
        *("torch.distributed.launch", "horovodrun", "conda", "mamba", "poetry", "pdm", "hatch", "pipenv"),
        *("papermill", "jupyter", "jupyter-execute", "jupyter-nbconvert", "jupyter-run", "nbconvert"),
        *("ploomber", "ploomber-engine", "jupyter-book", "mprof"),
    }
)
KERNEL = ("ipykernel_launcher", "ipykernel", "xpython")
"""How the processes that run a notebook's cells are started."""


def first_process(processes: Sequence[Process], launcher: int | None) -> Process | None:
    """The process that the launcher started; where it became another program, what it became last.

    Args:
        processes: those that were recorded, oldest first.
        launcher: the launcher's number; None where the command ran among process numbers of its own, as in a
            sandbox. There it is the first process that no recorded one started.
    """
    if launcher is None:
        recorded = {process.header.get("pid") for process in processes}
        first = next((process for process in processes if process.header.get("ppid") not in recorded), None)
    else:
        first = next((process for process in processes if process.header.get("ppid") == launcher), None)
    if first is None:
        return None
    number, parent = first.header.get("pid"), first.header.get("ppid")
    return [
        process
        for process in processes
        if (process.header.get("pid"), process.header.get("ppid")) == (number, parent)
    ][-1]


def leading_process(
    first: Process | None, processes: Sequence[Process], ranks: Found | None
) -> Process | None:
    """The process that the author's program ran in; None where that is not a Python that could be seen.

    Args:
        first: the process that the command began with, if it is a Python.
        processes: those that were recorded, oldest first.
        ranks: those of the launch.
    """
    if ranks is not None:
        return ranks.leader
    leader = first
    while leader is not None and is_starter(leader):
        started = _started_by(leader, processes)
        if started is None:
            break
        leader = started
    return leader


def most_telling(processes: Sequence[Process]) -> Process | None:
    """Of several programs that a shell script started one after the other, the one that told most settings.

    That is the one that has PyTorch in it; of equals it is the first. A notebook's kernel comes before all.
    """
    kernel = _kernel(processes)
    if kernel is not None:
        return kernel
    programs = [one for one in processes if not one.header.get("forked_from") and not is_worker(one)]
    candidates = [one for one in programs if not is_starter(one)] or programs or list(processes)
    return max(candidates, key=lambda one: len(one.end.get("settings") or ()), default=None)


def is_starter(process: Process) -> bool:
    """Whether a process is there only to start others."""
    words = argv_of(process)
    for index, word in enumerate(words[1:4], 1):
        name = PurePosixPath(word).name
        if word.startswith("-") and word != "-m":
            continue
        if words[index - 1] == "-m":
            name = word.removesuffix(".__main__")
        if word != "-m":
            return name in _STARTERS
    return False


def is_kernel(process: Process) -> bool:
    """Whether a process runs the cells of a notebook."""
    return any(word in KERNEL or PurePosixPath(word).stem in KERNEL for word in argv_of(process)[1:4])


def _started_by(starter: Process, processes: Sequence[Process]) -> Process | None:
    """The kernel, or else the first program that a process started, directly or by a shell."""
    later = [
        process
        for process in processes
        if process is not starter
        and not process.header.get("forked_from")
        and not is_worker(process)
        and (process.header.get("time") or 0.0) >= (starter.header.get("time") or 0.0)
    ]
    direct = [process for process in later if process.header.get("ppid") == starter.header.get("pid")]
    return _kernel(later) or next(iter(direct), None) or next(iter(later), None)


def _kernel(processes: Sequence[Process]) -> Process | None:
    return next((process for process in processes if is_kernel(process)), None)
