"""What a plan requires of the machine: processor, memory, accelerators."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Accelerator, Cpu, Environment, Hardware
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.plan.wording import counted, listed, size_text
from reprocrate.rerun.processors import design
from reprocrate.rerun.threads import pinned_threads

_USES_ACCELERATORS = (
    "torch",
    "tensorflow",
    "jax",
    "cupy",
    "nvidia-",
    "triton",
    "pycuda",
    "numba-cuda",
    "paddlepaddle",
)
_ACCELERATOR_LIBRARIES = frozenset({"cuda", "cudnn", "nccl", "rocm", "hip"})


def machine(setting: Setting) -> Iterator[Requirement]:
    """Everything that the recorded machine asks for."""
    recorded = setting.hardware
    if recorded is None:
        reason = "which machine ran was not recorded"
        yield setting.requirement(
            ("cpu", "model"), None, _model(setting.host.hardware.cpu), Decision.DEGRADED, reason
        )
        return
    if recorded.cpu and setting.host.hardware.cpu:
        yield _processor(setting, recorded.cpu, setting.host.hardware.cpu)
        yield from _threads(setting, recorded.cpu, setting.host.hardware.cpu)
    if setting.host.hardware.memory_bytes is not None:
        yield from _memory(setting, recorded, setting.host.hardware.memory_bytes)
    if recorded.accelerators:
        yield _accelerators(setting, recorded.accelerators)


def _processor(setting: Setting, recorded: Cpu, here: Cpu) -> Requirement:
    words = (("cpu", "model"), _model(recorded), _model(here))
    if recorded.architecture != here.architecture:
        reason = f"another architecture: {recorded.architecture} then, {here.architecture} now"
        return setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    lacking = sorted(set(recorded.features) - set(here.features)) if here.features else []
    if lacking:
        reason = f"it lacks {listed(lacking)}, so numerical libraries choose other kernels"
        return setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    then, now = design(recorded), design(here)
    if then and now and then != now:
        reason = f"another micro-architecture, {then} then and {now} now: libraries choose other kernels"
        return setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    if then and then == now and set(recorded.features) == set(here.features):
        reason = f"same micro-architecture ({now}) and instruction set extensions"
        return setting.requirement(*words, Decision.SAME, reason)
    if recorded.model != here.model:
        reason = "another model, for which numerical libraries may choose other kernels"
        return setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    return setting.requirement(*words, Decision.SAME, "same model and instruction set extensions")


def _model(cpu: Cpu | None) -> str | None:
    return (cpu.model or cpu.architecture) if cpu else None


def _threads(setting: Setting, recorded: Cpu, here: Cpu) -> Iterator[Requirement]:
    if recorded.threads is None or here.threads is None:
        return
    words = (("cpu", "threads"), counted(recorded.threads, "thread"), counted(here.threads, "thread"))
    if recorded.threads == here.threads:
        yield setting.requirement(*words, Decision.SAME, "same number of threads")
        return
    pins = pinned_threads(setting.environment, setting.hardware, setting.host.hardware)
    reason = "the recorded thread variables are set again"
    if pins:
        number = int(next(iter(pins.values())))
        reason = f"numerical libraries are told to use {counted(number, 'thread')}, as then"
    yield setting.requirement(*words, Decision.SUBSTITUTABLE, reason)


def _memory(setting: Setting, recorded: Hardware, here: int) -> Iterator[Requirement]:
    peaks = [task.peak_memory_bytes for task in setting.tasks if task.peak_memory_bytes is not None]
    peak = max(peaks, default=None)
    name, found = ("memory", "peak"), size_text(here)
    if peak is not None:
        words = f"{size_text(peak)} used"
        if peak <= here:
            yield setting.requirement(name, words, found, Decision.SAME, "the recorded peak fits")
        else:
            reason = "the recorded peak does not fit, and no smaller setting is declared"
            yield setting.requirement(
                name, words, found, Decision.IMPOSSIBLE, reason, "use a machine with more memory"
            )
    elif recorded.memory_bytes is not None and recorded.memory_bytes > here:
        reason = "the recorded machine had more, and how much of it was used was not recorded"
        words = f"{size_text(recorded.memory_bytes)} installed"
        yield setting.requirement(name, words, found, Decision.SUBSTITUTABLE, reason)


def _accelerators(setting: Setting, recorded: tuple[Accelerator, ...]) -> Requirement:
    here = setting.host.hardware.accelerators
    words = (("accelerator", "model"), _models(recorded), _models(here) if here else None)
    if not _could_use_accelerators(setting):
        reason = "the recorded machine had one, but nothing in the environment could use it"
        return setting.requirement(*words, Decision.SAME, reason)
    if not here:
        reason = "there is none here: code that chooses the processor by itself runs there, other code fails"
        override = "use a machine with such a device, or accept the processor"
        return setting.requirement(*words, Decision.DEGRADED, reason, override)
    if recorded[0].vendor != here[0].vendor:
        reason = "another vendor's device: the packages of the lock may not drive it"
        return setting.requirement(*words, Decision.DEGRADED, reason, "use a device of the same vendor")
    peaks = [task.peak_device_memory_bytes for task in setting.tasks]
    known = [peak for peak in peaks if peak is not None]
    needed = (
        max(known) if known and len(known) == len(peaks) else sum(one.memory_bytes or 0 for one in recorded)
    )
    if sum(one.memory_bytes or 0 for one in here) < needed:
        reason = "less device memory than then: batches may have to be smaller"
        return setting.requirement(*words, Decision.DEGRADED, reason, "use a device with as much memory")
    if _models(recorded) != _models(here):
        reason = "another model of the same vendor rounds differently"
        return setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    return setting.requirement(*words, Decision.SAME, "same devices")


def _models(accelerators: tuple[Accelerator, ...]) -> str:
    counts: dict[str, int] = {}
    for one in accelerators:
        counts[one.model] = counts.get(one.model, 0) + 1
    return ", ".join(f"{count} x {model}" if count > 1 else model for model, count in sorted(counts.items()))


def _could_use_accelerators(setting: Setting) -> bool:
    """Whether a recorded run used a device, or had a library that could."""
    used = [task.recorded.resources.gpu_s for task in setting.tasks if task.recorded.resources]
    if any(seconds is not None for seconds in used):
        return any(used)
    return setting.environment is None or _has_accelerator_library(setting.environment)


def _has_accelerator_library(environment: Environment) -> bool:
    libraries = {library.kind for library in environment.native_libraries}
    return bool(libraries & _ACCELERATOR_LIBRARIES) or any(
        package.name.startswith(_USES_ACCELERATORS) for package in environment.packages
    )
