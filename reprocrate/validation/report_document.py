"""A report as a JSON document, which `report.schema.json` describes."""

from __future__ import annotations

from typing import Any

from reprocrate import __version__
from reprocrate.finding import (
    CheckedAnswer,
    CheckedChecklist,
    Criterion,
    Finding,
    Location,
    NotAssessed,
    Observed,
    Regraded,
    Report,
    Scale,
    Severity,
    Standing,
    Step,
    Suppressed,
)
from reprocrate.standard import NEWEST
from reprocrate.validation.families import all_rules, rule_set_digest

SCHEMA_VERSION = "1.0"


def report_document(report: Report) -> dict[str, Any]:
    """A report as plain JSON values; what is not known is left out."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "reprocrate", "version": __version__},
        "standard": NEWEST,
        "rule_set": {"count": len(all_rules()), "sha256": rule_set_digest()},
        "subject": report.subject,
        "valid": report.valid,
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "findings": [_finding(finding) for finding in report.findings],
        "not_assessed": [_not_assessed(each) for each in report.not_assessed],
        "assessed": list(report.assessed),
    }
    if report.policy:
        document["policy"] = {"id": report.policy.id, "standard": report.policy.standard}
        document["regraded"] = [_regraded(each) for each in report.policy.regraded]
    document |= _suppressed(report)
    if report.without_manifest:
        document["without_manifest"] = True
    if report.observed:
        document["observed"] = [_observed(each) for each in report.observed]
    if report.checklists:
        document["checklists"] = [_checklist(each) for each in report.checklists]
    if report.scales:
        document["scales"] = [_scale(each) for each in report.scales]
    if report.domains:
        document["domains"] = [
            {"id": each.id, "title": each.title, "because": each.because} for each in report.domains
        ]
    if report.failure:
        document["failure"] = report.failure
    return document


def _suppressed(report: Report) -> dict[str, Any]:
    """What does not count, and why not."""
    said: dict[str, Any] = {}
    if report.suppressed:
        said["suppressed"] = [_left_out(each) for each in report.suppressed]
    if report.selection:
        asked = {"select": list(report.selection.select), "ignore": list(report.selection.ignore)}
        said["selection"] = _given(asked)
    if report.baseline:
        gone = [
            {"code": each.code, "place": each.place, "count": each.count} for each in report.baseline.gone
        ]
        said["baseline"] = {"name": report.baseline.name, "known": report.baseline.known, "gone": gone}
    return said


def _left_out(each: Suppressed) -> dict[str, Any]:
    return {**_finding(each.finding), "by": each.by.value}


def _not_assessed(each: NotAssessed) -> dict[str, Any]:
    return {"code": each.code, "reason": each.reason} | ({"failed": True} if each.failed else {})


def _regraded(regraded: Regraded) -> dict[str, Any]:
    return {
        "code": regraded.code,
        "from": regraded.standard.value,
        "to": regraded.policy.value if regraded.policy else "off",
        "count": regraded.count,
    }


def _observed(each: Observed) -> dict[str, Any]:
    said = {"item": each.item, "title": each.title, "presence": each.presence.value, "detail": each.detail}
    return _given(said | {"places": [_location(place) for place in each.places]})


def _checklist(checklist: CheckedChecklist) -> dict[str, Any]:
    return {
        "id": checklist.id,
        "name": checklist.name,
        **({"source": checklist.source} if checklist.source else {}),
        "counts": {standing.value: checklist.count(standing) for standing in Standing},
        "answers": [_answer(each) for each in checklist.answers],
    }


def _answer(each: CheckedAnswer) -> dict[str, Any]:
    said = {
        "item": each.item,
        "question": each.question,
        "answer": each.answer,
        "standing": each.standing.value,
        "reason": each.reason,
        "evidence": [_location(place) for place in each.evidence],
        "justification": each.justification,
        "place": _location(each.place) if each.place else None,
    }
    return _given(said)


def _scale(scale: Scale) -> dict[str, Any]:
    return {
        "id": scale.id,
        "name": scale.name,
        "ascending": scale.ascending,
        "reached": [step.id for step in scale.reached],
        "steps": [_step(step) for step in scale.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    said = {"id": step.id, "name": step.name, "label": step.label}
    return _given(said) | {"met": step.met, "criteria": [_criterion(each) for each in step.criteria]}


def _criterion(each: Criterion) -> dict[str, Any]:
    said = {
        "id": each.id,
        "text": each.text,
        "reason": each.reason,
        "cost": each.cost,
        "evidence": [_location(place) for place in each.evidence],
    }
    return _given(said) | {"met": each.met}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty or not known."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _location(place: Location) -> dict[str, Any]:
    location = {"file": place.file, "pointer": place.pointer, "line": place.line, "column": place.column}
    return {name: value for name, value in location.items() if value is not None}


def _finding(finding: Finding) -> dict[str, Any]:
    section = {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": _location(finding.location),
    }
    return section | _given({"fix": finding.fix, "fingerprint": finding.fingerprint})
