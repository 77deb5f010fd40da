"""A validation report for the terminal: findings by rule, what could not be assessed, and the answer last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType

from reprocrate.finding import Finding, Report, Severity
from reprocrate.render import words
from reprocrate.render.observed import found_of, next_step, observed_text
from reprocrate.render.terminal import BAD, GOOD, SOFT, STRONG, WARN, hanging, heading, joined, stacked, text

_STYLE = {Severity.ERROR: BAD, Severity.WARNING: WARN, Severity.NOTE: SOFT}
_TITLE = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.NOTE: "Notes"}
_MOST_PLACES = 20


def report_text(report: Report, *, most_places: int = _MOST_PLACES) -> Group:
    """A report, to be printed on a `rich.console.Console`.

    Args:
        report: what validation says.
        most_places: how many findings of one rule are written out; the others are counted.
    """
    return stacked(
        *observed_text(report),
        *(part for severity in Severity for part in _findings(report, severity, most_places)),
        *_not_assessed(report),
        *_policy(report),
        *_answer(report),
    )


def report_summary(report: Report) -> str:
    """The answer in one line: `reprocrate.json is valid: no errors, 2 warnings and 1 note`."""
    answer = "is valid" if report.valid else "is not valid"
    if report.without_manifest:
        answer = f"has no manifest; {found_of(report)}"
    if report.undecided and not report.count(Severity.ERROR):
        answer = f"cannot be called valid, since {words.listing(report.undecided)} could not be judged"
    counts = [words.count_of(report.count(severity), severity.value) for severity in Severity]
    judged = f" by the policy {words.plain(report.policy.id)}" if report.policy else ""
    return f"{words.plain(report.subject)} {answer}{judged}: {words.listing(counts)}"


def _findings(report: Report, severity: Severity, most: int) -> Iterator[RenderableType]:
    found = [finding for finding in report.findings if finding.severity is severity]
    if found:
        yield heading(_TITLE[severity])
    for code, group in groupby(found, key=lambda finding: finding.code):
        yield hanging(text(code, _STYLE[severity]), stacked(*_cases(list(group), most)))


def _cases(findings: Sequence[Finding], most: int) -> Iterator[RenderableType]:
    fixes = dict.fromkeys(finding.fix for finding in findings if finding.fix)
    for finding in findings[:most]:
        place = str(finding.location)
        yield joined(text(f"{place}: ", SOFT) if place else "", words.ended(words.plain(finding.message)))
        if finding.fix and len(fixes) > 1:
            yield _fix(finding.fix)
    if len(findings) > most:
        yield text(f"and {len(findings) - most:,} more of the same rule", SOFT)
    if len(fixes) == 1:
        yield from map(_fix, fixes)


def _fix(fix: str) -> RenderableType:
    return joined(text("Fix: ", STRONG), words.ended(words.plain(fix)))


def _not_assessed(report: Report) -> Iterator[RenderableType]:
    if not report.not_assessed:
        return
    yield heading("Not assessed")
    reasons: dict[str, list[str]] = {}
    for one in report.not_assessed:
        reasons.setdefault(one.reason, []).append(one.code)
    for reason, codes in reasons.items():
        yield hanging(text("-", SOFT), joined(f"{words.shortened(codes, 8)}: ", reason))


def _policy(report: Report) -> Iterator[RenderableType]:
    """What a policy made of findings, so that nobody takes its answer for that of the standard."""
    if report.policy is None:
        return
    yield heading(f"Policy {words.plain(report.policy.id)}")
    if not report.policy.regraded:
        yield "It grades no finding otherwise than the standard."
    for each in report.policy.regraded:
        found = words.count_of(each.count, each.standard.value)
        grade = f"counted as {each.policy.value}" if each.policy else "left out"
        yield hanging(text("-", SOFT), f"{each.code}: {found}, {grade}.")


def _answer(report: Report) -> Iterator[RenderableType]:
    if report.findings or report.not_assessed or report.policy or report.observed:
        yield text("")
    yield text(f"{report_summary(report)}.", GOOD if report.valid else BAD)
    if report.findings:
        yield text(f"`reprocrate explain {report.findings[0].code}` says more about a rule.", SOFT)
    if step := next_step(report):
        yield text(step, SOFT)
