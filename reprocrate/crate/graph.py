"""The graph of entities: what is said of each, in the words of RO-Crate, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reprocrate.crate.entities import TERMS, Entities, Entity
from reprocrate.crate.identifiers import ROOT, Reference, fragment_id, native_id, reference
from reprocrate.crate.target import Target

NOT_STATED = f"{TERMS}notStated"
"""Stands where RO-Crate recommends an organisation or an address and nobody stated one."""


class Graph:
    """The entities of one crate, in the order in which they were added.

    In properties, None and empty sequences are left out, and a sequence of one becomes its item, as RO-Crate
    recommends of compacted JSON-LD.

    Attributes:
        target: what the crate is written for.
        further: further specifications that the root follows.

    Args:
        target: what the crate is written for.
        entities: where they are kept.
    """

    def __init__(self, target: Target, entities: Entities) -> None:
        self.target = target
        self._entities = entities
        self._known: set[str] = set()
        self.further: list[Reference] = []

    def describe_root(self, properties: Mapping[str, object]) -> None:
        """Set properties of the root data entity."""
        for name, value in compact(properties).items():
            self._entities.describe_root(name, value)

    def conform(self, address: str, name: str, version: str) -> None:
        """Say that the crate follows a further specification: of its metadata document, or of its root."""
        further = self.add(address, self.target.profile_types, {"name": name, "version": version})
        if not self.target.document_conforms:
            self.further.append(further)
            return
        self._entities.conform([reference(self._entities.document_conforms()), further])

    def add_file(self, path: str, properties: Mapping[str, object]) -> Reference:
        """Add a file of the crate, as part of the root."""
        return self._keep(self._entities.add_file(path, compact({"@type": "File", **properties})))

    def add_folder(self, path: str, properties: Mapping[str, object]) -> Reference:
        """Add a folder of the crate, as part of the root; the path has no slash at the end."""
        return self._keep(self._entities.add_folder(path, compact(properties)))

    def add(self, identifier: str, types: str | Sequence[str], properties: Mapping[str, object]) -> Reference:
        """Add something that is no file; the first description of an identifier stays."""
        if identifier in self._known:
            return reference(identifier)
        return self._keep(self._entities.add(identifier, compact({"@type": types, **properties})))

    def add_not_stated(self) -> Reference:
        """Add the organisation that says that none was stated."""
        return self.add(
            NOT_STATED,
            "Organization",
            {
                "name": "Not stated",
                "description": "Stands for an organisation that the authors did not state.",
                "url": NOT_STATED,
                "contactPoint": self.add_no_contact(),
            },
        )

    def add_no_contact(self) -> Reference | None:
        """Add the contact that says that none was stated, where the target recommends a contact."""
        if not self.target.states_contacts:
            return None
        return self.add(
            f"{TERMS}noContact",
            "ContactPoint",
            {"name": "Not stated", "description": "Stands for a contact that the authors did not state."},
        )

    def add_settings(self, owner: Sequence[str], settings: Mapping[str, object]) -> list[Reference]:
        """Add one PropertyValue for each setting, sorted by name; what is no scalar is written as JSON."""
        return [
            self.add(
                fragment_id(*owner, name),
                "PropertyValue",
                {"name": name, "value": _scalar(settings[name])},
            )
            for name in sorted(settings)
        ]

    def add_preview(self) -> None:
        """Say that the crate has a page for people, which is no part of the data."""
        self._entities.add_preview()

    def entities(self) -> list[Entity]:
        """The entities as they are written, with the root's parts as they are compacted."""
        graph = self._entities.graph()
        for entity in graph:
            if entity["@id"] == ROOT["@id"]:
                entity["hasPart"] = _unpacked(entity.get("hasPart", []))
        return native(graph) if self.target.native_characters else graph

    def _keep(self, identifier: str) -> Reference:
        self._known.add(identifier)
        return reference(identifier)


def document_of(context: object, entities: Sequence[Entity]) -> bytes:
    """The metadata document: UTF-8, one entity a line, properties sorted by name."""
    lines = ",\n".join(map(_written, entities))
    return f'{{"@context": {_written(context)},\n"@graph": [\n{lines}\n]}}\n'.encode()


def native(value: Any) -> Any:
    """A value with the letters of all scripts in its identifiers, as RO-Crate recommends since 1.2."""
    if isinstance(value, list):
        return [native(item) for item in value]
    if isinstance(value, dict):
        return {name: native_id(item) if name == "@id" else native(item) for name, item in value.items()}
    return value


def compact(properties: Mapping[str, object]) -> dict[str, Any]:
    """Properties without what says nothing."""
    stated = ((name, _unpacked(value)) for name, value in properties.items())
    return {name: value for name, value in stated if value is not None and value != []}


def _unpacked(value: object) -> object:
    if isinstance(value, list | tuple):
        return value[0] if len(value) == 1 else list(value)
    return value


def _scalar(value: object) -> object:
    return value if isinstance(value, str | int | float) else _written(value)


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
