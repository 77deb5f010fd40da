"""What is judged together: the recorded runs that shared an environment and a machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reprocrate.manifest import Code, Environment, Hardware, Manifest
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.work.materials import code_of
from reprocrate.rerun.work.selection import Task


@dataclass(frozen=True, slots=True)
class Setting:
    """Runs that shared an environment and a machine, and the machine they are to run on now.

    Attributes:
        tasks: the runs to be repeated.
        environment: the recorded software; None where none was recorded.
        hardware: the recorded machine; the first, where a run used several nodes.
        code: the source tree of the first of them.
        host: this machine.
    """

    tasks: tuple[Task, ...]
    environment: Environment | None
    hardware: Hardware | None
    code: Code | None
    host: Host

    @property
    def configurations(self) -> tuple[str, ...]:
        """Ids of the configurations, in order."""
        return tuple(dict.fromkeys(task.configuration.id for task in self.tasks))

    @property
    def same_platform(self) -> bool:
        """Whether system and architecture are as recorded, so that the very same wheels are installed."""
        system = self.environment.os if self.environment else None
        if system is None:
            return False
        here = self.host.system
        return (system.name, system.machine) == (here.name, here.machine)

    def requirement(
        self,
        name: tuple[str, str],
        recorded: str | None,
        found: str | None,
        decision: Decision,
        reason: str,
        override: str | None = None,
    ) -> Requirement:
        """A requirement of these runs; `name` is its namespace and feature."""
        return Requirement(*name, recorded, found, decision, reason, override, self.configurations)


def settings_of(manifest: Manifest, tasks: Iterable[Task], host: Host) -> tuple[Setting, ...]:
    """The tasks grouped by what they ran in and on."""
    groups: dict[tuple[str | None, str | None], list[Task]] = {}
    for task in tasks:
        machine = task.recorded.hardware[0] if task.recorded.hardware else None
        groups.setdefault((task.recorded.environment, machine), []).append(task)
    return tuple(
        Setting(
            tasks=tuple(group),
            environment=manifest.find_environment(environment),
            hardware=manifest.find_hardware(machine),
            code=code_of(manifest, group[0]),
            host=host,
        )
        for (environment, machine), group in groups.items()
    )
