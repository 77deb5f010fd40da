"""Which run wrote what another one read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from reprocrate.manifest import File, Manifest, Run
from reprocrate.validation.circles import in_circles

Place = tuple[str | None, str]
"""Root and path of a file."""


def place_of(file: File, root: str | None = None) -> Place:
    """Where a file is; below the root of what it belongs to, where it has none of its own."""
    return file.root or root, file.path


class Lineage:
    """What runs read, and by which runs it was written.

    Args:
        manifest: whose runs are meant.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    @cached_property
    def written(self) -> dict[Place, dict[str | None, list[Run]]]:
        """For every place the digests of what was written there, and by which runs; logs aside."""
        found: dict[Place, dict[str | None, list[Run]]] = {}
        for run in self._manifest.runs:
            for file in run.written:
                found.setdefault(place_of(file), {}).setdefault(file.sha256, []).append(run)
        return found

    @cached_property
    def in_circles(self) -> set[str]:
        """The ids of the runs that are held by themselves, directly or not, as `parent` says."""
        parents = {run.id: run.parent for run in self._manifest.runs}
        return in_circles({name: [parent] for name, parent in parents.items() if parent})

    def writers(self, read: File) -> Iterator[Run]:
        """The runs that wrote what was read: the same bytes at the same place, as far as is known."""
        for digest, runs in self.written.get(place_of(read), {}).items():
            if None in (read.sha256, digest) or read.sha256 == digest:
                yield from runs

    def before(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Some runs, those that wrote what these read, and so on; each once."""
        waiting = list(runs)
        seen = {id(run) for run in waiting}
        while waiting:
            one = waiting.pop()
            yield one
            for read in one.inputs:
                for other in self.writers(read):
                    if id(other) not in seen:
                        seen.add(id(other))
                        waiting.append(other)
