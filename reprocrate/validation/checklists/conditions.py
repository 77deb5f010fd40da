"""Conditions on which an answer may be "no" or "not applicable", as the manifest tells them.

Each holds or does not hold only where the manifest says so; else it is not told. One that does not hold
speaks against an answer that rests on it, so nothing that is merely absent may lead there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from reprocrate.finding import Location
from reprocrate.manifest import Data, NewerWordError, Result
from reprocrate.validation.checklists.evidence import View, at
from reprocrate.validation.places import numbered


class Told(NamedTuple):
    """A condition that the manifest tells.

    Attributes:
        holds: whether it holds.
        because: what shows it, as a clause.
        places: where.
    """

    holds: bool
    because: str
    places: tuple[Location, ...]


def told(name: str, view: View) -> Told | None:
    """Whether a condition holds; None where that is not told."""
    if view.subject.manifest is None:
        return None
    try:
        return CONDITIONS[name](view)
    except NewerWordError:
        return None


def _not(because: str, *pointers: str) -> Told:
    return Told(False, because, at(*pointers))


def _so(because: str, *pointers: str) -> Told:
    return Told(True, because, at(*pointers))


def _no_experiments(view: View) -> Told | None:
    ended_well = {run.id for run in view.manifest.runs if run.status == "ok"}
    for pointer, result in numbered("/results", view.manifest.results):
        count = len(ended_well.intersection(result.runs))
        if count:
            runs = "a run that ended well" if count == 1 else f"{count} runs that ended well"
            return _not(f"result {result.id} rests on {runs}", pointer)
    return None


def _data_sets(view: View, *origins: str) -> Iterator[tuple[str, Data]]:
    """Data that is declared to be a data set of such an origin, and that a result rests on."""
    used = view.data_of(numbered("/results", view.manifest.results))
    for pointer, data in numbered("/data", view.manifest.data):
        if data.kind == "dataset" and data.origin in origins and data.id in used:
            yield pointer, data


def _no_data(view: View) -> Told | None:
    for pointer, data in _data_sets(view, "existing", "new"):
        return _not(f"results rest on the data set {data.id}", pointer)
    return None


def _no_existing_data(view: View) -> Told | None:
    for pointer, data in _data_sets(view, "existing"):
        is_open = data.access is not None and data.access.level == "open"
        if is_open or data.is_published:  # in-house records are none that come from the literature
            return _not(f"the data set {data.id} existed before", f"{pointer}/origin")
    return None


def _no_new_data(view: View) -> Told | None:
    for pointer, data in _data_sets(view, "new"):
        return _not(f"the data set {data.id} was made for the experiment", f"{pointer}/origin")
    if view.manifest.data and all(each.origin == "existing" for each in view.manifest.data):
        return _so("all data existed before", "/data")
    return None


def _no_restricted_data(view: View) -> Told | None:
    for pointer, data in _data_sets(view, "existing"):  # a new one may become public with the paper
        if data.is_private:
            return _not(f"data {data.id} is private", f"{pointer}/access/level")
    if view.manifest.data and all(each.access and each.access.level == "open" for each in view.manifest.data):
        return _so("all data is open", "/data")
    return None


def _no_existing_assets(view: View) -> Told | None:
    for pointer, data in numbered("/data", view.manifest.data):
        if data.kind in ("dataset", "model") and data.origin == "existing":
            return _not(f"the {data.kind} {data.id} existed before", f"{pointer}/origin")
    return None


def _no_new_assets(view: View) -> Told | None:
    for pointer, model in numbered("/models", view.manifest.models):
        return _not(f"the weights {model.id} are released", pointer)
    for pointer, data in numbered("/data", view.manifest.data):
        if data.kind == "dataset" and data.origin == "new" and data.access and data.access.level == "open":
            return _not(f"the new data set {data.id} is open to all", f"{pointer}/access/level")
    return None


def _no_assets(view: View) -> Told | None:
    return _no_existing_assets(view) or _no_new_assets(view)


def _no_search(view: View) -> Told | None:
    for pointer, each in numbered("/configurations", view.manifest.configurations):
        if each.search and each.search.space and (each.search.trials or 0) > 1:
            because = f"configuration {each.label} comes from a search with {each.search.trials} trials"
            return _not(because, f"{pointer}/search")
    return None


_COSTS = re.compile(
    r"(?:times?|seconds?|secs?|minutes?|hours?|duration|elapsed|latency|speed|speedup|throughput|fps|memory|mem|bytes"
    r"|energy|joules?|power|watts?|cost)(?![a-z])"
)
_UNITS_OF_COSTS = re.compile(r"(?:s|ms|us|ns|min|h|[kmgt]?i?b|k?j|k?wh?|k?hz|it/s)")
"""Names and units of what a run costs: it differs from run to run where nothing is drawn by chance."""
_LEAST_SPREAD = 1e-6
"""Spread, relative to the value, that the order of additions on an accelerator can make; more is chance."""


def _differs_by_chance(view: View, result: Result) -> bool:
    """Whether a result has a spread that neither the machine's load nor its arithmetic explains."""
    metric = next((each for each in view.manifest.metrics if each.id == result.metric), None)
    unit = (metric and metric.unit) or ""
    names = (result.metric, unit, (metric and metric.name) or "")
    if _UNITS_OF_COSTS.fullmatch(unit.lower()) or any(_COSTS.search(name.lower()) for name in names):
        return False
    return result.sd is not None and result.sd > _LEAST_SPREAD * abs(result.value or 0.0)


def _no_randomness(view: View) -> Told | None:
    seeds = {run.id: run.seed for run in view.manifest.runs}
    for pointer, result in numbered("/results", view.manifest.results):
        used = {seeds.get(name) for name in result.runs} - {None}
        if result.varies_over == "seeds" and _differs_by_chance(view, result) and len(used) > 1:
            return _not(f"result {result.id} differs between {len(used)} seeds", pointer)
    return None


def _no_people(view: View) -> Told | None:
    ethics = view.manifest.ethics
    if ethics is None or ethics.human_subjects is None:
        return None
    place = "/ethics/human_subjects"
    return _not("people took part", place) if ethics.human_subjects else _so("no people took part", place)


def _no_code(view: View) -> Told | None:
    for pointer, code in numbered("/code", view.manifest.code):
        if code.repository and code.commit:
            return _not(f"code {code.id} is in a public repository", f"{pointer}/repository")
    return None


def _never(_view: View) -> None:
    """Nothing in a manifest tells it."""


CONDITIONS: dict[str, Callable[[View], Told | None]] = {
    "no-assets": _no_assets,
    "no-code": _no_code,
    "no-data": _no_data,
    "no-existing-assets": _no_existing_assets,
    "no-existing-data": _no_existing_data,
    "no-experiments": _no_experiments,
    "no-hyperparameters": _no_search,
    "no-llm": _never,
    "no-new-assets": _no_new_assets,
    "no-new-data": _no_new_data,
    "no-people": _no_people,
    "no-randomness": _no_randomness,
    "no-restricted-data": _no_restricted_data,
    "no-search": _no_search,
    "no-theory": _never,
    "other-reason": _never,
}
