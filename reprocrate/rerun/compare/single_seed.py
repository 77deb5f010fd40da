"""A single recorded seed whose rerun is not within tolerance, judged by the predictions of both."""

from __future__ import annotations

from reprocrate.manifest import Metric, Run
from reprocrate.rerun.compare.evidence import Evidence, counterpart
from reprocrate.rerun.compare.items import ItemTest
from reprocrate.rerun.compare.predictions import LARGEST_FILE, Unusable, items_of
from reprocrate.rerun.compare.recorded import Counterpart, in_percent
from reprocrate.rerun.compare.samples import Sample, same_seeds
from reprocrate.rerun.compare.tolerance import AppliedTolerance


def needs_items(original: Sample, rerun: Sample, tolerance: AppliedTolerance) -> bool:
    """Whether one seed is all that was recorded, and its rerun differs by more than the tolerance."""
    if len(original.values) != 1 or not same_seeds(original, rerun):
        return False
    return not tolerance.holds([(original.values[0], rerun.values[0])])


def judge_items(
    then: Counterpart, now: Counterpart, files: tuple[Evidence, Evidence]
) -> ItemTest | Unusable | None:
    """The test over items of one seed, why there can be none, or `None` where there are no predictions.

    Args:
        then: where the original holds the value.
        now: where the rerun does.
        files: the files of both sides.
    """
    value, again = then.sample.values[0], now.sample.values[0]
    first, second = _run_of(then), _run_of(now)
    if first is None or second is None or first.predictions is None:
        return None
    named = second.predictions or counterpart(first, first.predictions, second)
    if named is None:
        return Unusable("the rerun left none at their place")
    recorded = files[0].read(first.predictions, LARGEST_FILE)
    found = None if recorded is None else files[1].read(named, LARGEST_FILE)
    if recorded is None or found is None:
        whose = "original" if recorded is None else "rerun"
        return Unusable(f"those of the {whose} cannot be read here as they were recorded")
    metric = then.manifest.find_metric(then.key[0])
    return items_of(recorded, found, then.key[0], (value, again), _scale(metric))


def _run_of(side: Counterpart) -> Run | None:
    seed = next((one.seed for one in side.sample.seeds if one.finite), None)
    return next((run for run in side.runs if side.records.seed_of(run) == seed and run.status == "ok"), None)


def _scale(metric: Metric | None) -> float:
    """What a share of items has to be multiplied with to be the metric."""
    if metric is None:
        return 1.0
    if metric.unit in ("count", "items") and metric.count_of:
        return float(metric.count_of)
    return 100.0 if in_percent(metric) else 1.0
