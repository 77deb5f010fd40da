"""What a list of checksums cannot hold: symbolic links and empty folders.

They stand in a file of the bundle, which the checksums cover: `.reprocrate/tree.json`, there where a bundle
has some. It is a JSON object with `links`, target by path, and `folders`, a list of paths.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from reprocrate.bundle.admission import Problem, ProblemKind, names_problems
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.layout import TREE
from reprocrate.bundle.links import links_problems

MAX_TREE_BYTES = 64 * 1024 * 1024
"""The largest list of links and empty folders."""


class Tree(NamedTuple):
    """Links and empty folders.

    Attributes:
        links: target by path, both with forward slashes.
        folders: paths of the folders without anything in them.
    """

    links: Mapping[str, str] = MappingProxyType({})
    folders: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.links or self.folders)

    def entries(self) -> list[Entry]:
        """The file, as something to pack, if there is anything to say."""
        return [Entry(TREE, self.to_bytes())] if self else []

    def without(self, absent: Collection[str]) -> Tree:
        """The same but for links that were not brought."""
        if not absent:
            return self
        return Tree({path: to for path, to in self.links.items() if path not in absent}, self.folders)

    def problems(self, links: Mapping[str, str], files: Collection[str]) -> Iterator[Problem]:
        """What speaks against these links and folders beside these files.

        Args:
            links: the links that a bundle really has, target by path.
            files: the paths of its files.
        """
        for path in self.links.keys() - links.keys():
            yield Problem(path, ProblemKind.LINK, f"is missing: {TREE} names it as a symbolic link")
        for path, target in links.items():
            stated = self.links.get(path)
            if stated is None:
                yield Problem(path, ProblemKind.LINK, f"is a symbolic link that {TREE} does not name")
            elif stated != target:
                yield Problem(path, ProblemKind.LINK, f"is another symbolic link than {TREE} says")
        if self:
            yield from names_problems([*files, *self.links], self.folders)
        named = {path: target for path, target in links.items() if path in self.links}
        yield from links_problems(named, files, self.folders)

    def to_bytes(self) -> bytes:
        """The file, sorted by the UTF-8 bytes of the paths."""
        paths = sorted(self.links, key=str.encode)
        document = {
            "links": {path: self.links[path] for path in paths},
            "folders": sorted(self.folders, key=str.encode),
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def parse_tree(data: bytes) -> tuple[Tree, list[Problem]]:
    """The links and empty folders that such a file names, and what is wrong with it.

    Whether the names are safe is not judged here.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return Tree(), [Problem(TREE, ProblemKind.DAMAGED, "is not JSON")]
    links, folders = _parts(document)
    if links is None or folders is None:
        return Tree(), [Problem(TREE, ProblemKind.DAMAGED, "does not hold links and folders")]
    return Tree(links, tuple(folders)), []


def _parts(document: Any) -> tuple[dict[str, str] | None, list[str] | None]:
    if not isinstance(document, dict):
        return None, None
    links, folders = document.get("links"), document.get("folders")
    links_fit = isinstance(links, dict) and all(isinstance(target, str) for target in links.values())
    folders_fit = isinstance(folders, list) and all(isinstance(path, str) for path in folders)
    return (links if links_fit else None), (folders if folders_fit else None)
