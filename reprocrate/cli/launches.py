"""What a session of launches looks like, as the rows that tables are made of."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import RenderableType

from reprocrate.render.launches import Row, progress_table, summary
from reprocrate.render.numbers import duration
from reprocrate.workflow.launching import Ran
from reprocrate.workflow.progress import measured_values
from reprocrate.workflow.running import Session
from reprocrate.workflow.scheduling import Running, Schedule


def progress_of(schedule: Schedule, room: int) -> RenderableType:
    """How far a session is; its threads may go on meanwhile."""
    now = time.monotonic()
    running = [_running(one, now) for _, one in sorted(schedule.running.copy().items())]
    over = [_over(ran) for ran in schedule.over.copy().values()]
    left = schedule.seconds_left()
    return progress_table(running, over, schedule.total, "" if left is None else duration(left), room)


def summary_of(session: Session) -> RenderableType:
    """What came of a session, in the order planned."""
    return summary([_over(ran) for ran in session.runs])


def _running(one: Running, now: float) -> Row:
    return Row(one.planned.group, _seed(one.planned.seed), "running", now - one.since)


def _over(ran: Ran) -> Row:
    record = ran.record
    return Row(
        group=ran.planned.group,
        seed=_seed(record.seed),
        status=record.status,
        seconds=record.duration_s,
        values=measured_values(record.metrics),
        was_done=ran.was_done,
        is_again=record.repeats is not None,
    )


def _seed(seed: int | str | None) -> str:
    return "" if seed is None else str(seed)


def resumed(arguments: Sequence[str], *, resumes: bool) -> str:
    """The command that goes on with what these arguments began; `resumes`: they say so themselves."""
    import shlex

    name, *rest = arguments
    return shlex.join(["reprocrate", name, *([] if resumes else ["--resume"]), *rest])
