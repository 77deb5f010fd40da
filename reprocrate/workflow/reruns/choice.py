"""What the reader of an experiment wants of its rerun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reprocrate.capture.seeds.notation import parse_seeds
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare import Margin
from reprocrate.rerun.plan import Scope
from reprocrate.rerun.plan.durations import parse_duration
from reprocrate.rerun.plan.scope import require_sense
from reprocrate.rerun.selection import Depth


@dataclass(frozen=True, slots=True)
class RerunChoice:
    """What the reader wants.

    Attributes:
        depth: `logs`, `evaluate`, `smoke` or `full`; None for `full`, or with `within` for what fits.
        seeds: only these of the recorded seeds, as a list such as `0-2`.
        margins: the reader's own margins, as `METRIC=VALUE`.
        only: only the configurations of these ids or names; all where empty.
        claims: only what the claims of these ids rest on; all where empty.
        new_seeds: so many seeds that the original never used, in place of the recorded ones.
        within: how much time there is, such as `20m`.
    """

    depth: str | None = None
    seeds: str | None = None
    margins: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    new_seeds: int | None = None
    within: str | None = None

    @property
    def scope(self) -> Scope:
        """What is to be done again.

        Raises:
            UsageError: an argument cannot be read, or two do not go together.
        """
        if self.within is not None and self.depth is not None:
            raise UsageError(
                f"--within does not go with --depth {self.depth}",
                "it chooses the depth",
                "Leave one of them out",
            )
        if self.new_seeds is not None and self.new_seeds < 1:
            raise UsageError(f"--new-seeds {self.new_seeds} is not possible", "it is how many seeds to run")
        wanted = Scope(
            depth=Depth(self.depth or Depth.FULL),
            seeds=None if self.seeds is None else parse_seeds(self.seeds),
            new_seeds=self.new_seeds or 0,
            configurations=self.only or None,
            claims=tuple(dict.fromkeys(self.claims)),
            within=None if self.within is None else parse_duration(self.within),
        )
        require_sense(wanted)
        return wanted


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
