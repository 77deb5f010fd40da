"""What there is to say of many launches, said once where it is the same for several of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reprocrate.workflow.launching import Ran

_MOST_LABELS = 3
_RECORDED, _ALL_RECORDED = ": it is recorded as such", ": they are recorded as such"


def told_once(runs: Iterable[Ran]) -> list[str]:
    """Warnings about launches; one that differs only by their seeds and settings is told of the first.

    `main seed 0 and 9 more: metric accuracy: out/0.json does not exist`
    """
    groups: list[tuple[str, list[str]]] = []
    known: dict[str, list[str]] = {}
    for ran in runs:
        for said in _of_one(ran):
            alike = _without_its_own(said, ran)
            labels = known.get(said) or known.get(alike)
            if labels is None:
                labels = []
                groups.append((said, labels))
            labels.append(ran.label)
            known[said] = known[alike] = labels
    return [_of_several(labels, said) for said, labels in groups]


def _of_one(ran: Ran) -> Iterable[str]:
    if ran.record.status != "ok":
        return [f" {ran.record.status}{_RECORDED}"]
    return [f": {problem}" for problem in ran.problems]


def _without_its_own(said: str, ran: Ran) -> str:
    """The sentence, with the launch's seed and settings left open."""
    own = {"seed": ran.record.given_seed, **ran.planned.point}
    names = {str(value): name for name, value in own.items() if value is not None}
    if not names:
        return said
    values = "|".join(re.escape(value) for value in sorted(names, key=len, reverse=True))
    pattern = rf"(?<![A-Za-z0-9])(?:{values})(?![A-Za-z0-9])"
    return re.sub(pattern, lambda found: f"{{{names[found[0]]}}}", said)


def _of_several(labels: list[str], said: str) -> str:
    if len(labels) == 1:
        return f"{labels[0]}{said}"
    named = labels if len(labels) <= _MOST_LABELS else [labels[0], f"{len(labels) - 1} more"]
    return f"{', '.join(named[:-1])} and {named[-1]}{said.replace(_RECORDED, _ALL_RECORDED)}"
