"""Where the places of a report are for other programs: files from a common root, and lines of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from reprocrate.files.json_lines import Span, spans_of
from reprocrate.finding import Finding, Location, Report


class Placed(NamedTuple):
    """A report, and where what it speaks of lies.

    Attributes:
        report: what validation says.
        path_of: the path of a file of the subject from the root, with forward slashes; of one inside of an
            archive that of the archive.
        file_of: a file of the subject on this disk; None where it is none.
        text_of: the text of a file of the subject; None where it is no file on this disk that can be read.
    """

    report: Report
    path_of: Callable[[str | None], str] = lambda file: file or ""
    file_of: Callable[[str | None], Path | None] = lambda _: None
    text_of: Callable[[str], str | None] = lambda _: None


class Places:
    """The places of one report's findings, worked out together, since a manifest may have thousands."""

    def __init__(self, placed: Placed, findings: Iterable[Finding]) -> None:
        self._placed = placed
        wanted: dict[str, set[str]] = {}
        for finding in findings:
            place = finding.location
            if place.file and place.line is None and place.pointer is not None:
                wanted.setdefault(place.file, set()).add(place.pointer)
        self._spans: dict[tuple[str, str], Span] = {}
        for file, pointers in wanted.items():
            text = placed.text_of(file)
            if text is not None:
                self._spans |= {(file, name): span for name, span in spans_of(text, pointers).items()}

    def path(self, place: Location) -> str:
        """The file, from the root."""
        return self._placed.path_of(place.file)

    def span(self, place: Location) -> Span | None:
        """The lines, where they are known; of what goes over several lines its first one."""
        if place.line is not None:
            column = place.column or 1
            return Span(place.line, column, place.line, column)
        span = self._spans.get((place.file or "", place.pointer or ""))
        if span is None or span.line == span.end_line:
            return span
        return Span(span.line, span.column, span.line, span.column)
