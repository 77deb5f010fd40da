"""`compare`: the verdict between two records, without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reprocrate.manifest.garbage import without_collection
from reprocrate.rerun.compare import Basis, Circumstances, Margin, Verdict, compare
from reprocrate.workflow.evidence import evidence_of
from reprocrate.workflow.opening import open_what
from reprocrate.workflow.reruns.choice import margins_of, require_metrics


def compare_recorded(original: Path, other: Path, margins: tuple[str, ...] = ()) -> Verdict:
    """What the second experiment shows of the results and claims of the first.

    Args:
        original: a bundle, crate folder, project or manifest.
        other: what to hold against it, of any of these kinds.
        margins: the reader's own margins, as `METRIC=VALUE`.

    Raises:
        ReprocrateError: one of them cannot be opened, or a margin makes no sense.
    """
    wanted: Mapping[str, Margin] = margins_of(margins)
    with without_collection():
        recorded, again = open_what(original), open_what(other)
    require_metrics(recorded.manifest, wanted)
    with evidence_of(recorded) as then, evidence_of(again) as now, without_collection():
        return compare(
            recorded.manifest,
            again.manifest,
            margins=wanted,
            circumstances=Circumstances(basis=Basis.COMPARE),
            files=(then, now),
        )
