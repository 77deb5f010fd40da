"""How the processes of one launch were started, as a record has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

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
class LaunchedProcess:
    """Processes of a launch that are alike: same program, started in the same way, by alike parents.

    Attributes:
        id: what the files that they used call them.
        program: what they ran, without arguments.
        how: copies of their parents, fresh interpreters with their parents' code, or programs of their own;
            None for the command itself.
        parent: the id of what they come from.
        count: how many were seen; from inside, those that did nothing that is recorded are not.
    """

    sparse: ClassVar[bool] = True

    id: str
    program: str
    how: Literal["fork", "spawn", "program"] | None = None
    parent: str | None = None
    count: int = 1


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
