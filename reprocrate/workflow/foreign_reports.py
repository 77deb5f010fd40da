"""What validation finds in a crate of another project, at its place in that crate and with advice that fits.

The rules speak of a manifest and to its author. Here there is none: a finding is about the crate's own
metadata, and whoever reads it may not have made the crate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprocrate.crate.origins import KEPT, ORIGIN
from reprocrate.finding import Finding, Location, Report
from reprocrate.manifest import Manifest
from reprocrate.standard import path_of, pointer_to, value_at

_ADVICE = {
    "RC0201": "Give the data set, or the root data entity, a `license` that SPDX lists",
    "RC0302": "State `codeRepository`, and the commit as `version`, of the main entity",
    "RC0304": "Let the `instrument` of the action be a file of the crate",
    "RC0401": "State `containerImage` or `softwareRequirements` of the action",
    "RC0402": "State the interpreter, with its version, among `softwareRequirements` of what ran",
    "RC0701": "Add the file to the crate, or take its entity out of the metadata",
    "RC0702": "Correct the file, or what the metadata says of it",
    "RC0703": "Correct the file, or what the metadata says of it",
    "RC1101": "Name the people behind it as `author` of the root data entity",
    "RC1102": "Give the root data entity a `license` that SPDX lists, such as https://spdx.org/licenses/Apache-2.0",
    "RC1103": "Give the root data entity a `description`",
}
_OTHERWISE = "Whoever made the crate can correct it there"
_METADATA = "/@graph"
_ABSENT, _NO_DIGEST = "RC0701", "RC0203"
"""Of a file that is not there it need not be said that no digest of it is stated."""


def about_crate(report: Report, manifest: Manifest, metadata: str) -> Report:
    """A report on the manifest that was made of a crate, as one on that crate.

    Args:
        report: what validation said.
        manifest: what it judged.
        metadata: path of the crate's metadata, relative to the crate.
    """
    document = manifest.to_dict()
    graph = document[KEPT]["document"]
    entities = graph.get("@graph") if isinstance(graph, dict) else graph
    places = {
        identifier.removeprefix("./") or "./": place
        for place, entity in enumerate(entities if isinstance(entities, list) else [])
        if isinstance(entity, dict) and isinstance(identifier := entity.get("@id"), str)
    }
    prefix = _METADATA if isinstance(graph, dict) else ""
    absent = {each.location.pointer for each in report.findings if each.code == _ABSENT}
    telling = [
        finding
        for finding in report.findings
        if finding.code != _NO_DIGEST or finding.location.pointer not in absent
    ]
    return report._replace(
        findings=tuple(_moved(finding, document, places, metadata, prefix) for finding in telling)
    )


def with_advice(report: Report, document: object) -> Report:
    """A report on a manifest, with advice that fits where it was converted from a crate."""
    if not isinstance(document, dict) or KEPT not in document:
        return report
    findings = (each._replace(fix=_ADVICE.get(each.code, _OTHERWISE)) for each in report.findings)
    return report._replace(findings=tuple(findings))


def _moved(
    finding: Finding, document: Mapping[str, Any], places: Mapping[str, int], metadata: str, prefix: str
) -> Finding:
    pointer = finding.location.pointer
    parts = path_of(pointer) if pointer else []
    fix = _ADVICE.get(finding.code, _OTHERWISE)
    if parts[:2] == [KEPT, "document"]:
        return finding._replace(location=Location(metadata, pointer_to(parts[2:])), fix=fix)
    place = places.get(_origin(parts, document))
    there = Location(metadata, None if place is None else f"{prefix}/{place}")
    return finding._replace(location=there, fix=fix)


def _origin(parts: list[Any], document: Mapping[str, Any]) -> str:
    """The identifier of the entity that a part of the manifest was read from."""
    if not parts:
        return ""
    for length in range(len(parts), 0, -1):
        value = value_at(document, pointer_to(parts[:length]))
        if isinstance(value, dict) and (found := value.get(ORIGIN) or value.get("path")):
            return str(found)
    return ""
