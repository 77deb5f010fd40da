"""Which process of a launch of many this one is, and on which node, as launchers tell it by their variables.

Only what a launcher said is written down; what it means is found out when the launch has ended. A machine
other than the one that `reprocrate run` was started on is described, since nobody else can look at it.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from typing import Any

RANKS = (
    *("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "NODE_RANK"),
    *("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT"),
    *("HOROVOD_RANK", "HOROVOD_LOCAL_RANK", "HOROVOD_SIZE"),
    *("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE"),
    *("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_LOCAL_RANK", "MV2_COMM_WORLD_SIZE"),
    *("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", "PALS_RANKID", "PALS_LOCAL_RANKID"),
    *("PMIX_RANK", "PMIX_NAMESPACE", "FLUX_TASK_RANK", "FLUX_TASK_LOCAL_ID", "FLUX_JOB_SIZE"),
    *("SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID", "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS"),
    *("SLURM_STEP_NUM_NODES", "SLURM_NTASKS", "SLURM_NNODES", "SLURM_RESTART_COUNT"),
    "CUDA_VISIBLE_DEVICES",
)
"""Variables that tell ranks apart, and what each of them may use."""

_FIRST_OF_NODE = (
    *("LOCAL_RANK", "HOROVOD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_RANK"),
    *("MPI_LOCALRANKID", "PALS_LOCAL_RANKID", "FLUX_TASK_LOCAL_ID", "SLURM_LOCALID"),
)
_BOOT = "/proc/sys/kernel/random/boot_id"
_CPUS = "/proc/cpuinfo"
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_NVIDIA = "/proc/driver/nvidia"
_WHICH_CPU = ("processor", "physical id", "core id", "CPU implementer", "CPU part")


def placed(folder: str, forked: bool) -> dict[str, Any]:
    """What the header of a log tells of its place in a launch; nothing where no launcher told anything.

    Args:
        folder: the folder of the log.
        forked: whether this process is a copy of one that has a log already.
    """
    environ = os.environ
    ranks = {name: environ[name][:500] for name in RANKS if name in environ}
    if len(ranks) == ("CUDA_VISIBLE_DEVICES" in ranks):
        return {}
    found: dict[str, Any] = {"ranks": ranks}
    try:
        found["node"] = node(folder)
        first = next((ranks[name] for name in _FIRST_OF_NODE if name in ranks), "0")
        if first == "0" and not forked and found["node"] != environ.get("REPROCRATE_NODE", found["node"]):
            found["machine"] = machine()
    except Exception as error:  # the author's program matters more than its record
        found["node_problem"] = repr(error)[:200]
    return found


def used() -> dict[str, Any]:
    """The peak of this process's memory in bytes, and with a rank its processor seconds, its children's too.

    A launcher's other processes are no children of `reprocrate run`, so that the system counts them nowhere.
    What the system counts of memory begins with what the process held that started this one.
    """
    found: dict[str, Any] = {}
    if any(name in os.environ for name in RANKS if name != "CUDA_VISIBLE_DEVICES"):
        found["cpu_s"] = sum(os.times()[:4])
    for line in _text("/proc/self/status").split("\n"):
        if line.startswith("VmHWM:"):
            found["peak_memory_bytes"] = int(line.split()[1]) * 1024
    return {"used": found} if found else {}


def node(folder: str) -> str:
    """A name of this machine that is the same in all logs of one launch, and says nothing anywhere else."""
    try:
        with open(_BOOT, "rb") as handle:  # its containers have it too
            name = handle.read().strip()
    except OSError:
        name = os.uname().nodename.encode("utf-8", "surrogateescape") if hasattr(os, "uname") else b"here"
    salt = os.fsencode(os.path.basename(os.path.abspath(folder)))
    return str(_sha256()(salt + b"\0" + name).hexdigest()[:16])


def machine() -> dict[str, Any]:
    """What the kernel tells of this machine, as its own text where that has a form of its own."""
    found: dict[str, Any] = {"platform": sys.platform}
    if hasattr(os, "uname"):
        names = os.uname()
        found.update(machine=names.machine, kernel=names.release)
    if hasattr(os, "sched_getaffinity"):
        found["threads"] = len(os.sched_getaffinity(0))
    if hasattr(os, "sysconf"):
        found["memory"] = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found["limits"] = [text for text in map(_text, _LIMITS) if text]
    found["cpuinfo"] = _shortened(_text(_CPUS))
    version = _text(_NVIDIA + "/version")
    if version:
        found["nvidia"] = version
        try:
            folders = sorted(os.listdir(_NVIDIA + "/gpus"))
        except OSError:
            folders = []
        found["gpus"] = [_text(_NVIDIA + "/gpus/" + name + "/information") for name in folders]
    return found


def _shortened(cpuinfo: str) -> str:
    """The first block in full; of the others, which are as many as hardware threads, only which they are."""
    blocks = cpuinfo.strip().split("\n\n")
    for index, block in enumerate(blocks[1:], 1):
        lines = [line for line in block.split("\n") if line.partition(":")[0].strip() in _WHICH_CPU]
        blocks[index] = "\n".join(lines) if lines else block
    return "\n\n".join(blocks)


def _text(path: str) -> str:
    try:
        with open(path, "rb") as handle:
            return handle.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _sha256() -> Any:
    """The hash function, without what `hashlib` would import."""
    for name in ("_sha2", "_sha256"):
        try:
            return __import__(name).sha256
        except ImportError:
            pass
    return __import__("hashlib").sha256
