"""Where the entities of a crate are kept while it is described: by ro-crate-py, or plainly.

What is written is kept by ro-crate-py. Nothing else imports it. Its `write` and `write_zip` are never called:
they copy whatever a crate names, outside files included. So it is handed names and properties, never a source
to read from.

Importing it takes longer than judging a crate, and a crate that is judged is only compared with what would be
written. For that `PlainEntities` says the same entities; the tests hold the two equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reprocrate.crate.identifiers import ROOT, file_id, folder_id
from reprocrate.crate.target import Target
from reprocrate.standard import shipped_bytes

METADATA = "ro-crate-metadata.json"
"""The metadata document, at the root of the crate."""

PREVIEW = "ro-crate-preview.html"
"""The page for people."""

TERMS = "https://w3id.org/reprocrate/terms#"
"""The namespace of our terms; `context.jsonld` of the standard defines each."""

Entity = dict[str, Any]


class WrittenEntities:
    """Entities kept by ro-crate-py, in the order of adding; of those with one identifier the last stays."""

    def __init__(self, target: Target) -> None:
        from rocrate.rocrate import ROCrate

        self._crate = ROCrate(version=target.crate_version)
        self._crate.metadata.extra_contexts.append(target.profile_context)
        self._crate.metadata.extra_terms.update(own_terms())

    def describe_root(self, name: str, value: object) -> None:
        """Set a property of the root data entity."""
        self._crate.root_dataset[name] = value

    def document_conforms(self) -> str:
        """The address that the metadata document conforms to."""
        value: Any = self._crate.metadata["conformsTo"]
        return str(value["@id"] if isinstance(value, dict) else getattr(value, "id", value))

    def conform(self, addresses: list[dict[str, str]]) -> None:
        """Say to what else the metadata document conforms."""
        self._crate.metadata["conformsTo"] = addresses

    def add_file(self, path: str, properties: Mapping[str, Any]) -> str:
        """Add a file, as part of the root; the answer is its identifier."""
        from rocrate.model.file import File

        return self._added(File(self._crate, dest_path=path, properties=properties))

    def add_folder(self, path: str, properties: Mapping[str, Any]) -> str:
        """Add a folder, as part of the root; the answer is its identifier."""
        from rocrate.model.dataset import Dataset

        return self._added(Dataset(self._crate, dest_path=path, properties=properties))

    def add(self, identifier: str, properties: Mapping[str, Any]) -> str:
        """Add something that is no file; the answer is its identifier."""
        from rocrate.model.contextentity import ContextEntity

        return self._added(ContextEntity(self._crate, identifier, properties=properties))

    def add_preview(self) -> None:
        """Say that there is a page for people."""
        from rocrate.model.preview import Preview

        self._crate.add(Preview(self._crate))

    def graph(self) -> list[Entity]:
        """All of them, as they are written."""
        graph: list[Entity] = self._crate.metadata.generate()["@graph"]
        return graph

    def context(self) -> object:
        """What the terms mean, for the `@context` of the document."""
        return self._crate.metadata.generate()["@context"]

    def _added(self, entity: Any) -> str:
        return str(self._crate.add(entity).id)


class PlainEntities:
    """The same entities, as plain JSON values."""

    def __init__(self, target: Target) -> None:
        self._root: Entity = {"@id": ROOT["@id"], "@type": "Dataset"}
        self._document: Entity = {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": f"https://w3id.org/ro/crate/{target.crate_version}"},
            "about": ROOT,
        }
        self._entities = {_place(each["@id"]): each for each in (self._root, self._document)}

    def describe_root(self, name: str, value: object) -> None:
        """Set a property of the root data entity."""
        self._root[name] = value

    def document_conforms(self) -> str:
        """The address that the metadata document conforms to."""
        return str(self._document["conformsTo"]["@id"])

    def conform(self, addresses: list[dict[str, str]]) -> None:
        """Say to what else the metadata document conforms."""
        self._document["conformsTo"] = addresses

    def add_file(self, path: str, properties: Mapping[str, Any]) -> str:
        """Add a file, as part of the root; the answer is its identifier."""
        return self._add_part(file_id(path), {"@type": "File", **properties})

    def add_folder(self, path: str, properties: Mapping[str, Any]) -> str:
        """Add a folder, as part of the root; the answer is its identifier."""
        return self._add_part(folder_id(path), {"@type": "Dataset", **properties})

    def add(self, identifier: str, properties: Mapping[str, Any]) -> str:
        """Add something that is no file; the answer is its identifier."""
        self._entities[_place(identifier)] = {"@id": identifier, **properties}
        return identifier

    def add_preview(self) -> None:
        """Say that there is a page for people."""
        self.add(PREVIEW, {"@type": "CreativeWork", "about": ROOT})

    def graph(self) -> list[Entity]:
        """All of them, as they are written."""
        return list(self._entities.values())

    def _add_part(self, identifier: str, properties: Mapping[str, Any]) -> str:
        if _place(identifier) not in self._entities:
            self._root.setdefault("hasPart", []).append({"@id": identifier})
        return self.add(identifier, properties)


Entities = WrittenEntities | PlainEntities


def _place(identifier: str) -> str:
    """What two identifiers have in common that ro-crate-py takes for one."""
    return identifier.rstrip("/")


def own_terms() -> dict[str, str]:
    """Our terms and the addresses that define them, from the shipped context."""
    context = json.loads(shipped_bytes("context.jsonld"))["@context"]
    return {term: address for term, address in context.items() if address.startswith(TERMS)}
