"""What was done before with everything as it is now, and need not be done again."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.data.digests import Digests
from reprocrate.capture.launch.identity import Identity
from reprocrate.capture.record import RECORD_NAME, Method, RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.history import History
from reprocrate.capture.records.liveness import LOCK_NAME
from reprocrate.capture.seeds.deterministic import is_deterministic
from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import place_of


class Done:
    """Finds launches that ended well, with the code that they executed and the files that they read as now.

    Args:
        project: the project's folder.
        history: its launches.
        deterministic: whether determinism is asked for now: under other settings other numbers may come out.
        trace: how the use of files is to be seen now; what strace saw is as good as what the hook sees.
    """

    def __init__(self, project: Path, history: History, *, deterministic: bool, trace: Method) -> None:
        self._project = project
        self._history = history
        self._deterministic = deterministic
        self._trace = trace
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
            if self._is_as_asked(record) and self._is_current(record):
                return record
        return None

    def _is_as_asked(self, record: RunRecord) -> bool:
        """Whether a launch was made with the options that are asked for now."""
        was_seen = self._trace in ("hook", record.capture.method)
        return was_seen and is_deterministic(record) == self._deterministic

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
        place = place_of(self._project, path)
        try:
            return place.is_file() and self._digests.of(place).sha256 == sha256
        except UnavailableError:
            return False
