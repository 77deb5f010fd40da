"""Runs that the author declares in `[[runs]]`, as records and as what records have no place for.

Nothing is added to what the author says: what is not said stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reprocrate import __version__
from reprocrate.assembly.elsewhere import EnvironmentSettings, HardwareSettings, LeftFile, RunSettings
from reprocrate.assembly.inputs import files_of
from reprocrate.assembly.locks import declared_lock, pinned_packages
from reprocrate.assembly.sections import Section
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.code.committed import state_of_commit
from reprocrate.capture.record import (
    Capture,
    CodeState,
    Configuration,
    DataFile,
    Resources,
    RunRecord,
    Scalar,
    Seed,
    StoredFile,
    Tool,
)
from reprocrate.capture.seeds.notation import substituted
from reprocrate.errors import UsageError
from reprocrate.files import place_of, safe_relative, sha256_bytes, sha256_file
from reprocrate.manifest.canonical import canonical_bytes

_TOOL = Tool("reprocrate", __version__)
_REASON = "declared in reprocrate.toml, not recorded"


@dataclass(frozen=True, slots=True)
class DeclaredRun:
    """One run of `[[runs]]`.

    Attributes:
        record: it as if it had been recorded; what is not known of it is empty.
        checkpoints: paths of those of its outputs that are checkpoints.
        elsewhere: outputs and checkpoints whose bytes do not travel, as entries of the manifest.
        more: what else the manifest's entry of the run has.
    """

    record: RunRecord
    checkpoints: frozenset[str]
    elsewhere: Mapping[str, Sequence[Section]]
    more: Section


@dataclass(frozen=True, slots=True)
class Declared:
    """All declared runs, oldest first, with the machines and environments that they name, by name."""

    runs: tuple[DeclaredRun, ...] = ()
    hardware: Mapping[str, Section] = field(default_factory=dict)
    environments: Mapping[str, Section] = field(default_factory=dict)

    @property
    def records(self) -> list[RunRecord]:
        """Their records."""
        return [run.record for run in self.runs]


def declared_runs(project: Path, settings: ProjectSettings, records: Sequence[RunRecord]) -> Declared:
    """The runs of `[[runs]]`.

    Args:
        project: root of the project.
        settings: the author's part.
        records: the launches that were recorded.

    Raises:
        UsageError: a name, file or commit that one refers to does not exist, or two cannot be told apart.
    """

    @cache
    def code_of(commit: str, place: str) -> CodeState:
        return state_of_commit(project, commit, place)

    made = []
    for index, run in enumerate(settings.runs):
        place = f"reprocrate.toml: runs[{index}]"
        _check_names(place, run, settings)
        code = code_of(run.commit, place) if run.commit else CodeState()
        made.append(_Reader(project, settings, place).read(run, code))
    _check_order([*records, *(run.record for run in made)])
    named = {name for run in settings.runs for name in run.hardware}
    used = {run.environment for run in settings.runs}
    return Declared(
        runs=tuple(sorted(made, key=lambda run: (run.record.started, run.record.id))),
        hardware={name: _machine(one) for name, one in settings.hardware.items() if name in named},
        environments={
            name: _environment(project, name, one)
            for name, one in settings.environments.items()
            if name in used
        },
    )


class _Reader:
    """Reads one entry of `[[runs]]`; `place` is where it stands, for messages."""

    def __init__(self, project: Path, settings: ProjectSettings, place: str) -> None:
        self._project = project
        self._settings = settings
        self._place = place

    def read(self, run: RunSettings, code: CodeState) -> DeclaredRun:
        """The run."""
        configuration = self._configuration(run)
        seeds = () if run.seed is None else (Seed(None, run.seed, "declared"),)
        values: dict[str, Scalar] = {} if run.seed is None else {"seed": run.seed}
        left = {kind: list(self._left(kind, getattr(run, kind))) for kind in ("outputs", "checkpoints")}
        here = [file for files in left.values() for file in files if isinstance(file, DataFile)]
        record = RunRecord(
            id=run.id or _identifier(run),
            tool=_TOOL,
            configuration=configuration,
            command=run.command or tuple(substituted(word, values) for word in configuration.template),
            status=run.status,
            started=run.started or "",
            seeds=seeds,
            exit_code=run.exit_code,
            signal=run.signal,
            duration_s=run.duration_s,
            code=code,
            outputs=tuple(here),
            logs=tuple(self._logs(run)),
            resources=Resources(run.cpu_s, run.peak_memory_bytes),
            capture=Capture("minimal", f"{_REASON}: {run.reason}" if run.reason else _REASON),
        )
        checkpoints = frozenset(file.path for file in left["checkpoints"] if isinstance(file, DataFile))
        elsewhere = {kind: [file for file in files if isinstance(file, dict)] for kind, files in left.items()}
        return DeclaredRun(record, checkpoints, elsewhere, _more(run))

    def _configuration(self, run: RunSettings) -> Configuration:
        declared = self._settings.configurations[run.configuration]
        template = declared.command or run.command
        if template is None:
            raise UsageError(
                f"{self._place} has no command",
                f"neither it nor `[configurations.{run.configuration}]` says what was run",
                "Add `command` to the configuration, with {seed} for the seed and without the launcher",
            )
        identity = {"template": list(template), "working_directory": "."}
        digest = sha256_bytes(canonical_bytes(identity))
        return Configuration(run.configuration, digest, tuple(template), seed_variable=declared.seed_variable)

    def _logs(self, run: RunSettings) -> Iterator[StoredFile]:
        for pattern in run.logs:
            found = list(files_of(self._project, pattern))
            if not found:
                raise self._absent("logs", pattern, "Copy it into the project, or correct the path")
            for path in found:
                digest = sha256_file(place_of(self._project, path))
                yield StoredFile(path, digest.sha256, digest.size)

    def _left(self, kind: str, files: Iterable[LeftFile]) -> Iterator[DataFile | Section]:
        """Files that are here as data files, and what is said of those that are not."""
        for file in files:
            found = list(files_of(self._project, file.path))
            if not found and file.sha256 is None:
                fix = "Copy it into the project, or give the digest that it has there: " + _EXAMPLE
                raise self._absent(kind, file.path, fix)
            said = file.model_dump(exclude_none=True)
            if not found:
                yield {**said, "path": self._safe(kind, file.path), "in_bundle": False}
            for path in found:
                digest = sha256_file(place_of(self._project, path))
                if file.sha256 not in (None, digest.sha256):
                    raise UsageError(
                        f"{self._place}: {kind} names {path} with the SHA-256 {file.sha256}",
                        f"the file here has {digest.sha256}",
                        "Correct the digest, or put back the file that the run left",
                    )
                if file.in_bundle is False or file.url:
                    yield {**said, "path": path, "size": digest.size, "sha256": digest.sha256}
                else:
                    yield DataFile(path, None, digest.size, digest.sha256)

    def _safe(self, kind: str, path: str) -> str:
        try:
            return safe_relative(path)
        except ValueError as error:
            raise UsageError(
                f"{self._place}: {kind} names {path}", str(error), "Give a path relative to the project"
            ) from None

    def _absent(self, kind: str, pattern: str, fix: str) -> UsageError:
        return UsageError(
            f"{self._place}: {kind} names {pattern}", "there is no such file in the project", fix
        )


def _more(run: RunSettings) -> Section:
    """What the manifest's entry of a run has beside what follows from its record."""
    plain = run.model_dump(mode="json", include={"launch", "attempts"}, exclude_none=True)
    resources = ("cpu_s", "peak_memory_bytes", "gpu_s", "energy_kwh")
    return plain | {
        "hardware": list(run.hardware),
        "environment": run.environment,
        "resources": {name: getattr(run, name) for name in resources},
    }


_EXAMPLE = '{ path = "...", size = ..., sha256 = "..." }'


def _check_names(place: str, run: RunSettings, settings: ProjectSettings) -> None:
    """A misspelt name must not read as something that is not known."""
    named: list[tuple[str, str, str, Iterable[str]]] = [
        ("configuration", run.configuration, "configurations", settings.configurations),
        *(("hardware", name, "hardware", settings.hardware) for name in run.hardware),
    ]
    if run.environment:
        named.append(("environment", run.environment, "environments", settings.environments))
    for key, name, table, known in named:
        if name not in known:
            raise UsageError(
                f"{place}: {key} names `{name}`",
                f"there is no `[{table}.{name}]`",
                f"Known: {', '.join(known)}" if known else f"Add `[{table}.{name}]`",
            )


def _check_order(records: Iterable[RunRecord]) -> None:
    """Of two runs of one seed the newer one counts, so it must be known which that is."""
    seen: dict[tuple[str | None, int | str | None], RunRecord] = {}
    ids: set[str] = set()
    for record in records:
        key = (record.configuration.name, record.seed)
        other = seen.setdefault(key, record)
        if record.id in ids or (other is not record and not (record.started and other.started)):
            seed = "" if record.seed is None else f" with seed {record.seed}"
            raise UsageError(
                f"reprocrate.toml: `[[runs]]` has a second run of {record.configuration.name}{seed}",
                "nothing says which of them is the newer one, and only that one counts",
                "Say when each of them `started`",
            )
        ids.add(record.id)


def _identifier(run: RunSettings) -> str:
    moment = (run.started or "declared").replace("-", "").replace(":", "").replace(".000Z", "Z")
    words = [moment, run.configuration, *([] if run.seed is None else [str(run.seed)])]
    return "-".join(words)[:200]


def _machine(declared: HardwareSettings) -> Section:
    section: dict[str, Any] = declared.model_dump(mode="json", exclude_none=True, exclude={"accelerators"})
    section["accelerators"] = [
        one.model_dump(mode="json", exclude_none=True, exclude={"count"})
        for one in declared.accelerators
        for _ in range(one.count)
    ]
    return section


def _environment(project: Path, name: str, declared: EnvironmentSettings) -> Section:
    section: dict[str, Any] = declared.model_dump(mode="json", exclude_none=True, exclude={"lock"})
    if declared.lock:
        section["lock"] = declared_lock(project, declared.lock, f"environments.{name}")
        section["packages"] = pinned_packages(project, section["lock"])
    return section
