"""Which of several results is the best one, by its value alone."""

from __future__ import annotations

import math
from collections.abc import Iterable

from reprocrate.render.outcomes import Outcome

_SAME = 1e-12  # relative: values that differ by less differ by how they were added up


def best_results(outcomes: Iterable[Outcome]) -> set[str]:
    """Ids of the best results among those of the same metric, split, data set and statistic.

    Nothing is best where it is not known what is better, where there is no other one, or where all are alike.
    Whether the best is better than the next by more than chance, this does not say.
    """
    groups: dict[tuple[object, ...], list[Outcome]] = {}
    for outcome in outcomes:
        result = outcome.result
        key = (result.metric, result.split, outcome.data, result.over, outcome.is_rank)
        groups.setdefault(key, []).append(outcome)
    return {name for members in groups.values() for name in _best(members)}


def _best(members: list[Outcome]) -> Iterable[str]:
    direction = "minimize" if members[0].is_rank else members[0].direction
    values = [member.result.value for member in members]
    if direction not in ("maximize", "minimize"):
        return ()
    best = max(values) if direction == "maximize" else min(values)
    alike = [member.result.id for member in members if math.isclose(member.result.value, best, rel_tol=_SAME)]
    return alike if len(alike) < len(members) else ()
