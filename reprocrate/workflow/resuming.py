"""What was done before with everything as it is now, and need not be done again."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.data.digests import Digests
from reprocrate.capture.launch.identity import Identity
from reprocrate.capture.record import RECORD_NAME, RunRecord
from reprocrate.capture.records.history import History
from reprocrate.capture.records.liveness import LOCK_NAME
from reprocrate.capture.records.loading import RUNS
from reprocrate.errors import UnavailableError, UnreadableError


class Done:
    """Finds launches that ended well, with the code that they executed and the files that they read as now.

    Args:
        project: the project's folder.
        history: its launches.
    """

    def __init__(self, project: Path, history: History) -> None:
        self._project = project
        self._history = history
        self._digests = Digests(project)

    def find(self, identity: Identity) -> RunRecord | None:
        """The newest launch that makes this one superfluous."""
        for name in self._history.same_work(identity.configuration, identity.seeds):
            folder = self._project / RUNS / name
            if (folder / LOCK_NAME).exists():  # we were killed before its record was complete
                continue
            try:
                record = RunRecord.load(folder / RECORD_NAME)
            except UnreadableError:
                continue
            if self._is_current(record):
                return record
        return None

    def _is_current(self, record: RunRecord) -> bool:
        """Whether the code that a launch executed and the files of the project that it read are unchanged.

        What it wrote itself is left out: that differs after every launch.
        """
        executed = [file for file in record.code.files if file.path in set(record.imported)]
        read = [file for file in record.inputs if file.root is None]
        written = {file.path for file in record.outputs if file.root is None}
        recorded = {(file.path, file.sha256) for file in (*(executed or record.code.files), *read)}
        return all(self._is_as_recorded(path, sha256) for path, sha256 in recorded if path not in written)

    def _is_as_recorded(self, path: str, sha256: str) -> bool:
        place = self._project / path
        try:
            return place.is_file() and self._digests.of(place).sha256 == sha256
        except UnavailableError:
            return False
