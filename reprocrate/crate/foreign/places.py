"""The files that a crate describes: where they are, and what is said of them. None is opened here."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from reprocrate.crate.foreign import stated
from reprocrate.crate.foreign.about import Section, license_of, without_nothing
from reprocrate.crate.foreign.linked import Link, Linked, Node, first
from reprocrate.crate.identifiers import path_of
from reprocrate.errors import UnreadableError
from reprocrate.files import safe_relative

_OF_THE_CRATE = ("ro-crate-metadata.json", "ro-crate-metadata.jsonld", "ro-crate-preview.html")

_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+|_):")
"""What an identifier begins with that is no path: a scheme (RFC 3986, section 3.1), or nothing's name."""

MOST_STEPS = 1_000_000
"""How many parts of data sets are looked at, in all."""


@dataclass(frozen=True, slots=True)
class CrateFiles:
    """The files that lie in a crate.

    Attributes:
        sizes: in bytes, by path.
        digest: gives the SHA-256 of one of them; None where it cannot be read.
        digests_all: whether it is to be asked for every file whose digest is not stated; else only for code.
        are_complete: whether a file that is described and not among them is taken for lost. Else it is taken
            for one that is somewhere else.
    """

    sizes: Mapping[str, int] = field(default_factory=dict)
    digest: Callable[[str], str | None] = lambda _path: None
    digests_all: bool = False
    are_complete: bool = False


class Places:
    """What entities of a crate are as files of a manifest."""

    def __init__(self, linked: Linked, root: Node, files: CrateFiles) -> None:
        self._linked = linked
        self._root = root
        self._files = files
        self._sorted = sorted(files.sizes)
        self._made: dict[str, Section | None] = {}
        self._lying: dict[str, Section] = {}
        self._steps = 0

    def file(self, node: Node) -> Section | None:
        """The file that an entity stands for; None where it is none, or has no path that is safe."""
        if node.id not in self._made:
            self._made[node.id] = self._file(node)
        return self._made[node.id]

    def files_of(self, node: Node) -> list[Section]:
        """The file, or of a folder or data set every file that is a part of it, each once."""
        found: dict[str, Section] = {}
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one.id in seen or one is self._root:
                continue
            seen.add(one.id)
            self._step()
            if file := self.file(one):
                found.setdefault(file["path"], file)
            else:
                for path, lying in self._lying_in(one).items():
                    found.setdefault(path, lying)
                waiting += [*self._linked.linked(one, "hasPart")][::-1]
        return [found[path] for path in sorted(found, key=str.encode)]

    def with_digest(self, file: Section) -> Section:
        """A file with its digest, where that is stated or it lies in the crate."""
        if "sha256" in file or file["path"] not in self._files.sizes:
            return file
        return without_nothing(file | {"sha256": self._files.digest(file["path"])})

    def path(self, node: Node) -> str | None:
        """Where in the crate the file of an entity is or should be."""
        if node.id in self._files.sizes:
            return node.id
        for value in self._linked.all(node, "contentUrl"):  # as FAIRSCAPE names the file of an identifier
            if isinstance(value, str) and value.removeprefix("file:///") in self._files.sizes:
                return value.removeprefix("file:///")
        path = None if _SCHEME.match(node.id) else path_of(node.id)
        return None if path is None or path.endswith("/") else path

    def _file(self, node: Node) -> Section | None:
        path = self.path(node)
        if path in _OF_THE_CRATE:
            return None
        if path in self._files.sizes:
            return self._present(path or "", node)
        if "File" not in node.types:
            return None
        if path is None:
            return self._elsewhere(node)
        there = {} if self._files.are_complete else {"in_bundle": False}
        return {"path": path, **self._said(node), **there, **_address(node, self._linked)}

    def _present(self, path: str, node: Node | None = None) -> Section:
        said = self._said(node) if node else {}
        made = {"path": path, **said, "size": self._files.sizes[path]}
        digest = said.get("sha256") or (self._files.digest(path) if self._files.digests_all else None)
        return without_nothing(made | {"sha256": digest, "size": made["size"]})

    def _elsewhere(self, node: Node) -> Section | None:
        """A file on the web: it is named by its address, since it has no path."""
        address = stated.url(node.id)
        if address is None:
            return None
        parts = urlsplit(address)
        try:
            host = parts.hostname or ""
            path = safe_relative(
                f"{host}{unquote(parts.path.rstrip('/'))}{parts.query and '_' + parts.query}"
            )
        except ValueError:
            return None
        return {"path": path, **self._said(node), "url": address, "in_bundle": False}

    def _said(self, node: Node) -> Section:
        digests = (str(each) for each in self._linked.all(node, "sha256") if isinstance(each, str))
        sizes = (stated.size(each) for each in self._linked.all(node, "contentSize", "size"))
        return without_nothing(
            {
                "size": next((each for each in sizes if each is not None), None),
                "sha256": first(map(stated.sha256, digests)),
                "license": license_of(self._linked, node),
            }
        )

    def _lying_in(self, node: Node) -> dict[str, Section]:
        """Files below a folder of the crate, whether they are described or not."""
        folder = path_of(node.id)
        if folder is None or not (folder.endswith("/") or "Dataset" in node.types):
            return {}
        prefix = folder.rstrip("/") + "/"
        return {path: self._described(path) for path in self._below(prefix)}

    def _below(self, prefix: str) -> Iterator[str]:
        place = bisect_left(self._sorted, prefix)
        while place < len(self._sorted) and self._sorted[place].startswith(prefix):
            self._step()
            yield self._sorted[place]
            place += 1

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise UnreadableError(
                "the crate is not read",
                f"its data sets and runs have more than {MOST_STEPS:,} parts, shared ones counted each time",
            )

    def _described(self, path: str) -> Section:
        if path not in self._lying:
            node = self._linked.nodes.get(path) or self._linked.nodes.get(quote(path))
            self._lying[path] = (self.file(node) if node else None) or self._present(path)
        return self._lying[path]


def _address(node: Node, linked: Linked) -> Section:
    values = linked.all(node, "contentUrl", "url")
    texts = (each.id if isinstance(each, Link) else str(each) for each in values)
    address = first(map(stated.url, texts))
    return {"url": address} if address else {}
