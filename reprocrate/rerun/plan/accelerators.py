"""What a plan requires of accelerators: that there are some, their model, memory, driver and capability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reprocrate.manifest import Accelerator, AcceleratorFeature, Environment
from reprocrate.rerun.environment import cuda
from reprocrate.rerun.environment.builds import choose_build
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.wording import listed

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
_PROCESSOR = "cpu"


def accelerators(setting: Setting, recorded: tuple[Accelerator, ...]) -> Iterator[Requirement]:
    """Everything that the recorded accelerators ask for."""
    yield _model(setting, recorded)
    here = setting.host.hardware.accelerators
    if here and could_use_accelerators(setting) and recorded[0].vendor in (None, "nvidia"):
        yield from _driver(setting, recorded, here)
        yield from _capability(setting, recorded, here)


def lacks_feature(asked: AcceleratorFeature, here: Sequence[Accelerator]) -> str | None:
    """Why the accelerators here do not have a feature that the author demands; None where they may.

    Understood are NVIDIA's `sm_arch` (90 or 9.0: the lowest compute capability) and the lower bound of its
    CUDA versions, as in the drafts for wheel variants; of any other feature only that there is a device.
    """
    if not here:
        return "the code asks for such a device by name, and there is none here"
    if asked.namespace != "nvidia":
        return None
    nvidia = [one for one in here if one.vendor in (None, "nvidia")]
    if not nvidia:
        return "the code asks for a device of NVIDIA, and there is none here"
    if asked.feature == "sm_arch":
        lowest = _capability_of(asked.value)
        known = [cuda.numbers(one.compute_capability) for one in nvidia if one.compute_capability]
        if lowest and known and max(known) < lowest:
            return (
                f"the code asks for compute capability {cuda.words(lowest)}, here is {cuda.words(max(known))}"
            )
    if asked.feature.startswith("cuda"):
        known = [cuda.numbers(one.runtime) for one in nvidia if one.runtime]
        lowest = cuda.numbers(asked.value)[:2]
        if lowest and known and max(known)[: len(lowest)] < lowest:
            here_known = cuda.words(max(known))
            return f"the code asks for CUDA {cuda.words(lowest)}, and the driver here knows {here_known}"
    return None


def could_use_accelerators(setting: Setting) -> bool:
    """Whether a recorded run used a device, or had a library that could."""
    used = [task.recorded.resources.gpu_s for task in setting.tasks if task.recorded.resources]
    if _devices_used(setting):
        return True
    if any(seconds is not None for seconds in used):
        return any(used)
    return setting.environment is None or _has_accelerator_library(setting.environment)


def _model(setting: Setting, recorded: tuple[Accelerator, ...]) -> Requirement:
    here = setting.host.hardware.accelerators
    words = (("accelerator", "model"), _models(recorded), _models(here) if here else None)
    if not could_use_accelerators(setting):
        reason = "the recorded machine had one, but nothing in the environment could use it"
        return setting.requirement(*words, Decision.SAME, reason)
    if not here:
        return _none_here(setting, recorded)
    if recorded[0].vendor != here[0].vendor:
        reason = "another vendor's device: the packages of the lock may not drive it"
        return setting.requirement(*words, Decision.DEGRADED, reason, "use a device of the same vendor")
    peaks = [task.peak_device_memory_bytes for task in setting.tasks]
    known = [peak for peak in peaks if peak is not None]
    needed = (
        max(known) if known and len(known) == len(peaks) else sum(one.memory_bytes or 0 for one in recorded)
    )
    found = [one.memory_bytes for one in here if one.memory_bytes is not None]
    if found and sum(found) < needed:
        reason = "less device memory than then: batches may have to be smaller"
        return setting.requirement(*words, Decision.DEGRADED, reason, "use a device with as much memory")
    if _models(recorded) != _models(here):
        reason = "another model of the same vendor rounds differently"
        return setting.requirement(*words, Decision.SUBSTITUTABLE, reason)
    return setting.requirement(*words, Decision.SAME, "same devices")


def _none_here(setting: Setting, recorded: Sequence[Accelerator]) -> Requirement:
    used = _devices_used(setting)
    reason = "there is none here: code that chooses the processor by itself runs there, other code fails"
    if used:
        reason = f"the recorded runs computed on {listed(used)}. {reason.capitalize()}"
    override = "use a machine with such a device, or accept the processor"
    return setting.requirement(
        ("accelerator", "model"), _models(recorded), None, Decision.DEGRADED, reason, override
    )


def _driver(
    setting: Setting, recorded: Sequence[Accelerator], here: Sequence[Accelerator]
) -> Iterator[Requirement]:
    then, now = _named(one.driver for one in recorded), _named(one.driver for one in here)
    built_for = cuda.version_of(setting.environment) if setting.environment else None
    if now is None or (then is None and built_for is None):
        return
    asked = f", packages for CUDA {cuda.words(built_for)}" if built_for else ""
    name, words = ("accelerator", "driver"), f"driver {then or 'unknown'}{asked}"
    least = cuda.lowest_driver(built_for, setting.host.system.name) if built_for else None
    drivers = [cuda.numbers(one.driver) for one in here if one.driver]
    if built_for and least and min(drivers) < least:
        needed = f"CUDA {cuda.words(built_for)} needs a driver {cuda.words(least)} or newer"
        decision, reason, override = _with_another_build(setting, needed)
        override = override or f"install a driver {cuda.words(least)} or newer to keep the recorded build"
        yield setting.requirement(name, words, f"driver {now}", decision, reason, override)
    elif then == now:
        yield setting.requirement(name, words, f"driver {now}", Decision.SAME, "same driver")
    else:
        reason = "another driver, which is new enough for the packages" if least else "another driver"
        yield setting.requirement(name, words, f"driver {now}", Decision.SUBSTITUTABLE, reason)


def _capability(
    setting: Setting, recorded: Sequence[Accelerator], here: Sequence[Accelerator]
) -> Iterator[Requirement]:
    then = _named(one.compute_capability for one in recorded)
    now = _named(one.compute_capability for one in here)
    if now is None:
        return
    name, built_for = ("accelerator", "capability"), None
    if setting.environment:
        built_for = cuda.version_of(setting.environment)
    known = [cuda.numbers(one.compute_capability) for one in here if one.compute_capability]
    strange = [one for one in known if built_for and not cuda.knows_device(built_for, one)]
    if built_for and strange:
        needed = f"packages for CUDA {cuda.words(built_for)} have no code for {cuda.words(strange[0])}"
        yield setting.requirement(name, then, now, *_with_another_build(setting, needed))
    elif then == now:
        yield setting.requirement(name, then, now, Decision.SAME, "same compute capability")
    elif then is not None:
        reason = "other kernels are chosen for another compute capability"
        yield setting.requirement(name, then, now, Decision.SUBSTITUTABLE, reason)


def _with_another_build(setting: Setting, needed: str) -> tuple[Decision, str, str | None]:
    """Whether another build of the same versions helps where the recorded one cannot run."""
    environment, host = setting.environment, setting.host
    build = choose_build(environment, host.system, host.hardware.accelerators) if environment else None
    if build and build.possible and build.changed:
        return (
            Decision.SUBSTITUTABLE,
            f"{needed}; the build +{build.chosen} of the same version is taken",
            None,
        )
    return Decision.IMPOSSIBLE, needed, "use a machine with a fitting device and driver"


def _named(words: Iterable[str | None]) -> str | None:
    """Different words once each; None where there is none."""
    return ", ".join(dict.fromkeys(filter(None, words))) or None


def _capability_of(value: str) -> cuda.Version:
    """`90`, `9.0`, `sm_90` and `90a` as (9, 0)."""
    digits = cuda.numbers(value)
    if len(digits) == 1 and digits[0] >= 10:
        return divmod(digits[0], 10)
    return digits if digits else ()


def _models(devices: Sequence[Accelerator]) -> str:
    counts: dict[str, int] = {}
    for one in devices:
        counts[one.model] = counts.get(one.model, 0) + 1
    return ", ".join(f"{count} x {model}" if count > 1 else model for model, count in sorted(counts.items()))


def _devices_used(setting: Setting) -> list[str]:
    """The devices other than the processor that recorded runs computed on."""
    resources = (task.recorded.resources for task in setting.tasks)
    return sorted({name for one in resources if one for name in one.devices} - {_PROCESSOR})


def _has_accelerator_library(environment: Environment) -> bool:
    libraries = {library.kind for library in environment.native_libraries}
    return bool(libraries & _ACCELERATOR_LIBRARIES) or any(
        package.name.startswith(_USES_ACCELERATORS) for package in environment.packages
    )
