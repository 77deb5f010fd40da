"""`[[runs]]` of `reprocrate.toml`: runs that happened elsewhere and that nobody recorded.

With them go the machines and environments that they name, `[hardware.NAME]` and `[environments.NAME]`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from reprocrate.assembly.table import Command, FilePattern, Table
from reprocrate.manifest.environment import Container, NativeLibrary, OperatingSystem, Python
from reprocrate.manifest.hardware import Cpu
from reprocrate.manifest.runs import Launch
from reprocrate.manifest.section import (
    Amount,
    Identifier,
    Integer,
    Many,
    Positive,
    RelativePath,
    SeedValue,
    Sha256,
    Size,
    Text,
    Url,
)

_ELAPSED = re.compile(
    r"(?:(?P<days>\d+)-)?(?P<hours>\d+):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d(?:\.\d+)?)"
)
_STATUS = Literal["ok", "failed", "killed", "interrupted"]


def _in_utc(value: object) -> object:
    """A moment as it stands in manifests; TOML has such values of its own, and text is taken too."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("it is no date and time such as 2026-03-01T08:00:00Z") from None
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("it says no time zone: end it with Z for UTC, or with an offset such as +01:00")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in_seconds(value: object) -> object:
    """Seconds, from a number or from a text such as `1-02:03:04`, the form in which Slurm's sacct prints."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return value
    match = _ELAPSED.fullmatch(value.strip())
    if match is None:
        raise ValueError('it is neither a number of seconds nor days-hours:minutes:seconds, as "1-02:03:04"')
    hours = 24 * int(match["days"] or 0) + int(match["hours"])
    return 3600.0 * hours + 60 * int(match["minutes"]) + float(match["seconds"])


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _file(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


def _launcher(value: object) -> object:
    return {"launcher": value} if isinstance(value, str) else value


def _image(value: object) -> object:
    """A container from `IMAGE@sha256:...`, as registries print it."""
    if not isinstance(value, str):
        return value
    image, at, digest = value.partition("@")
    return {"image": image, "digest": digest} if at else {"image": image}


def _version(value: object) -> object:
    return {"version": value} if isinstance(value, str) else value


def _name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Moment = Annotated[str, BeforeValidator(_in_utc)]
Duration = Annotated[Amount, BeforeValidator(_in_seconds)]


class LeftFile(Table):
    """A file that a declared run left: a path or glob of the project, or a table for one that is not here.

    Of a file in the project, size and digest are taken from it. One that stayed where the run was, being too
    large, say, has them from there (`sha256sum FILE`), and its bytes do not travel.
    """

    path: FilePattern
    size: Size | None = None
    sha256: Sha256 | None = None
    url: Url | None = None
    in_bundle: bool | None = None


class EarlierAttempt(Table):
    """A start of the same job before the one that ended it."""

    started: Moment
    status: _STATUS
    duration_s: Duration | None = None


class RunSettings(Table):
    """`[[runs]]`: a run that was not recorded, as far as its author knows it.

    Enough is which configuration it was, how it ended, and what it printed:

        [[runs]]
        configuration = "large"
        seed = 0
        status = "ok"
        logs = ["logs/large-0.out"]

    Its metrics are read from its logs and outputs, like those of recorded runs. Everything else is said only
    where it is known:

        commit = "v1.0"                          # the code that ran: a tag, or the id of a commit
        started = 2026-03-01T08:00:00+01:00
        duration_s = "1-02:03:04"                # or a number of seconds
        environment = "cluster"                  # see [environments.cluster]
        hardware = ["node-a", "node-b"]          # see [hardware.node-a]
        launch = { launcher = "torchrun", world_size = 16, nodes = 2 }
        checkpoints = ["checkpoints/last.json", { path = "step-9000.pt", size = 4831838208, sha256 = "..." }]

    `command` is that of the configuration, without the launcher. The manifest says of such a run that it was
    declared, and nothing that is not said here.
    """

    configuration: Identifier
    status: _STATUS
    id: Identifier | None = None
    seed: SeedValue | None = None
    command: Command | None = None
    commit: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/+-]*$")] | None = None
    started: Moment | None = None
    duration_s: Duration | None = None
    exit_code: Integer | None = None
    signal: Positive | None = None
    environment: Identifier | None = None
    hardware: Annotated[Many[Identifier], BeforeValidator(_one_or_more)] = ()
    launch: Annotated[Launch | None, BeforeValidator(_launcher)] = None
    attempts: Many[EarlierAttempt] = ()
    logs: Annotated[Many[FilePattern], BeforeValidator(_one_or_more)] = ()
    outputs: Annotated[Many[Annotated[LeftFile, BeforeValidator(_file)]], BeforeValidator(_one_or_more)] = ()
    checkpoints: Annotated[
        Many[Annotated[LeftFile, BeforeValidator(_file)]], BeforeValidator(_one_or_more)
    ] = ()
    cpu_s: Duration | None = None
    gpu_s: Duration | None = None
    peak_memory_bytes: Size | None = None
    energy_kwh: Amount | None = None
    reason: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _what_nobody_can_guess(cls, value: Any) -> Any:
        given = value if isinstance(value, dict) else {}
        if "configuration" not in given:
            raise ValueError("`configuration` is missing: which `[configurations.NAME]` was it a run of?")
        if "status" not in given:
            raise ValueError('`status` is missing: did it end "ok", "failed", "killed" or "interrupted"?')
        return value


class AcceleratorSettings(Table):
    """An accelerator of `[hardware.NAME]`; `count` of them are alike."""

    model: Text
    count: Positive = 1
    vendor: str | None = None
    memory_bytes: Size | None = None
    driver: str | None = None
    runtime: str | None = None
    compute_capability: str | None = None


class HardwareSettings(Table):
    """`[hardware.NAME]`: one kind of machine that declared runs were on."""

    cpu: Cpu | None = None
    memory_bytes: Size | None = None
    accelerators: Many[AcceleratorSettings] = ()
    interconnect: str | None = None


class EnvironmentSettings(Table):
    """`[environments.NAME]`: the software of declared runs; `lock` is a file such as `pip freeze` prints.

    Short forms: `python = "3.11.7"`, `container = "IMAGE@sha256:..."`, `os = "Linux"`.
    """

    python: Annotated[Python | None, BeforeValidator(_version)] = None
    lock: RelativePath | None = None
    container: Annotated[Container | None, BeforeValidator(_image)] = None
    os: Annotated[OperatingSystem | None, BeforeValidator(_name)] = None
    native_libraries: Many[NativeLibrary] = ()
    variables: dict[str, str] = {}
