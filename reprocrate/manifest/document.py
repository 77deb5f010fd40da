"""The manifest as one typed value, and its canonical bytes."""

import hashlib
from functools import cached_property
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import Field

from reprocrate.manifest.account import (
    Anonymous,
    Checklist,
    Compute,
    Ethics,
    Extension,
    History,
    Leakage,
    Migrated,
    Model,
    Reproduction,
)
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.manifest.claims import Claim
from reprocrate.manifest.code import Code
from reprocrate.manifest.data import Data, Service
from reprocrate.manifest.environment import Environment
from reprocrate.manifest.experiment import Experiment
from reprocrate.manifest.hardware import Hardware, Requirements
from reprocrate.manifest.results import Comparison, Metric, Result, Table
from reprocrate.manifest.runs import Configuration, Determinism, Run
from reprocrate.manifest.section import Many, Section, matching

VERSION = "1.0"
SCHEMA_URL = "https://w3id.org/reprocrate/schema/1.0/manifest.schema.json"


class Identified(Protocol):
    """An entry of a section whose entries have names."""

    @property
    def id(self) -> str:
        """The name, unique in its section."""


Item = TypeVar("Item", bound=Identified)


class Manifest(Section):
    """What an experiment was, what it ran on, what came out, and what is claimed from it."""

    manifest_version: Annotated[str, matching(r"^1\.[0-9]+$")]
    id: Annotated[str, matching(r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    experiment: Experiment
    schema_url: Annotated[str | None, Field(alias="$schema")] = None
    code: Many[Code] = ()
    data: Many[Data] = ()
    services: Many[Service] = ()
    environments: Many[Environment] = ()
    hardware: Many[Hardware] = ()
    requirements: Requirements | None = None
    determinism: Determinism | None = None
    configurations: Many[Configuration] = ()
    runs: Many[Run] = ()
    metrics: Many[Metric] = ()
    results: Many[Result] = ()
    comparisons: Many[Comparison] = ()
    tables: Many[Table] = ()
    claims: Many[Claim] = ()
    compute: Compute | None = None
    models: Many[Model] = ()
    ethics: Ethics | None = None
    leakage: Many[Leakage] = ()
    checklists: Many[Checklist] = ()
    reproduces: Reproduction | None = None
    history: Many[History] = ()
    migrated: Migrated | None = None
    anonymous: Anonymous | None = None
    extensions: Many[Extension] = ()

    @property
    def is_converted(self) -> bool:
        """Whether all of it was converted from what another program wrote."""
        return bool(self.history) and all(entry.how == "converted" for entry in self.history)

    @property
    def code_of_results(self) -> set[str]:
        """Ids of the trees that results rest on, or would if there was a metric; else of the newest run."""
        counting = {name for result in self.results for name in result.runs} or {
            run.id for run in self.runs if run.status == "ok"
        }
        used = {run.code for run in self.runs if run.code and run.id in counting}
        used |= {each.code for each in self.configurations if each.code}
        return used or {run.code for run in self.runs[-1:] if run.code}

    def to_dict(self) -> dict[str, Any]:
        """The manifest as plain JSON values; what was not given is left out.

        Empty lists and objects say nothing and are left out as well, but not in a manifest of a newer
        version, which we may not understand well enough to change.
        """
        if self.manifest_version != VERSION:
            return self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def to_bytes(self) -> bytes:
        """Canonical bytes (RFC 8785) with a line end, as they are stored."""
        return canonical_bytes(self.to_dict()) + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes without the line end."""
        return hashlib.sha256(canonical_bytes(self.to_dict())).hexdigest()

    @cached_property
    def _indexes(self) -> dict[int, dict[str, Any]]:
        return {}

    @property
    def launches_of_several(self) -> frozenset[str]:
        """Ids of the launches that held several runs, each of which names it as its `parent`."""
        return frozenset(run.parent for run in self.runs if run.parent)

    def find_code(self, identifier: str | None) -> Code | None:
        """The source tree of this id, if there is one."""
        return self._find(self.code, identifier)

    def find_data(self, identifier: str | None) -> Data | None:
        """The data of this id, if there is one."""
        return self._find(self.data, identifier)

    def find_environment(self, identifier: str | None) -> Environment | None:
        """The environment of this id, if there is one."""
        return self._find(self.environments, identifier)

    def find_hardware(self, identifier: str | None) -> Hardware | None:
        """The machine of this id, if there is one."""
        return self._find(self.hardware, identifier)

    def find_configuration(self, identifier: str | None) -> Configuration | None:
        """The configuration of this id, if there is one."""
        return self._find(self.configurations, identifier)

    def find_run(self, identifier: str | None) -> Run | None:
        """The run of this id, if there is one."""
        return self._find(self.runs, identifier)

    def find_metric(self, identifier: str | None) -> Metric | None:
        """The metric of this id, if there is one."""
        return self._find(self.metrics, identifier)

    def find_result(self, identifier: str | None) -> Result | None:
        """The result of this id, if there is one."""
        return self._find(self.results, identifier)

    def find_comparison(self, identifier: str | None) -> Comparison | None:
        """The comparison of this id, if there is one."""
        return self._find(self.comparisons, identifier)

    def _find(self, section: tuple[Item, ...], identifier: str | None) -> Item | None:
        if identifier is None:
            return None
        index: dict[str, Item] | None = self._indexes.get(id(section))
        if index is None:
            # of several with one id, which is an error, the first is meant
            index = self._indexes[id(section)] = {item.id: item for item in reversed(section)}
        return index.get(identifier)
