"""How the processes of one launch were started, as a record has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reprocrate.capture.record.hardware import Hardware


@dataclass(frozen=True)
class Ranks:
    """The processes that a launcher such as torchrun, srun or mpirun started for one run.

    Attributes:
        launcher: the program that started them.
        world_size: how many it said there are.
        nodes: how many machines they ran on; None where not every process was seen.
        other_nodes: the machines after the first one, which is the record's `hardware`.
    """

    launcher: str
    world_size: int | None = None
    nodes: int | None = None
    other_nodes: tuple[Hardware, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """An earlier attempt of the same run.

    Attributes:
        started: when it started.
        status: how it ended.
        duration_s: how many seconds it took, until the next one began.
        record: the id of its own record, where it has one.
    """

    started: str
    status: Literal["failed", "killed"]
    duration_s: float | None = None
    record: str | None = None
