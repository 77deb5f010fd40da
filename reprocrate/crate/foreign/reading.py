"""The metadata of another project's crate as a manifest."""

from __future__ import annotations

import uuid
from typing import Any

from reprocrate.crate.foreign.about import Section, experiment, without_nothing
from reprocrate.crate.foreign.actions import Runs
from reprocrate.crate.foreign.data_sets import data_sets, models, written_by
from reprocrate.crate.foreign.kept import keep
from reprocrate.crate.foreign.linked import Linked
from reprocrate.crate.foreign.places import CrateFiles, Places
from reprocrate.crate.foreign.results import results
from reprocrate.crate.foreign.software import Software
from reprocrate.crate.identifiers import NAMES
from reprocrate.crate.origins import KEPT
from reprocrate.files import sha256_bytes
from reprocrate.manifest import SCHEMA_URL, VERSION, Manifest, manifest_from
from reprocrate.manifest.strict import parse

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SECTIONS = (
    "experiment",
    "code",
    "data",
    "environments",
    "configurations",
    "runs",
    "metrics",
    "results",
    "models",
)


def read_foreign(data: bytes, files: CrateFiles, name: str, tool: tuple[str, str]) -> Manifest:
    """What a crate says of itself, as a manifest; what a manifest has no place for is kept beside it.

    No file is opened and no address is asked. The same crate gives the same manifest.

    Args:
        data: the bytes of its metadata.
        files: what lies in it.
        name: what to call the metadata, for messages.
        tool: name and version of the program that reads, for the history.

    Raises:
        UnreadableError: it is not the metadata of a crate, or cannot be kept in a manifest.
    """
    document = parse(data.removeprefix(_BYTE_ORDER_MARK), name)
    linked = Linked(document, name)
    return manifest_from(
        _sections(linked, files, tool) | _frame(data, name, document), f"the manifest of {name}"
    )


def _frame(data: bytes, name: str, document: Any) -> Section:
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{NAMES}crate/sha256/{sha256_bytes(data)}")
    kept = keep(name.rpartition("/")[2], document)
    return {"$schema": SCHEMA_URL, "manifest_version": VERSION, "id": identity.urn, KEPT: kept}


def _sections(linked: Linked, files: CrateFiles, tool: tuple[str, str]) -> Section:
    root = linked.root()
    places = Places(linked, root, files)
    software = Software(linked, root, places)
    runs = Runs(linked, places, software)
    runs.read()
    taken = software.paths | written_by(runs.runs)
    made = without_nothing(
        {
            "experiment": experiment(linked, root, runs.runs),
            "code": software.code,
            "data": data_sets(linked, root, places, taken),
            "environments": software.environments,
            "configurations": runs.configurations,
            "runs": runs.runs,
            "metrics": runs.metrics,
            "results": results(runs.runs),
            "models": models(linked, places),
        }
    )
    converted = {"tool": tool[0], "version": tool[1], "how": "converted"}
    return made | {"history": [converted | {"section": name} for name in _SECTIONS if name in made]}
