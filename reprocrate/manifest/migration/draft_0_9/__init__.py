"""From the draft 0.9 to 1.0: sections get the names and forms of 1.0, and everything gets an id."""

from __future__ import annotations

from typing import Any

from reprocrate.manifest.migration.draft_0_9 import outcomes, runs, sections
from reprocrate.manifest.migration.draft_0_9.naming import Naming
from reprocrate.manifest.migration.record import Log
from reprocrate.manifest.migration.transfer import Transfer

SCHEMA_URL = "https://w3id.org/reprocrate/schema/1.0/manifest.schema.json"


def to_1_0(document: dict[str, Any], log: Log) -> dict[str, Any]:
    """A manifest of the draft 0.9 as one of 1.0; it must follow the draft's schema, and is not changed."""
    whole = Transfer(document, (), (), log)
    naming = Naming(document)
    whole.put("manifest_version", "manifest_version", "1.0", "the new version")
    if "$schema" in document:
        whole.put("$schema", "$schema", SCHEMA_URL, "the address of the new schema")
    whole.put("id", "id", f"urn:uuid:{document['id'].lower()}", "a UUID as a URN")
    code_id = sections.move(whole, naming)
    runs.move(whole, naming, code_id)
    outcomes.move(whole, naming)
    return whole.done()
