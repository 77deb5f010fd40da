"""How findings are distributed over submissions: bars by family and by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from reprocrate.finding import Severity
from reprocrate.render import words
from reprocrate.render.preview.drawing import named_strip, svg
from reprocrate.render.preview.markup import Markup, element, joined
from reprocrate.render.preview.tables import Header, table
from reprocrate.validation import family_of, find_rule

_MOST_RULES = 8
_MOST_FAMILIES = 8
_TONE = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "plain"}
_HEIGHT = 14.0


def distribution(
    subjects: Mapping[str, int], findings: Mapping[str, int], weights: Mapping[str, Severity], total: int
) -> Markup | None:
    """The bars; None where nothing was found.

    Args:
        subjects: by code, in how many submissions a rule has findings.
        findings: by code, how many findings those are.
        weights: by code, what the worst of them weighs.
        total: how many submissions there are.
    """
    if not subjects or not total:
        return None
    codes = sorted(subjects, key=lambda code: (-subjects[code], code))
    return joined(
        _key(weights.values()),
        element(
            "div",
            element(
                "div",
                element("h3", "Asked for and not so, by submissions"),
                element(
                    "figure",
                    *(_bar_of(code, subjects, weights, total) for code in codes[:_MOST_RULES]),
                    class_="bars",
                ),
            ),
            element("div", element("h3", "Families, by findings"), _families(findings, weights)),
            class_="beside",
        ),
        element(
            "details",
            element("summary", f"All {len(codes)} rules with findings"),
            _table(codes, subjects, findings, weights),
        ),
    )


def _key(there: Iterable[Severity]) -> Markup:
    found = set(there)
    pieces = [
        joined(element("span", class_=f"key {_TONE[each]}"), f"{each.value}s")
        for each in Severity
        if each in found
    ]
    return element("p", "Coloured by the worst finding:", *pieces, class_="note")


def _bar_of(code: str, subjects: Mapping[str, int], weights: Mapping[str, Severity], total: int) -> Markup:
    rule, count = find_rule(code), subjects[code]
    share = 100 * count / total
    name = f"{code} {rule.name}" if rule else code
    value = (
        f"{words.count_of(count, 'submission')}, {share:.0f} %"
        if share >= 1
        else words.count_of(count, "submission")
    )
    return named_strip(
        _sifting(code, name, weights[code]), value, _bar(code.lower(), name, value, share, weights[code])
    )


def _sifting(code: str, name: str, weight: Severity) -> Markup | str:
    """A name that leads to the submissions with findings of a rule; the list knows no notes."""
    if weight is Severity.NOTE:
        return name
    return element("a", name, href="#submissions", data_rule=code)


def _families(findings: Mapping[str, int], weights: Mapping[str, Severity]) -> Markup:
    counts: Counter[str] = Counter()
    worst: dict[str, Severity] = {}
    for code, count in findings.items():
        family = family_of(code)
        title = family.title if family else "Other rules"
        counts[title] += count
        worst[title] = min(worst.get(title, Severity.NOTE), weights[code], key=list(Severity).index)
    most = max(counts.values())
    bars = []
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    for number, (title, count) in enumerate(ordered[:_MOST_FAMILIES]):
        value = words.count_of(count, "finding")
        drawing = _bar(f"family-{number}", title, value, 100 * count / most, worst[title])
        bars.append(named_strip(title, value, drawing))
    return element("figure", *bars, class_="bars")


def _bar(identifier: str, name: str, value: str, share: float, weight: Severity) -> Markup:
    bar = element(
        "rect",
        x="0",
        y="2",
        width=f"{max(share, 0.3):.2f}%",
        height="10",
        rx="2",
        class_=f"bar-{_TONE[weight]}",
    )
    return svg(bar, _HEIGHT, f"bar-{identifier}", name, value)


def _table(
    codes: Iterable[str],
    subjects: Mapping[str, int],
    findings: Mapping[str, int],
    weights: Mapping[str, Severity],
) -> Markup:
    rows = []
    for code in codes:
        rule = find_rule(code)
        rows.append(
            [
                element("th", _sifting(code, code, weights[code]), scope="row"),
                element("td", rule.name if rule else ""),
                element("td", weights[code].value),
                element("td", f"{subjects[code]:,}", class_="number"),
                element("td", f"{findings[code]:,}", class_="number"),
            ]
        )
    headers: list[Header] = ["Rule", "What", "Worst", ("Submissions", "number"), ("Findings", "number")]
    return table("Rules with findings", headers, rows, "reflow")
