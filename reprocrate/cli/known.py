"""Findings that are known from now on: the baseline that `validate --write-baseline` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.cli.targets import require_place

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.finding import Report


class Known:
    """Takes reports for a new baseline, if one is to be written.

    Raises:
        UsageError, UnavailableError: it cannot be written there.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            require_place(path, "--write-baseline")
        self._path = path
        self._reports: list[Report] = []

    @property
    def is_wanted(self) -> bool:
        """Whether one is to be written."""
        return self._path is not None

    def add(self, report: Report) -> Report:
        """Take a report; what can stand in the baseline does not count in the answer."""
        if self._path is None or report.failure:
            return report
        from reprocrate.validation.baseline import baseline_of, known_by

        self._reports.append(report)
        return known_by(baseline_of(self._path, [report]), report)

    def write(self, voice: Voice) -> None:
        """Write it.

        Raises:
            UnavailableError: it could not be written.
        """
        if self._path is None:
            return
        from reprocrate.files import write_atomically
        from reprocrate.validation.baseline import baseline_bytes, baseline_of

        made = baseline_of(self._path, self._reports)
        write_atomically(self._path, baseline_bytes(made))
        count = sum(each.count for known in made.subjects.values() for each in known)
        voice.note(f"{self._path} lists {count} finding{'' if count == 1 else 's'} as known")
