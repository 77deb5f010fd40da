"""A report as a JSON document, which `report.schema.json` describes."""

from __future__ import annotations

from typing import Any

from reprocrate import __version__
from reprocrate.finding import Finding, NotAssessed, Regraded, Report, Severity

SCHEMA_VERSION = "1.0"


def report_document(report: Report) -> dict[str, Any]:
    """A report as plain JSON values; what is not known is left out."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "reprocrate", "version": __version__},
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
    if report.failure:
        document["failure"] = report.failure
    return document


def _not_assessed(each: NotAssessed) -> dict[str, Any]:
    return {"code": each.code, "reason": each.reason} | ({"failed": True} if each.failed else {})


def _regraded(regraded: Regraded) -> dict[str, Any]:
    return {
        "code": regraded.code,
        "from": regraded.standard.value,
        "to": regraded.policy.value if regraded.policy else "off",
        "count": regraded.count,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.location
    location = {"file": place.file, "pointer": place.pointer, "line": place.line, "column": place.column}
    section = {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": {name: value for name, value in location.items() if value is not None},
    }
    return section | {"fix": finding.fix} if finding.fix else section
