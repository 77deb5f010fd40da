"""Names by which code is judged: `source-names.json` and `torch-nondeterministic.json` of the standard."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any, NamedTuple

from reprocrate.standard.shipped import shipped_bytes


class Library(NamedTuple):
    """A source of random numbers that all parts of a program share.

    Attributes:
        id: its name for programs.
        title: its name for people.
        seeds: functions that seed it.
        draws: functions that draw from it, and classes that do when they are made or used.
        only_with: methods or functions of which a program calls all of one set, where its draws matter.
    """

    id: str
    title: str
    seeds: frozenset[str]
    draws: frozenset[str]
    only_with: tuple[frozenset[str], ...]


@cache
def names() -> dict[str, Any]:
    """What `source-names.json` lists, as it stands there; not to be changed."""
    found: dict[str, Any] = json.loads(shipped_bytes("source-names.json"))
    return found


@cache
def libraries() -> tuple[Library, ...]:
    """The libraries whose generators are shared."""
    return tuple(
        Library(
            one["id"],
            one["title"],
            frozenset(one["seeds"]),
            frozenset(one["draws"]),
            tuple(frozenset(each.split()) for each in one.get("only_with", ())),
        )
        for one in names()["libraries"]
    )


@cache
def generators() -> frozenset[str]:
    """What makes a generator of its own."""
    return frozenset(names()["generators"]["names"])


@cache
def learned(kind: str) -> frozenset[str]:
    """Transformers that learn from data: `scaling`, `selection` or `resampling`."""
    return frozenset(names()["learned"][kind])


@cache
def seeds_everything() -> frozenset[str]:
    """Functions that seed all generators."""
    return frozenset(names()["everything"]["names"])


@cache
def nondeterministic() -> dict[str, str]:
    """PyTorch's nondeterministic operations that can be judged, with how."""
    listed = json.loads(shipped_bytes("torch-nondeterministic.json"))
    return {
        one["name"]: one["judged"]
        for kind in ("deterministic_on_request", "refused_on_request")
        for one in listed[kind]
        if "judged" in one
    }


def of_sklearn(name: str) -> str:
    """A class or function of scikit-learn by its public name, wherever it was imported from.

    `sklearn.model_selection._split.KFold` is `sklearn.model_selection.KFold`; other names stay as they are.
    """
    parts = name.split(".")
    return ".".join(part for part in parts if not part.startswith("_")) if parts[0] == "sklearn" else name


IS_STANDARD = sys.stdlib_module_names
"""The first names of Python's own modules."""
