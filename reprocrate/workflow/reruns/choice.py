"""What the reader of an experiment wants of its rerun."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reprocrate.capture.seeds.notation import parse_seeds
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare import Margin
from reprocrate.rerun.plan import Scope
from reprocrate.rerun.plan.durations import parse_duration
from reprocrate.rerun.plan.scope import require_sense
from reprocrate.rerun.work.selection import Depth

_HOW = frozenset({"limits", "jobs", "data", "allow_address"})


@dataclass(frozen=True, slots=True)
class RerunChoice:
    """What the reader wants.

    Attributes:
        depth: `logs`, `evaluate`, `smoke` or `full`; None for `full`, or with `within` for what fits.
        seeds: only these of the recorded seeds, as a list such as `0-2`.
        margins: the reader's own margins, as `METRIC=VALUE`.
        data: data that the reader has, as `NAME=PATH`.
        allow_address: hosts that may be asked although they are private.
        only: only the configurations of these ids or names; all where empty.
        claims: only what the claims of these ids rest on; all where empty.
        new_seeds: so many seeds that the original never used, in place of the recorded ones.
        within: how much time there is, such as `20m`.
        limits: the reader's own limits on what a run may use, as `NAME=VALUE`.
        jobs: how many runs at once.
    """

    depth: str | None = None
    seeds: str | None = None
    margins: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    allow_address: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    new_seeds: int | None = None
    within: str | None = None
    limits: tuple[str, ...] = ()
    jobs: int = 1

    def what(self) -> dict[str, Any]:
        """What is asked for, without how it is done: a rerun that was broken off may go on in another way."""
        return {name: value for name, value in asdict(self).items() if name not in _HOW}

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
        UsageError: one is not `METRIC=VALUE`, or the value is no finite number of at least 0, or two of them
            are for one metric.
    """
    margins: dict[str, Any] = {}
    for text in texts:
        metric, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            raise UsageError(
                f'--margin "{text}" is not METRIC=VALUE', fix="For example: accuracy=0.01"
            ) from None
        if not 0.0 <= number < math.inf:
            raise UsageError(
                f'--margin "{text}" is no margin',
                "it is the largest difference without importance, a finite number of at least 0",
                "For example: accuracy=0.01",
            )
        if metric in margins:
            raise UsageError(f"--margin is given twice for `{metric}`", fix="Give it once for each metric")
        margins[metric] = Margin("absolute", number, "reader")
    return margins
