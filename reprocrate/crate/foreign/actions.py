"""Actions as runs: what ran when, with which settings, on what, and what came out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any

from reprocrate.crate.foreign import stated
from reprocrate.crate.foreign.about import Section, without_nothing
from reprocrate.crate.foreign.commands import is_command, seed_of, seeds_in, split, template
from reprocrate.crate.foreign.linked import Link, Linked, Node, Value
from reprocrate.crate.foreign.places import Places
from reprocrate.crate.foreign.software import SOFTWARE, Software
from reprocrate.crate.origins import ORIGIN

ACTIONS = ("CreateAction", "UpdateAction", "Computation")
"""Types of what may be runs; the last is that of FAIRSCAPE's evidence graphs (https://w3id.org/EVI)."""

INSTRUMENT = ("instrument", "usedSoftware")
OBJECT = ("object", "usedDataset", "hasInput")
RESULT = ("result", "generated", "hasOutput")

NO_COMMAND = "x-command-not-stated"
"""Stands where the crate does not say the command, and what ran is named in its place."""

_STATUS = {"Completed": "ok", "Failed": "failed", "Active": "running"}
_PLANNED = "Potential"
_SEED = re.compile(
    r"(?:random|rng|global|torch|numpy|np|tf|python|cuda|split|init)?[-_. ]*(?:seed|random[-_ ]state)\Z", re.I
)
_COMMAND_NAMES = ("command", "commandLine", "command_line", "cmd", "commandline")
_METRIC_TYPES = {"PropertyValue", "QuantitativeValue", "Observation", "ModelEvaluation"}
_SETTING_TYPES = {"PropertyValue", "QuantitativeValue", "HyperParameterSetting", "FormalParameter"}
_NOT_FINITE = {
    "nan": "nan",
    "inf": "inf",
    "infinity": "inf",
    "+inf": "inf",
    "-inf": "-inf",
    "-infinity": "-inf",
}
_LONGEST_SEED_NAME = 60


@dataclass
class Runs:
    """The runs of a crate, and what goes with them.

    Attributes:
        runs: the section of this name.
        configurations: the section of this name.
        metrics: the section of this name.
    """

    linked: Linked
    places: Places
    software: Software
    runs: list[Section] = field(default_factory=list)
    configurations: list[Section] = field(default_factory=list)
    metrics: list[Section] = field(default_factory=list)
    _names: dict[str, stated.Names] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def read(self) -> None:
        """Read every action that software performed."""
        actions = [action for action in self.linked.of_type(*ACTIONS) if self._is_run(action)]
        ids = {action.id: self._new("run", [self._plain(action)], "run") for action in actions}
        above = self._above()
        for action in actions:
            parent = ids.get(above.get(action.id, ""))
            self.runs.append(self._run(action, ids[action.id], parent))

    def _is_run(self, action: Node) -> bool:
        """Whether a program did it. That somebody took a photograph is no run, nor is what is planned."""
        if self._states(action) == _PLANNED:
            return False
        known = [node for node in self.linked.linked(action, *INSTRUMENT) if node.types]
        return not known or any(node.types & {*SOFTWARE, "File"} for node in known)

    def _plain(self, action: Node) -> str:
        return action.id.rpartition("/")[2] if "://" in action.id else action.id

    def _above(self) -> dict[str, str]:
        """The action of a workflow, by that of each of its steps (Provenance Run Crate)."""
        found: dict[str, str] = {}
        for whole in self.linked.of_type("OrganizeAction"):
            results = [node.id for node in self.linked.linked(whole, "result")]
            for control in self.linked.linked(whole, "object"):
                for step in self.linked.linked(control, "object"):
                    if results and step.id not in results:
                        found.setdefault(step.id, results[0])
        return found

    def _run(self, action: Node, name: str, parent: str | None) -> Section:
        instruments = list(self.linked.linked(action, *INSTRUMENT))
        settings, seeds = self._settings(action)
        command = self._command(action, instruments)
        code = self.software.code_of(instruments)
        said: Section = {
            "command": command or [self._what_ran(instruments, action)],
            NO_COMMAND: True if not command else None,
        }
        in_command = seeds_in(command or []) if not seeds else []
        shown = template(said["command"], seeds or in_command)
        configuration = self._configuration(instruments, {**said, "command": shown}, settings, code)
        started, ended = self.linked.text(action, "startTime"), self.linked.text(action, "endTime")
        error = self.linked.text(action, "error")
        return without_nothing(
            {
                "id": name,
                "configuration": configuration,
                "seeds": [
                    *({"value": seed, "how": "declared"} for seed in seeds),
                    *({"value": seed, "how": "argument"} for seed in in_command),
                ],
                **said,
                "status": self._status(action, error),
                "exit_code": self._exit_code(action),
                "started": stated.timestamp(started) if started else None,
                "duration_s": stated.seconds_between(started, ended) if started and ended else None,
                "code": code,
                "environment": self.software.environment_of(action, instruments),
                "parent": parent,
                "inputs": self._files(action, *OBJECT),
                "outputs": self._files(action, *RESULT),
                "metrics": list(self._metrics(action)),
                ORIGIN: action.id,
            }
        )

    def _status(self, action: Node, error: str | None) -> str:
        """How it ended. Where this is not said, it ended well (Process Run Crate, `actionStatus`)."""
        return _STATUS.get(self._states(action) or "") or ("failed" if error else "ok")

    def _states(self, action: Node) -> str | None:
        """The first word of its status, such as `Completed` of `CompletedActionStatus`."""
        for value in self.linked.all(action, "actionStatus"):
            text = value.id if isinstance(value, Link) else str(value)
            return re.split("[/:#]", text)[-1].removesuffix("ActionStatus")
        return None

    def _exit_code(self, action: Node) -> int | None:
        codes = map(stated.number, self.linked.all(action, "exitStatus", "exitCode"))
        return next((int(code) for code in codes if code is not None and code == int(code)), None)

    def _files(self, action: Node, *names: str) -> list[Section]:
        found: dict[str, Section] = {}
        for node in self.linked.linked(action, *names):
            for file in self.places.files_of(node):
                found.setdefault(file["path"], file)
        return list(found.values())

    # -- what ran ----------------------------------------------------------------------------------

    def _command(self, action: Node, instruments: list[Node]) -> list[str] | None:
        for name in _COMMAND_NAMES:
            parts = [str(value) for value in self.linked.all(action, name) if isinstance(value, str)]
            if parts:
                return parts if len(parts) > 1 else split(parts[0])
        description = self.linked.text(action, "description")
        words = split(description) if description else None
        return words if words and is_command(words, self._used(action, instruments)) else None

    def _used(self, action: Node, instruments: list[Node]) -> set[str]:
        """Names of the files that an action says it used or made."""
        paths = [file["path"] for file in self._files(action, *OBJECT, *RESULT)]
        paths += [path for node in instruments if (path := self.places.path(node))]
        return set(map(basename, paths))

    def _what_ran(self, instruments: list[Node], action: Node) -> str:
        for node in instruments:
            if name := self.places.path(node) or self.linked.label(node) or node.id:
                return name
        return self.linked.label(action) or "not stated"

    def _configuration(
        self, instruments: list[Node], said: dict[str, Any], settings: dict[str, Any], code: str | None
    ) -> str:
        """The configuration of runs of the same program with the same settings but for the seed."""
        ran = sorted(node.id for node in instruments)
        key = json.dumps([ran, said["command"], settings], sort_keys=True, default=str)
        if key not in self._known:
            labels = [self.linked.label(node) for node in instruments]
            name = next(filter(None, labels), None)
            identifier = self._new(
                "configuration", [name and basename(name), said["command"][0]], "configuration"
            )
            self._known[key] = identifier
            self.configurations.append(
                without_nothing(
                    {
                        "id": identifier,
                        "name": name,
                        **said,
                        "hyperparameters": settings,
                        "code": code,
                        ORIGIN: ran[0] if ran else None,
                    }
                )
            )
        return self._known[key]

    # -- settings and values -----------------------------------------------------------------------

    def _settings(self, action: Node) -> tuple[dict[str, Any], list[int | str]]:
        """Parameters by name, and the seeds among them."""
        settings: dict[str, Any] = {}
        seeds: list[int | str] = []
        for node in self.linked.linked(action, *OBJECT):
            if not node.types & _SETTING_TYPES:
                continue
            name, values = self._name_of(node), list(self._values_of(node))
            if not name or not values:
                continue
            seed = (
                seed_of(values[0]) if len(values) == 1 and _SEED.search(name[-_LONGEST_SEED_NAME:]) else None
            )
            if seed is not None:
                seeds.append(seed)
            else:
                settings.setdefault(name, values[0] if len(values) == 1 else values)
        return settings, list(dict.fromkeys(seeds))

    def _name_of(self, node: Node) -> str | None:
        """What a value is called: the parameter that it is an example of, else by its own name."""
        parameters = (
            self.linked.label(each) for each in self.linked.linked(node, "exampleOfWork", "specifiedBy")
        )
        return self.linked.label(node) or next(filter(None, parameters), None)

    def _values_of(self, node: Node) -> Iterator[Value]:
        if "FormalParameter" in node.types and "PropertyValue" not in node.types:
            return
        for value in self.linked.all(node, "value", "hasValue"):
            yield value.id if isinstance(value, Link) else value

    def _metrics(self, action: Node) -> Iterator[Section]:
        for node in self.linked.linked(action, *RESULT):
            if not node.types & _METRIC_TYPES or "File" in node.types:
                continue
            name, values = self._name_of(node), list(self._values_of(node))
            if name and len(values) == 1 and (value := _observed(values[0])):
                yield {"metric": self._metric(name, node), **value}

    def _metric(self, name: str, node: Node) -> str:
        unit = self.linked.text(node, "unitText", "unitCode")
        key = f"metric {name}"
        if key not in self._known:
            self._known[key] = self._new("metric", [name], "metric")
            self.metrics.append(without_nothing({"id": self._known[key], "name": name, "unit": unit}))
        return self._known[key]

    def _new(self, kind: str, wanted: list[str | None], otherwise: str) -> str:
        return self._names.setdefault(kind, stated.Names()).give(wanted, otherwise)


def _observed(value: Value) -> Section | None:
    if isinstance(value, str) and (status := _NOT_FINITE.get(value.strip().lower())):
        return {"value": None, "status": status}
    number = stated.number(value)
    return None if number is None else {"value": number, "status": "ok"}
