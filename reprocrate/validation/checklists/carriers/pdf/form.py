"""Answers in the form of ACL Rolling Review's fillable PDF file.

The names of its fields are those of templates/responsibleNLPresearch.tex in acl-org/responsibleNLPresearch
(version 0.1); `…Justification` is the field beside each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reprocrate.finding import Location
from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.wording import one_line, read_answer

FIELDS = {
    "mainClaims": "A1",
    "risks": "A2",
    "abstractIntro": "A3",
    "createArtifacts": "B",
    "citeCreators": "B1",
    "legalGrounds": "B2",
    "intendedUse": "B3",
    "personallyIdentifiableInformationOrOffensiveContent": "B4",
    "documentation": "B5",
    "relevantStatistics": "B6",
    "computationalExperiments": "C",
    "reportReproducibility": "C1",
    "bestFoundHyperparameter": "C2",
    "descriptiveStatistics": "C3",
    "existingPackages": "C4",
    "hummanAnnotators": "D",
    "fullTextInstructions": "D1",
    "payment": "D2",
    "consent": "D3",
    "ethicsAmountSpent": "D4",
    "annotator": "D5",
}


def of_form(fields: Mapping[str, str], file: str) -> Iterator[Asked]:
    """The answers of a filled form; nothing of a form that is another one."""
    if sum(name in FIELDS for name in fields) < 3:
        return
    for name, number in FIELDS.items():
        said = fields.get(name, "")
        answer, written, rest = read_answer(said)
        beside = one_line(fields.get(f"{name}Justification", "")) or rest
        yield Asked("", "", number, written, answer, beside, Location(file))
