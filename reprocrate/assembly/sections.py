"""Entries of the manifest while they are put together, as plain JSON values."""

from __future__ import annotations

from typing import Any

Section = dict[str, Any]


def without_nothing(value: Any) -> Any:
    """Plain values without keys whose value is null or empty; a metric's value may be null."""
    if isinstance(value, list):
        return [without_nothing(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, item in value.items():
        inner = without_nothing(item)
        if (inner is None and not _is_metric_value(value, key)) or inner in ([], {}):
            continue
        kept[key] = inner
    return kept


def _is_metric_value(section: Section, key: str) -> bool:
    return key == "value" and "status" in section
