"""RC05: what runs used, against what their machines have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.manifest import Hardware, Manifest, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_THREADS_OF_A_CORE = 8
_KW = 50.0
"""More than any machine, and any accelerator, draws."""

_MIB = 1 << 20
_PROCESSOR = "cpu"
_SHARE, _SECONDS, _KWH = 1.1, 10.0, 0.01
"""What is allowed for: a tenth, and what clocks and meters may be off by."""


@rule(
    "RC0507",
    SHOULD,
    spec="hardware",
    since="1.0",
    says="run {run} is said to have used {used}, but {limit}",
)
def run_uses_no_more_than_its_machines_have(subject: Subject) -> Iterator[Found]:
    """A run SHOULD NOT have used more memory, processor time, accelerator time or energy than it could.

    Judged: the `resources` of each run whose `hardware` is all there: one entry, which stands for as many
        machines as `launch.nodes` says (1 where it is absent), or several, as many as `launch.nodes` where
        that is said. `peak_memory_bytes` exceeds the largest `memory_bytes`, if all have one, and
        `peak_device_memory_bytes` the sum of those of all accelerators, one at least, if all have one in
        bytes (see RC0503). Let t be `duration_s` and that of all `attempts`, if all are known. `gpu_s`
        exceeds 1.1 n t + 10, for n accelerators, one at least; `cpu_s` exceeds 1.1 n t + 10, for n the sum of
        `threads`, or where that is absent 8 times `cores`, if one is known of each; `energy_kwh` exceeds 1.1
        (50 n t) / 3600 + 0.01, for n machines and accelerators (50 kW each); at the number.
    Why: it is in another unit (milliseconds, watt hours, KiB), or the duration or the machine is wrong.
    Fix: write seconds, kilowatt hours and bytes; `accelerators` has an entry for each of them.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        machines = _machines(manifest, run)
        if run.resources and machines:
            times = _nodes(run) if len(machines) == 1 else 1
            over = (
                *_memory(run, machines),
                *_device_memory(run, machines, times),
                *_time(run, machines, times),
            )
            for name, used, limit in over:
                yield Found(f"{pointer}/resources/{name}", run=run.id, used=used, limit=limit)


def _machines(manifest: Manifest, run: Run) -> list[Hardware]:
    """The machines of a run, one if all are alike; none where that cannot be told."""
    found = [manifest.find_hardware(name) for name in run.hardware]
    known = [each for each in found if each]
    is_told = len(known) == 1 or not (run.launch and run.launch.nodes) or len(known) == _nodes(run)
    return known if is_told and len(known) == len(found) else []


def _nodes(run: Run) -> int:
    return run.launch.nodes or 1 if run.launch else 1


def _memory(run: Run, machines: list[Hardware]) -> Iterator[tuple[str, str, str]]:
    used = run.resources.peak_memory_bytes if run.resources else None
    sizes = [each.memory_bytes for each in machines]
    largest = max((size for size in sizes if size), default=0)
    if used and all(sizes) and used > largest:
        yield "peak_memory_bytes", f"{used} bytes of memory", f"its machine has {largest}"


def _device_memory(run: Run, machines: list[Hardware], times: int) -> Iterator[tuple[str, str, str]]:
    used = run.resources.peak_device_memory_bytes if run.resources else None
    sizes = [accelerator.memory_bytes or 0 for each in machines for accelerator in each.accelerators]
    most = times * sum(sizes)
    if used and sizes and min(sizes) >= _MIB and used > most:
        yield "peak_device_memory_bytes", f"{used} bytes of device memory", f"its accelerators have {most}"


def _time(run: Run, machines: list[Hardware], times: int) -> Iterator[tuple[str, str, str]]:
    parts = [run.duration_s, *(attempt.duration_s for attempt in run.attempts)]
    lasted = sum(part for part in parts if part is not None)
    if run.resources is None or None in parts:
        return
    accelerators = times * sum(len(each.accelerators) for each in machines)
    threads = [_threads(each) for each in machines]
    most = {
        "gpu_s": (run.resources.gpu_s, accelerators, "accelerator"),
        "cpu_s": (run.resources.cpu_s, times * sum(threads) if all(threads) else 0, "hardware thread"),
    }
    for name, (used, n, what) in most.items():
        if used is not None and n and used > _SHARE * n * lasted + _SECONDS:
            yield name, f"{used} s", f"it took {lasted} s on {n} {what}{'s' if n > 1 else ''}"
    used, n = run.resources.energy_kwh, times * len(machines) + accelerators
    if used is not None and used > _SHARE * _KW * n * lasted / 3600 + _KWH:
        limit = f"its machines and accelerators draw less than 50 kW each, and it took {lasted} s"
        yield "energy_kwh", f"{used} kWh", limit


def _threads(machine: Hardware) -> int:
    """How many hardware threads it has at most; 0 where nothing is known."""
    if machine.cpu is None:
        return 0
    return machine.cpu.threads or _THREADS_OF_A_CORE * (machine.cpu.cores or 0)


_WORDS = re.compile(r"[a-z0-9]*[0-9][a-z0-9]*")
"""What models differ by: of `NVIDIA H100 80GB HBM3` these are h100, 80gb and hbm3."""


@rule(
    "RC0508",
    SHOULD,
    spec="hardware",
    since="1.0",
    says="run {run} is said to have computed on {device}, but {instead}",
)
def run_computed_on_what_its_machines_have(subject: Subject) -> Iterator[Found]:
    """A run that used a device SHOULD name one that its machines have.

    Judged: each entry of `resources.devices` other than `cpu`, of a run whose `hardware` is all there (see
        RC0507), where these machines have no `accelerators`, or where its words with a digit, of which
        it has one at least, are in the `model` of none of them, upper case or not, and each model has such
        words, too, and no number of a bus (`0x...`). And `cpu`, where it is the only device and `gpu_s` is
        more than 0; at the entry.
    Why: the figures are then of another machine than the one that a rerun will be compared with.
    Fix: name the machine that the run used in its `hardware`, with all `accelerators`.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        devices = run.resources.devices if run.resources else ()
        machines = _machines(manifest, run) if devices else []
        for place, device in numbered(f"{pointer}/resources/devices", devices):
            instead = _instead(run, machines, device)
            if instead:
                named = "the processor alone" if device == _PROCESSOR else device
                yield Found(place, run=run.id, device=named, instead=instead)


def _instead(run: Run, machines: list[Hardware], device: str) -> str:
    """What contradicts that a run computed on a device; empty where nothing does."""
    if device == _PROCESSOR:
        seconds = run.resources.gpu_s if run.resources and set(run.resources.devices) == {device} else None
        return f"on accelerators for {seconds} s" if seconds else ""
    if not machines:
        return ""
    models = [accelerator.model for each in machines for accelerator in each.accelerators]
    if not models:
        return "its machine has no accelerator"
    words = _words(device)
    known = [_words(model) for model in models]
    if words and all(known) and all(words.isdisjoint(each) for each in known):
        return f"its machine has {', '.join(dict.fromkeys(models))}"
    return ""


def _words(model: str) -> frozenset[str]:
    if "0x" in model:
        return frozenset()
    return frozenset(_WORDS.findall(model.lower()))
