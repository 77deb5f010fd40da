"""Linked data as anybody may have written it: JSON-LD as nodes with values.

No context is fetched or evaluated: a property is known by the name that RO-Crate's own contexts give it,
whether it is written plainly, with a usual prefix or as an address. Nested objects, `@reverse`, `@list` and a
repeated `@id` are read as the nodes and values that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reprocrate.errors import UnreadableError

MOST_ENTITIES = 300_000
"""A graph of more entities than this is not read."""

_VOCABULARY = re.compile(
    r"(?:schema|schemaorg|sdo|bioschemas|wfrun|dct|dcterms|mls|mlschema|cr|prov|evi|EVI):(?!/)"
    r"|https?://schema\.org/|https?://bioschemas\.org/(?:[a-z]+/)*"
    r"|https?://w3id\.org/ro/terms/workflow-run/?#?|http://www\.w3\.org/ns/(?:mls|prov)#"
    r"|https://w3id\.org/reprocrate/terms#|https://w3id\.org/EVI#"
    r"|http://purl\.org/dc/terms/|http://mlcommons\.org/croissant/(?:1\.0/)?"
)
_SAME_TYPE = {"MediaObject": "File", "Workflow": "ComputationalWorkflow", "Script": "SoftwareSourceCode"}
_DESCRIPTOR = re.compile(r"(?:.*[-/])?ro-crate-metadata\.json(?:ld)?\Z")
_SPECIFICATION = "://w3id.org/ro/crate/"


@dataclass(frozen=True, slots=True)
class Link:
    """A value that names another node."""

    id: str


Value = str | int | float | bool | Link


@dataclass(eq=False, slots=True)
class Node:
    """Something that is described.

    Attributes:
        id: its identifier, without a leading `./`; made up where it has none.
        types: its types, by their plain names.
        values: by plain name of the property.
    """

    id: str
    types: set[str] = field(default_factory=set)
    values: dict[str, list[Value]] = field(default_factory=dict)


class Linked:
    """The nodes of a JSON-LD document.

    Args:
        document: the values of the JSON text.
        name: what to call it in errors.

    Raises:
        UnreadableError: it is no object or array of objects, or has too many.

    Attributes:
        nodes: by identifier, in the order in which they occur.
    """

    def __init__(self, document: Any, name: str) -> None:
        self._name = name
        self.nodes: dict[str, Node] = {}
        if not isinstance(document, dict | list):
            raise not_a_crate(name, "it is not a JSON object")
        self._read_all(document.get("@graph", document) if isinstance(document, dict) else document)

    def root(self) -> Node:
        """The root data entity.

        Raises:
            UnreadableError: nothing says what it is.
        """
        named = [node for node in self.nodes.values() if "about" in node.values and _describes_crate(node)]
        named.sort(key=lambda node: not _DESCRIPTOR.match(node.id))
        for descriptor in named:
            for root in self.linked(descriptor, "about"):
                if root.values:
                    return root
        for identifier in ("./", ".", ""):
            if identifier in self.nodes:
                return self.nodes[identifier]
        raise not_a_crate(self._name, "it does not say what its root is")

    def linked(self, node: Node, *names: str) -> Iterator[Node]:
        """The nodes that properties name, be it as text; one not described has an identifier alone."""
        for value in self.all(node, *names):
            if isinstance(value, Link):
                yield self.nodes.get(value.id) or Node(value.id)
            elif isinstance(value, str) and key(value) in self.nodes:
                yield self.nodes[key(value)]

    def all(self, node: Node, *names: str) -> Iterator[Value]:
        """The values of properties, in this order."""
        for name in names:
            yield from node.values.get(name, ())

    def text(self, node: Node, *names: str) -> str | None:
        """The first text that is not empty among the values of properties."""
        return next((value.strip() for value in self.all(node, *names) if _says(value)), None)  # type: ignore[union-attr]

    def label(self, node: Node) -> str | None:
        """What a node is called."""
        return self.text(node, "name", "label", "title", "alternateName")

    def of_type(self, *types: str) -> Iterator[Node]:
        """The nodes that have one of these types."""
        wanted = set(types)
        return (node for node in self.nodes.values() if node.types & wanted)

    # -- reading -----------------------------------------------------------------------------------

    def _read_all(self, entities: Any) -> None:
        for entity in entities if isinstance(entities, list) else [entities]:
            if isinstance(entity, dict):
                self._read(entity)

    def _read(self, entity: Mapping[str, Any]) -> str:
        identifier = next((key(each) for each in _many(entity.get("@id")) if isinstance(each, str)), None)
        if identifier is None:
            identifier = f"_:unnamed{len(self.nodes)}"
        node = self._node(identifier)
        node.types.update(_type(each) for each in _many(entity.get("@type")) if isinstance(each, str))
        for name, value in entity.items():
            if name == "@reverse" and isinstance(value, dict):
                self._read_reverse(identifier, value)
            elif name in ("@graph", "@included"):
                self._read_all(value)
            elif not name.startswith("@"):
                node.values.setdefault(plain_name(name), []).extend(self._values(value))
        return identifier

    def _node(self, identifier: str) -> Node:
        if identifier not in self.nodes and len(self.nodes) >= MOST_ENTITIES:
            raise UnreadableError(
                f"{self._name} is not read", f"it describes more than {MOST_ENTITIES:,} things"
            )
        return self.nodes.setdefault(identifier, Node(identifier))

    def _read_reverse(self, identifier: str, reverse: Mapping[str, Any]) -> None:
        for name, subjects in reverse.items():
            for subject in _many(subjects):
                if isinstance(subject, dict):
                    values = self._node(self._read(subject)).values
                    values.setdefault(plain_name(name), []).append(Link(identifier))

    def _values(self, value: Any) -> Iterator[Value]:
        for one in _many(value):
            if isinstance(one, list):
                yield from self._values(one)
            elif isinstance(one, dict):
                yield from self._of_object(one)
            elif one is not None:
                yield one

    def _of_object(self, value: Mapping[str, Any]) -> Iterator[Value]:
        for wrapped in ("@value", "@list", "@set"):
            if wrapped in value:
                yield from self._values(value[wrapped])
                return
        identifier = value.get("@id")
        if isinstance(identifier, str) and len(value) == 1:
            yield Link(key(identifier))
        elif value:
            yield Link(self._read(value))


def key(identifier: str) -> str:
    """An identifier as nodes are found by: without the `./` that may stand before a path."""
    return identifier[2:] if identifier.startswith("./") and len(identifier) > 2 else identifier


def plain_name(name: str) -> str:
    """A property by the name that RO-Crate's contexts give it."""
    return _VOCABULARY.sub("", name, count=1) if _VOCABULARY.match(name) else name


def first(values: Iterable[str | None]) -> str | None:
    """The first that there is."""
    return next((value for value in values if value), None)


def not_a_crate(name: str, why: str) -> UnreadableError:
    """What is said of a document that cannot be read as a crate."""
    return UnreadableError(f"{name} is not the metadata of an RO-Crate", why)


def _type(name: str) -> str:
    plain = plain_name(name)
    return _SAME_TYPE.get(plain, plain)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _says(value: Value) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _describes_crate(node: Node) -> bool:
    return bool(_DESCRIPTOR.match(node.id)) or any(
        _SPECIFICATION in (value.id if isinstance(value, Link) else str(value))
        for value in node.values.get("conformsTo", ())
    )
