"""The data sets that runs read, in the crate or elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reprocrate.crate.experiment import license_reference
from reprocrate.crate.graph import Graph
from reprocrate.crate.identifiers import Reference, experiment_id, fragment_id, reference
from reprocrate.crate.links import Links, known
from reprocrate.crate.payload import Payload
from reprocrate.crate.roles import is_listed
from reprocrate.manifest import Access, Data, File, Manifest, Run

_Key = tuple[str | None, str, str | None]


class DataSets:
    """The data of an experiment: one entity for each data set, whether its files are in the crate or not."""

    def __init__(self, manifest: Manifest, payload: Payload) -> None:
        self._manifest = manifest.id
        self._payload = payload
        self._links = Links(manifest)
        self._owner = {_key(file): data.id for data in manifest.data for file in data.files}
        self._sets = {data.id: data for data in manifest.data}

    def describe(self, graph: Graph) -> list[Reference]:
        """Describe every data set."""
        return [self._describe(graph, data) for data in self._sets.values()]

    def read_by(self, run: Run) -> list[Reference]:
        """What a run read: a data set that it read whole, or else the files of it, and other files."""
        owners = [self._owner.get(_key(file)) for file in run.inputs]
        read = Counter(owner for owner in owners if owner)
        whole = {name for name, count in read.items() if self._is_whole(self._sets[name], count)}
        rest = [file for owner, file in zip(owners, run.inputs, strict=True) if owner not in whole]
        sets = [reference(_identifier(name)) for name in read if name in whole]
        return [*sets, *self._payload.refer_to_all(rest)]

    def _describe(self, graph: Graph, data: Data) -> Reference:
        source, remote = data.source, data.remote
        doi = f"https://doi.org/{source.doi}" if source and source.doi else None
        return graph.add(
            _identifier(data.id),
            "Dataset",
            {
                "name": data.name or data.id,
                "description": self._extent(data),
                "version": data.version or (remote.revision if remote else None),
                "license": license_reference(graph, data.license),
                "citation": self._cited(graph, data),
                "identifier": doi,
                "url": (source.url if source else None) or (remote.uri if remote else None) or doi,
                "conditionsOfAccess": _conditions(data.access) if data.access else None,
                "isBasedOn": known(map(self._links.data, data.derived_from)),
                "hasPart": self._parts(data),
            },
        )

    def _cited(self, graph: Graph, data: Data) -> Reference | None:
        """What its authors want to be cited: RO-Crate 1.3 demands an entity with an absolute address."""
        if not data.citation:
            return None
        identifier = experiment_id(self._manifest, "citation", data.id)
        return graph.add(identifier, "CreativeWork", {"name": data.citation})

    @staticmethod
    def _is_whole(data: Data, count: int) -> bool:
        """Whether so many of its files stand for the set; of a large set nothing finer is described."""
        return count == len(data.files) or not is_listed(data.files)

    def _parts(self, data: Data) -> list[Reference]:
        about = [data.croissant, *(split.digests for split in data.splits)]
        return [
            *self._payload.refer_to_all(data.files),
            *self._payload.refer_to_all([file for file in about if file]),
        ]

    def _extent(self, data: Data) -> str:
        return " ".join(_extent(data.files, sum(1 for file in data.files if self._payload.path(file))))


def _extent(files: tuple[File, ...], present: int) -> Iterator[str]:
    if not files:
        yield "No file of it was recorded."
        return
    size = sum(file.size or 0 for file in files)
    yield f"{len(files)} {'file' if len(files) == 1 else 'files'} with {size:,} bytes."
    if not present:
        yield "It is not in this crate."
    elif present < len(files):
        yield f"{present} of the files are in this crate."


def _conditions(access: Access) -> str:
    known = [f"Access: {access.level}.", access.reason, access.how_to_obtain]
    return " ".join(filter(None, known))


def _identifier(name: str) -> str:
    return fragment_id("data", name)


def _key(file: File) -> _Key:
    return file.root, file.path, file.sha256
