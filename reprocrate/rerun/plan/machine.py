"""What a plan requires of the machine: processor, memory, accelerators."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Cpu, Hardware
from reprocrate.rerun.host.processors import design
from reprocrate.rerun.plan.accelerators import accelerators
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.surroundings.kernels import level_of, pinned_kernels
from reprocrate.rerun.surroundings.threads import pinned_threads
from reprocrate.rerun.wording import counted, listed, size_text


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
        yield from _kernels(setting, recorded.cpu, setting.host.hardware.cpu)
        yield from _threads(setting, recorded.cpu, setting.host.hardware.cpu)
    if setting.host.hardware.memory_bytes is not None:
        yield from _memory(setting, recorded, setting.host.hardware.memory_bytes)
    if recorded.accelerators:
        yield from accelerators(setting, recorded.accelerators)


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


def _kernels(setting: Setting, recorded: Cpu, here: Cpu) -> Iterator[Requirement]:
    """The level of the instruction set, by which libraries choose kernels, and what holds them to it."""
    then, now = level_of(recorded), level_of(here)
    pins = pinned_kernels(setting.environment, setting.hardware, setting.host.hardware)
    if then is None or now is None or (then is now and not pins):
        return
    words = (("cpu", "kernels"), then.name, now.name)
    held = " ".join(
        f"{name}='{value}'" if " " in value else f"{name}={value}" for name, value in pins.items()
    )
    if now.rank < then.rank:
        also = f"; set is {held}" if held else ""
        reason = f"wider instructions than this processor has cannot be had{also}"
        override = f"use a processor of the level {then.name}"
        yield setting.requirement(*words, Decision.SUBSTITUTABLE, reason, override)
    elif pins:
        reason = f"numerical libraries are held to the recorded kernels: {held}"
        yield setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    else:
        reason = "no library of the environment is known to choose others"
        yield setting.requirement(*words, Decision.SAME, reason)


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
