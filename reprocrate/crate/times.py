"""Times of the manifest as a crate states them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reprocrate.manifest import Manifest, Run


def started(run: Run) -> str | None:
    """When a run started."""
    return _stated(_moment(run.started))


def ended(run: Run) -> str | None:
    """When a run ended, if both its start and its duration were recorded."""
    return _stated(_end(run))


def last_moment(manifest: Manifest) -> str | None:
    """When the last run ended; else when the last one started, or the newest other time of the manifest."""
    for times in (
        [_end(run) for run in manifest.runs],
        [_moment(run.started) for run in manifest.runs],
        [_moment(manifest.experiment.created), *(_moment(entry.when) for entry in manifest.history)],
    ):
        if known := [time for time in times if time]:
            return _stated(max(known))
    return None


def _end(run: Run) -> datetime | None:
    start = _moment(run.started)
    if start is None or run.duration_s is None:
        return None
    try:
        return start + timedelta(seconds=run.duration_s)
    except OverflowError:
        return None


def _moment(timestamp: str | None) -> datetime | None:
    """A time of the manifest; None where its digits name no day or hour, such as 31 February."""
    try:
        return datetime.fromisoformat(timestamp) if timestamp else None
    except ValueError:
        return None


def _stated(moment: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and `+00:00`, the one form that validators of Process Run Crate accept."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
