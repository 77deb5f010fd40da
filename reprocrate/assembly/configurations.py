"""Run records grouped into configurations: one way of running the code, only the seed left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reprocrate.assembly.factors import differing_arguments
from reprocrate.assembly.settings import ConfigurationSettings, ProjectSettings
from reprocrate.capture.launch.grid import base_name, configuration_name, typed
from reprocrate.capture.record import Configuration, RunRecord


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
    """Launches by configuration, in the order of `reprocrate.toml`, then of first launch.

    The points of a grid stand where the configuration stands that declares it.
    """
    launched = _by_id(settings, records)
    firsts = {name: launches[0].configuration for name, launches in launched.items()}
    templates = [first.grid_template or first.template for first in firsts.values()]
    groups = []
    for (name, launches), differing in zip(launched.items(), differing_arguments(templates), strict=True):
        first = firsts[name]
        declared = settings.configurations.get(name) or settings.configurations.get(
            base_name(settings.configurations, first)
        )
        declared = declared or ConfigurationSettings()
        groups.append(
            ConfigurationGroup(
                id=name,
                template=tuple(first.template),
                working_directory=first.working_directory,
                seed_variable=first.seed_variable,
                records=tuple(launches),
                settings=declared,
                factors={**(declared.factors or differing), **_chosen(first)},
            )
        )
    return groups


def _by_id(settings: ProjectSettings, records: Sequence[RunRecord]) -> dict[str, list[RunRecord]]:
    """The launches of each configuration, in the order of the configurations."""
    by_id: dict[str, list[RunRecord]] = {}
    digests: dict[str, str] = {}
    for record in records:
        name, digest = (
            configuration_name(settings.configurations, record.configuration),
            record.configuration.digest,
        )
        if record.configuration.grid and digests.setdefault(name, digest) != digest:
            name = f"{name}-{digest[:8]}"  # another command with the same parameters
        by_id.setdefault(name, []).append(record)
    places = {name: place for place, name in enumerate(settings.configurations)}

    def place(name: str) -> int:
        base = base_name(settings.configurations, by_id[name][0].configuration)
        return places.get(name, places.get(base, len(places)))

    return {name: by_id[name] for name in sorted(by_id, key=place)}


def _chosen(launched: Configuration) -> dict[str, Any]:
    """What was chosen at a point of a grid, numbers as numbers."""
    return {name: typed(value) if isinstance(value, str) else value for name, value in launched.grid.items()}
