"""Which launches count: nobody picks among them, every other one is listed with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reprocrate import statistics

Observation = Mapping[str, Any]
Run = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """The launches of one configuration that count, by seed in order of the seeds, and the others."""

    counting: tuple[Run, ...]
    excluded: tuple[tuple[str, str], ...]


def select_runs(
    runs: Sequence[Run], code_of: Mapping[str, str], data_of: Mapping[str, Mapping[Any, str]]
) -> Selection:
    """Per seed the newest launch that ended well, of those with the code and data of the newest of them.

    Launches of one source tree ran the same code, though one may have imported less of it than another.

    Args:
        runs: the manifest's run entries of one configuration, oldest first.
        code_of: for each run's id a digest of the code that it executed.
        data_of: for each run's id the digests of the data files that it read, by place. Runs may read
            different files, as a file of each seed, but not different versions of one.
    """
    done = [run for run in runs if run["status"] == "ok"]
    excluded = {run["id"]: run["status"] for run in runs if run["status"] != "ok"}
    newest: dict[Any, Run] = {}
    known: dict[Any, str] = {}
    for run in reversed(done):
        if code_of[run["id"]] != code_of[done[-1]["id"]] and not _is_of_one_tree(run, done[-1]):
            excluded[run["id"]] = "other_code"
        elif _differ(data_of[run["id"]], known):
            excluded[run["id"]] = "other_data"
        elif _seed(run) in newest:
            excluded[run["id"]] = "repeated"
        else:
            newest[_seed(run)] = run
            known |= data_of[run["id"]]
    counting = sorted(newest.values(), key=_seed_order)
    return Selection(
        tuple(counting), tuple((run["id"], excluded[run["id"]]) for run in runs if run["id"] in excluded)
    )


def reported_value(
    observations: Sequence[Observation], selection: str | None, last_k: int | None = None
) -> Observation | None:
    """What one run reports of its values in one metric, data and split, which are of no fold.

    That is the value that counts by the metric's selection, or the mean of those that count together: at the
    last of their steps, and null with the status of the last that is not finite where one of them is. None
    where the run left no value, or fewer than are to be averaged. Where the values do not say which of them
    is meant (`best_validation`, `checkpoint`), it is the last one.
    """
    points = [(each.get("step"), each["value"]) for each in observations]
    try:
        places = statistics.counting(points, selection, last_k)
    except LookupError:
        if selection == "mean_last_k":
            return None
        places = statistics.counting(points)
    chosen = [observations[place] for place in places]
    unknown = [each for each in chosen if each["value"] is None]
    if unknown or len(chosen) <= 1:
        return next(iter([*unknown[-1:], *chosen]), None)
    return {**chosen[-1], "value": statistics.mean([each["value"] for each in chosen])}


def _is_of_one_tree(a: Run, b: Run) -> bool:
    return a.get("code") is not None and a.get("code") == b.get("code")


def _differ(a: Mapping[Any, str], b: Mapping[Any, str]) -> bool:
    return any(a[place] != b[place] for place in a.keys() & b.keys())


def _seed(run: Run) -> Any:
    seeds = run.get("seeds") or [{"value": None}]
    return seeds[0]["value"]


def _seed_order(run: Run) -> tuple[int, int, str]:
    seed = _seed(run)
    if seed is None:
        return (0, 0, "")
    return (1, int(seed), "")
