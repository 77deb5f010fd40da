"""The record of one launch, `run.json`.

A record is written twice by atomic rename: when the launch starts (`running`) and when it has ended. Reading
tolerates keys that are not known here, so that older programs read newer records of the same version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from reprocrate.capture.record.code import CodeState
from reprocrate.capture.record.data import DataFile, RemoteData, ServiceUse, StoredFile
from reprocrate.capture.record.decoding import WrongValueError, decoded
from reprocrate.capture.record.environment import Environment
from reprocrate.capture.record.hardware import Hardware, Resources
from reprocrate.capture.record.launch import Attempt, LaunchedProcess, Ranks
from reprocrate.capture.record.results import History, Metric
from reprocrate.capture.record.seeds import Determinism, Seed, UnseededUse
from reprocrate.capture.record.values import Scalar, plain
from reprocrate.errors import UnreadableError
from reprocrate.files import write_atomically

RECORD_VERSION = "1.0"
RECORD_NAME = "run.json"

Status = Literal["running", "ok", "failed", "killed", "interrupted"]
Completeness = Literal["complete", "partial", "minimal"]
Method = Literal["hook", "strace"]


@dataclass(frozen=True)
class Tool:
    """The program that wrote a record."""

    name: str
    version: str


@dataclass(frozen=True)
class Configuration:
    """What a launch has in common with those that differ from it only by the seed.

    Attributes:
        name: the author's name for it (`--name`).
        digest: SHA-256 of the canonical bytes of template and working directory.
        template: the command with `{seed}` left open and the grid's values filled in.
        working_directory: relative to the project, `.` for the project itself.
        grid: value of each grid parameter, as the command was given it.
        seed_variable: environment variable that carries the seed, where the command does not.
        grid_template: the template with the grid's parameters left open too; empty where there is no grid.
    """

    name: str | None
    digest: str
    template: tuple[str, ...]
    working_directory: str = "."
    grid: Mapping[str, Scalar] = field(default_factory=dict)
    seed_variable: str | None = None
    grid_template: tuple[str, ...] = ()

    @property
    def named_work(self) -> tuple[object, ...]:
        """What its name may stand for once only: a command in a folder, for a grid with all its values."""
        return (self.grid_template or self.template, self.working_directory)


@dataclass(frozen=True)
class Capture:
    """How much of the launch the recorder could see, why, and by which method.

    Attributes:
        unseen_generators: what may have used random numbers whose seeds could not be seen.
    """

    completeness: Completeness
    reason: str = ""
    unseen_generators: tuple[str, ...] = ()
    method: Method | None = None


@dataclass(frozen=True)
class RunRecord:
    """Everything recorded of one launch.

    Attributes:
        id: UTC time and 64 random bits; also the name of the record's folder.
        command: the arguments as run, without what would name this machine or its user.
        status: `running` until the launch has ended.
        killed_because: why what ran it ended it, as in `it ran for longer than 2 h`.
        started, ended: RFC 3339, UTC.
        remote: what it read over the network.
        services: models behind an API that answered it.
        unseeded: generators that were used without a seed.
        imported: files of the project that were imported or executed.
        logs: what the command wrote to its standard output and error.
        repeats: id of the launch that this one repeats as it was, to measure determinism.
        ranks: the processes that a launcher started for it; None where it was one.
        processes: those that used files, and those that these come from; none where the command itself did
            everything.
        attempts: what came before `started`, where all of them were started again.
    """

    id: str
    tool: Tool
    configuration: Configuration
    command: tuple[str, ...]
    status: Status
    started: str
    seeds: tuple[Seed, ...] = ()
    unseeded: tuple[UnseededUse, ...] = ()
    exit_code: int | None = None
    signal: int | None = None
    killed_because: str | None = None
    ended: str | None = None
    duration_s: float | None = None
    code: CodeState = field(default_factory=CodeState)
    environment: Environment = field(default_factory=Environment)
    hardware: Hardware = field(default_factory=Hardware)
    determinism: Determinism = field(default_factory=Determinism)
    inputs: tuple[DataFile, ...] = ()
    outputs: tuple[DataFile, ...] = ()
    remote: tuple[RemoteData, ...] = ()
    services: tuple[ServiceUse, ...] = ()
    imported: tuple[str, ...] = ()
    logs: tuple[StoredFile, ...] = ()
    metrics: tuple[Metric, ...] = ()
    histories: tuple[History, ...] = ()
    resources: Resources = field(default_factory=Resources)
    ranks: Ranks | None = None
    processes: tuple[LaunchedProcess, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    capture: Capture = Capture("minimal", "the launch has not ended")
    repeats: str | None = None
    record_version: str = RECORD_VERSION

    @classmethod
    def load(cls, path: Path) -> RunRecord:
        """Read a record.

        Raises:
            UnreadableError: it cannot be read, or is of a version not known here.
        """
        if path.exists() and not path.is_file():  # a pipe would keep us waiting for ever
            raise UnreadableError(f"{path} could not be read", "it is not a file")
        try:
            document = json.loads(path.read_bytes())
        except OSError as error:
            raise UnreadableError(f"{path} could not be read", error.strerror or str(error)) from error
        except RecursionError:
            raise UnreadableError(f"{path} could not be read", "it is nested too deeply") from None
        except ValueError as error:
            raise UnreadableError(f"{path} is not JSON", str(error)) from error
        if not isinstance(document, dict):
            raise UnreadableError(f"{path} is not the record of a launch", "it is not a JSON object")
        version = document.get("record_version")
        if version != RECORD_VERSION:
            raise UnreadableError(
                f"{path} has record version {version!r}",
                f"this version of reprocrate reads version {RECORD_VERSION}",
                "Use the version of reprocrate that wrote it",
            )
        try:
            return decoded(cls, document)
        except WrongValueError as error:
            raise UnreadableError(f"{path} at {error.place or '/'}: {error.reason}") from None

    def save(self, folder: Path) -> Path:
        """Write `run.json` into `folder`, all or nothing, and return its path.

        Raises:
            UnavailableError: it could not be written.
        """
        path = folder / RECORD_NAME
        write_atomically(path, self.to_json())
        return path

    def to_json(self) -> bytes:
        """The record as UTF-8 JSON, for people to read too."""
        parts = [f' "{name}": {_as_text(name, value)}' for name, value in plain(self).items()]
        return ("{\n" + ",\n".join(parts) + "\n}\n").encode()

    def with_status(self, status: Status, reason: str) -> RunRecord:
        """The same record with another status, saying why little more is known."""
        return replace(self, status=status, capture=Capture("minimal", reason))

    @property
    def given_seeds(self) -> tuple[Seed, ...]:
        """The seeds that the launch was given, or that its author states, without observed ones."""
        return tuple(seed for seed in self.seeds if seed.how != "observed")

    @property
    def given_seed(self) -> int | str | None:
        """The first of them."""
        return next((seed.value for seed in self.given_seeds), None)

    @property
    def seed(self) -> int | str | None:
        """The launch's first seed."""
        return self.seeds[0].value if self.seeds else None


def _as_text(name: str, value: object) -> str:
    """A value of the record as JSON with line breaks; a file on a line, of which there may be very many."""
    if name in ("inputs", "outputs") and isinstance(value, list) and value:
        lines = [json.dumps(file, ensure_ascii=False, allow_nan=False) for file in value]
        return "[\n  " + ",\n  ".join(lines) + "\n ]"
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return text.replace("\n", "\n ")
