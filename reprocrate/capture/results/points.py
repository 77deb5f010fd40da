"""Values of one metric in one file, with the run, step and fold that each belongs to."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reprocrate.capture.record import Evidence, Scalar
from reprocrate.capture.seeds.notation import MAX_SAFE_INTEGER
from reprocrate.statistics import counting

_STEPS = ("step", "global_step", "epoch", "iteration")
SEED_COLUMNS = ("seed", "random_seed", "random_state")
"""What a column, or a key, of seeds is called; the first one that is there counts."""
EACH = "*"
"""In the steps of a JSON path: every entry of a list."""

_LONGEST_TEXT = 1000

Labels = tuple[tuple[str, Scalar], ...]
"""What tells runs of one launch apart, beside the seed: names with values, sorted."""


class NotFoundError(Exception):
    """Why a metric has no value."""


@dataclass(frozen=True)
class Columns:
    """Columns of a table, or keys of JSON objects, that say to what a value belongs.

    Attributes:
        seed: holds the seed of the run. Where it is None, one that is called so counts.
        data: holds the data set.
        factors: tell configurations apart, as `method` does.
    """

    seed: str | None = None
    data: str | None = None
    factors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A value as the file has it, with what it belongs to, where that is known.

    Attributes:
        value: what stands there; no number yet.
        where: the place, for people.
        step: step of the training.
        fold: the part of a cross-validation that was held out.
        seed: the seed of the run, in a launch that holds several.
        factors: what else tells that run from the others.
        data: the data set.
        split: the split of the data.
        time: when it was written, in seconds since 1970.
        evidence: the place, for the record.
        group: the tracker's run, where one file holds several.
    """

    value: object
    where: str
    step: int | None = None
    fold: int | None = None
    seed: int | str | None = None
    factors: Labels = ()
    data: str | None = None
    split: str | None = None
    time: float | None = None
    evidence: Evidence | None = None
    group: str = ""


@dataclass(frozen=True)
class Point:
    """A number, and the entry that it was read from."""

    number: float
    entry: Entry


def json_entries(
    document: Any, steps: Sequence[str | int], path: str, place: str, *, are_steps: bool, columns: Columns
) -> list[Entry]:
    """The value at a place of a JSON document, or one for each entry of a list, where the place has `[*]`.

    An entry says by `fold`, or by `step`, `epoch` or the like, to what it belongs, and by the keys of
    `columns` to which run; where none says it, the entries are counted from 0, as folds or as steps. Without
    `[*]` these keys stand beside the value, or in an object around it.

    Args:
        document: what the file holds.
        steps: the keys and indices on the way; `EACH` for every entry of a list.
        path: what the file is called.
        place: the way as the author wrote it.
        are_steps: whether entries that do not say what they are follow each other in time.
        columns: keys that say to what a value belongs.

    Raises:
        NotFoundError: nothing is there.
    """
    missing, where = f"{path} has no {place}", f"{path} at {place}"
    if EACH not in steps:
        around = _objects_around(document, steps)
        return [_found(_value_at(document, steps, missing), path, steps, where, around, columns)]
    cut = list(steps).index(EACH)
    listed = _value_at(document, steps[:cut], missing)
    if not isinstance(listed, list) or not listed:
        raise NotFoundError(f"{missing}: that is no list with entries")
    found = []
    for count, each in enumerate(listed):
        way = [*steps[:cut], count, *steps[cut + 1 :]]
        known = each if isinstance(each, dict) else {}
        entry = _found(_value_at(each, steps[cut + 1 :], missing), path, way, where, known, columns)
        found.append(replace(entry, step=step_of(known), fold=count_of(known.get("fold"))))
    if any(entry.step is not None or entry.fold is not None for entry in found):
        return found
    if len({belongs_to(entry) for entry in found}) == len(found) > 1:
        return found  # each of them is that of a run
    return [
        replace(entry, step=count) if are_steps else replace(entry, fold=count)
        for count, entry in enumerate(found)
    ]


def belongs_to(entry: Entry) -> tuple[int | str | None, Labels, str | None, str | None]:
    """The run, data and split that a value is of."""
    return entry.seed, entry.factors, entry.data, entry.split


def labelled(known: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """What the columns of a row, or the keys of an object, say of the run and the data."""
    seed = known.get(columns.seed) if columns.seed else None
    if columns.seed is None:
        seed = next((known[name] for name in SEED_COLUMNS if name in known), None)
    factors = sorted((name, as_scalar(known[name])) for name in columns.factors if name in known)
    data = known.get(columns.data) if columns.data else None
    return {
        "seed": as_seed(seed),
        "factors": tuple(factors),
        "data": None if data in (None, "") else str(data),
    }


def as_seed(value: Any) -> int | str | None:
    """A seed as it is recorded: an integer, beyond 2^53 - 1 its decimal digits; None for what is no seed."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    if isinstance(text, str):
        digits = text.removesuffix(".0")  # a column with gaps, written by pandas
        text = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 40 else None
    if not isinstance(text, int) or isinstance(text, bool) or text < 0:
        return None
    return text if text <= MAX_SAFE_INTEGER else str(text)


def as_scalar(value: Any) -> Scalar:
    """A level of a factor; what is neither text nor a number becomes text."""
    return value if isinstance(value, (bool, int, float, str)) or value is None else json.dumps(value)


def kept(entries: Sequence[Entry], path: str, selection: str | None, last_k: int | None) -> list[Point]:
    """What goes into the record: of each run one value for each fold, else those that count by the selection.

    Raises:
        NotFoundError: there are fewer values than are to be averaged, or one of them is no number.
    """
    runs: dict[object, list[Entry]] = {}
    for entry in entries:
        runs.setdefault(belongs_to(entry), []).append(entry)
    return [point for one in runs.values() for point in _kept_of_one(one, path, selection, last_k)]


def _kept_of_one(
    entries: Sequence[Entry], path: str, selection: str | None, last_k: int | None
) -> list[Point]:
    folds = {entry.fold: entry for entry in entries if entry.fold is not None}
    if folds:
        return [as_point(entry) for entry in folds.values()]
    if selection == "mean_last_k" and last_k is not None and 1 < len(entries) < last_k:
        raise NotFoundError(f"{path} has {len(entries)} values, and the last {last_k} are to be averaged")
    numbers = [_finite(entry) if selection == "max" else None for entry in entries]
    pairs = [(entry.step, number) for entry, number in zip(entries, numbers, strict=True)]
    try:
        counted = counting(pairs, selection, last_k)
    except LookupError:  # what counts cannot be told from the values: the last one is kept
        counted = counting(pairs)
    return [as_point(entries[place]) for place in counted]


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


def as_point(entry: Entry) -> Point:
    """An entry with its number.

    Raises:
        NotFoundError: it has none.
    """
    return Point(as_number(entry.value, entry.where), entry)


def _finite(entry: Entry) -> float | None:
    number = as_number(entry.value, entry.where)
    return number if math.isfinite(number) else None


def _found(
    value: Any, path: str, steps: Iterable[str | int], where: str, known: Mapping[str, Any], columns: Columns
) -> Entry:
    for asked in (columns.seed, columns.data, *columns.factors):
        if asked is not None and asked not in known:
            raise NotFoundError(f"{where} has no {asked} beside it")
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    text = getattr(value, "literal", None) or json.dumps(value, default=str, ensure_ascii=False)
    evidence = Evidence(path, text if len(text) <= _LONGEST_TEXT else None, pointer=pointer)
    return Entry(value, where, evidence=evidence, **labelled(known, columns))


def _objects_around(document: Any, steps: Sequence[str | int]) -> dict[str, Any]:
    """The keys of all objects on the way to a value; of equal ones those of the innermost object."""
    known: dict[str, Any] = {}
    for step in steps:
        if isinstance(document, dict):
            known |= {name: each for name, each in document.items() if not isinstance(each, (dict, list))}
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            break
    return known


def _value_at(value: Any, steps: Sequence[str | int], missing: str) -> Any:
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            known = f"; it has {', '.join(sorted(map(str, value))[:8])}" if isinstance(value, dict) else ""
            raise NotFoundError(f"{missing}{known}") from None
    return value


def step_of(row: Mapping[str, Any]) -> int | None:
    """The step that a row, or an object, says that it is of."""
    return next((count for name in _STEPS if (count := count_of(row.get(name))) is not None), None)


def count_of(value: Any) -> int | None:
    """A step or fold as a number from 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else None
