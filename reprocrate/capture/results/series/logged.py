"""What the program reported by `reprocrate.log`; see `recorder/_reprocrate_values.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reprocrate.capture.record import Evidence
from reprocrate.capture.results.points import Entry, as_seed, count_of
from reprocrate.capture.results.written import Written

_FILES = "logged-*.jsonl"


def logged_values(written: Written) -> Iterator[tuple[str, Entry]]:
    """The values in the order in which each process reported them, under names that a metric can have.

    Of a launch of several processes the first rank counts, where the processes know their ranks: the others
    report their own share of what one run measured.
    """
    for path in sorted(written.logged.glob(_FILES)) if written.logged else ():
        with suppress(OSError), path.open("rb") as handle:
            for line in handle:
                yield from _values(line, written)


def _values(line: bytes, written: Written) -> Iterator[tuple[str, Entry]]:
    try:
        call = json.loads(line)
    except (ValueError, RecursionError):  # the last line of a process that was killed while it wrote
        return
    values = call.get("values") if isinstance(call, dict) else None
    if not isinstance(values, dict) or call.get("rank"):
        return
    job = str(call.get("job", ""))
    seed, factors = written.jobs.of(written.relative(Path(job))) if job else (None, ())
    labels = {
        "step": count_of(call.get("step")),
        "fold": count_of(call.get("fold")),
        "seed": seed if call.get("seed") is None else as_seed(call["seed"]),
        "factors": factors,
        "data": call.get("data"),
        "split": call.get("split"),
    }
    file, number = call.get("file"), count_of(call.get("line"))
    for name, value in values.items():
        text = repr(value) if isinstance(value, float) else str(value)
        evidence = Evidence(file, text, number, name) if file else None
        yield as_identifier(name), Entry(value, f"reprocrate.log of {name}", evidence=evidence, **labels)


def as_identifier(name: str) -> str:
    """The id of the metric that a program calls so: `val/accuracy` is `val_accuracy`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")[:200] or "metric"
