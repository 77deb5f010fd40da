"""Pages about many submissions: one for each, and an index that leads to them.

Reports are taken one by one in any order, and of each only a line is kept. The same reports give the same
bytes, in whatever order they came.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePath

from reprocrate.errors import UsageError
from reprocrate.files import could_not, write_atomically
from reprocrate.finding import Presence, Report, Severity
from reprocrate.render.observed import UNWELCOME
from reprocrate.render.report_groups import by_urgency
from reprocrate.render.report_page import report_page
from reprocrate.render.report_page.distribution import distribution
from reprocrate.render.report_page.listing import INDEX, STATES, Row, list_name, list_pages
from reprocrate.render.scales import step_name

PAGES = "pages"

_LONGEST_STEM = 60


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
        self._policies: set[str] = set()
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
        self._policies |= {report.policy.id} if report.policy else set()
        codes = tuple(group.code for group in urgent if group.severity is not Severity.NOTE)
        self._rows.append(
            Row(
                report.subject,
                page,
                state_of(report),
                (errors, warnings, notes),
                codes,
                domains=tuple(each.title for each in report.domains),
                levels=(*_reached(report), *_absent(report)),
                left_out=len(report.suppressed),
            )
        )
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
        rows = sorted(self._rows, key=_urgency)
        found = distribution(self._subjects, self._findings, self._weights, len(rows))
        for number, page in enumerate(list_pages(self._title, rows, found, sorted(self._policies)), 1):
            write_atomically(self._folder / list_name(number), page)
        return self._folder / INDEX


def _reached(report: Report) -> Iterator[tuple[str, str]]:
    return ((scale.name, step_name(step)) for scale in report.scales for step in scale.reached)


def _absent(report: Report) -> Iterator[tuple[str, str]]:
    """What was looked for in files without a manifest and is not there, of no scale."""
    for each in report.observed if report.without_manifest else ():
        if each.presence is Presence.NOT_FOUND and each.item not in UNWELCOME:
            yield "", each.title


def state_of(report: Report) -> str:
    """What a report comes to: a key of `STATES`."""
    if report.failure:
        return "failed"
    if report.valid:
        return "bare" if report.without_manifest else "valid"
    return "invalid" if report.count(Severity.ERROR) else "open"


def page_name(subject: str) -> str:
    """The name of a subject's page: its own, as far as it fits into an address, and what tells it apart."""
    name = PurePath(subject).name or subject
    stem = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_LONGEST_STEM]
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{stem}-{digest}.html" if stem else f"{digest}.html"


def _urgency(row: Row) -> tuple[int, int, int, list[tuple[int, str]], str]:
    """A key by which those come first that somebody has to look at, and of the same weight the numbers."""
    errors, warnings, _ = row.counts
    waits = list(STATES).index(row.state) if row.state in ("invalid", "open", "failed") else len(STATES)
    return waits, -errors, -warnings, _natural(row.subject), row.subject


def _natural(subject: str) -> list[tuple[int, str]]:
    """A key by which `paper9` comes before `paper10`."""
    parts = re.split(r"([0-9]{1,18})", subject)
    return [(int(part), "") if number % 2 else (0, part) for number, part in enumerate(parts)]
