"""A validation report as a page: static HTML that needs no script, no network and no other file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files as package_files

from reprocrate import __version__
from reprocrate.finding import Location, Report, Severity
from reprocrate.render import words
from reprocrate.render.preview.frame import house_style, html_page, section, used_style
from reprocrate.render.preview.markup import Markup, code, definition, element, joined, shortened
from reprocrate.render.preview.tables import Header, table
from reprocrate.render.preview.top import contents
from reprocrate.render.report_groups import answer, by_reason, some_counted, ways_of_leaving_out
from reprocrate.render.report_page.beside import checklists, observed, scales
from reprocrate.render.report_page.findings import findings_section
from reprocrate.standard import NEWEST
from reprocrate.validation import all_rules

__all__ = ["report_page", "report_style"]

_LONGEST_TITLE = 300
_MOST_CODES = 40
_MOST_GONE = 100

LinkOf = Callable[[Location], "str | None"]
"""The address of the file that a place is in, from the page; None where there is none."""


def report_page(report: Report, *, link_of: LinkOf = lambda _: None, index: str | None = None) -> bytes:
    """The page for people, as UTF-8.

    Args:
        report: what validation says.
        link_of: where a place leads to.
        index: address of the page of the batch that it belongs to, if it does.
    """
    parts: list[tuple[str, str, Markup | None]] = [
        ("findings", "Findings", findings_section(report, link_of)),
        ("checklists", "Checklists", checklists(report.checklists)),
        ("levels", "Levels and badges", scales(report.scales)),
        ("observed", "Observed", observed(report.observed)),
        ("left-out", "Not counted", _left_out(report)),
        ("not-assessed", "Not assessed", _not_assessed(report)),
        ("policy", "Policy", _policy(report)),
    ]
    sections = [(name, title, body) for name, title, body in parts if body is not None]
    conclusion = f"{shortened(report.subject)} {answer(report)}"
    body = [
        element("a", "Skip to the findings", href="#main", class_="skip"),
        _header(report, index),
        contents([(name, title) for name, title, _ in sections]) if len(sections) > 1 else Markup(),
        element("main", *(section(*one) for one in sections), id="main", tabindex="-1"),
        _colophon(),
    ]
    return html_page(
        f"Validation: {report.subject}", f"{conclusion}.", *body, style=used_style(report_style(), *body)
    )


def report_style() -> str:
    """The style sheet of reports."""
    return house_style() + package_files(__name__).joinpath("style.css").read_text("utf-8")


def _header(report: Report, index: str | None) -> Markup:
    back = element("p", element("a", "All submissions", href=index), class_="back") if index else None
    colour = "good" if report.valid else "bad"
    said = answer(report)
    return element(
        "header",
        back,
        element("p", "Validation report", class_="eyebrow"),
        element("h1", said.removeprefix("is ").capitalize(), class_=f"conclusion {colour}"),
        element("p", shortened(report.subject, _LONGEST_TITLE), class_="of"),
        element("p", words.ended(words.plain(report.failure)), class_="lead") if report.failure else None,
        element("dl", *_facts(report), class_="facts"),
    )


def _facts(report: Report) -> Iterator[Markup]:
    tones = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: ""}
    for severity in Severity:
        count = report.count(severity)
        tone = tones[severity] if count else ""
        yield definition(
            f"{severity.value.capitalize()}s", element("b", f"{count:,}", class_=f"count {tone}".strip())
        )
    yield definition("Rules applied", f"{len(report.assessed):,}")
    if report.not_assessed:
        yield definition("Rules not assessed", f"{len(report.not_assessed):,}")
    if report.suppressed:
        yield definition("Not counted", f"{len(report.suppressed):,}")
    if report.policy:
        yield definition("Policy", words.plain(report.policy.id))


def _left_out(report: Report) -> Markup | None:
    told = ways_of_leaving_out(report)
    if report.selection and report.selection.select:
        told.append(f"Only {words.listing(report.selection.select)} was asked for.")
    rows = [
        [
            element("th", each.finding.code, scope="row"),
            element("td", shortened(words.ended(each.finding.message), 300)),
            element("td", code(shortened(str(each.finding.location)))),
            element("td", each.by.value),
        ]
        for each in report.suppressed[:_MOST_GONE]
    ]
    gone = report.baseline.gone if report.baseline else ()
    if not told and not gone:
        return None
    names = [f"{each.code} {shortened(each.place)}" for each in gone[:_MOST_GONE]]
    return joined(
        element("ul", *(element("li", each) for each in told)) if told else None,
        table("Findings that do not count", ["Rule", "What", "Place", "Left out by"], rows, "wordy reflow")
        if rows
        else None,
        _more(len(report.suppressed)),
        element("p", "Listed by the baseline, and not found any more: ", "; ".join(names), ".")
        if gone
        else None,
    )


def _more(count: int) -> Markup | None:
    more = count - _MOST_GONE
    return element("p", f"{more:,} more are in the JSON report.", class_="note") if more > 0 else None


def _not_assessed(report: Report) -> Markup | None:
    if not report.not_assessed:
        return None
    items = []
    for reason, codes in by_reason(report.not_assessed).items():
        count = words.count_of(len(codes), "rule")
        named = words.shortened(codes, _MOST_CODES)
        told = words.ended(words.sentence(words.plain(reason)))
        items.append(
            element("li", told, " ", element("details", element("summary", count), element("p", named)))
        )
    lead = "These rules could not be applied, so that nothing is said about what they ask for."
    return joined(element("p", lead), element("ul", *items, class_="reasons"))


def _policy(report: Report) -> Markup | None:
    policy = report.policy
    if policy is None:
        return None
    told = f"Judged by {words.plain(policy.id)}, written for version {policy.standard} of the standard."
    rows = [
        [
            element("th", each.code, scope="row"),
            element("td", f"{each.count:,}", class_="number"),
            element("td", each.standard.value),
            element("td", each.policy.value if each.policy else "left out"),
        ]
        for each in policy.regraded
    ]
    if not rows:
        return element("p", told, " It grades no finding otherwise than the standard.")
    headers: list[Header] = ["Rule", ("Findings", "number"), "By the standard", "By the policy"]
    return joined(element("p", told), table("Graded otherwise than by the standard", headers, rows))


def _colophon() -> Markup:
    told = (
        f"Judged by the {len(all_rules())} rules of reprocrate {__version__} for version {NEWEST} of the "
        "standard. Nothing of the submission was executed, and the network was not touched. "
    )
    return element("footer", element("p", told, code("reprocrate explain CODE"), " tells more about a rule."))
