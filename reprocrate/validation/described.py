"""What the metadata of a crate says of the experiment, beside what it would have to say.

The metadata may be anybody's. What it must say follows from the manifest by the mapping of the standard, so
that mapping is asked, and the two graphs are compared; nothing that the metadata names is opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from reprocrate.crate import METADATA, CrateFile, CrateGraph, described_entities, path_of, read_graph
from reprocrate.crate.reading import references, types
from reprocrate.errors import UnreadableError
from reprocrate.files import composed
from reprocrate.manifest import Manifest

MAX_METADATA_BYTES = 64 * 1024 * 1024
"""Larger metadata is not read."""

Entity = Mapping[str, Any]

_ANY_DATE = "2000-01-01"
"""When the crate was published is not compared."""


class Described:
    """The crate's graph and the one that the manifest asks for, entity by entity.

    Args:
        data: the metadata document.
        manifest: the experiment.
        names: the files of the crate.

    Raises:
        UnreadableError: the data is not the metadata of an RO-Crate.
    """

    def __init__(self, data: bytes, manifest: Manifest, names: Iterable[str]) -> None:
        if len(data) > MAX_METADATA_BYTES:
            raise UnreadableError(f"{METADATA} is not read", "it is larger than 64 MiB")
        self._manifest = manifest
        self._names = tuple(names)
        self.graph: CrateGraph = read_graph(data)

    @property
    def root(self) -> Entity:
        """The root data entity."""
        return self.graph.root

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """The entities by identifier, with its percent-encoding undone: both ways of writing it are one."""
        return {key(name): entity for name, entity in self.graph.entities.items()}

    @cached_property
    def expected(self) -> Mapping[str, Entity]:
        """The entities that the manifest asks for, in the same way."""
        files = [CrateFile(composed(name), name=name) for name in self._names]
        entities = described_entities(self._manifest, files, _ANY_DATE)
        return {key(entity["@id"]): entity for entity in entities}

    @cached_property
    def files(self) -> Mapping[str, Entity]:
        """The entities of files by their path in the crate."""
        found = ((path_of(name), entity) for name, entity in self.graph.entities.items())
        return {path: entity for path, entity in found if path is not None and "File" in types(entity)}

    def entity(self, name: str) -> Entity | None:
        """An entity of the crate."""
        return self.entities.get(key(name))

    def named(self, entity: Entity, term: str) -> list[str]:
        """The identifiers that a property of an entity names."""
        return [key(name) for name in references(entity.get(term))]

    def wanted(self, name: str) -> Entity:
        """An entity as the manifest asks for it."""
        return self.expected[key(name)]

    def is_a(self, type_: str, name: str) -> bool:
        """Whether the crate has an entity of this name and type."""
        return type_ in types(self.entities.get(key(name), {}))

    def names(self, entity: Entity, term: str) -> set[object]:
        """The names of the entities that a property names."""
        named = (self.entities.get(name, {}).get("name") for name in self.named(entity, term))
        return {name for name in named if isinstance(name, str)}

    def both(self, name: str, term: str, terms: tuple[str, ...]) -> tuple[list[list[Any]], list[list[Any]]]:
        """Of the PropertyValues that a property names and that have the first of the terms, their values.

        Returns:
            Those that the manifest asks for, and those of the crate, in an order of their own.
        """
        return self._rows(self.expected, name, term, terms), self._rows(self.entities, name, term, terms)

    def _rows(
        self, entities: Mapping[str, Entity], name: str, term: str, terms: tuple[str, ...]
    ) -> list[list[Any]]:
        named = [entities.get(each, {}) for each in self.named(entities[key(name)], term)]
        values = [each for each in named if "PropertyValue" in types(each) and terms[0] in each]
        return sorted([_values(each.get(term)) for term in terms] for each in values)

    def parts(self) -> set[str]:
        """The paths of what the root has for its parts, and these in turn."""
        found: set[str] = set()
        waiting = [self.root]
        while waiting:
            for name in references(waiting.pop().get("hasPart")):
                path = path_of(name) or name
                if path not in found:
                    found.add(path)
                    waiting.append(self.entities.get(key(name), {}))
        return found

    def differences(self, name: str, terms: Iterable[str]) -> Iterator[str]:
        """Types and properties in which an entity is not what the manifest asks for; all, if it is absent."""
        expected = self.expected[key(name)]
        found = self.entity(name)
        if found is None:
            yield "@type"
            return
        if not types(expected) <= types(found):
            yield "@type"
        for term in terms:
            if _values(expected.get(term)) != _values(found.get(term)):
                yield term


def key(identifier: str) -> str:
    """What two ways of writing one identifier have in common."""
    return unquote(identifier)


def _values(value: object) -> list[str]:
    """The values of a property in an order of their own: JSON-LD gives their order no meaning."""
    values = value if isinstance(value, list) else [] if value is None else [value]
    return sorted(map(_value, values))


def _value(value: object) -> str:
    if isinstance(value, dict) and isinstance(value.get("@id"), str):
        return f"@id {key(value['@id'])}"
    if isinstance(value, dict) and "@value" in value:
        value = value["@value"]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)
