"""References that lead back to where they start."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def in_circles(references: Mapping[Name, Iterable[Name]]) -> set[Name]:
    """The names from which references lead back to themselves.

    These are the names that refer to themselves, and those in a strongly connected component of several
    (found as by Kosaraju and Sharir, in linear time). Names that refer nowhere need not be there.
    """
    forward = {name: [to for to in found if to in references] for name, found in references.items()}
    back: dict[Name, list[Name]] = {name: [] for name in forward}
    for name, found in forward.items():
        for to in found:
            back[to].append(name)
    circles = {name for name, found in forward.items() if name in found}
    seen: set[Name] = set()
    finished = [name for start in forward for name in _finishing(start, forward, seen)]
    reached: set[Name] = set()
    for start in reversed(finished):
        component = list(_finishing(start, back, reached))
        if len(component) > 1:
            circles.update(component)
    return circles


def _finishing(start: Name, edges: Mapping[Name, list[Name]], seen: set[Name]) -> Iterator[Name]:
    """What can be reached from a name and was not seen yet, each after all that it leads to."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(edges[start]))]
    while path:
        name, rest = path[-1]
        following = next((to for to in rest if to not in seen), None)
        if following is None:
            path.pop()
            yield name
        else:
            seen.add(following)
            path.append((following, iter(edges[following])))
