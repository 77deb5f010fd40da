"""The part of a bundle that is unpacked: all of it, or some files that are wanted alone."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from reprocrate.bundle.admission import Problem, folders_of, name_problem
from reprocrate.bundle.checking import extra, missing
from reprocrate.bundle.formats import Member
from reprocrate.bundle.layout import CHECKSUMS
from reprocrate.bundle.tree import Tree


class Part:
    """Some files of a bundle, with the links that lead to them.

    Args:
        members: all files.
        links: all links, target by path.
        only: the wanted files; None for everything.
    """

    def __init__(
        self, members: Sequence[Member], links: Mapping[str, str], only: Collection[str] | None
    ) -> None:
        self._members = members
        self._links = links
        self._only = None if only is None else frozenset(only)

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return sum(member.size for member in self._members if self._is_wanted(member.path))

    @cached_property
    def refused(self) -> set[str]:
        """The files that are no part of it."""
        return {member.path for member in self._members if not self._is_wanted(member.path)}

    @cached_property
    def links(self) -> Mapping[str, str]:
        """The links that lead to something in it, over other links of it or at once."""
        if self._only is None:
            return self._links
        there = set(self._only) | folders_of(self._only)
        waiting = dict(self._links)
        found: dict[str, str] = {}
        while laid := [path for path, target in waiting.items() if _leads_to(path, target) in there]:
            for path in laid:
                found[path] = waiting.pop(path)
            there.update(laid)
        return found

    def absent(self) -> dict[str, int | None]:
        """The files and links that are no part of it, sorted, with the bytes of each; None for a link."""
        sizes: dict[str, int | None] = dict.fromkeys(self._links.keys() - self.links.keys())
        sizes |= {one.path: one.size for one in self._members if not self._is_wanted(one.path)}
        return dict(sorted(sizes.items()))

    def problems(
        self, listed: tuple[Mapping[str, str], Sequence[Problem]], tree: tuple[Tree, Sequence[Problem]]
    ) -> list[Problem]:
        """What speaks against unpacking this part, by the names and the lists; nothing for everything.

        Args:
            listed: the list of checksums, and what is wrong with it.
            tree: the list of links and empty folders, and what is wrong with it.
        """
        if self._only is None:
            return []
        there = {member.path for member in self._members}
        wanted = self._only - {CHECKSUMS}
        problems = [*listed[1], *tree[1]]
        problems += [found for path in self._only if (found := name_problem(path))]
        problems += map(missing, wanted - there)
        problems += map(extra, (wanted & there) - listed[0].keys())
        brought = tree[0].without(self._links.keys() - self.links.keys())
        return problems + list(brought.problems(self.links, self._only & there))

    def _is_wanted(self, path: str) -> bool:
        return self._only is None or path in self._only


def _leads_to(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
