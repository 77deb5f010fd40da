"""RC05: what is said of a machine's parts agrees with itself, and with what ran on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from reprocrate.manifest import Accelerator, Cpu, Hardware, Manifest, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_X86 = ("x86_64", "amd64", "x86-64", "i386", "i686")
_ARM = ("aarch64", "arm64", "armv7l", "armv8l")
_X86_FEATURES = ("sse", "avx", "amx")
_ARM_FEATURES = ("neon", "asimd", "sve")
_THREADS_OF_A_CORE = 8
"""What IBM's processors have; no other has more."""

_MAKERS = {"nvidia": ("nvidia", "geforce", "tesla"), "amd": ("amd", "radeon"), "intel": ("intel",)}
_SIZE = re.compile(r"(?<![0-9.])([0-9]{1,4}) ?GB(?![a-z])", re.IGNORECASE)
_ALLOWED = 1.1
"""By how much a size in bytes may exceed a name's: 80 GiB is 1.074 times 80 GB."""


@rule("RC0509", SHOULD, spec="hardware", since="1.0", says="{part} of hardware {hardware} {what}")
def parts_of_a_machine_agree(subject: Subject) -> Iterator[Found]:
    """What hardware says of a processor or an accelerator SHOULD agree with its architecture and its name.

    Judged: each `cpu` whose `architecture` is one of x86_64, amd64, x86-64, i386 and i686 (x86), or aarch64,
        arm64, armv7l and armv8l (ARM), upper case or not: the `level` begins with arm on x86 or with x86 on
        ARM; or a feature begins with neon, asimd or sve on x86, or with sse, avx or amx on ARM. Each with a
        `level` that ends in v4, with `features` of which none begins with avx512. Each whose
        `microarchitecture` begins with zen, k10, bulldozer, piledriver, steamroller or excavator, where the
        `model` names Intel, or with nehalem, westmere, sandybridge, ivybridge, haswell, broadwell, skylake,
        cascadelake, cannonlake, icelake or sapphirerapids, where it names AMD. Each with `cores` and more
        than 8 times as many `threads`, where `sockets` is absent or 1. Once for each, at the `cpu`. Each
        accelerator whose `model` names one of the makers NVIDIA (also GeForce, Tesla), AMD (Radeon) and Intel
        and whose `vendor` names another; or whose `model` names a number of GB, of which `memory_bytes` is
        more than 1.1 times as much; at the accelerator.
    Why: one of the two is of another machine, and a reader plans a rerun by both.
    Fix: restore the record as it was written; `reprocrate run` reads both from the machine.
    """
    for pointer, hardware in numbered("/hardware", subject.well_formed.hardware):
        what = _odd_processor(hardware.cpu) if hardware.cpu else ""
        if what:
            yield Found(f"{pointer}/cpu", part="the processor", hardware=hardware.id, what=what)
        for place, accelerator in numbered(f"{pointer}/accelerators", hardware.accelerators):
            what = _odd_accelerator(accelerator)
            if what:
                yield Found(place, part=accelerator.model, hardware=hardware.id, what=what)


_DESIGNS = {
    "amd": ("zen", "k10", "bulldozer", "piledriver", "steamroller", "excavator"),
    "intel": (
        "nehalem",
        "westmere",
        "sandybridge",
        "ivybridge",
        "haswell",
        "broadwell",
        "skylake",
        "cascadelake",
        "cannonlake",
        "icelake",
        "sapphirerapids",
    ),
}
"""Names that archspec gives to designs of one maker."""

_OTHER = {"amd": "intel", "intel": "amd"}


def _odd_processor(cpu: Cpu) -> str:
    architecture, level = cpu.architecture.lower(), (cpu.level or "").lower()
    features = [each.lower() for each in cpu.features]
    is_x86, is_arm = architecture in _X86, architecture in _ARM
    if (is_x86 and level.startswith("arm")) or (is_arm and level.startswith("x86")):
        return f"is said to be {cpu.architecture} of the level {cpu.level}"
    foreign = _ARM_FEATURES if is_x86 else _X86_FEATURES if is_arm else ()
    strange = [each for each in features if foreign and each.startswith(foreign)]
    if strange:
        return f"is said to be {cpu.architecture} with {strange[0]}"
    if (
        is_x86
        and level.endswith("v4")
        and features
        and not any(each.startswith("avx512") for each in features)
    ):
        return f"is said to be of the level {cpu.level}, but without AVX-512"
    design = (cpu.microarchitecture or "").lower()
    if any(
        design.startswith(_DESIGNS[maker]) for maker in _OTHER if _OTHER[maker] in _makers(cpu.model or "")
    ):
        return f"is said to be {cpu.model} of the design {cpu.microarchitecture}"
    most = _THREADS_OF_A_CORE * (cpu.cores or 0)
    if cpu.threads and most and cpu.threads > most and (cpu.sockets or 1) == 1:
        return f"is said to have {cpu.threads} threads on {cpu.cores} cores"
    return ""


def _odd_accelerator(accelerator: Accelerator) -> str:
    said, named = (_makers(text) for text in (accelerator.vendor or "", accelerator.model))
    if said and named and said.isdisjoint(named):
        return f"is said to be made by {accelerator.vendor}"
    match = _SIZE.search(accelerator.model)
    size = accelerator.memory_bytes or 0
    if match and int(match[1]) and size > _ALLOWED * int(match[1]) * 10**9:
        return f"is said to have {size} bytes of memory"
    return ""


def _makers(text: str) -> set[str]:
    words = re.findall(r"[a-z]+", text.lower())
    return {maker for maker, names in _MAKERS.items() if any(name in words for name in names)}


@rule("RC0510", SHOULD, spec="hardware", since="1.0", says="run {run} {what}")
def devices_of_a_run_agree(subject: Subject) -> Iterator[Found]:
    """What a run says of the devices that it used SHOULD agree with itself and with its machines.

    Judged: the `resources` of each run. `devices` that are all `cpu`, with a `peak_device_memory_bytes` above
        0 and no `gpu_s` above 0, of which RC0508 speaks, at the `peak_device_memory_bytes`. `energy_of` that
        names `accelerator`, where the run names `hardware`, all of it is there and has none, at the
        `energy_of`; or `energy_of` without `energy_kwh`, at the `energy_of`. `devices` that name one model
        more often than all machines of the run have accelerators, one at least, at the `devices`: one entry
        of `hardware` stands for as many machines as `launch.nodes` says (1 where it is absent).
    Why: the figures are those of another run or of another machine.
    Fix: restore the record as it was written, or name the machine that the run used.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        for name, what in _odd_use(manifest, run) if run.resources else ():
            yield Found(f"{pointer}/resources/{name}", run=run.id, what=what)


def _odd_use(manifest: Manifest, run: Run) -> Iterator[tuple[str, str]]:
    used = run.resources
    if used is None:
        return
    is_left_alone = bool(used.devices) and set(used.devices) == {"cpu"} and not used.gpu_s
    if is_left_alone and used.peak_device_memory_bytes:
        yield "peak_device_memory_bytes", "computed on the processor alone, but held memory of a device"
    is_of_several = len(used.devices) > 1 or "accelerator" in used.energy_of
    has = _accelerators(manifest, run) if is_of_several else None
    if used.energy_of and used.energy_kwh is None:
        yield "energy_of", "says what its energy was measured of, but no energy"
    elif has == 0 and "accelerator" in used.energy_of:
        yield "energy_of", "measured the energy of an accelerator, but its machine has none"
    name, count = max(Counter(used.devices).items(), key=lambda pair: pair[1], default=("cpu", 0))
    if name != "cpu" and has and count > has:
        yield "devices", f"computed on {count} of {name}, but its machines have {has} accelerators"


def _accelerators(manifest: Manifest, run: Run) -> int | None:
    """How many accelerators the machines of a run have; None where that is not known."""
    found: list[Hardware | None] = [manifest.find_hardware(name) for name in run.hardware]
    known = [each for each in found if each]
    if not known or len(known) < len(found):
        return None
    times = (run.launch.nodes or 1) if run.launch and len(known) == 1 else 1
    return times * sum(len(each.accelerators) for each in known)
