"""Run records as the manifest's runs, with the code, environments and machines that they share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.declared import Declared
from reprocrate.assembly.inputs import FileRoles, Key
from reprocrate.assembly.launches import launch_section, nodes_of
from reprocrate.assembly.sections import Section, without_nothing
from reprocrate.capture.record import DataFile, Environment, Metric, RunRecord, plain
from reprocrate.files import sha256_bytes, tree_digest
from reprocrate.manifest.canonical import canonical_bytes

_LISTS = ("outputs", "checkpoints")
"""Kinds of files of which a run may have several."""


def _histories(record: RunRecord) -> Section:
    """Its values over steps. A run has one such file: several are of parts of a launch that are no runs."""
    files = [plain(history.file) for history in record.histories]
    return {"histories": files[0]} if len(files) == 1 else {"artifacts": files}


def _observation(metric: Metric) -> Section:
    """A value as the manifest has it: of which run it is, its place says."""
    return {name: value for name, value in plain(metric).items() if name not in ("seed", "factors")}


class Shared:
    """Entries that several runs refer to: equal ones are kept once, numbered by first appearance.

    Args:
        prefix: what their ids begin with.
        named: entries that the author named; no other is called like them.
    """

    def __init__(self, prefix: str, named: Mapping[str, Section] | None = None) -> None:
        self._prefix = prefix
        self._taken = set(named or {})
        self._ids: dict[str, str] = {}
        self.sections: list[Section] = [{"id": name, **section} for name, section in (named or {}).items()]

    def add(self, section: Section, identity: object = None) -> str:
        """The id of an entry like this one; `identity` decides what is alike, else all of the entry."""
        digest = sha256_bytes(canonical_bytes(section if identity is None else identity))
        if digest not in self._ids:
            names = (f"{self._prefix}-{number}" for number in itertools.count(len(self._ids) + 1))
            self._ids[digest] = next(name for name in names if name not in self._taken)
            self._taken.add(self._ids[digest])
            self.sections.append({"id": self._ids[digest], **section})
        return self._ids[digest]


class RunSections:
    """Builds the manifest's runs and collects what they share.

    Args:
        roles: what each file is.
        metrics_of: the metric values of a launch.
        kinds_of: what files that a launch wrote are, by path, as far as the author says so.
        environment_of: makes a section of an environment, with its locks in this project.
        declared: the runs that the author declared, among all others.
        parents: for each run that a launch held among several, the launch.
    """

    def __init__(
        self,
        roles: FileRoles,
        metrics_of: Callable[[RunRecord], Sequence[Metric]],
        kinds_of: Callable[[RunRecord], Mapping[str, str]],
        environment_of: Callable[[Environment], Section],
        declared: Declared,
        parents: Mapping[str, str],
    ) -> None:
        self._roles = roles
        self._metrics_of = metrics_of
        self._kinds_of = kinds_of
        self._environment_of = environment_of
        self._parents = parents
        self._newest_writer: dict[Key, str] = {}
        self.code = Shared("code")
        self.environments = Shared("environment", declared.environments)
        self.hardware = Shared("machine", declared.hardware)
        self._declared = {run.record.id: run for run in declared.runs}

    def build(self, groups: Sequence[ConfigurationGroup]) -> list[Section]:
        """Every launch of every configuration, oldest first."""
        launches = sorted(
            ((record, group) for group in groups for record in group.records),
            key=lambda pair: (pair[0].started, pair[0].id),
        )
        for record, _ in launches:
            self._newest_writer |= {(out.root, out.path): record.id for out in record.outputs}
        return [self._run(record, group) for record, group in launches]

    def _run(self, record: RunRecord, group: ConfigurationGroup) -> Section:
        working_directory = record.configuration.working_directory
        section: Section = {
            "id": record.id,
            "configuration": group.id,
            "kind": group.settings.kind or "train",
            "seeds": [plain(seed) for seed in record.seeds],
            "unseeded": [plain(use) for use in record.unseeded],
            "command": list(record.command),
            "working_directory": None if working_directory == "." else working_directory,
            "status": record.status,
            "exit_code": record.exit_code,
            "signal": record.signal,
            "killed_because": record.killed_because,
            "started": record.started or None,
            "duration_s": record.duration_s,
            "repeats": record.repeats,
            "code": self._code(record),
            "environment": self._environment(record),
            "hardware": [self.hardware.add(without_nothing(plain(one))) for one in nodes_of(record)],
            **launch_section(record),
            "parent": self._parents.get(record.id),
            "processes": [plain(process) for process in record.processes],
            "inputs": [plain(file) for file in self._listed_inputs(record)],
            **_histories(record),
            **self._outputs(record),
            "logs": [plain(log) for log in record.logs if log.size],
            "metrics": [_observation(metric) for metric in self._metrics_of(record)],
            "resources": plain(record.resources),
            "capture": {name: value for name, value in plain(record.capture).items() if value},
        }
        declared = self._declared.get(record.id)
        if declared is None:
            return section
        left = {kind: [*section.get(kind, []), *files] for kind, files in declared.elsewhere.items()}
        return section | left | declared.more

    def _listed_inputs(self, record: RunRecord) -> list[DataFile]:
        """What was read, without code: that is listed with the code."""
        code = {file.path for file in self._roles.code_files(record)} | self._roles.imported
        return [file for file in record.inputs if file.root or file.path not in code]

    def _outputs(self, record: RunRecord) -> Section:
        """What it wrote, by kind."""
        kinds = self._kinds_of(record)
        sorted_: dict[str, list[Section]] = {}
        for file in record.outputs:
            kind = kinds.get(file.path, "outputs") if file.root is None else "outputs"
            sorted_.setdefault(kind, []).append(self._output(file, record.id))
        return {kind: files if kind in _LISTS else files[0] for kind, files in sorted_.items()}

    def _output(self, file: DataFile, run: str) -> Section:
        """An output; only the newest launch that wrote a path still has its bytes there.

        Those of data that must not travel do not become free by being written.
        """
        is_gone = file.root is not None or self._newest_writer[file.root, file.path] != run
        is_gone = is_gone or file.path in self._roles.rewritten  # what ran has this place
        section: Section = plain(file)
        return section | ({"in_bundle": False} if is_gone or self._roles.is_withheld(file.path) else {})

    def _code(self, record: RunRecord) -> str | None:
        files = self._roles.code_files(record)
        if not files:
            return None
        section = {
            "tree_sha256": tree_digest((file.path, file.sha256) for file in files),
            "repository": record.code.repository,
            "commit": record.code.commit,
            "dirty": record.code.dirty,
            "patch": plain(record.code.patch),
            "files": [
                {"path": f.path, "size": f.size, "sha256": f.sha256, "executable": f.executable or None}
                for f in files
            ],
        }
        return self.code.add(section, identity=[section["tree_sha256"], record.code.commit])

    def _environment(self, record: RunRecord) -> str | None:
        found = record.environment
        if found.python is None and found.os is None:
            return None
        return self.environments.add(self._environment_of(found))
