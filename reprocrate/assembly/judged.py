"""Which items of a test set two runs have right, from the predictions that they left."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reprocrate.assembly.sections import Section
from reprocrate.files import place_of, sha256_file
from reprocrate.statistics import mcnemar

_SAME = 1e-9


def tested_by_items(
    project: Path, a: Section, b: Section, left: Sequence[Section], right: Sequence[Section]
) -> Section:
    """McNemar's test of two results of one run each; nothing where it cannot be made.

    It can where both runs left predictions for the same items, and where the share of items that a run has
    right is the value of its result: it is no test of anything but such a share.

    Args:
        project: root of the project.
        a: one result.
        b: the other.
        left: the manifest's entries of the runs of `a`.
        right: those of `b`.
    """
    if len(left) != 1 or len(right) != 1:
        return {}
    first, second = _right_items(project, left[0]), _right_items(project, right[0])
    if first.keys() != second.keys() or not (_is_share(first, a) and _is_share(second, b)):
        return {}
    only = [
        sum(one[item] and not other[item] for item in one)
        for one, other in ((first, second), (second, first))
    ]
    return {"test": "mcnemar", "p_value": mcnemar(*only), "correction": "none"}


def _is_share(right: Mapping[str, bool], result: Section) -> bool:
    return bool(right) and abs(sum(right.values()) / len(right) - result["value"]) < _SAME


def _right_items(project: Path, run: Mapping[str, Any]) -> dict[str, bool]:
    """Whether a run has each item right; nothing where it left no predictions, or they have changed."""
    file = run.get("predictions")
    place = place_of(project, file["path"]) if file else project
    if not file or not place.is_file() or sha256_file(place).sha256 != file["sha256"]:
        return {}
    with place.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        rows = list(csv.DictReader(handle))
    items = {row["item"]: _is_right(row) for row in rows if row.get("item")}
    found = {item: right for item, right in items.items() if right is not None}
    return found if len(found) == len(rows) else {}


def _is_right(row: Mapping[str, str | None]) -> bool | None:
    if row.get("correct") in ("0", "1"):
        return row["correct"] == "1"
    if row.get("prediction") is None or row.get("target") is None:
        return None
    return row["prediction"] == row["target"]
