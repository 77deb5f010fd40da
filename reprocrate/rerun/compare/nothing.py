"""Why an experiment has nothing that another could be held against."""

from __future__ import annotations

from collections import Counter

from reprocrate.manifest import Manifest
from reprocrate.rerun.compare.wording import counted

_ENDED = {
    "failed": "ended with an error",
    "killed": "were killed",
    "interrupted": "were interrupted",
    "running": "never ended",
}


def why_nothing(original: Manifest) -> str:
    """The reason in a clause; empty where it has results, or where only the other side lacks them."""
    if original.results:
        return ""
    if not original.runs:
        return "the original has no recorded run"
    well = [run for run in original.runs if run.status == "ok"]
    if well:
        measured = any(run.metrics for run in well)
        return "" if measured else "no metric was recorded of the original's runs"
    counts = Counter(_ENDED.get(run.status, run.status) for run in original.runs).most_common()
    if len(original.runs) == 1:
        return f"the only run of the original {counts[0][0].replace('were', 'was')}"
    if len(counts) == 1:
        return f"all {len(original.runs)} runs of the original {counts[0][0]}"
    told = ", ".join(f"{count} {became}" for became, count in counts)
    return f"of {counted(len(original.runs), 'run')} of the original none ended well ({told})"
