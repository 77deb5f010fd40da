"""The graph of entities, built by ro-crate-py and written here.

Nothing else imports ro-crate-py. Its `write` and `write_zip` are never called: they copy whatever a crate
names, outside files included. So this module hands it names and properties, never a source to read from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reprocrate.crate.identifiers import Reference, fragment_id, native_id, reference
from reprocrate.crate.target import Target
from reprocrate.standard import shipped_bytes

TERMS = "https://w3id.org/reprocrate/terms#"
"""The namespace of our terms; `context.jsonld` of the standard defines each."""

NOT_STATED = f"{TERMS}notStated"
"""Stands where RO-Crate recommends an organisation or an address and nobody stated one."""


class Graph:
    """The entities of one crate, in the order in which they were added.

    In properties, None and empty sequences are left out, and a sequence of one becomes its item, as RO-Crate
    recommends of compacted JSON-LD.

    Attributes:
        target: what the crate is written for.
    """

    def __init__(self, target: Target) -> None:
        from rocrate.rocrate import ROCrate

        self.target = target
        self._crate = ROCrate(version=target.crate_version)
        self._crate.metadata.extra_contexts.append(target.profile_context)
        self._crate.metadata.extra_terms.update(own_terms())
        self._known: set[str] = set()
        self.further: list[Reference] = []

    def describe_root(self, properties: Mapping[str, object]) -> None:
        """Set properties of the root data entity."""
        for name, value in compact(properties).items():
            self._crate.root_dataset[name] = value

    def conform(self, address: str, name: str, version: str) -> None:
        """Say that the crate follows a further specification: of its metadata document, or of its root."""
        further = self.add(address, self.target.profile_types, {"name": name, "version": version})
        if not self.target.document_conforms:
            self.further.append(further)
            return
        metadata = self._crate.metadata
        metadata["conformsTo"] = [reference(_identifier(metadata["conformsTo"])), further]

    def add_file(self, path: str, properties: Mapping[str, object]) -> Reference:
        """Add a file of the crate, as part of the root."""
        from rocrate.model.file import File

        stated = compact({"@type": "File", **properties})
        return self._keep(self._crate.add(File(self._crate, dest_path=path, properties=stated)))

    def add_folder(self, path: str, properties: Mapping[str, object]) -> Reference:
        """Add a folder of the crate, as part of the root; the path has no slash at the end."""
        from rocrate.model.dataset import Dataset

        return self._keep(
            self._crate.add(Dataset(self._crate, dest_path=path, properties=compact(properties)))
        )

    def add(self, identifier: str, types: str | Sequence[str], properties: Mapping[str, object]) -> Reference:
        """Add something that is no file; the first description of an identifier stays."""
        from rocrate.model.contextentity import ContextEntity

        if identifier in self._known:
            return reference(identifier)
        stated = compact({"@type": types, **properties})
        return self._keep(self._crate.add(ContextEntity(self._crate, identifier, properties=stated)))

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
        from rocrate.model.preview import Preview

        self._crate.add(Preview(self._crate))

    def to_bytes(self) -> bytes:
        """The metadata document: UTF-8, one entity a line, properties sorted by name."""
        root = self._crate.root_dataset
        root["hasPart"] = _unpacked(root.properties().get("hasPart", []))
        document = self._crate.metadata.generate()
        graph = document["@graph"]
        entities = ",\n".join(map(_written, native(graph) if self.target.native_characters else graph))
        return f'{{"@context": {_written(document["@context"])},\n"@graph": [\n{entities}\n]}}\n'.encode()

    def _keep(self, entity: Any) -> Reference:
        self._known.add(entity.id)
        return reference(entity.id)


def _identifier(value: Any) -> str:
    return str(value["@id"] if isinstance(value, dict) else getattr(value, "id", value))


def own_terms() -> dict[str, str]:
    """Our terms and the addresses that define them, from the shipped context."""
    context = json.loads(shipped_bytes("context.jsonld"))["@context"]
    return {term: address for term, address in context.items() if address.startswith(TERMS)}


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
