"""Policies: what a venue demands, read from a file and applied to what the rules find.

A policy is data, never code. It may ask for more than the standard, or for less; it can never make a damaged,
malformed or dangerous subject look sound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reprocrate.finding import (
    AppliedPolicy,
    Finding,
    NotAssessed,
    Regraded,
    Report,
    Severity,
    Suppressed,
    Suppression,
    in_order,
)
from reprocrate.validation.domains import domains_asked_for
from reprocrate.validation.families import find_rule, rules_by
from reprocrate.validation.rule import Rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.validate import validate

UNTOUCHABLE = ("RC00", "RC01", "RC07")
"""Families that no policy may lower or silence: reading, structure, integrity."""

FOR_PEOPLE = ("RC1709",)
"""Rules whose findings people weigh: no policy may make errors of them, which would reject by themselves."""

OFF = "off"
"""The level of a rule whose findings are left out."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A venue's demands, with those of the policies that it extends.

    Attributes:
        id: its identifier.
        standard: version of the standard that it was written for.
        name: its name for people.
        venue: who demands it.
        year: the year that it is for.
        description: what it is for.
        source: where the venue says what it demands.
        extends: identifiers of the policies that it builds on, in order.
        checklist: the name under which a manifest answers the venue's checklist.
        levels: what findings of a rule are, by its code; None where they are left out.
        parameters: values for rules that can be set, by code and name.
        domains: the fields of research by whose rules subjects are judged; None for those that each shows.
        requires: names of the items that every submission must have.
    """

    id: str
    standard: str
    name: str | None = None
    venue: str | None = None
    year: int | None = None
    description: str | None = None
    source: str | None = None
    extends: tuple[str, ...] = ()
    checklist: str | None = None
    levels: Mapping[str, Severity | None] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    domains: tuple[str, ...] | None = None
    requires: tuple[str, ...] = ()


def policy_of(document: Mapping[str, Any], extended: Iterable[Policy] = ()) -> Policy:
    """A policy from a document that is known to be sound.

    Args:
        document: what its file says.
        extended: the policies that it extends, in order; what it sets itself counts most.
    """
    levels: dict[str, Severity | None] = {}
    requires: list[str] = []
    parameters: dict[str, dict[str, Any]] = {}
    checklist: str | None = None
    names: list[str] = []
    domains: Iterable[str] | None = document.get("domains")
    for each in extended:
        names.append(each.id)
        checklist = each.checklist or checklist
        domains = each.domains if "domains" not in document and each.domains is not None else domains
        levels |= each.levels
        requires += each.requires
        for code, values in each.parameters.items():
            parameters.setdefault(code, {}).update(values)
    for code, level in document.get("levels", {}).items():
        levels[code] = None if level == OFF else Severity(level)
    for code, values in document.get("parameters", {}).items():
        parameters.setdefault(code, {}).update(values)
    about = {name: document.get(name) for name in ("name", "venue", "year", "description", "source")}
    return Policy(
        document["id"],
        document["standard"],
        **about,
        extends=tuple(names),
        checklist=document.get("checklist") or checklist,
        levels=levels,
        parameters=parameters,
        domains=None if domains is None else tuple(domains),
        requires=tuple(dict.fromkeys([*requires, *document.get("requires", ())])),
    )


def is_untouchable(rule: Rule) -> bool:
    """Whether no policy may lower or silence a rule."""
    return rule.code.startswith(UNTOUCHABLE) or rule.spec == "security"


def is_for_people(rule: Rule, level: Severity | None) -> bool:
    """Whether a level would make an error of what only people may reject for."""
    return rule.code in FOR_PEOPLE and level is Severity.ERROR


def is_lower(level: Severity | None, rule: Rule) -> bool:
    """Whether a level is less than a rule's own."""
    weights = list(Severity)
    return level is None or weights.index(level) > weights.index(rule.level.severity)


def validate_by(policy: Policy | None, subject: Subject, only: Collection[str] | None = None) -> Report:
    """Judge a subject by every rule of a policy's standard, as the policy sets and grades them.

    Args:
        policy: a venue's demands.
        subject: what is judged.
        only: beginnings of the codes of the rules to apply; all of them by default.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
    """
    return graded_by(policy, validate_for(policy, subject, only))


def validate_for(policy: Policy | None, subject: Subject, only: Collection[str] | None = None) -> Report:
    """Judge a subject by the rules of a policy's standard, with all that it asks for; not yet graded.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
    """
    if policy is None:
        return _with_observed(validate(subject, only=only), subject)
    if policy.domains is not None and subject.asked_domains is None:
        asked = domains_asked_for(policy.domains, f"the policy {policy.id} asks for it")
        subject = replace(subject, asked_domains=asked)
    subject = replace(subject, required=policy.requires or subject.required)
    rules = rules_by(policy.standard)
    found = validate(subject, only=only, parameters=policy.parameters, rules=rules)
    return _with_observed(found, subject)


def _with_observed(report: Report, subject: Subject) -> Report:
    """The report with what the files were seen to have, where only they are judged or a policy asks."""
    wanted = subject.is_bare or (subject.required and subject.files is not None)
    return report._replace(observed=subject.submission.observed) if wanted else report


def graded_by(policy: Policy | None, report: Report) -> Report:
    """A report with every finding as heavy as a policy says; what it changes is listed in the report."""
    if policy is None:
        return report
    kept: list[Finding] = []
    left_out: list[Suppressed] = []
    changed: Counter[tuple[str, Severity]] = Counter()
    for finding in report.findings:
        level = _level_of(finding.code, finding.severity, policy)
        if level is not finding.severity:
            changed[finding.code, finding.severity] += 1
        if level is None:
            left_out.append(Suppressed(finding, Suppression.POLICY))
        else:
            kept.append(finding._replace(severity=level))
    regraded = tuple(
        Regraded(code, severity, policy.levels[code], count)
        for (code, severity), count in sorted(changed.items())
    )
    applied = AppliedPolicy(policy.id, policy.standard, regraded)
    failed = tuple(each._replace(weight=_weight(each, policy)) for each in report.not_assessed)
    suppressed = (*report.suppressed, *left_out)
    return report._replace(
        findings=in_order(kept), not_assessed=failed, policy=applied, suppressed=suppressed
    )


def _weight(each: NotAssessed, policy: Policy) -> Severity | None:
    """How much the findings of a rule that failed would weigh by a policy; a note if it drops them."""
    return each.weight and (_level_of(each.code, each.weight, policy) or Severity.NOTE)


def _level_of(code: str, own: Severity, policy: Policy) -> Severity | None:
    """What a finding is to a policy; however the policy came about, the untouchable ones are not lowered."""
    level = policy.levels.get(code, own)
    rule = find_rule(code)
    if rule and (is_for_people(rule, level) or (is_untouchable(rule) and is_lower(level, rule))):
        return own
    return level
