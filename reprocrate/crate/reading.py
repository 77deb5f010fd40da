"""Reading the metadata of a crate that anybody may have written.

Nothing that a crate names is opened here: identifiers are text until `path_of` has judged them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from reprocrate.crate.entities import METADATA
from reprocrate.crate.identifiers import path_of
from reprocrate.errors import UnreadableError
from reprocrate.manifest.strict import parse

_DESCRIPTORS = (METADATA, "ro-crate-metadata.jsonld")
"""The metadata document as it describes itself; until RO-Crate 1.0 it had the second name."""
_SPECIFICATION = re.compile(r"https?://w3id\.org/ro/crate/([^/]+)\Z")
OUR_SCHEMA = re.compile(r"https://w3id\.org/reprocrate/schema/[0-9]+\.[0-9]+/manifest\.schema\.json\Z")
"""Addresses of the schema of experiment manifests, of any version."""


class CrateView(NamedTuple):
    """What a crate says of itself, unverified.

    Attributes:
        version: of RO-Crate, such as "1.1", if it states one.
        name: of the crate.
        published: date, as it is written.
        conforms_to: profiles that the crate says it follows.
        manifest_path: where its experiment manifest is, if it says that it has one in a safe place.
        data_entities: identifiers of its files and folders, as they are written; `path_of` says which of
            them name something inside the crate.
    """

    version: str | None
    name: str | None
    published: str | None
    conforms_to: tuple[str, ...]
    manifest_path: str | None
    data_entities: tuple[str, ...]


class CrateGraph(NamedTuple):
    """The entities of a crate, as they are written.

    Attributes:
        entities: by identifier.
        descriptor: the entity of the metadata document itself.
        root: the root data entity.
    """

    entities: Mapping[str, Mapping[str, Any]]
    descriptor: Mapping[str, Any]
    root: Mapping[str, Any]


def read_graph(data: bytes, name: str = METADATA) -> CrateGraph:
    """Read the entities of the metadata document of a crate, without touching any file or the network.

    Raises:
        UnreadableError: it is not such a document.
    """
    entities = _entities(parse(data, name), name)
    return CrateGraph(entities, *_descriptor_and_root(entities, name))


def read_crate(data: bytes, name: str = METADATA) -> CrateView:
    """Read what a crate says of itself, without touching any file or the network.

    Raises:
        UnreadableError: it is not the metadata document of a crate.
    """
    graph = read_graph(data, name)
    entities, descriptor, root = graph.entities, graph.descriptor, graph.root
    manifests = [
        path
        for entity in entities.values()
        if any(map(OUR_SCHEMA.match, references(entity.get("conformsTo"))))
        and (path := path_of(entity["@id"]))
        and not path.endswith("/")
    ]
    return CrateView(
        version=next(filter(None, map(_specification, references(descriptor.get("conformsTo")))), None),
        name=_text(root.get("name")),
        published=_text(root.get("datePublished")),
        conforms_to=tuple(references(root.get("conformsTo"))),
        manifest_path=min(manifests, key=lambda path: (path.count("/"), path), default=None),
        data_entities=tuple(
            identifier
            for identifier, entity in entities.items()
            if entity is not root and not identifier.startswith("#") and types(entity) & {"File", "Dataset"}
        ),
    )


def _entities(document: Any, name: str) -> dict[str, dict[str, Any]]:
    if not isinstance(document, dict):
        raise _not_a_crate(name, "it is not a JSON object")
    graph = document.get("@graph")
    if "@context" not in document or not isinstance(graph, list):
        raise _not_a_crate(name, "it has no @context or no @graph")
    entities: dict[str, dict[str, Any]] = {}
    for place, entity in enumerate(graph):
        identifier = entity.get("@id") if isinstance(entity, dict) else None
        if not isinstance(identifier, str):
            raise _not_a_crate(name, f"/@graph/{place} is no entity with an @id")
        if identifier in entities:
            raise _not_a_crate(name, f"/@graph/{place} describes {identifier!r} a second time")
        entities[identifier] = entity
    return entities


def _descriptor_and_root(
    entities: Mapping[str, Mapping[str, Any]], name: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The metadata descriptor and the root data entity (RO-Crate 1.1, "Root Data Entity").

    As `rocrate.metadata.find_root_entity_id` finds them, which would cost every command that opens a bundle
    the import of an HTTP client.
    """
    descriptor = next((entities[known] for known in _DESCRIPTORS if known in entities), None)
    if not descriptor:
        raise _not_a_root(name, "no metadata descriptor was found")
    if descriptor.get("@type") != "CreativeWork":
        raise _not_a_root(name, 'the metadata descriptor must be of type "CreativeWork"')
    about = descriptor.get("about")
    root_id = about.get("@id") if isinstance(about, dict) else None
    root = entities.get(root_id) if isinstance(root_id, str) else None
    if root is None:
        raise _not_a_root(name, "the metadata descriptor does not reference the root entity")
    if "Dataset" not in types(root):
        raise _not_a_root(name, 'the root entity must have "Dataset" among its types')
    return descriptor, root


def references(value: object) -> list[str]:
    """Identifiers that a property points to, whether it has one value or several."""
    values = value if isinstance(value, list) else [value]
    named = (item.get("@id") if isinstance(item, dict) else item for item in values)
    return [item for item in named if isinstance(item, str)]


def types(entity: Mapping[str, object]) -> set[str]:
    """The types of an entity."""
    value = entity.get("@type")
    return {item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)}


def _specification(address: str) -> str | None:
    match = _SPECIFICATION.match(address)
    return match[1] if match else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _not_a_crate(name: str, why: str) -> UnreadableError:
    return UnreadableError(f"{name} is not the metadata of an RO-Crate", why)


def _not_a_root(name: str, why: str) -> UnreadableError:
    return _not_a_crate(name, f"it does not say what its root is ({why})")
