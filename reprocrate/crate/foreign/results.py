"""Results of the runs of a crate: the value of a single run, or the mean over runs that differ by their seed.

A crate states values of runs and no aggregate. Runs of one configuration that do not differ by a seed might
be anything, so nothing is computed from them.
"""

from __future__ import annotations

from reprocrate.crate.foreign.about import Section, without_nothing
from reprocrate.statistics import summarise

_Seen = tuple[str, float, tuple[object, ...]]


def results(runs: list[Section]) -> list[Section]:
    """The section `results`."""
    seen: dict[tuple[str, str], list[_Seen]] = {}
    for run in runs:
        values = {
            each["metric"]: each["value"] for each in run.get("metrics", ()) if each["value"] is not None
        }
        seeds = tuple(seed["value"] for seed in run.get("seeds", ()))
        for metric, value in values.items():
            if run["status"] == "ok":
                seen.setdefault((run["configuration"], metric), []).append((run["id"], value, seeds))
    return [_result(key, found) for key, found in seen.items() if _may_be_joined(found)]


def _may_be_joined(found: list[_Seen]) -> bool:
    seeds = {each[2] for each in found}
    return len(found) == 1 or (len(seeds) == len(found) and () not in seeds)


def _result(key: tuple[str, str], found: list[_Seen]) -> Section:
    configuration, metric = key
    section = {
        "id": f"{configuration}.{metric}"[:200],
        "configuration": configuration,
        "metric": metric,
        "over": "runs",
        "runs": [run for run, _value, _seeds in found],
    }
    values = [value for _run, value, _seeds in found]
    if len(values) == 1:
        return section | {"statistic": "single", "n": 1, "value": values[0]}
    summary = summarise(values)
    return section | without_nothing(
        {
            "statistic": "mean",
            "n": summary.n,
            "value": summary.mean,
            "sd": summary.sd,
            "ddof": summary.ddof,
            "minimum": summary.min,
            "maximum": summary.max,
            "varies_over": "seeds",
        }
    )
