"""How the software and machine of a rerun differ from the recorded ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reprocrate.manifest import Environment, Hardware, Manifest, Package, Run
from reprocrate.rerun.compare.samples import HostDifference
from reprocrate.rerun.host.processors import design

_OF_ARITHMETIC = (
    *("OMP_", "MKL_", "OPENBLAS_", "BLIS_", "NUMEXPR_", "NUMBA_", "VECLIB_", "NPY_", "ATEN_", "ONEDNN_"),
    *("CUBLAS_", "NVIDIA_TF32_", "TORCH_", "TF_", "XLA_", "JAX_"),
)
"""Beginnings of the variables that choose kernels, precision and threads of numerical libraries."""


@dataclass(frozen=True, slots=True)
class PackageDifference:
    """A package whose version is not the recorded one.

    Attributes:
        package: its name.
        recorded: its version then, with local label, and whether it was edited; `None` where it was absent.
        found: the same now; `None` where it is not there.
    """

    package: str
    recorded: str | None
    found: str | None


def package_differences(recorded: Environment, found: Environment) -> tuple[PackageDifference, ...]:
    """Every package, the interpreter first, that is not the same in both."""
    then, now = _versions(recorded), _versions(found)
    names = sorted(then.keys() | now.keys(), key=lambda name: (name != "python", name))
    return tuple(
        PackageDifference(name, then.get(name), now.get(name))
        for name in names
        if then.get(name) != now.get(name)
    )


def host_difference(
    original: Manifest, recorded: Iterable[Run], reproduction: Manifest, again: Iterable[Run]
) -> HostDifference:
    """How the machines and software of some runs of a rerun differ from those of the recorded runs.

    Nothing counts as the same that was not recorded.
    """
    before, after = list(recorded), list(again)
    if _used_accelerator(original, before) or _used_accelerator(reproduction, after):
        return HostDifference.GPU
    with_design = all(_designs(original, before)) and all(_designs(reproduction, after))
    then, now = _platforms(original, before, with_design), _platforms(reproduction, after, with_design)
    return HostDifference.SAME if None not in then and then == now and len(then) == 1 else HostDifference.CPU


def _versions(environment: Environment) -> dict[str, str]:
    versions = {package.name: _version(package) for package in environment.packages}
    return versions | ({"python": environment.python.version} if environment.python else {})


def _version(package: Package) -> str:
    label = f"+{package.local_label}" if package.local_label else ""
    changed = ", edited" if package.altered else ", with uncommitted changes" if package.dirty else ""
    return f"{package.version}{label}{changed}"


def _used_accelerator(manifest: Manifest, runs: Iterable[Run]) -> bool:
    """Whether a run had an accelerator and is not known to have left it alone."""
    return any(
        machine.accelerators and not (run.resources and run.resources.gpu_s == 0)
        for run in runs
        for machine in map(manifest.find_hardware, run.hardware)
        if machine is not None
    )


def _designs(manifest: Manifest, runs: Iterable[Run]) -> list[str | None]:
    """The processors' designs; records of older versions do not tell."""
    machines = (manifest.find_hardware(name) for run in runs for name in run.hardware)
    return [design(machine.cpu) if machine and machine.cpu else None for machine in machines]


def _platforms(manifest: Manifest, runs: Iterable[Run], with_design: bool) -> set[tuple[object, ...] | None]:
    """What decides the bits of each run; `None` for one whose machine or software was not recorded."""
    found: set[tuple[object, ...] | None] = set()
    for name, machines in {(run.environment, run.hardware) for run in runs}:
        environment = manifest.find_environment(name)
        processors = [_processor(manifest.find_hardware(machine), with_design) for machine in machines]
        if environment is None or not environment.packages or not processors or None in processors:
            found.add(None)
        elif any(package.altered for package in environment.packages):
            found.add(None)  # what the edited files held is not recorded
        else:
            found.add((_software(environment), *processors))
    return found


def _software(environment: Environment) -> tuple[object, ...]:
    system = environment.os
    libraries = {
        (library.kind, library.name, library.version, frozenset(library.details.items()))
        for library in environment.native_libraries
    }
    return (
        frozenset(_versions(environment).items()),
        frozenset((one.name, one.tree_sha256) for one in environment.packages if one.tree_sha256),
        frozenset(libraries),
        frozenset(item for item in environment.variables.items() if item[0].startswith(_OF_ARITHMETIC)),
        (system.name, system.version, system.machine, system.libc) if system else None,
        environment.container.digest if environment.container else None,
    )


def _processor(machine: Hardware | None, with_design: bool) -> tuple[object, ...] | None:
    if machine is None or machine.cpu is None:
        return None
    cpu = machine.cpu
    told = design(cpu) if with_design else None
    return (cpu.model, told, cpu.architecture, frozenset(cpu.features), cpu.threads)
