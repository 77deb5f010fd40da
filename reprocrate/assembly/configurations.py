"""Run records grouped into configurations: one way of running the code, only the seed left open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from reprocrate.assembly.factors import differing_arguments
from reprocrate.assembly.settings import ConfigurationSettings, ProjectSettings
from reprocrate.capture.record import RunRecord


@dataclass(frozen=True, slots=True)
class ConfigurationGroup:
    """A configuration with its launches, oldest first."""

    id: str
    template: tuple[str, ...]
    working_directory: str
    seed_variable: str | None
    records: tuple[RunRecord, ...]
    settings: ConfigurationSettings
    factors: Mapping[str, Any]

    @property
    def makes_results(self) -> bool:
        """Whether results rest on it: none do on trials of a search, or on what only shows that it runs."""
        return self.settings.trials_of is None and self.settings.kind != "smoke"

    def level(self, factor: str) -> str | None:
        """What a factor is here: `configuration` and `data` are factors even where none is called so."""
        if factor in self.factors:
            return str(self.factors[factor])
        if factor == "configuration":
            return self.id
        return self.settings.data[0] if factor == "data" and self.settings.data else None

    def other_factors(self, factor: str) -> dict[str, Any]:
        """All factors but one."""
        return {name: value for name, value in self.factors.items() if name != factor}

    def to_section(
        self, code: str | None, data: Sequence[str], trials: Sequence[RunRecord] = ()
    ) -> dict[str, Any]:
        """The manifest's entry.

        Args:
            code: id of the code that its results rest on.
            data: ids of the data that they rest on.
            trials: the launches of its search, where they were recorded.
        """
        declared = self.settings.model_dump(mode="json", exclude_defaults=True)
        return {
            "id": self.id,
            "name": self.id,
            "role": declared.get("role"),
            "factors": dict(self.factors),
            "command": list(self.template),
            "working_directory": None if self.working_directory == "." else self.working_directory,
            "seed_variable": self.seed_variable,
            "hyperparameters": declared.get("hyperparameters"),
            "code": code,
            "data": declared.get("data") or list(data),
            "search": _counted(trials, declared["search"]) if "search" in declared else None,
            "variants": declared.get("variants"),
        }


def _counted(trials: Sequence[RunRecord], declared: Mapping[str, Any]) -> dict[str, Any]:
    """A search with the launches that were its trials.

    They are named and counted if the author states no other number: then a launch held several trials, or
    some were made elsewhere, and what was launched is not the whole of them.
    """
    if not trials or declared.get("trials", len(trials)) != len(trials):
        return dict(declared)
    completed = sum(trial.status == "ok" for trial in trials)
    runs = [trial.id for trial in trials]
    return {"trials": len(trials), "trials_completed": completed, "runs": runs, **declared}


def group_records(settings: ProjectSettings, records: Sequence[RunRecord]) -> list[ConfigurationGroup]:
    """Launches by configuration, in the order of `reprocrate.toml`, then of first launch."""
    by_id: dict[str, list[RunRecord]] = {name: [] for name in settings.configurations}
    for record in records:
        by_id.setdefault(configuration_id(settings, record), []).append(record)
    launched = {name: launches for name, launches in by_id.items() if launches}
    derived = differing_arguments([launches[0].configuration.template for launches in launched.values()])
    groups = []
    for (name, launches), differing in zip(launched.items(), derived, strict=True):
        first = launches[0].configuration
        declared = settings.configurations.get(name, ConfigurationSettings())
        groups.append(
            ConfigurationGroup(
                id=name,
                template=tuple(first.template),
                working_directory=first.working_directory,
                seed_variable=first.seed_variable,
                records=tuple(launches),
                settings=declared,
                factors=declared.factors or differing,
            )
        )
    return groups


def configuration_id(settings: ProjectSettings, record: RunRecord) -> str:
    """The name given to `run`, else of the declared configuration with this command, else made of it."""
    launched = record.configuration
    if launched.name:
        return launched.name
    for name, declared in settings.configurations.items():
        if declared.command == tuple(launched.template):
            return name
    return f"{_program(launched.template)}-{launched.digest[:8]}"


def _program(template: Sequence[str]) -> str:
    """What a command runs, in a word that an id can begin with: script, module or program."""
    words = [word for word in template[1:] if not word.startswith("-")] or list(template)
    runs_script = template[0] == "python" and len(template) > 1
    name = PurePosixPath(words[0] if runs_script else template[0]).name.removesuffix(".py")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:100] or "configuration"
