"""Values of one metric in one file: the rows of a CSV file, the entries of a list in JSON."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reprocrate.statistics import counting

_STEPS = ("step", "global_step", "epoch", "iteration")
EACH = "*"
"""In the steps of a JSON path: every entry of a list."""


class NotFoundError(Exception):
    """Why a metric has no value."""


@dataclass(frozen=True)
class Entry:
    """A value as the file has it, with the step and the fold that it belongs to, where it has them.

    Attributes:
        value: what stands there; no number yet.
        where: the place, for people.
        step: step of the training.
        fold: the part of a cross-validation that was held out.
    """

    value: object
    where: str
    step: int | None = None
    fold: int | None = None


@dataclass(frozen=True)
class Point:
    """A number, with its step and its fold, where it has them."""

    number: float
    step: int | None = None
    fold: int | None = None


def csv_entries(location: Path, path: str, column: str, labels: Mapping[str, str]) -> list[Entry]:
    """The values of a column, one for each row that has one.

    A column `step`, `global_step`, `epoch` or `iteration` numbers the steps, a column `fold` the folds. In a
    file in the form of `histories` (spec.md, "Files of a run") the name stands in the column `metric`, and
    the number in the column `value`.

    Args:
        location: where the file is.
        path: what it is called.
        column: the column, or the metric's name in a file of the long form.
        labels: rows with something else in one of these columns are left out.

    Raises:
        NotFoundError: there is no such column, or nothing in it.
        OSError: the file cannot be read.
    """
    with location.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        sample = handle.readline()
        handle.seek(0)
        rows = csv.DictReader(handle, delimiter="\t" if "\t" in sample and "," not in sample else ",")
        columns = [name.strip() for name in rows.fieldnames or ()]
        wanted, name = dict(labels), column
        if column not in columns and {"metric", "value"} <= {*columns}:
            wanted, name = wanted | {"metric": column}, "value"
        elif column not in columns:
            raise NotFoundError(f"{path} has no column {column}; it has {', '.join(columns[:8])}")
        rows.fieldnames = columns
        entries = [
            Entry(row[name], f"{path}, column {name}", _step_of(row), _count(row.get("fold")))
            for row in rows
            if (row.get(name) or "").strip() and _is_labelled(row, wanted)
        ]
    if not entries:
        raise NotFoundError(f"{path} has no value in the column {column}")
    return entries


def json_entries(
    document: Any, steps: Sequence[str | int], path: str, place: str, *, are_steps: bool
) -> list[Entry]:
    """The value at a place of a JSON document, or one for each entry of a list, where the place has `[*]`.

    An entry says by `fold`, or by `step`, `epoch` or the like, to what it belongs; where none says it, the
    entries are counted from 0, as folds or as steps.

    Args:
        document: what the file holds.
        steps: the keys and indices on the way; `EACH` for every entry of a list.
        path: what the file is called.
        place: the way as the author wrote it.
        are_steps: whether entries that do not say what they are follow each other in time.

    Raises:
        NotFoundError: nothing is there.
    """
    missing, where = f"{path} has no {place}", f"{path} at {place}"
    if EACH not in steps:
        return [Entry(_value_at(document, steps, missing), where)]
    cut = list(steps).index(EACH)
    listed = _value_at(document, steps[:cut], missing)
    if not isinstance(listed, list) or not listed:
        raise NotFoundError(f"{missing}: that is no list with entries")
    found = [_listed(each, _value_at(each, steps[cut + 1 :], missing), where) for each in listed]
    if any(entry.step is not None or entry.fold is not None for entry in found):
        return found
    return [
        replace(entry, step=count) if are_steps else replace(entry, fold=count)
        for count, entry in enumerate(found)
    ]


def kept(entries: Sequence[Entry], path: str, selection: str | None, last_k: int | None) -> list[Point]:
    """What goes into the record: one value for each fold, else the values that count by the selection.

    Raises:
        NotFoundError: there are fewer values than are to be averaged, or one of them is no number.
    """
    folds = {entry.fold: entry for entry in entries if entry.fold is not None}
    if folds:
        return [_point(entry) for entry in folds.values()]
    if selection == "mean_last_k" and last_k is not None and 1 < len(entries) < last_k:
        raise NotFoundError(f"{path} has {len(entries)} values, and the last {last_k} are to be averaged")
    numbers = [_finite(entry) if selection == "max" else None for entry in entries]
    pairs = [(entry.step, number) for entry, number in zip(entries, numbers, strict=True)]
    try:
        counted = counting(pairs, selection, last_k)
    except LookupError:  # what counts cannot be told from the values: the last one is kept
        counted = counting(pairs)
    return [_point(entries[place]) for place in counted]


def as_number(value: object, where: str) -> float:
    """A value of a file as a number.

    Raises:
        NotFoundError: it is none.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str):
        try:
            return float(value.strip().replace("_", "x"))  # Python alone takes 1_000 for a number
        except ValueError:
            pass
    shown = json.dumps(value, default=str)
    raise NotFoundError(f"{where} is no number: {shown if len(shown) < 60 else shown[:57] + '...'}")


def _point(entry: Entry) -> Point:
    return Point(as_number(entry.value, entry.where), entry.step, entry.fold)


def _finite(entry: Entry) -> float | None:
    number = as_number(entry.value, entry.where)
    return number if math.isfinite(number) else None


def _listed(entry: Any, value: object, where: str) -> Entry:
    known = entry if isinstance(entry, dict) else {}
    return Entry(value, where, _step_of(known), _count(known.get("fold")))


def _is_labelled(row: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(row.get(name) in (None, "", label) for name, label in wanted.items())


def _value_at(value: Any, steps: Sequence[str | int], missing: str) -> Any:
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            known = f"; it has {', '.join(sorted(map(str, value))[:8])}" if isinstance(value, dict) else ""
            raise NotFoundError(f"{missing}{known}") from None
    return value


def _step_of(row: Mapping[str, Any]) -> int | None:
    return next((count for name in _STEPS if (count := _count(row.get(name))) is not None), None)


def _count(value: Any) -> int | None:
    """A step or fold as a number from 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else None
