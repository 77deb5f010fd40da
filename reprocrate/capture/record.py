"""The record of one launch, `run.json`, as typed values.

A record is written twice by atomic rename: when the launch starts (`running`) and when it has ended. Reading
tolerates keys that are not known here, so that older programs read newer records of the same version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal

from reprocrate.capture.decoding import WrongValueError, decoded
from reprocrate.errors import UnreadableError
from reprocrate.files import write_atomically

RECORD_VERSION = "1.0"
RECORD_NAME = "run.json"

Scalar = bool | int | float | str | None
Status = Literal["running", "ok", "failed", "killed", "interrupted"]
Completeness = Literal["complete", "partial", "minimal"]
Source = Literal["pypi", "vcs", "url", "local", "conda", "system"]


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
        template: the command with `{seed}` left open.
        working_directory: relative to the project, `.` for the project itself.
        grid: value of each grid parameter.
        seed_variable: environment variable that carries the seed, where the command does not.
    """

    name: str | None
    digest: str
    template: tuple[str, ...]
    working_directory: str = "."
    grid: Mapping[str, Scalar] = field(default_factory=dict)
    seed_variable: str | None = None


@dataclass(frozen=True)
class Seed:
    """A seed and how it is known; integers beyond 2^53 - 1 are decimal strings."""

    library: str | None
    value: int | str
    how: Literal["argument", "environment", "observed", "declared"]
    rank: int | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file with its size in bytes and SHA-256, relative to the project."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class CodeFile:
    """A file of the source tree."""

    path: str
    size: int
    sha256: str
    executable: bool = False


@dataclass(frozen=True)
class DataFile:
    """A file that was read or written; `root` names the place outside the project that `path` starts from."""

    path: str
    root: str | None
    size: int
    sha256: str


@dataclass(frozen=True)
class CodeState:
    """The source tree as it ran.

    Attributes:
        vcs: `git`, or None where no version control is in use.
        repository: address of the repository, without credentials.
        commit: the commit that was checked out.
        dirty: whether a file of the tree differs from that commit.
        patch: the difference, as `git apply` takes it at the top of the repository.
        tree_sha256: `reprocrate.files.tree_digest` of `files`.
        files: every file of the tree.
    """

    vcs: Literal["git"] | None = None
    repository: str | None = None
    commit: str | None = None
    dirty: bool | None = None
    patch: StoredFile | None = None
    tree_sha256: str | None = None
    files: tuple[CodeFile, ...] = ()


@dataclass(frozen=True)
class Python:
    """The interpreter."""

    version: str
    implementation: str | None = None
    build: str | None = None


@dataclass(frozen=True)
class Package:
    """An installed distribution; the local version label stands apart from the public version."""

    name: str
    version: str
    local_label: str | None = None
    source: Source | None = None
    url: str | None = None
    commit: str | None = None
    editable: bool = False


@dataclass(frozen=True)
class OperatingSystem:
    """The system that the interpreter ran on."""

    name: str
    version: str | None = None
    kernel: str | None = None
    machine: str | None = None
    libc: str | None = None


@dataclass(frozen=True)
class NativeLibrary:
    """A compiled library that decides the bits of a result."""

    name: str
    version: str | None = None
    kind: str | None = None
    details: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """The software that a launch used; `variables` are from a fixed list of names."""

    python: Python | None = None
    packages: tuple[Package, ...] = ()
    os: OperatingSystem | None = None
    native_libraries: tuple[NativeLibrary, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cpu:
    """The processor; `threads` are the hardware threads that the launch could use."""

    model: str | None
    architecture: str
    features: tuple[str, ...] = ()
    cores: int | None = None
    sockets: int | None = None
    threads: int | None = None


@dataclass(frozen=True)
class Accelerator:
    """A GPU or the like."""

    vendor: str
    model: str
    memory_bytes: int | None = None
    driver: str | None = None
    runtime: str | None = None
    compute_capability: str | None = None


@dataclass(frozen=True)
class Hardware:
    """The machine; `memory_bytes` is what the launch could use of it."""

    cpu: Cpu | None = None
    memory_bytes: int | None = None
    accelerators: tuple[Accelerator, ...] = ()


@dataclass(frozen=True)
class Determinism:
    """Switches that decide determinism, as observed in the process, and known causes of differences."""

    settings: Mapping[str, Scalar] = field(default_factory=dict)
    known_causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A measured value; None with its status where it is no finite number."""

    metric: str
    value: float | None
    status: Literal["ok", "nan", "inf", "-inf"]
    split: str | None = None
    data: str | None = None
    step: int | None = None
    fold: int | None = None


@dataclass(frozen=True)
class Resources:
    """Processor seconds, and the largest resident memory of one process, in bytes."""

    cpu_s: float | None = None
    peak_memory_bytes: int | None = None


@dataclass(frozen=True)
class Capture:
    """How much of the launch the recorder could see, and why."""

    completeness: Completeness
    reason: str = ""


@dataclass(frozen=True)
class RunRecord:
    """Everything recorded of one launch.

    Attributes:
        id: UTC time and 64 random bits; also the name of the record's folder.
        command: the arguments as run, without what would name this machine or its user.
        status: `running` until the launch has ended.
        started, ended: RFC 3339, UTC.
        imported: files of the project that were imported or executed.
        logs: what the command wrote to its standard output and error.
    """

    id: str
    tool: Tool
    configuration: Configuration
    command: tuple[str, ...]
    status: Status
    started: str
    seeds: tuple[Seed, ...] = ()
    exit_code: int | None = None
    signal: int | None = None
    ended: str | None = None
    duration_s: float | None = None
    code: CodeState = CodeState()
    environment: Environment = Environment()
    hardware: Hardware = Hardware()
    determinism: Determinism = Determinism()
    inputs: tuple[DataFile, ...] = ()
    outputs: tuple[DataFile, ...] = ()
    imported: tuple[str, ...] = ()
    logs: tuple[StoredFile, ...] = ()
    metrics: tuple[Metric, ...] = ()
    resources: Resources = Resources()
    capture: Capture = Capture("minimal", "the launch has not ended")
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
        return json.dumps(plain(self), indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"

    def with_status(self, status: Status, reason: str) -> RunRecord:
        """The same record with another status, saying why little more is known."""
        return replace(self, status=status, capture=Capture("minimal", reason))

    @property
    def seed(self) -> int | str | None:
        """The launch's first seed."""
        return self.seeds[0].value if self.seeds else None


def plain(value: Any) -> Any:
    """A dataclass, or what is in it, as JSON's own types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
