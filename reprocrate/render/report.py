"""A validation report for the terminal: findings, the worst first, then levels, next steps and the answer."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType

from reprocrate.finding import Finding, Report, Severity, Suppression
from reprocrate.render import words
from reprocrate.render.checklists import checklist_text
from reprocrate.render.observed import next_step, observed_text, without_manifest_text
from reprocrate.render.report_groups import (
    FamilyGroup,
    RuleGroup,
    answer,
    by_reason,
    by_urgency,
    counted,
    grouped,
    some_counted,
    ways_of_leaving_out,
)
from reprocrate.render.scales import scales
from reprocrate.render.terminal import BAD, GOOD, SOFT, STRONG, WARN, hanging, heading, joined, stacked, text

_STYLE = {Severity.ERROR: BAD, Severity.WARNING: WARN, Severity.NOTE: SOFT}
_MOST_PLACES = 3
_MOST_STEPS = 3
_MOST_GONE = 5
SHAPE = ("RC00", "RC01")
"""What must be right before most rules can be applied."""


def report_text(report: Report, *, most_places: int = _MOST_PLACES) -> Group:
    """A report, to be printed on a `rich.console.Console`.

    Args:
        report: what validation says.
        most_places: how many findings of one rule are written out; the others are counted.
    """
    return stacked(
        *without_manifest_text(report),
        *(part for family in grouped(report.findings) for part in _family(family, most_places)),
        *(part for each in report.checklists for part in checklist_text(each)),
        *observed_text(report),
        *scales(report.scales),
        *_not_assessed(report),
        *_policy(report),
        *_domains(report),
        *_left_out(report),
        *_next_steps(report),
        *_answer(report),
    )


def report_summary(report: Report) -> str:
    """The answer in one line: `reprocrate.json is valid: no errors, 2 warnings and 1 note`."""
    judged = f" by the policy {words.plain(report.policy.id)}" if report.policy else ""
    return f"{words.plain(report.subject)} {answer(report)}{judged}: {counted(report)}"


def _family(family: FamilyGroup, most: int) -> Iterator[RenderableType]:
    yield stacked(text(""), joined(text(family.title, STRONG), text(f" ({some_counted(family)})", SOFT)))
    for group in family.rules:
        yield hanging(text(group.code, _STYLE[group.severity]), stacked(*_rule(group, most)))


def _rule(group: RuleGroup, most: int) -> Iterator[RenderableType]:
    count = words.count_of(len(group.findings), group.severity.value)
    if group.name:
        yield joined(text(f"{count} against ", _STYLE[group.severity]), f'"{group.name}"')
    if len({each.severity for each in group.findings}) > 1:
        yield text("one policy grades some of them otherwise", SOFT)
    shown = group.findings[:most]
    for finding in shown:
        yield hanging(text("-", SOFT), _case(finding))
        if finding.fix and len(group.fixes) > 1:
            yield hanging(" ", _fix(finding.fix))
    if len(group.findings) > most:
        yield text(f"  and {len(group.findings) - most:,} more", SOFT)
    if len(group.fixes) == 1:
        yield _fix(group.fixes[0])


def _case(finding: Finding) -> RenderableType:
    place = str(finding.location)
    return joined(text(f"{place}: ", SOFT) if place else "", words.ended(words.plain(finding.message)))


def _fix(fix: str) -> RenderableType:
    return joined(text("Fix: ", STRONG), words.ended(words.plain(fix)))


def _not_assessed(report: Report) -> Iterator[RenderableType]:
    if not report.not_assessed:
        return
    yield heading(f"Not assessed ({words.count_of(len(report.not_assessed), 'rule')})")
    for reason, codes in by_reason(report.not_assessed).items():
        told = words.sentence(words.plain(reason)).removesuffix(".")
        yield hanging(text("-", SOFT), joined(told, text(f": {words.shortened(codes, 4)}.", SOFT)))


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


def _left_out(report: Report) -> Iterator[RenderableType]:
    """What does not count, and what a baseline need not list any more."""
    told = [*_asked_for(report), *ways_of_leaving_out(report)]
    gone = report.baseline.gone if report.baseline else ()
    if report.baseline and gone:
        count = sum(each.count for each in gone)
        first = words.shortened((f"{each.code} {words.plain(each.place)}" for each in gone), _MOST_GONE)
        told.append(
            f"{words.count_of(count, 'finding')} that {words.plain(report.baseline.name)} lists "
            f"{'is' if count == 1 else 'are'} gone, so that it can be written again: {first}."
        )
    if told:
        yield heading("Not counted")
    yield from (hanging(text("-", SOFT), text(each)) for each in told)


def _asked_for(report: Report) -> Iterator[str]:
    named = report.selection
    if named and named.select:
        names = words.listing(map(words.plain, named.select))
        were = "was" if len(named.select) == 1 else "were"
        yield f"Only {names} {were} asked for; reading, structure, integrity and security are always judged."
    if named and named.ignore and not report.suppressed_by(Suppression.SELECTION):
        names = words.listing(map(words.plain, named.ignore))
        were = "was" if len(named.ignore) == 1 else "were"
        yield f"{names} {were} to be ignored, and would not have found anything."


def _next_steps(report: Report) -> Iterator[RenderableType]:
    """What to see to first, and with which command."""
    urgent = [each for each in by_urgency(report.findings) if each.severity is not Severity.NOTE]
    if not urgent:
        return
    worst = [each for each in urgent if each.severity is urgent[0].severity]
    yield heading("Next steps")
    for number, group in enumerate(worst[:_MOST_STEPS], 1):
        yield hanging(text(f"{number}.", SOFT), _step(group))
    more = len(worst) - _MOST_STEPS
    if more > 0:
        others = words.count_of(more, "rule")
        yield hanging("  ", text(f"Then {others} with {worst[0].severity.value}s, as listed above.", SOFT))
    waiting = _waiting(report)
    if waiting:
        again = f"Then validate again: {words.count_of(waiting, 'rule')} could not be applied yet."
        yield hanging("  ", text(again))


def _waiting(report: Report) -> int:
    """How many rules wait for the manifest to be readable and to follow its schema."""
    told_by_shape = any(
        each.code.startswith(SHAPE) and each.severity is Severity.ERROR for each in report.findings
    )
    reasons = by_reason(report.not_assessed)
    return max(map(len, reasons.values()), default=0) if told_by_shape else 0


def _step(group: RuleGroup) -> RenderableType:
    count = words.count_of(len(group.findings), group.severity.value)
    return joined(text(group.code, _STYLE[group.severity]), f", {count}: `reprocrate explain {group.code}`")


def _domains(report: Report) -> Iterator[RenderableType]:
    """By the rules of which fields it was judged, and why."""
    if report.domains:
        yield heading("Domains")
    for each in report.domains:
        yield hanging(text("-", SOFT), f"{each.title}, since {words.plain(each.because)}.")


def _answer(report: Report) -> Iterator[RenderableType]:
    if any(
        (
            report.findings,
            report.not_assessed,
            report.policy,
            report.suppressed,
            report.observed,
            report.checklists,
            report.scales,
            report.domains,
        )
    ):
        yield text("")
    yield text(f"{report_summary(report)}.", GOOD if report.valid else BAD)
    if step := next_step(report):
        yield text(step, SOFT)
