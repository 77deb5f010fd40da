"""Which build of the recorded packages a machine takes: the same public versions, the label of its devices.

`torch 2.1.0+cu118` is the version 2.1.0 in a build for CUDA 11.8. The public version is kept; the label is
chosen for the accelerators and the driver that are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprocrate.manifest import Accelerator, Environment, OperatingSystem
from reprocrate.rerun.environment import cuda
from reprocrate.rerun.environment.platforms import is_for, platform_of
from reprocrate.rerun.environment.requirements import Pinned
from reprocrate.rerun.environment.torch_builds import is_of_torch, torch_backend

_WITH_LABELS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc")
"""Platforms for which PyTorch offers builds by label; others take the one build of the package index."""

_MOST_TRIED = 4

OF_ACCELERATORS = ("nvidia-", "cuda-", "triton", "pytorch-triton", "intel-cmplr", "onemkl-sycl")
"""How packages begin that a build of PyTorch brings along: another build asks for others."""


@dataclass(frozen=True, slots=True)
class Build:
    """The build of PyTorch's packages that is taken.

    Attributes:
        recorded: the label of the recorded build; None for the index's own.
        chosen: the label here; None for the index's own.
        reason: why another one is taken, or why none can be; empty where the recorded one is.
        possible: whether there is any that this machine's devices can run.
        others: labels that would do as well, where the version is not to be had with the chosen one.
    """

    recorded: str | None
    chosen: str | None
    reason: str = ""
    possible: bool = True
    others: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether another build than the recorded one is taken."""
        return self.recorded != self.chosen


def choose_build(
    environment: Environment, system: OperatingSystem, accelerators: Sequence[Accelerator]
) -> Build | None:
    """The build for a machine; None where the environment has none of PyTorch's packages."""
    torch = [one for one in environment.packages if is_of_torch(one.name)]
    if not torch:
        return None
    label = torch_backend((one.name, one.local_label) for one in torch) or None
    if platform_of(system) not in _WITH_LABELS:
        return Build(label, None, "this platform has one build, which the package index offers")
    built_for = cuda.version_of(environment)
    if label == "cpu":
        return Build(label, label)
    if built_for is not None:
        if not _of_nvidia(accelerators):
            return _on_the_processor(environment, label, system)
        return _for_cuda(label, built_for, system, _of_nvidia(accelerators))
    vendor = "amd" if (label or "").startswith("rocm") else "intel" if label == "xpu" else None
    if vendor and not any(one.vendor == vendor for one in accelerators):
        return Build(label, "cpu", "there is no such device here")
    return Build(label, label)


def is_served(pinned: Sequence[Pinned], build: Build | None) -> bool:
    """Whether a lock names the build that is taken, if it names any of PyTorch's packages."""
    if build is None:
        return True
    labels = {one.version.partition("+")[2] or None for one in pinned if is_of_torch(one.name)}
    return not labels or build.chosen in labels


def _of_nvidia(accelerators: Sequence[Accelerator]) -> list[Accelerator]:
    return [one for one in accelerators if one.vendor in (None, "nvidia")]


def _on_the_processor(environment: Environment, label: str | None, system: OperatingSystem) -> Build:
    """The build where there is no device: the recorded one runs on the processor too, and is only large."""
    came_along = any(house.files and is_for(house.platform, system) for house in environment.wheels)
    if label is None or came_along:
        return Build(label, label)
    return Build(label, "cpu", "there is no such device here")


def _for_cuda(
    label: str | None,
    built_for: cuda.Version,
    system: OperatingSystem,
    devices: Sequence[Accelerator],
) -> Build:
    driver = min((cuda.numbers(one.driver) for one in devices if one.driver), default=None)
    capabilities = [cuda.numbers(one.compute_capability) for one in devices if one.compute_capability]
    unfit = _unfit(built_for, system, driver, capabilities)
    if not unfit and (label is not None or system.name != "Windows"):
        return Build(label, label)
    fitting = cuda.fitting_labels(built_for, driver, capabilities, system.name)
    if not unfit and fitting:
        return Build(label, fitting[0], "on this system the index's own build is for the processor")
    if not fitting:
        return Build(label, label, unfit, possible=False)
    return Build(label, fitting[0], unfit, others=fitting[1:_MOST_TRIED])


def _unfit(
    built_for: cuda.Version,
    system: OperatingSystem,
    driver: cuda.Version | None,
    capabilities: Sequence[cuda.Version],
) -> str:
    """Why devices here cannot run code for a version of CUDA; empty where they can."""
    named, least = cuda.words(built_for), cuda.lowest_driver(built_for, system.name)
    if driver is not None and least is not None and driver < least:
        return f"CUDA {named} needs a driver {cuda.words(least)} or newer, and {cuda.words(driver)} is here"
    for one in capabilities:
        if not cuda.knows_device(built_for, one):
            return f"CUDA {named} has no code for devices of compute capability {cuda.words(one)}"
    return ""
