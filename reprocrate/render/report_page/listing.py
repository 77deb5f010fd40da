"""The pages that list the submissions of a batch: the index, and without its script those that follow it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Self

from reprocrate.finding import Severity
from reprocrate.render import words
from reprocrate.render.preview.frame import html_page, section
from reprocrate.render.preview.markup import Markup, definition, element, joined, shortened, text
from reprocrate.render.preview.top import contents
from reprocrate.render.report_page import report_style

INDEX = "index.html"

MOST_ROWS = 500
"""How many submissions a page lists; a browser takes long to lay out a table of tens of thousands."""

_MOST_CODES = 2
"""How many rules a row names; the script looks for all of them."""

STATES = {
    "invalid": ("not valid", "bad"),
    "open": ("undecided", "warn"),
    "failed": ("not judged", "warn"),
    "bare": ("no manifest", "plain"),
    "valid": ("valid", "good"),
}
"""What submissions come to, those to look at first before the others: in words, and the tone of these."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of a report.

    Attributes:
        subject: what was judged.
        page: address of its page from the index; empty where it has none.
        state: `valid`, `invalid`, `open` where a rule itself failed, `failed` where it was not judged, or
            `bare` where there is no manifest, and nothing against its files.
        counts: how many errors, warnings and notes there are.
        codes: the rules with errors or warnings, those to see to first before the others.
        domains: fields whose own rules were applied.
        levels: steps that are reached, each with its scale; of no scale what was not found.
        left_out: how many findings do not count.
    """

    subject: str
    page: str
    state: str
    counts: tuple[int, int, int]
    codes: tuple[str, ...]
    domains: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    left_out: int = 0


def list_name(number: int) -> str:
    """The file of a page of the list, counted from 1."""
    return INDEX if number == 1 else f"list-{number}.html"


def list_pages(
    title: str, rows: Sequence[Row], found: Markup | None, policies: Sequence[str] = ()
) -> Iterator[bytes]:
    """Every page of the list. The first one has all rows as data for its script, and what was found.

    Args:
        title: what the list is called.
        rows: the submissions in order.
        found: how findings are distributed.
        policies: the ids of the policies that they were judged by.
    """
    total = max(1, -(-len(rows) // MOST_ROWS))
    for number in range(1, total + 1):
        shown = rows[(number - 1) * MOST_ROWS : number * MOST_ROWS]
        listed = section(
            "submissions",
            "Submissions",
            joined(_turning(number, total, len(rows)), _table(shown, _Names.of(rows))),
        )
        if number == 1:
            yield _index(title, rows, found, listed, policies)
        else:
            heading = element("header", element("h1", shortened(title)))
            body = element("main", listed, id="main", tabindex="-1")
            yield html_page(f"{title}, page {number}", title, heading, body, style=report_style())


def _index(
    title: str, rows: Sequence[Row], found: Markup | None, listed: Markup, policies: Sequence[str]
) -> bytes:
    judged_by = f", judged by the policy {words.listing(map(words.plain, policies))}" if policies else ""
    states = Counter(each.state for each in rows)
    there = [(states[key], name, tone) for key, (name, tone) in STATES.items() if states[key]]
    judged = words.listing(f"{count:,} {name}" for count, name, _ in there)
    facts = [
        definition(name.capitalize(), element("b", f"{count:,}", class_=f"count {tone}"))
        for count, name, tone in there
    ]
    parts = [section("distribution", "What was found", found)] if found is not None else []
    links = [("distribution", "What was found")] if found is not None else []
    return html_page(
        title,
        f"{words.count_of(len(rows), 'submission')}: {judged}.",
        element("a", "Skip to the table", href="#submissions", class_="skip"),
        element(
            "header",
            element("p", "Validation report", class_="eyebrow"),
            element("h1", shortened(title)),
            element("p", words.sentence(words.count_of(len(rows), "submission") + judged_by), class_="lead"),
            element("dl", *facts, class_="facts"),
        ),
        contents([*links, ("submissions", "Submissions")]),
        element("main", *parts, listed, id="main", tabindex="-1"),
        style=report_style(),
        script=package_files(__package__ or "").joinpath("sorting.js").read_text("utf-8"),
        data=_data(rows),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """What submissions can be sifted by, each named once; the rows have their places."""

    domains: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """The names of all rows, levels in the order of their scales."""
        domains = sorted({each for row in rows for each in row.domains})
        most = sorted((row.levels for row in rows), key=lambda each: (-len(each), each))
        return cls(tuple(domains), tuple(dict.fromkeys(each for levels in most for each in levels)))

    @property
    def attributes(self) -> dict[str, str]:
        """The names for the script, of what there is."""
        return {
            f"data_{name}": json.dumps(values)
            for name, values in (("domains", self.domains), ("levels", self.levels))
            if values
        }


def _data(rows: Sequence[Row]) -> str:
    """All rows for the script, one a line."""
    names = _Names.of(rows)
    lines = [
        json.dumps(
            [
                shortened(one.subject),
                one.page,
                *STATES[one.state],
                *one.counts,
                " ".join(one.codes),
                [names.domains.index(each) for each in one.domains],
                [names.levels.index(each) for each in one.levels],
                one.left_out,
            ]
        )
        for one in rows
    ]
    return "[\n" + ",\n".join(lines) + "\n]"


def _turning(number: int, total: int, count: int) -> Markup | None:
    """Links to the other pages of the list, which the script makes superfluous."""
    if total == 1:
        return None
    first, last = (number - 1) * MOST_ROWS + 1, min(number * MOST_ROWS, count)
    links = []
    if number > 1:
        links.append(element("a", "Earlier", href=f"{list_name(number - 1)}#submissions", rel="prev"))
    if number < total:
        links.append(element("a", "Later", href=f"{list_name(number + 1)}#submissions", rel="next"))
    said = f"{first:,} to {last:,} of {count:,}"
    return element("nav", said, *(joined(" · ", one) for one in links), id="turning", aria_label="Pages")


def _table(rows: Sequence[Row], names: _Names) -> Markup:
    """A table that reads without the script."""
    if not rows:
        return element("p", "There is no submission.")
    columns = [
        element("th", "Submission", scope="col", class_="subject"),
        element("th", "Answer", scope="col", class_="state"),
        *(element("th", f"{each.value.capitalize()}s", scope="col", class_="number") for each in Severity),
        element("th", "See to first", scope="col", class_="first"),
    ]
    caption = "Each submission leads to a page of its own" if rows[0].page else "Submissions"
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", *columns)),
            element("tbody", Markup("".join(_lines(rows)))),
            class_="rows",
            id="rows",
            **names.attributes,
        ),
        class_="wide",
        role="group",
        tabindex="0",
        aria_label="Submissions",
    )


def _first(codes: Sequence[str]) -> str:
    more = len(codes) - _MOST_CODES
    return " ".join(codes[:_MOST_CODES]) + (f" +{more}" if more > 0 else "")


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        name = text(shortened(row.subject))
        link = f'<a href="{row.page}">{name}</a>' if row.page else name
        said, tone = STATES[row.state]
        numbers = "".join(f'<td class="number">{count}</td>' for count in row.counts)
        told = f'<td class="{tone}-text">{said}</td>{numbers}<td class="first">{_first(row.codes)}</td>'
        yield f'<tr><th scope="row">{link}</th>{told}</tr>\n'
