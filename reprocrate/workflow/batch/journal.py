"""What is done of a batch, on disk, so that one that was ended goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from reprocrate.errors import UsageError
from reprocrate.files import atomic_file, could_not
from reprocrate.workflow.batch.entries import Entry
from reprocrate.workflow.batch.protocol import Answer, Outcome

JOURNAL = "journal.jsonl"
REPORTS = "reports.jsonl"
_SEPARATOR = b"\t"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the journal has a report, and what is to be known of it without reading it."""

    start: int
    size: int
    seen: str
    outcome: Outcome


class Journal:
    """The answers of a batch, each on a line of a file as it came. Use it in a `with` statement.

    A line is JSON about the answer, a tab, and the report. A line that was not written to its end is left
    out and written over.

    Args:
        folder: where it is; made if it is not there.
        stamp: what reports depend on beside the submissions. Where it is another one than before, nothing
            that is there counts.

    Raises:
        UsageError: the folder holds something else.
        UnavailableError: it cannot be written.

    Attributes:
        goes_on: whether it has answers of before.
        began_anew: whether it had some that no longer count.
    """

    def __init__(self, folder: Path, stamp: str) -> None:
        self.folder = folder
        self._path = folder / JOURNAL
        self._kept: dict[str, _Kept] = {}
        self.began_anew = False
        try:
            if folder.exists() and (not folder.is_dir() or not self._is_ours()):
                raise UsageError(
                    f"{folder} holds something else than reports of a batch",
                    "nothing in it is written over",
                    "Name a folder that is empty or not there yet",
                )
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._open(stamp)
        except OSError as error:
            raise could_not("write", folder, error) from error
        self.goes_on = bool(self._kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # each answer was flushed, or its loss told; closing tries the rest once more
            self._file.close()

    @property
    def known(self) -> Mapping[str, str]:
        """By path, by what the submission was known that there is a report about."""
        return {path: kept.seen for path, kept in self._kept.items() if kept.seen}

    def add(self, path: str, answer: Answer) -> None:
        """Keep an answer. After a crash it is there as a whole, or not at all.

        Raises:
            UnavailableError: the disk is full, or gone.
        """
        about = json.dumps({"path": path, "seen": answer.seen, "outcome": answer.outcome.value})
        report = answer.report.encode("utf-8", "replace")
        line = about.encode() + _SEPARATOR + report + b"\n"
        try:
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise could_not("write", self._path, error) from error
        place = start + len(line) - len(report) - 1
        self._kept[path] = _Kept(place, len(report), answer.seen, answer.outcome)

    def report(self, path: str) -> tuple[str, Outcome]:
        """The report about a submission, and what it comes to.

        Raises:
            UnavailableError: it cannot be read.
        """
        kept = self._kept[path]
        try:
            self._file.seek(kept.start)
            return self._file.read(kept.size).decode(), kept.outcome
        except OSError as error:
            raise could_not("read", self._path, error) from error

    def finish(self, entries: Sequence[Entry]) -> Path:
        """Write all reports into one file, in the order of the submissions.

        Raises:
            UnavailableError: it cannot be written.
        """
        target = self.folder / REPORTS
        with atomic_file(target) as file:
            for entry in entries:
                if entry.path in self._kept:
                    file.write(self.report(entry.path)[0].encode() + b"\n")
        return target

    def _is_ours(self) -> bool:
        return self._path.is_file() or not any(self.folder.iterdir())

    def _open(self, stamp: str) -> BinaryIO:
        """The file, with what it holds read as far as it is whole and of this batch."""
        head = json.dumps({"stamp": stamp}).encode() + b"\n"
        if self._path.is_file():
            file = self._path.open("r+b")
            if file.readline() == head:
                file.truncate(self._load(file, len(head)))
                return file
            file.close()
            self.began_anew = True
        file = self._path.open("w+b")
        file.write(head)
        file.flush()
        return file

    def _load(self, file: BinaryIO, start: int) -> int:
        """Take note of what is there; the answer is where the last whole line ends."""
        for line in file:
            about, mark, report = line.partition(_SEPARATOR)
            if not mark or not line.endswith(b"\n"):
                break
            try:
                said = json.loads(about)
                kept = _Kept(start + len(about) + 1, len(report) - 1, said["seen"], Outcome(said["outcome"]))
                self._kept[said["path"]] = kept
            except (ValueError, KeyError, TypeError):
                break
            start += len(line)
        return start
