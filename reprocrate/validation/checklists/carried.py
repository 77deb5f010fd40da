"""Findings about a checklist that was read elsewhere, by the rules that judge the manifest's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reprocrate.finding import CheckedChecklist, Finding, Location, Report
from reprocrate.validation.checklists.answers import FilledChecklist
from reprocrate.validation.checklists.objecting import (
    Objection,
    conflicting,
    inconsistent,
    not_allowed,
    unanswered,
    unknown_items,
)
from reprocrate.validation.families import find_rule
from reprocrate.validation.rule import shown


def findings_of(filled: FilledChecklist, checked: CheckedChecklist) -> Iterator[Finding]:
    """What is to be said of a filled checklist.

    Args:
        filled: the answers.
        checked: the same, set against the evidence.
    """
    whole = Location(file=filled.source)
    yield from _findings("RC1705", unknown_items(filled))
    yield from _findings("RC1706", not_allowed(filled))
    yield from _findings("RC1707", unanswered(filled, whole))
    yield from _findings("RC1708", inconsistent(filled))
    yield from _findings("RC1709", conflicting(checked, whole))


def with_requirement(
    report: Report, required: str, carried: Iterable[FilledChecklist], *, is_bare: bool
) -> Report:
    """The report, in which a required checklist is answered also if it was read elsewhere (RC1710).

    Args:
        report: what the rules found.
        required: the checklist that is required; empty if none is.
        carried: checklists that were read elsewhere than in the manifest.
        is_bare: whether there is no manifest, of which the rule could have asked.
    """
    if not required:
        return report
    given = [answer for each in carried if each.id == required for answer in each.answers]
    if any(answer.answer is not None or answer.written for answer in given):
        kept = tuple(each for each in report.findings if not _is_of_requirement(each))
        return report._replace(findings=kept)
    if is_bare:
        missing = Objection(Location(), {"name": required})
        return report.with_findings(_findings("RC1710", [missing]))
    return report


def _is_of_requirement(finding: Finding) -> bool:
    return finding.code == "RC1710" and finding.location.pointer == ""


def _findings(code: str, objections: Iterable[Objection]) -> Iterator[Finding]:
    rule = find_rule(code)
    if rule is None:
        raise LookupError(f"there is no rule {code}")
    for each in objections:
        message = rule.says.format_map({name: shown(value) for name, value in each.values.items()})
        yield Finding(code, rule.level.severity, message, each.place, rule.fix)
