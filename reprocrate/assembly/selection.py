"""Which launches count: nobody picks among them, every other one is listed with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

    Args:
        runs: the manifest's run entries of one configuration, oldest first.
        code_of: for each run's id a digest of the code that it executed.
        data_of: for each run's id the digests of the data files that it read, by place. Runs may read
            different files, as a file of each seed, but not different versions of one.
    """
    done = [run for run in runs if run["status"] == "ok"]
    excluded = {run["id"]: run["status"] for run in runs if run["status"] != "ok"}
    newest: dict[Any, Run] = {}
    for run in reversed(done):
        if code_of[run["id"]] != code_of[done[-1]["id"]]:
            excluded[run["id"]] = "other_code"
        elif _differ(data_of[run["id"]], data_of[done[-1]["id"]]):
            excluded[run["id"]] = "other_data"
        elif _seed(run) in newest:
            excluded[run["id"]] = "repeated"
        else:
            newest[_seed(run)] = run
    counting = sorted(newest.values(), key=_seed_order)
    return Selection(
        tuple(counting), tuple((run["id"], excluded[run["id"]]) for run in runs if run["id"] in excluded)
    )


def reported_value(observations: Sequence[Observation], selection: str | None) -> Observation | None:
    """The observation of one run that is reported: the last one, or the largest where the author says so."""
    if not observations:
        return None
    if selection == "max":
        finite = [each for each in observations if each["value"] is not None]
        return max(finite, key=lambda each: each["value"]) if finite else observations[-1]
    return max(enumerate(observations), key=lambda pair: (pair[1].get("step") or 0, pair[0]))[1]


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
