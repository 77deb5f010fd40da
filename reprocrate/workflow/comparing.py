"""`compare`: the verdict between two records, without running anything."""

from __future__ import annotations

from pathlib import Path

from reprocrate.rerun.compare import Basis, Circumstances, Verdict, compare
from reprocrate.workflow.opening import open_what


def compare_recorded(original: Path, other: Path) -> Verdict:
    """What the second experiment shows of the results and claims of the first.

    Raises:
        ReprocrateError: one of them cannot be opened.
    """
    recorded, again = open_what(original), open_what(other)
    return compare(recorded.manifest, again.manifest, circumstances=Circumstances(basis=Basis.COMPARE))
