"""Curves in JSON documents: `trainer_state.json` of Hugging Face's Trainer, and Sacred's `metrics.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reprocrate.capture.record import Evidence
from reprocrate.capture.results.points import Entry, count_of

_LARGEST_BYTES = 256 * 1024 * 1024
_NO_METRICS = {"step", "epoch", "learning_rate", "total_flos"}


def read_trainer_state(location: Path, path: str) -> Iterator[tuple[str, Entry]]:
    """What `log_history` of a Trainer says, an entry for each time it logged.

    Source: `TrainerState`, https://huggingface.co/docs/transformers/main_classes/callback

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON.
    """
    history = _document(location).get("log_history")
    for count, entry in enumerate(history if isinstance(history, list) else ()):
        if not isinstance(entry, dict):
            continue
        for name, value in entry.items():
            if name not in _NO_METRICS and _is_number(value):
                yield name, _entry(value, path, f"/log_history/{count}/{name}", count_of(entry.get("step")))


def read_sacred(location: Path, path: str) -> Iterator[tuple[str, Entry]]:
    """What Sacred's `FileStorageObserver` wrote of `log_scalar`: for each name lists of steps and values.

    Source: https://sacred.readthedocs.io/en/stable/collected_information.html#metrics-api

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON.
    """
    for name, one in _document(location).items():
        lists = [one.get(key) for key in ("steps", "values", "timestamps")] if isinstance(one, dict) else []
        steps, values, times = [each if isinstance(each, list) else [] for each in lists] or ([], [], [])
        for count, value in enumerate(values):
            step = count_of(steps[count]) if count < len(steps) else None
            number = value.get("value") if isinstance(value, dict) else value  # a NumPy scalar, by jsonpickle
            if _is_number(number):
                pointer = "/{}/values/{}".format(name.replace("~", "~0").replace("/", "~1"), count)
                yield name, _entry(number, path, pointer, step, _seconds(times, count))


def _document(location: Path) -> Mapping[str, Any]:
    with location.open("rb") as handle:
        found = json.loads(handle.read(_LARGEST_BYTES), parse_float=Literal)
    return found if isinstance(found, dict) else {}


class Literal(float):
    """A number of a JSON document that still knows how it was written."""

    literal: str

    def __new__(cls, text: str) -> Literal:
        """The number that a text stands for."""
        number = super().__new__(cls, text)
        number.literal = text
        return number


def _entry(value: Any, path: str, pointer: str, step: int | None, time: float | None = None) -> Entry:
    text = getattr(value, "literal", None) or json.dumps(value)
    evidence = Evidence(path, text, pointer=pointer)
    return Entry(value, f"{path} at {pointer}", step, time=time, evidence=evidence)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _seconds(times: list[Any], count: int) -> float | None:
    try:
        return datetime.fromisoformat(times[count]).replace(tzinfo=UTC).timestamp()
    except (IndexError, TypeError, ValueError):
        return None
