"""What the process that watches says to those that judge, and what they answer.

The first thing on a worker's standard input is a pickled `Setup`, from the process that started it. Then each
line is a JSON list of tasks. For each task the worker writes two lines: JSON about the answer,
and the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reprocrate.bundle import Limits
from reprocrate.workflow.batch.row import Row
from reprocrate.workflow.judging import Demands

READY = b"ready\n"
"""What a worker writes once it has imported what it needs, so that this costs no submission any time."""


class Outcome(StrEnum):
    """What judging a submission comes to."""

    VALID = "valid"
    INVALID = "not valid"
    FAILED = "not judged"
    MISUSED = "not there"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is told first.

    Attributes:
        demands: what submissions are judged by.
        limits: how much an archive may hold.
        seconds: how long one may take; a worker ends itself when it is alone and takes longer.
        memory: how many bytes one may need; None where that is not limited.
    """

    demands: Demands
    limits: Limits
    seconds: float
    memory: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one submission.

    Attributes:
        number: its place in the batch.
        outcome: what it comes to.
        row: what a table says of it.
        report: its report, as JSON on one line.
        seen: by what it is known again; empty where that cannot be told.
        is_same: whether it is as it was when it was judged before, so that there is no new report.
        is_last: whether the worker ends after it.
    """

    number: int
    outcome: Outcome
    row: Row | None
    report: str
    seen: str = ""
    is_same: bool = False
    is_last: bool = False
