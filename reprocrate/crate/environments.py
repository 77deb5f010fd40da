"""What runs used besides their code: software environments, containers, machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.crate.graph import NOT_STATED, Graph
from reprocrate.crate.identifiers import Reference, address_id, experiment_id, fragment_id
from reprocrate.crate.payload import Payload
from reprocrate.crate.roles import lock_file
from reprocrate.manifest import (
    Accelerator,
    Container,
    Environment,
    Hardware,
    Manifest,
    OperatingSystem,
    Package,
    Python,
    Run,
)

_HOMES = {"CPython": "https://www.python.org/", "PyPy": "https://pypy.org/"}
_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\Z")
_IMAGE_TERMS = "https://w3id.org/ro/terms/workflow-run#"


class Environments:
    """The environments and machines of runs, each described when first asked for."""

    def __init__(self, graph: Graph, manifest: Manifest, payload: Payload) -> None:
        self._graph = graph
        self._manifest = manifest
        self._payload = payload
        self._software: dict[str, dict[str, object]] = {}

    def software(self, run: Run) -> dict[str, object]:
        """The properties of an action that say in which software it ran."""
        environment = self._manifest.find_environment(run.environment)
        if environment is None:
            return {}
        if environment.id not in self._software:
            self._software[environment.id] = self._described(environment)
        return self._software[environment.id]

    def machines(self, run: Run) -> list[Reference]:
        """The machines that a run used."""
        found = (self._manifest.find_hardware(name) for name in run.hardware)
        return [self._machine(hardware) for hardware in found if hardware]

    def _described(self, environment: Environment) -> dict[str, object]:
        software = self._graph.add(
            fragment_id("environment", environment.id),
            ["CreativeWork", "SoftwareEnvironment"],
            {
                "name": f"Software environment {environment.id}",
                "operatingSystem": _system(environment.os) if environment.os else None,
                "softwareRequirements": list(self._requirements(environment)),
                "additionalProperty": self._graph.add_settings(
                    ("environment", environment.id, "library"),
                    _libraries(environment),
                ),
                "lockFile": self._payload.refer(lock_file(environment.lock)) if environment.lock else None,
            },
        )
        return {
            "softwareEnvironment": software,
            "environment": self._graph.add_settings(
                ("environment", environment.id, "variable"), environment.variables
            ),
            "containerImage": self._image(environment.container) if environment.container else None,
        }

    def _requirements(self, environment: Environment) -> Iterator[Reference]:
        if environment.python:
            yield self.interpreter(environment.python)
        yield from map(self._package, environment.packages)

    def interpreter(self, python: Python) -> Reference:
        """The interpreter of an environment."""
        name = python.implementation or "Python"
        page = None
        if name == "CPython" and _RELEASE.match(python.version):
            page = f"{_HOMES[name]}downloads/release/python-{python.version.replace('.', '')}/"
        return self._graph.add(
            page or experiment_id(self._manifest.id, "interpreter", name, python.version),
            "SoftwareApplication",
            {
                "name": name,
                "version": python.version,
                "url": page or _HOMES.get(name, NOT_STATED),
            },
        )

    def _package(self, package: Package) -> Reference:
        version = f"{package.version}+{package.local_label}" if package.local_label else package.version
        page = address_id(f"https://pypi.org/project/{package.name}/{package.version}/")
        on_pypi = package.source == "pypi"
        own_id = experiment_id(self._manifest.id, "package", package.name, version, *_build(package))
        return self._graph.add(
            page if on_pypi and not package.local_label else own_id,
            "SoftwareApplication",
            {
                "name": package.name,
                "version": version,
                "url": page if on_pypi else package.url or NOT_STATED,
            },
        )

    def _image(self, container: Container) -> Reference:
        registry, name, tag = _image_name(container.image)
        is_file = container.image.endswith(".sif")
        return self._graph.add(
            fragment_id("image", container.image, *([container.digest] if container.digest else [])),
            ["CreativeWork", "ContainerImage"],
            {
                "additionalType": {"@id": f"{_IMAGE_TERMS}{'SIFImage' if is_file else 'DockerImage'}"},
                "name": container.image if is_file else name,
                "registry": "none: the image is a file" if is_file else registry,
                "tag": None if is_file else tag,
                "sha256": container.digest.removeprefix("sha256:") if container.digest else None,
            },
        )

    def _machine(self, hardware: Hardware) -> Reference:
        return self._graph.add(
            fragment_id("hardware", hardware.id),
            ["Product", "ComputingHardware"],
            {
                "name": f"Machine {hardware.id}",
                "description": "; ".join(_parts(hardware)),
                "additionalProperty": self._graph.add_settings(("hardware", hardware.id), _figures(hardware)),
            },
        )


def _libraries(environment: Environment) -> dict[str, str]:
    """Versions by name; a process may hold several copies of one library."""
    versions: dict[str, dict[str, None]] = {}
    for library in environment.native_libraries:
        versions.setdefault(library.name, {})[library.version or "unknown version"] = None
    return {name: ", ".join(known) for name, known in versions.items()}


def _build(package: Package) -> tuple[str, ...]:
    """What tells builds of the same version apart."""
    return tuple(filter(None, (package.source, package.commit, package.sha256)))


def _system(system: OperatingSystem) -> str:
    details = [system.kernel and f"kernel {system.kernel}", system.machine, system.libc]
    return ", ".join([system.version or system.name, *filter(None, details)])


def _image_name(image: str) -> tuple[str, str, str | None]:
    """Registry, name and tag of an image, as the OCI distribution specification and Docker read them."""
    image = image.partition("@")[0]
    first, slash, rest = image.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, name = (first, rest) if has_registry else ("docker.io", image)
    head, colon, tag = name.rpartition(":")
    return (registry, head, tag) if colon and "/" not in tag else (registry, name, None)


def _parts(hardware: Hardware) -> Iterator[str]:
    if hardware.cpu:
        yield hardware.cpu.model or hardware.cpu.architecture
    if hardware.memory_bytes:
        yield f"{hardware.memory_bytes / 2**30:.1f} GiB of memory"
    yield from (_accelerator(accelerator) for accelerator in hardware.accelerators)
    if hardware.interconnect:
        yield hardware.interconnect


def _accelerator(accelerator: Accelerator) -> str:
    details = [
        accelerator.driver and f"driver {accelerator.driver}",
        accelerator.runtime,
        accelerator.compute_capability and f"compute capability {accelerator.compute_capability}",
    ]
    known = ", ".join(filter(None, details))
    return f"{accelerator.model} ({known})" if known else accelerator.model


def _figures(hardware: Hardware) -> dict[str, object]:
    cpu = hardware.cpu
    figures: dict[str, object] = {
        "architecture": cpu and cpu.architecture,
        "micro-architecture": cpu and cpu.microarchitecture,
        "instruction set level": cpu and cpu.level,
        "processor features": " ".join(cpu.features) if cpu else None,
        "cores": cpu and cpu.cores,
        "threads": cpu and cpu.threads,
        "sockets": cpu and cpu.sockets,
        "memory in bytes": hardware.memory_bytes,
        "accelerators": len(hardware.accelerators),
    }
    return {name: value for name, value in figures.items() if value not in (None, "")}
