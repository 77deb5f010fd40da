"""Findings as people read them: by family, by rule, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reprocrate.finding import Finding, NotAssessed, Report, Severity, Suppression
from reprocrate.render import words
from reprocrate.render.observed import found_of
from reprocrate.validation import Rule, family_of, find_rule

_FIRST = ("RC00", "RC01", "RC07")
"""Families without which the others mean little: what can be read, its shape, its bytes."""

_WEIGHTS = list(Severity)
_WHY = {
    Suppression.POLICY: "left out by the policy",
    Suppression.SELECTION: "ignored as asked",
    Suppression.BASELINE: "known before",
}


class RuleGroup(NamedTuple):
    """The findings of one rule.

    Attributes:
        code: of the rule.
        findings: the worst first; at least one.
    """

    code: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """How much its worst finding weighs."""
        return self.findings[0].severity

    @property
    def rule(self) -> Rule | None:
        """The rule, where it is one of the standard."""
        return find_rule(self.code)

    @property
    def name(self) -> str:
        """The rule in a few words."""
        return self.rule.name if self.rule else ""

    @property
    def fixes(self) -> tuple[str, ...]:
        """What to do, each advice once."""
        return tuple(dict.fromkeys(each.fix for each in self.findings if each.fix))


class FamilyGroup(NamedTuple):
    """The findings of one family.

    Attributes:
        title: what the family is about.
        noun: the same in one word, for addresses and tags.
        rules: its rules, the worst first; at least one.
    """

    title: str
    noun: str
    rules: tuple[RuleGroup, ...]

    @property
    def severity(self) -> Severity:
        """How much its worst finding weighs."""
        return self.rules[0].severity

    def count(self, severity: Severity) -> int:
        """How many of its findings are of this severity."""
        return sum(finding.severity is severity for rule in self.rules for finding in rule.findings)


def grouped(findings: Iterable[Finding]) -> tuple[FamilyGroup, ...]:
    """Findings by family and rule, the worst first, and of the same weight the most."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.code, []).append(finding)
    by_family: dict[tuple[str, str], list[RuleGroup]] = {}
    for code, found in by_rule.items():
        found.sort(key=lambda each: _WEIGHTS.index(each.severity))
        family = family_of(code)
        key = (family.title, family.noun) if family else ("Other rules", "other")
        by_family.setdefault(key, []).append(RuleGroup(code, tuple(found)))
    groups = [
        FamilyGroup(title, noun, tuple(sorted(rules, key=_rank)))
        for (title, noun), rules in by_family.items()
    ]
    return tuple(sorted(groups, key=lambda each: (_WEIGHTS.index(each.severity), -each.count(each.severity))))


def by_urgency(findings: Iterable[Finding]) -> tuple[RuleGroup, ...]:
    """Rules in the order in which to see to their findings: those first without which others mean little."""
    groups = [rule for family in grouped(findings) for rule in family.rules]
    return tuple(
        sorted(
            groups,
            key=lambda each: (
                _WEIGHTS.index(each.severity),
                _FIRST.index(each.code[:4]) if each.code[:4] in _FIRST else len(_FIRST),
                -len(each.findings),
            ),
        )
    )


def _rank(group: RuleGroup) -> tuple[int, int, str]:
    return _WEIGHTS.index(group.severity), -len(group.findings), group.code


def by_reason(not_assessed: Iterable[NotAssessed]) -> dict[str, list[str]]:
    """Codes of rules that were not applied, by why not."""
    reasons: dict[str, list[str]] = {}
    for each in not_assessed:
        reasons.setdefault(each.reason, []).append(each.code)
    return reasons


def answer(report: Report) -> str:
    """What the report comes to, in a few words."""
    if report.failure:
        return "could not be judged"
    if report.valid and report.without_manifest:
        return f"has no manifest; {found_of(report)}"
    if report.valid:
        return "is valid"
    if report.undecided and not report.count(Severity.ERROR):
        return f"cannot be called valid, since {words.listing(report.undecided)} could not be judged"
    return "is not valid"


def counted(report: Report | FamilyGroup) -> str:
    """`2 errors, 1 warning and no notes`."""
    return words.listing(words.count_of(report.count(each), each.value) for each in Severity)


def some_counted(report: Report | FamilyGroup) -> str:
    """The same without what there is none of; empty where there is nothing."""
    counts = ((report.count(each), each.value) for each in Severity)
    return words.listing(words.count_of(count, noun) for count, noun in counts if count)


def ways_of_leaving_out(report: Report) -> list[str]:
    """What does not count and why, each in a sentence."""
    told = []
    for by, why in _WHY.items():
        found = report.suppressed_by(by)
        if found:
            codes = words.shortened(sorted({each.code for each in found}), 8)
            told.append(f"{words.count_of(len(found), 'finding')} {why}: {codes}.")
    return told
