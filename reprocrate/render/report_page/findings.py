"""Findings on the page: by family, the worst first, each rule with its places and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

from reprocrate.finding import Finding, Location, Report, Severity
from reprocrate.render import words
from reprocrate.render.preview.markup import Markup, code, element, joined, prose, shortened
from reprocrate.render.report_groups import FamilyGroup, RuleGroup, by_urgency, grouped, some_counted

TONE = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: ""}
"""The colour of a weight."""

_MOST_CASES = 50
_FEW_CASES = 8
_MOST_STEPS = 3
_LONGEST = 600


def findings_section(report: Report, link_of: Callable[[Location], str | None]) -> Markup | None:
    """What was found; None where the subject could not be judged at all."""
    if report.failure:
        return None
    if not report.findings:
        return element("p", "Nothing was found against it.")
    return joined(_next_steps(report), *(_family(each, link_of) for each in grouped(report.findings)))


def _next_steps(report: Report) -> Markup | None:
    urgent = [each for each in by_urgency(report.findings) if each.severity is Severity.ERROR]
    if not urgent:
        return element("p", "There is no error. What follows would make it better.")
    links = [
        joined(element("a", each.code, href=f"#{each.code}"), f" {each.name}")
        for each in urgent[:_MOST_STEPS]
    ]
    items = [element("li", each) for each in links]
    return joined(element("p", "Begin with:"), element("ol", *items, class_="begin"))


def _family(family: FamilyGroup, link_of: Callable[[Location], str | None]) -> Markup:
    heading = element(
        "h3",
        family.title,
        " ",
        element("span", some_counted(family), class_="soft of-family"),
        id=family.noun,
    )
    return joined(heading, *(_rule(each, link_of) for each in family.rules))


def _rule(group: RuleGroup, link_of: Callable[[Location], str | None]) -> Markup:
    tone = TONE[group.severity]
    count = words.count_of(len(group.findings), group.severity.value)
    cases = [_case(each, link_of, alone=len(group.fixes) <= 1) for each in group.findings[:_MOST_CASES]]
    more = len(group.findings) - _MOST_CASES
    title = element(
        "h4",
        code(group.code),
        f" {group.name[:1].upper()}{group.name[1:]} ",
        element("span", count, class_=f"tag {tone}".strip()),
        id=group.code,
    )
    return element(
        "article",
        title,
        element("p", prose(group.rule.summary), class_="demand") if group.rule else None,
        element("ul", *cases[:_FEW_CASES], class_="cases"),
        _folded(cases[_FEW_CASES:]),
        element("p", f"{more:,} more are in the JSON report.", class_="note") if more > 0 else None,
        *_advice(group),
        class_=f"rule {tone}".strip(),
        aria_labelledby=group.code,
    )


def _folded(cases: list[Markup]) -> Markup | None:
    if not cases:
        return None
    return element("details", element("summary", f"{len(cases)} more"), element("ul", *cases, class_="cases"))


def _case(finding: Finding, link_of: Callable[[Location], str | None], *, alone: bool) -> Markup:
    place = shortened(str(finding.location))
    address = link_of(finding.location)
    where: Markup | None = code(place) if place else None
    if where and address:
        where = element("a", where, href=quote(address, safe="/"))
    own = None if alone or not finding.fix else element("span", "Fix: ", prose(finding.fix), class_="sub")
    told = shortened(words.ended(words.plain(finding.message)), _LONGEST)
    return element("li", element("span", where, class_="place") if where else None, " ", told, own)


def _advice(group: RuleGroup) -> Iterator[Markup]:
    if len(group.fixes) == 1:
        yield element("p", element("b", "Fix: "), prose(words.ended(group.fixes[0])), class_="fix")
    if group.rule and group.rule.why:
        yield element("p", element("b", "Why: "), prose(group.rule.why), class_="why soft")
