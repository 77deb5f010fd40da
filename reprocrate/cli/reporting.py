"""How `validate` hands over its reports: one after the other, or all of them in one document."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.cli.targets import require_place
from reprocrate.cli.validate_arguments import Format
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.finding import Location, Report
    from reprocrate.render.batch import BatchRow
    from reprocrate.render.placement import Placed
    from reprocrate.render.report_page.batch import BatchPages
    from reprocrate.workflow.batch.running import Judged


_JSON = (Format.JSON, Format.JSONL)


class Reporter:
    """Takes reports one by one, and hands over what is made of them.

    Args:
        format_: what is made of them.
        output: the file, or of HTML about several the folder, that it is written to; None for the standard
            output.
        voice: who says the rest.
        several: whether there may be more than one report.
        policy: the id of the policy that they are judged by; empty where that is the standard alone.

    Raises:
        UsageError, UnavailableError: nothing can be written there.
    """

    def __init__(
        self, format_: Format, output: Path | None, voice: Voice, *, several: bool = False, policy: str = ""
    ) -> None:
        if format_ is Format.HTML and several and output is None:
            raise UsageError(
                "pages about several subjects need a folder",
                "each has a page of its own, and an index leads to them",
                "Name one with `--output FOLDER`",
            )
        if output is not None and not (format_ is Format.HTML and several):
            require_place(output, "--output")
        self.voice = voice
        self._format = format_
        self._output = output
        self._voice = voice
        self._rows: list[tuple[str, BatchRow]] = []
        self._begun = False
        self._several = several
        self._policy = policy
        self._held: list[Placed] = []
        self._texts: list[str] = []
        self._pages: BatchPages | None = None

    def add(self, report: Report, what: Path) -> None:
        """Take the report about a path.

        Raises:
            UnavailableError: a page could not be written.
        """
        from reprocrate.workflow.placing import placed, root_of_places

        if self._format is Format.TEXT:
            self._add_text(report)
        elif self._format in _JSON:
            self._add_json(report)
        elif self._format is Format.HTML and self._several:
            self._add_page(report)
        else:
            self._held.append(placed(report, what, root_of_places()))

    def add_judged(self, judged: Judged) -> None:
        """Take a submission of a batch: as text it is one of many, as CSV one line, else as any report.

        Raises:
            UnavailableError: a page could not be written.
        """
        from reprocrate.render.batch import csv_header, csv_row
        from reprocrate.validation.submission.items import ITEMS

        if self._format is Format.TEXT:
            self._rows.append((judged.entry.id, judged.row))
        elif self._format is Format.CSV:
            header = "" if self._begun else csv_header(ITEMS)
            self._begun = True
            self._say(header + csv_row(judged.entry.id, judged.entry.path, judged.row, ITEMS))
        elif self._format in _JSON:
            self._say(self._voice.harmless(judged.text))
        else:
            self.add(judged.report, Path(judged.entry.path))

    def _say(self, text: str) -> None:
        if self._output is None:
            sys.stdout.write(text)
        else:
            self._texts.append(text)

    def finish(self) -> None:
        """Hand over what is held until the last report is there.

        Raises:
            UnavailableError: it could not be written.
        """
        if self._pages is not None:
            index = self._pages.finish()
            self._voice.note(f"{index} leads to {self._pages.count} pages")
        elif self._format in (Format.TEXT, Format.CSV, *_JSON):
            self._finish_rows()
            if self._output is not None:
                self._write("".join(self._texts).encode("utf-8", "replace"))
        elif self._format is Format.HTML:
            if self._held:
                self._write(_html(self._held[0], self._output))
        else:
            self._write(_MAKERS[self._format](self._held))
        if self._format is Format.GITHUB:
            _append_summary(self._held)

    def _finish_rows(self) -> None:
        if not self._rows:
            return
        from reprocrate.render.batch import batch_text

        if self._output is None:
            self._voice.show(batch_text(self._rows, self._policy))
        else:
            self._texts.append(self._voice.plain(batch_text(self._rows, self._policy)))

    def _add_text(self, report: Report) -> None:
        from reprocrate.render.report import report_text

        if report.failure:
            return  # it was said as a warning
        if self._output is None:
            self._voice.show(report_text(report))
            if self._several:
                self._voice.show("")
        else:
            self._texts.append(self._voice.plain(report_text(report)) + ("\n" if self._several else ""))

    def _add_json(self, report: Report) -> None:
        from reprocrate.validation import report_document

        on_one_line = self._several or self._format is Format.JSONL
        self._say(self._voice.json_text(report_document(report), on_one_line=on_one_line))

    def _add_page(self, report: Report) -> None:
        from reprocrate.render.report_page.batch import BatchPages

        if self._pages is None:
            self._pages = BatchPages(self._output or Path())
        self._pages.add(report)

    def _write(self, data: bytes) -> None:
        from reprocrate.files import write_atomically

        if self._output is not None:
            write_atomically(self._output, data)
            self._voice.note(f"written to {self._output}")
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()


def _sarif(held: list[Placed]) -> bytes:
    from reprocrate.render.interchange.sarif import sarif

    return sarif(held)


def _junit(held: list[Placed]) -> bytes:
    from reprocrate.render.interchange.junit import junit

    return junit(each.report for each in held)


def _github(held: list[Placed]) -> bytes:
    from reprocrate.render.interchange.github import workflow_commands

    return workflow_commands(held).encode("utf-8", "replace")


def _markdown(held: list[Placed]) -> bytes:
    from reprocrate.render.interchange.markdown import markdown

    return markdown(each.report for each in held).encode("utf-8", "replace")


def _html(placed: Placed, output: Path | None) -> bytes:
    """The page; its links to files are relative to where it is written."""
    import os

    from reprocrate.render.report_page import report_page

    def link_of(place: Location) -> str | None:
        file = placed.file_of(place.file)
        if file is None or output is None:
            return None
        try:
            return Path(os.path.relpath(file.absolute(), output.absolute().parent)).as_posix()
        except ValueError:  # another drive
            return None

    return report_page(placed.report, link_of=link_of)


def _append_summary(held: list[Placed]) -> None:
    """Add to the summary of the step that this runs in, if it runs in one.

    Raises:
        UnavailableError: it could not be written.
    """
    import os

    from reprocrate.files import could_not

    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        return
    try:
        with Path(place).open("ab") as file:
            file.write(_markdown(held))
    except OSError as error:
        raise could_not("write", Path(place), error) from error


_MAKERS: dict[Format, Callable[[list[Placed]], bytes]] = {
    Format.SARIF: _sarif,
    Format.JUNIT: _junit,
    Format.GITHUB: _github,
    Format.MARKDOWN: _markdown,
}
