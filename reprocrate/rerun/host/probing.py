"""What this machine is, in the manifest's own terms."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.capture.environment.system import operating_system
from reprocrate.capture.hardware import look_at_hardware
from reprocrate.capture.record import plain
from reprocrate.manifest import Hardware, Manifest, OperatingSystem
from reprocrate.rerun.environment.conda.linking import can_link
from reprocrate.rerun.environment.conda.lists import linking_platform
from reprocrate.rerun.environment.interpreters import find_interpreter
from reprocrate.rerun.environment.wheel_choice import Choice
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox, Sandbox, find_sandbox


@dataclass(frozen=True, slots=True)
class Host:
    """What a plan sets the recorded machine against.

    Attributes:
        system: the operating system.
        hardware: processor, memory and accelerators.
        sandbox: how code is isolated, or why it cannot be.
        pythons: for each recorded version of Python, the version of the interpreter that would be used; a
            version for which there is none is left out.
        programs: those of the recorded programs that are installed here.
        free_bytes: free space where the rerun will work; None where unknown.
        wheels: what the package index has for this machine, by id of the environment, where it was asked.
        conda: what conda calls it, where packages of conda can be linked on it.
        described: what it was called, where it is not this machine but one that somebody described.
    """

    system: OperatingSystem
    hardware: Hardware
    sandbox: Sandbox | NoSandbox
    pythons: Mapping[str, str] = field(default_factory=dict)
    programs: frozenset[str] = frozenset()
    free_bytes: int | None = None
    wheels: Mapping[str, Choice] = field(default_factory=dict)
    conda: str | None = None
    described: str | None = None


def probe_host(manifest: Manifest, folder: Path | None = None) -> Host:
    """Look at this machine with an experiment in mind; nothing of the experiment is started.

    Args:
        manifest: what is to be run: says which interpreters and programs to look for.
        folder: where it is to be run; the current folder where it is None.
    """
    pythons = {}
    for environment in manifest.environments:
        if python := environment.python:
            found = find_interpreter(python.version, python.implementation or "CPython")
            if found:
                pythons[python.version] = found.version
    programs = {configuration.command[0] for configuration in manifest.configurations}
    return Host(
        system=OperatingSystem.model_validate(_known(plain(operating_system()))),
        hardware=Hardware.model_validate({"id": "here", **_known(plain(look_at_hardware(os.environ)))}),
        sandbox=find_sandbox(),
        pythons=pythons,
        programs=frozenset(program for program in programs if shutil.which(program)),
        free_bytes=_free_bytes(folder or Path()),
        conda=linking_platform() if can_link() else None,
    )


def _free_bytes(folder: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return None


def _known(value: Any) -> Any:
    """The value without what is None: a manifest leaves out what is not known."""
    if isinstance(value, dict):
        return {name: _known(item) for name, item in value.items() if item is not None}
    return [_known(item) for item in value] if isinstance(value, list) else value
