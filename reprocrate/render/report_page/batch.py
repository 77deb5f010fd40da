"""Pages about many submissions: one for each, and an index that leads to them.

Reports are taken one by one in any order, and of each only a line is kept. The same reports give the same
bytes, in whatever order they came.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path, PurePath

from reprocrate.errors import UsageError
from reprocrate.files import could_not, write_atomically
from reprocrate.finding import Report, Severity
from reprocrate.render import words
from reprocrate.render.preview.frame import html_page, section
from reprocrate.render.preview.markup import Markup, definition, element, shortened, text
from reprocrate.render.preview.top import contents
from reprocrate.render.report_groups import by_urgency
from reprocrate.render.report_page import report_page, report_style
from reprocrate.render.report_page.distribution import distribution

INDEX = "index.html"
PAGES = "pages"

_LONGEST_STEM = 60
_MOST_CODES = 3
_STATES = {
    "valid": ("valid", "good"),
    "invalid": ("not valid", "bad"),
    "open": ("undecided", "warn"),
    "failed": ("not judged", "warn"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of a report.

    Attributes:
        subject: what was judged.
        page: address of its page from the index.
        state: `valid`, `invalid`, `open` where a rule itself failed, or `failed` where it was not judged.
        counts: how many errors, warnings and notes there are.
        codes: the rules to see to first.
    """

    subject: str
    page: str
    state: str
    counts: tuple[int, int, int]
    codes: tuple[str, ...]


class BatchPages:
    """Writes a page for each report as it comes, and the index at the end.

    Args:
        folder: where they are written; made if it is not there.
        title: what the index is called.
        pages: whether each report has a page; without them the index alone is written.

    Raises:
        UsageError: there is a file of that name.
        UnavailableError: it could not be made.
    """

    def __init__(self, folder: Path, title: str = "Validation of submissions", *, pages: bool = True) -> None:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file", "the pages need a folder", "Name another with `--output`")
        self._folder = folder
        self._title = title
        self._has_pages = pages
        self._rows: list[Row] = []
        self._weights: dict[str, Severity] = {}
        self._subjects: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        try:
            (folder / PAGES if pages else folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise could_not("make", folder, error) from error

    @property
    def count(self) -> int:
        """How many reports were taken."""
        return len(self._rows)

    def add(self, report: Report) -> Path | None:
        """Take a report; the answer is the page that was written.

        Raises:
            UnavailableError: it could not be written.
        """
        page = f"{PAGES}/{page_name(report.subject)}" if self._has_pages else ""
        urgent = by_urgency(report.findings)
        for group in urgent:
            self._subjects[group.code] += 1
            self._findings[group.code] += len(group.findings)
            known = self._weights.get(group.code, Severity.NOTE)
            self._weights[group.code] = min(known, group.severity, key=list(Severity).index)
        errors, warnings, notes = (report.count(each) for each in Severity)
        codes = tuple(group.code for group in urgent[:_MOST_CODES] if group.severity is not Severity.NOTE)
        self._rows.append(Row(report.subject, page, state_of(report), (errors, warnings, notes), codes))
        if not page:
            return None
        written = self._folder / page
        write_atomically(written, report_page(report, index=f"../{INDEX}"))
        return written

    def finish(self) -> Path:
        """Write the index.

        Raises:
            UnavailableError: it could not be written.
        """
        rows = sorted(self._rows, key=lambda each: (_natural(each.subject), each.subject))
        found = distribution(self._subjects, self._findings, self._weights, len(rows))
        index = self._folder / INDEX
        write_atomically(index, _index_page(self._title, rows, found))
        return index


def state_of(report: Report) -> str:
    """What a report comes to: `valid`, `invalid`, `open` or `failed`."""
    if report.failure:
        return "failed"
    if report.valid:
        return "valid"
    return "invalid" if report.count(Severity.ERROR) else "open"


def page_name(subject: str) -> str:
    """The name of a subject's page: its own, as far as it fits into an address, and what tells it apart."""
    name = PurePath(subject).name or subject
    stem = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_LONGEST_STEM]
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{stem}-{digest}.html" if stem else f"{digest}.html"


def _natural(subject: str) -> list[tuple[int, str]]:
    """A key by which `paper9` comes before `paper10`."""
    parts = re.split(r"([0-9]{1,18})", subject)
    return [(int(part), "") if number % 2 else (0, part) for number, part in enumerate(parts)]


def _index_page(title: str, rows: Sequence[Row], found: Markup | None) -> bytes:
    states = Counter(each.state for each in rows)
    judged = ", ".join(f"{states[key]:,} {name}" for key, (name, _) in _STATES.items() if states[key])
    parts: list[tuple[str, str, Markup]] = [("submissions", "Submissions", _table(rows))]
    if found is not None:
        parts.insert(0, ("distribution", "What was found", found))
    facts = [
        definition(name.capitalize(), element("b", f"{states[key]:,}", class_=f"count {tone}"))
        for key, (name, tone) in _STATES.items()
        if states[key]
    ]
    return html_page(
        title,
        f"{len(rows):,} submissions: {judged}.",
        element("a", "Skip to the table", href="#submissions", class_="skip"),
        element(
            "header",
            element("p", "Validation report", class_="eyebrow"),
            element("h1", shortened(title)),
            element("p", words.ended(words.count_of(len(rows), "submission")), class_="lead"),
            element("dl", *facts, class_="facts"),
        ),
        contents([(name, heading) for name, heading, _ in parts]),
        element("main", *(section(*one) for one in parts), id="main", tabindex="-1"),
        style=report_style(),
        script=package_files("reprocrate.render.report_page").joinpath("sorting.js").read_text("utf-8"),
    )


def _table(rows: Sequence[Row]) -> Markup:
    """A table that reads without the script; written by hand, since it may have tens of thousands of rows."""
    if not rows:
        return element("p", "There is no submission.")
    columns = [
        element("th", "Submission", scope="col", class_="subject"),
        element("th", "Answer", scope="col", class_="state"),
        *(element("th", f"{each.value.capitalize()}s", scope="col", class_="number") for each in Severity),
        element("th", "See to first", scope="col"),
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", "Each submission leads to its own page"),
            element("thead", element("tr", *columns)),
            element("tbody", Markup("".join(_lines(rows)))),
            class_="rows",
            id="rows",
        ),
        class_="wide",
        role="group",
        tabindex="0",
        aria_label="Submissions",
    )


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        name = text(shortened(row.subject))
        link = f'<a href="{row.page}">{name}</a>' if row.page else name
        said, tone = _STATES[row.state]
        numbers = "".join(f'<td class="number">{count}</td>' for count in row.counts)
        told = f'<td class="{tone}-text">{said}</td>{numbers}<td>{" ".join(row.codes)}</td>'
        yield f'<tr><th scope="row">{link}</th>{told}</tr>\n'
