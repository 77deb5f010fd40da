"""What is asked of a launch, what must be known of how it ended, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reprocrate.capture.record import Method, RunRecord


class Ended(Protocol):
    """What must be known of how a command ended; see `reprocrate.executors.Outcome`."""

    @property
    def exit_code(self) -> int | None: ...  # noqa: D102
    @property
    def signal(self) -> int | None: ...  # noqa: D102
    @property
    def started(self) -> datetime: ...  # noqa: D102
    @property
    def ended(self) -> datetime: ...  # noqa: D102
    @property
    def duration_s(self) -> float: ...  # noqa: D102
    @property
    def cpu_s(self) -> float | None: ...  # noqa: D102
    @property
    def peak_memory_bytes(self) -> int | None: ...  # noqa: D102
    @property
    def interrupted(self) -> bool: ...  # noqa: D102
    @property
    def problems(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def killed_because(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Request:
    """What to launch.

    Attributes:
        project: the project's folder.
        template: the command, with `{seed}` and the names of grid parameters left open.
        name: the configuration's name.
        cwd: the folder that the command starts in; the project itself where it is None.
        seed: the seed of this launch. Where it is None, a seed that the command names by itself counts.
        seed_variable: environment variable that carries the seed.
        grid: value of each grid parameter, as the command is to get it.
        foreign: whether it is somebody else's code: git is not asked, since it reads settings that the folder
            holds, and the processes may have numbers of their own, as in a sandbox.
        repeats: id of the launch that this one repeats as it was, to measure determinism.
        trace: how the use of files is seen: from inside Python, or by strace.
        has_input: whether the command reads our standard input.
    """

    project: Path
    template: tuple[str, ...]
    name: str | None = None
    cwd: Path | None = None
    seed: int | None = None
    seed_variable: str | None = None
    grid: Mapping[str, str] = field(default_factory=dict)
    foreign: bool = False
    repeats: str | None = None
    trace: Method = "hook"
    has_input: bool = False


@dataclass(frozen=True)
class Finished:
    """A launch that has ended.

    Attributes:
        record: everything recorded of it.
        problems: declared metrics that were not found, and the like, as sentences for the author.
    """

    record: RunRecord
    problems: tuple[str, ...] = ()
