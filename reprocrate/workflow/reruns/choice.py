"""What the reader of an experiment wants of its rerun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare import Margin


@dataclass(frozen=True, slots=True)
class RerunChoice:
    """What the reader wants.

    Attributes:
        depth: `logs`, `smoke` or `full`.
        seeds: only these of the recorded seeds, as a list such as `0-2`.
        margins: the reader's own margins, as `METRIC=VALUE`.
        limits: the reader's own limits on what a run may use, as `NAME=VALUE`.
        jobs: how many runs at once.
    """

    depth: str = "full"
    seeds: str | None = None
    margins: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    jobs: int = 1

    def what(self) -> dict[str, Any]:
        """What is asked for, without how it is done: a rerun that was broken off may go on in another way."""
        return {name: value for name, value in asdict(self).items() if name not in ("limits", "jobs")}


def require_metrics(manifest: Manifest, margins: Mapping[str, Margin]) -> None:
    """A misspelt metric must not leave the reader's margin without effect."""
    known = [metric.id for metric in manifest.metrics]
    for name in margins:
        if name not in known:
            raise UsageError(
                f"--margin names the metric `{name}`",
                "the experiment has none of that name",
                f"Known: {', '.join(known) or 'none'}",
            )


def margins_of(texts: tuple[str, ...]) -> dict[str, Margin]:
    """The reader's own margins by metric.

    Raises:
        UsageError: one is not `METRIC=VALUE`.
    """
    margins: dict[str, Any] = {}
    for text in texts:
        metric, _, value = text.partition("=")
        try:
            margins[metric] = Margin("absolute", float(value), "reader")
        except ValueError:
            raise UsageError(
                f'--margin "{text}" is not METRIC=VALUE', fix="For example: accuracy=0.01"
            ) from None
    return margins
