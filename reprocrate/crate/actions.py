"""Runs as actions: one CreateAction for each run of a seed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reprocrate.crate.data import DataSets
from reprocrate.crate.environments import Environments
from reprocrate.crate.graph import Graph
from reprocrate.crate.identifiers import Reference, fragment_id, once
from reprocrate.crate.links import Links, known
from reprocrate.crate.payload import Payload
from reprocrate.crate.programs import Programs
from reprocrate.crate.roles import written_by
from reprocrate.crate.times import ended, started
from reprocrate.manifest import Configuration, Manifest, Observation, Resources, Run, Seed

MOST_VALUES = 50
"""Of a run with more metric values than this the crate holds the first, and the manifest all."""

_STATUS = {
    "ok": "http://schema.org/CompletedActionStatus",
    "failed": "http://schema.org/FailedActionStatus",
    "killed": "http://schema.org/FailedActionStatus",
    "interrupted": "http://schema.org/FailedActionStatus",
    "running": "http://schema.org/ActiveActionStatus",
}
_RESOURCES = (
    ("cpu_s", "processor time", "s"),
    ("peak_memory_bytes", "peak memory", "bytes"),
    ("peak_device_memory_bytes", "peak device memory", "bytes"),
    ("gpu_s", "accelerator time", "s"),
    ("energy_kwh", "energy", "kWh"),
)


class Actions:
    """Describes runs, the failed and the repeated ones too."""

    def __init__(
        self,
        graph: Graph,
        manifest: Manifest,
        payload: Payload,
        programs: Programs,
        environments: Environments,
        data: DataSets,
    ) -> None:
        self._graph = graph
        self._manifest = manifest
        self._links = Links(manifest)
        self._payload = payload
        self._programs = programs
        self._environments = environments
        self._data = data

    def describe(self, agents: list[Reference]) -> list[Reference]:
        """Describe every run, and the configurations that they are of.

        Args:
            agents: who answers for the runs.
        """
        for configuration in self._manifest.configurations:
            self._describe_configuration(configuration)
        return [self._describe_run(run, agents) for run in self._manifest.runs]

    def _describe_run(self, run: Run, agents: list[Reference]) -> Reference:
        configuration = self._manifest.find_configuration(run.configuration)
        label = configuration.label if configuration else run.configuration
        return self._graph.add(
            fragment_id("run", run.id),
            "CreateAction",
            {
                "name": label if run.seed is None else f"{label}, seed {run.seed}",
                "description": _description(run),
                "startTime": started(run),
                "endTime": ended(run),
                "agent": agents,
                "instrument": self._programs.instrument(run),
                "object": list(self._read(run)),
                "result": list(self._made(run)) or self._ended(run),
                "actionStatus": _STATUS[run.status],
                "error": _error(run),
                "exitStatus": run.exit_code,
                "runKind": run.kind,
                "captureCompleteness": run.capture.completeness if run.capture else None,
                "computingHardware": self._environments.machines(run),
                "resourceUsage": list(self._used(run.id, run.resources)) if run.resources else None,
                **self._environments.software(run),
            },
        )

    def _read(self, run: Run) -> Iterator[Reference]:
        yield from self._data.read_by(run)
        yield from self._programs.settings(run)
        yield from known([self._links.configuration(run.configuration)])
        yield from once(map(self._describe_seed, run.seeds))

    def _made(self, run: Run) -> Iterator[Reference]:
        yield from self._payload.refer_to_all(list(written_by(run)))
        for place, observation in enumerate(run.metrics[:MOST_VALUES]):
            yield self._describe_value(run.id, place, observation)

    def _ended(self, run: Run) -> Reference:
        """What is left of a run that made nothing: how it ended."""
        return self._graph.add(
            fragment_id("run", run.id, "status"), "PropertyValue", {"name": "status", "value": run.status}
        )

    def _describe_configuration(self, configuration: Configuration) -> Reference:
        owner = ("configuration", configuration.id)
        return self._graph.add(
            fragment_id(*owner),
            ["PropertyValue", "ExperimentConfiguration"],
            {
                "name": "configuration",
                "value": configuration.label,
                "description": shlex.join(configuration.command).replace("'{seed}'", "{seed}"),
                "configurationRole": configuration.role,
                "additionalProperty": [
                    *self._graph.add_settings((*owner, "factor"), configuration.factors),
                    *self._graph.add_settings((*owner, "hyperparameter"), configuration.hyperparameters),
                ],
            },
        )

    def _describe_seed(self, seed: Seed) -> Reference:
        more: list[str | int] = []
        if seed.library is not None:
            more += ["library", seed.library]
        if seed.rank is not None:
            more += ["rank", seed.rank]
        return self._graph.add(
            fragment_id("seed", seed.value, seed.how, *more),
            ["PropertyValue", "RandomSeed"],
            {
                "name": "seed",
                "value": seed.value,
                "seedSource": seed.how,
                "seededLibrary": seed.library,
                "processRank": seed.rank,
            },
        )

    def _describe_value(self, run: str, place: int, observation: Observation) -> Reference:
        return self._graph.add(
            fragment_id("run", run, "metric", place),
            "PropertyValue",
            {
                "name": observation.metric,
                "value": observation.status if observation.value is None else observation.value,
                "propertyID": self._links.metric(observation.metric),
                "onData": self._links.data(observation.data),
                "onSplit": observation.split,
                "onFold": observation.fold,
                "atStep": observation.step,
            },
        )

    def _used(self, run: str, resources: Resources) -> Iterator[Reference]:
        for field, name, unit in _RESOURCES:
            value = getattr(resources, field)
            if value is not None:
                yield self._graph.add(
                    fragment_id("run", run, "used", field),
                    "PropertyValue",
                    {"name": name, "value": value, "unitText": unit},
                )


def _description(run: Run) -> str:
    command = shlex.join(run.command)
    place = f" (in the folder {run.working_directory})" if run.working_directory else ""
    more = len(run.metrics) - MOST_VALUES
    values = f" {more} more metric values are in reprocrate.json." if more > 0 else ""
    return f"{command}{place}{values}"


def _error(run: Run) -> str | None:
    if run.status == "failed":
        return f"It ended with exit status {run.exit_code}." if run.exit_code else "It ended with an error."
    if run.status == "killed" and run.killed_because:
        return f"It was killed, because {run.killed_because}."
    if run.status == "killed":
        return "It was killed." if run.signal is None else f"It was killed by signal {run.signal}."
    return "It was interrupted by the user." if run.status == "interrupted" else None
