"""The launches of one `run`: a live table while they run, and a summary when they are over."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import RenderableType

from reprocrate.render.numbers import duration, significant, with_spread
from reprocrate.render.terminal import BAD, GOOD, SOFT, STRONG, Piece, joined, stacked, table, text
from reprocrate.render.words import RUN_STATUS
from reprocrate.statistics import are_computable, mean, t_interval

_MOST_ROWS = 40
_ROWS_BESIDE = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One launch.

    Attributes:
        group: the configuration.
        seed: its seed, as text.
        status: how it ended, or `running`.
        seconds: how long it took, or has been running.
        values: metrics by name, as `accuracy` or `accuracy (test)`.
        was_done: whether an earlier session did it.
        repeats: whether it repeats another one, so that no mean counts it.
    """

    group: str
    seed: str
    status: str
    seconds: float | None
    values: Mapping[str, float] = field(default_factory=dict)
    was_done: bool = False
    repeats: bool = False


def progress_table(
    running: Sequence[Row], over: Sequence[Row], total: int, left: str, room: int
) -> RenderableType:
    """What runs now, what ended last, and how far it is.

    Args:
        running: the launches that run.
        over: those that are over, the newest last.
        total: how many there are in all.
        left: how long the rest will take; empty where that is not known.
        room: how many lines there are.
    """
    most = max(1, room - _ROWS_BESIDE)
    shown_running = running[:most]
    recent = over[len(over) - max(0, most - len(shown_running)) :] if len(shown_running) < most else []
    rows = [(_mark(row), text(_named(row)), _seconds(row)) for row in (*recent, *shown_running)]
    failed = sum(row.status != "ok" for row in over)
    words = [f"{len(over)}/{total} done", *([f"{failed} not ok"] if failed else [])]
    words += [f"{len(running)} running", *([f"about {left} left"] if left else [])]
    return stacked(table(("status", "launch", "time"), rows, ("time",)), text(", ".join(words), STRONG))


def summary(rows: Sequence[Row]) -> RenderableType:
    """All launches with what they measured, and for each configuration the mean over those that ended well.

    Of very many, only those that did not end well are listed one by one.
    """
    metrics = list(dict.fromkeys(name for row in rows for name in row.values))
    listed = list(rows) if len(rows) <= _MOST_ROWS else [row for row in rows if row.status != "ok"]
    columns = ("launch", "status", "time", *metrics)
    cells: list[tuple[Piece, ...]] = [
        (_named(row), _mark(row), _seconds(row), *(_value(row.values.get(name)) for name in metrics))
        for row in listed
    ]
    groups = list(dict.fromkeys(row.group for row in rows))
    averaged = groups if len(groups) <= _MOST_ROWS else []
    cells += _averages(rows, averaged, metrics)
    notes = []
    if len(listed) < len(rows):
        notes.append(f"{len(rows) - len(listed)} launches that ended well are not listed one by one.")
    if len(averaged) < len(groups):
        notes.append(f"`reprocrate show` has the means of all {len(groups)} configurations.")
    elif metrics:
        notes.append("The mean with its 95 % interval (t) is over all launches that ended well.")
        if any(row.repeats for row in rows):
            notes.append("A repetition (again) is no further sample, and not in it.")
    return stacked(
        table(columns, cells, ("time", *metrics)) if cells else None,
        *(text(sentence, SOFT) for sentence in notes),
    )


def _averages(
    rows: Sequence[Row], groups: Sequence[str], metrics: Sequence[str]
) -> Iterator[tuple[Piece, ...]]:
    for group in groups:
        members = [row for row in rows if row.group == group and not row.repeats]
        well = [row for row in members if row.status == "ok"]
        times = [row.seconds for row in well if row.seconds is not None]
        yield (
            text(f"{group}, {len(well)} of {len(members)}", STRONG),
            text("mean" if well else "–", SOFT),
            duration(mean(times)) if times else "–",
            *(_average([row.values.get(name) for row in well]) for name in metrics),
        )


def _average(values: Sequence[float | None]) -> Piece:
    """Mean and interval of one metric over the launches that ended well; none is left out."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return text("–" if not known else f"missing in {len(values) - len(known)}", SOFT)
    if not are_computable(known):
        return text("not finite", BAD)
    if len(known) < 2:
        return significant(mean(known))
    interval = t_interval(known)
    middle, *rest = with_spread(mean(known), (interval.high - interval.low) / 2).split(" ", 1)
    return joined(text(middle, STRONG), *(f" {one}" for one in rest))


def _mark(row: Row) -> Piece:
    if row.status == "running":
        return text("running")
    said = RUN_STATUS[row.status] + (", before" if row.was_done else "")
    return text(said, GOOD if row.status == "ok" else BAD)


def _named(row: Row) -> str:
    name = f"{row.group} seed {row.seed}" if row.seed else row.group
    return f"{name} again" if row.repeats else name


def _seconds(row: Row) -> str:
    return "–" if row.seconds is None else duration(row.seconds)


def _value(value: float | None) -> str:
    if value is None:
        return "–"
    return significant(value) if math.isfinite(value) else str(value)
