"""Reports as SARIF 2.1.0 (OASIS), the format in which static analysis tells its results.

One run holds all subjects. Section numbers are those of the standard,
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub reads of it, and how much, is
said in its documentation, "SARIF support for code scanning".
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from reprocrate import __version__
from reprocrate.finding import Finding, NotAssessed, Report, Severity, Suppression
from reprocrate.render import words
from reprocrate.render.placement import Placed, Places
from reprocrate.validation import Rule, family_of, find_rule

MOST_RESULTS = 25_000
"""GitHub refuses a run with more results, and of these it keeps the 5,000 that weigh most."""

SPECIFICATION = "https://w3id.org/reprocrate/spec/1.0"
"""Where rules are described; each has an anchor of its own."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_WHY = {
    Suppression.POLICY: "The policy leaves findings of this rule out.",
    Suppression.SELECTION: "Findings of this rule were to be ignored.",
    Suppression.BASELINE: "The baseline lists it: it was known before.",
}


def sarif(reports: Iterable[Placed]) -> bytes:
    """Reports as one SARIF log, in UTF-8."""
    log = _Log()
    for each in reports:
        log.add(each)
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [log.run()]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


class _Log:
    """A run in the making."""

    def __init__(self) -> None:
        self._rules: dict[str, int] = {}
        self._results: list[tuple[int, dict[str, Any]]] = []
        self._invocations: list[dict[str, Any]] = []
        self._alike: Counter[str] = Counter()

    def add(self, placed: Placed) -> None:
        report = placed.report
        told: list[tuple[Finding, Suppression | None]] = [(each, None) for each in report.findings]
        told += [(each.finding, each.by) for each in report.suppressed]
        places = Places(placed, [finding for finding, _ in told])
        for finding, by in told:
            weight = list(Severity).index(finding.severity) + (len(Severity) if by else 0)
            self._results.append((weight, self._result(finding, by, report, places)))
        self._invocations.append(self._invocation(report))

    def run(self) -> dict[str, Any]:
        """The whole run (3.14)."""
        ordered = [result for _, result in sorted(self._results, key=lambda each: each[0])]
        left_out = len(ordered) - MOST_RESULTS
        if left_out > 0 and self._invocations:
            text = f"{left_out:,} more findings are left out, those that weigh least."
            self._invocations[0].setdefault("toolExecutionNotifications", []).append(
                {"level": "warning", "message": {"text": text}}
            )
        driver = {
            "name": "reprocrate",
            "semanticVersion": __version__,
            "informationUri": SPECIFICATION,
            "rules": [_descriptor(code) for code in self._rules],
        }
        root = {"description": {"text": "The root of the repository, or the folder that was judged."}}
        return {
            "tool": {"driver": driver},
            "automationDetails": {"id": "reprocrate/"},
            "originalUriBaseIds": {_ROOT: root},
            "columnKind": "unicodeCodePoints",
            "invocations": self._invocations,
            "results": ordered[:MOST_RESULTS],
        }

    def _index(self, code: str) -> int:
        return self._rules.setdefault(code, len(self._rules))

    def _result(
        self, finding: Finding, by: Suppression | None, report: Report, places: Places
    ) -> dict[str, Any]:
        """One finding (3.27)."""
        fix = f" {words.ended(words.plain(finding.fix))}" if finding.fix else ""
        result = {
            "ruleId": finding.code,
            "ruleIndex": self._index(finding.code),
            "level": finding.severity.value,
            "message": {"text": words.ended(words.plain(finding.message)) + fix},
            "locations": [_location(finding, places)],
            "partialFingerprints": self._fingerprints(finding, places.path(finding.location)),
            "properties": {"subject": report.subject},
        }
        return result | {"suppressions": _suppressions(by)} if by else result

    def _fingerprints(self, finding: Finding, path: str) -> dict[str, str]:
        """What GitHub knows it again by is the first of them, a digest and the number among its like."""
        known = finding.fingerprint or finding.code
        digest = hashlib.sha256(f"{path}\x00{known}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._alike[digest] += 1
        found = {"primaryLocationLineHash": f"{digest}:{self._alike[digest]}"}
        return found | {"reprocrate/v1": finding.fingerprint} if finding.fingerprint else found

    def _invocation(self, report: Report) -> dict[str, Any]:
        """What became of one subject (3.20): whether it could be judged, and by which rules it was not."""
        done = not report.failure and not any(each.failed for each in report.not_assessed)
        notifications = list(self._notifications(report))
        said: dict[str, Any] = {"executionSuccessful": done, "properties": {"subject": report.subject}}
        return said | {"toolExecutionNotifications": notifications} if notifications else said

    def _notifications(self, report: Report) -> Iterator[dict[str, Any]]:
        if report.failure:
            yield {"level": "error", "message": {"text": words.plain(report.failure)}}
        for each in report.not_assessed:
            yield {
                "level": _level_of_failure(each),
                "message": {"text": f"{each.code} was not assessed: {words.ended(words.plain(each.reason))}"},
                "associatedRule": {"id": each.code, "index": self._index(each.code)},
            }


def _level_of_failure(each: NotAssessed) -> str:
    return each.weight.value if each.weight else "note"


def _suppressions(by: Suppression) -> list[dict[str, str]]:
    return [{"kind": "external", "status": "accepted", "justification": _WHY[by]}]


def _location(finding: Finding, places: Places) -> dict[str, Any]:
    """Where it is (3.28): the file from the root, its lines, and the pointer into the document."""
    place = finding.location
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": _address(places.path(place) or "."), "uriBaseId": _ROOT}
    }
    span = places.span(place)
    if span:
        physical["region"] = {"startLine": span.line, "startColumn": span.column}
        if span.end_column > span.column:
            physical["region"] |= {"endLine": span.end_line, "endColumn": span.end_column}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.pointer:
        name = place.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        whole = f"{place.file or ''}#{place.pointer}"
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": whole}]
    return location


def _address(path: str) -> str:
    """A path as a relative address; a name that is no text keeps the bytes that it has on disk."""
    try:
        return quote(path.encode("utf-8", "surrogateescape"), safe="/")
    except UnicodeEncodeError:  # no name of a file, but what a document says
        return quote(path.encode("utf-8", "replace"), safe="/")


def _descriptor(code: str) -> dict[str, Any]:
    """A rule (3.49), with what `reprocrate explain` says of it."""
    rule, family = find_rule(code), family_of(code)
    tags: Sequence[str] = ["reproducibility", *([family.noun] if family else [])]
    if rule is None:
        return {"id": code, "properties": {"tags": list(tags)}}
    level = rule.level.severity
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in rule.name.split()),
        "shortDescription": {"text": words.ended(words.plain(rule.name).capitalize())},
        "fullDescription": {"text": rule.summary},
        "help": {"text": _help(rule, "{}: {}"), "markdown": _help(rule, "**{}:** {}")},
        "helpUri": f"{SPECIFICATION}#{code.lower()}",
        "defaultConfiguration": {"level": level.value},
        "properties": {"tags": list(tags), "problem.severity": _PROBLEM[level]},
    }


def _help(rule: Rule, form: str) -> str:
    parts = {"Demand": rule.summary, "Judged": rule.judged, "Why": rule.why, "Fix": rule.fix}
    return "\n\n".join(form.format(name, text) for name, text in parts.items() if text)
