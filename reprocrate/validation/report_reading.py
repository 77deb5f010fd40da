"""A report from the JSON document that was made of it, so that one that was kept can be shown in any form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprocrate.finding import (
    AppliedBaseline,
    AppliedPolicy,
    CheckedAnswer,
    CheckedChecklist,
    Criterion,
    Finding,
    JudgedDomain,
    Known,
    Location,
    NotAssessed,
    Observed,
    Presence,
    Regraded,
    Report,
    Scale,
    Selection,
    Severity,
    Standing,
    Step,
    Suppressed,
    Suppression,
)

_Document = Mapping[str, Any]


def report_from(document: _Document) -> Report:
    """The report that `report_document` made this document of.

    Of a rule that failed itself, the document does not say how much its findings would weigh; that it
    weighs as an error is known where the report is not valid without one.

    Raises:
        LookupError, TypeError, ValueError: it is no such document.
    """
    counts = document["counts"]
    doubtful = not document["valid"] and not counts[Severity.ERROR] and not document.get("failure")
    weight = Severity.ERROR if doubtful else Severity.NOTE
    return Report(
        subject=document["subject"],
        findings=tuple(map(_finding, document["findings"])),
        not_assessed=tuple(
            NotAssessed(each["code"], each["reason"], weight if each.get("failed") else None)
            for each in document["not_assessed"]
        ),
        assessed=tuple(document["assessed"]),
        policy=_policy(document),
        failure=document.get("failure", ""),
        observed=tuple(map(_observed, document.get("observed", ()))),
        checklists=tuple(map(_checklist, document.get("checklists", ()))),
        scales=tuple(map(_scale, document.get("scales", ()))),
        suppressed=tuple(
            Suppressed(_finding(each), Suppression(each["by"])) for each in document.get("suppressed", ())
        ),
        selection=_selection(document.get("selection")),
        baseline=_baseline(document.get("baseline")),
        domains=tuple(
            JudgedDomain(each["id"], each["title"], each["because"]) for each in document.get("domains", ())
        ),
        without_manifest=document.get("without_manifest", False),
    )


def _selection(said: _Document | None) -> Selection | None:
    if said is None:
        return None
    return Selection(tuple(said.get("select", ())), tuple(said.get("ignore", ())))


def _baseline(said: _Document | None) -> AppliedBaseline | None:
    if said is None:
        return None
    gone = tuple(Known(each["code"], each["place"], "", each["count"]) for each in said["gone"])
    return AppliedBaseline(said["name"], said["known"], gone)


def _finding(each: _Document) -> Finding:
    place = _location(each["location"])
    severity, fix = Severity(each["severity"]), each.get("fix", "")
    return Finding(each["code"], severity, each["message"], place, fix, each.get("fingerprint", ""))


def _location(each: _Document) -> Location:
    return Location(*map(each.get, ("file", "pointer", "line", "column")))


def _locations(several: Any) -> tuple[Location, ...]:
    return tuple(map(_location, several or ()))


def _policy(document: _Document) -> AppliedPolicy | None:
    said = document.get("policy")
    if said is None:
        return None
    regraded = (
        Regraded(
            each["code"],
            Severity(each["from"]),
            None if each["to"] == "off" else Severity(each["to"]),
            each["count"],
        )
        for each in document.get("regraded", ())
    )
    return AppliedPolicy(said["id"], said["standard"], tuple(regraded))


def _observed(each: _Document) -> Observed:
    presence = Presence(each["presence"])
    return Observed(
        each["item"], each["title"], presence, each.get("detail", ""), _locations(each.get("places"))
    )


def _checklist(each: _Document) -> CheckedChecklist:
    answers = tuple(map(_answer, each["answers"]))
    return CheckedChecklist(each["id"], each["name"], each.get("source", ""), answers)


def _answer(each: _Document) -> CheckedAnswer:
    return CheckedAnswer(
        each["item"],
        each["question"],
        each.get("answer"),
        Standing(each["standing"]),
        each["reason"],
        _locations(each.get("evidence")),
        each.get("justification", ""),
        _location(each["place"]) if "place" in each else None,
    )


def _scale(each: _Document) -> Scale:
    return Scale(each["id"], each["name"], each["ascending"], tuple(map(_step, each["steps"])))


def _step(each: _Document) -> Step:
    criteria = tuple(map(_criterion, each["criteria"]))
    return Step(each["id"], each["name"], criteria, each.get("label", ""))


def _criterion(each: _Document) -> Criterion:
    texts = (each.get("reason", ""), each.get("cost", ""))
    return Criterion(each["id"], each["text"], each["met"], *texts, _locations(each.get("evidence")))
