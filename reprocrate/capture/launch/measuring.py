"""What a launch measured: its metrics and histories, from what it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reprocrate.capture.launch.circumstances import Circumstances
from reprocrate.capture.ranks.notebooks import LOG_NAME
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.capture.results.extraction import MetricSource, Written, extract
from reprocrate.capture.results.histories import keep_histories


def written_by(record: RunRecord, project: Path) -> Written:
    """What a launch left, for its metrics to be read from."""
    seed = record.given_seed
    return Written(
        project=project,
        outputs=frozenset(output.path for output in record.outputs if output.root is None),
        stdout=next((project / log.path for log in record.logs if log.path.endswith("stdout.log")), project),
        values={**record.configuration.grid, **({} if seed is None else {"seed": seed})},
        earlier=tuple(project / log.path for log in record.logs if log.path.endswith(f"/{LOG_NAME}")),
        logged=project / RUNS / record.id,
        began=datetime.fromisoformat(record.started).timestamp() if record.started else None,
    )


def measured(
    around: Circumstances, record: RunRecord, sources: Sequence[MetricSource]
) -> tuple[RunRecord, tuple[str, ...]]:
    """The record with its metrics and histories, and what was not found, as sentences.

    Raises:
        UsageError: a source is wrong.
        UnavailableError: a file could not be written.
    """
    written = written_by(record, around.project)
    histories = keep_histories(around.folder, written, around.scrubber.recorded)
    record = replace(record, histories=histories.files)
    extraction = extract(sources, written, around.scrubber.line)
    return replace(record, metrics=extraction.metrics), (*extraction.problems, *histories.problems)
