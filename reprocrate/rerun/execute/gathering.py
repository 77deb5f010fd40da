"""Where several runs at once have a workspace each: what they made is brought together in one.

What is left is what runs one after the other would have left: of a file that several wrote, that of the last
in order. Names in a workspace come from a stranger's code, so that nothing is reached through a link.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reprocrate.capture.record import DataFile, RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.files import could_not
from reprocrate.rerun.execute.workspace import Workspace, is_below_folders, make_folders

_OBJECTS = ".reprocrate/objects"


@dataclass
class Gathering:
    """The workspace that everything is brought to.

    Attributes:
        main: that workspace.
    """

    main: Workspace
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _newest: dict[Path, int] = field(default_factory=dict)
    _brought: dict[tuple[Path, Path], int] = field(default_factory=dict)

    def bring(self, record: RunRecord, place: int, worker: Workspace) -> None:
        """Move a run's record and outputs from the workspace that it was made in.

        Args:
            record: the run.
            place: where it stands in the order of all.
            worker: that workspace.

        Raises:
            UnavailableError: one could not be moved.
        """
        with self._guard:
            self._move_objects(worker)
            for file in record.outputs:
                self._move(file, place, worker)
            target = self.main.work / RUNS / record.id
            try:
                make_folders(self.main.work, target.parent)
                (worker.work / RUNS / record.id).replace(target)
            except OSError as error:
                raise could_not("write", target, error) from error

    def give(self, records: Iterable[RunRecord], worker: Workspace) -> None:
        """Copy to a workspace what these runs wrote, since its next run may read it.

        Raises:
            UnavailableError: a file could not be copied.
        """
        with self._guard:
            for record in records:
                for file in record.outputs:
                    self._copy(file, worker)

    def _move(self, file: DataFile, place: int, worker: Workspace) -> None:
        source, target = worker.written_at(file), self.main.written_at(file)
        if source is None or target is None or not _is_file(worker, source):
            return
        if self._newest.get(target, -1) > place:
            return
        self._newest[target] = place
        try:
            make_folders(self.main.root_of(file), target.parent)
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            source.replace(target)
        except OSError as error:
            raise could_not("write", target, error) from error

    def _move_objects(self, worker: Workspace) -> None:
        """What records name by its digest, such as sources."""
        theirs, ours = worker.work / _OBJECTS, self.main.work / _OBJECTS
        for folder, _, names in os.walk(theirs):
            for name in names:
                source = Path(folder) / name
                target = ours / source.relative_to(theirs)
                if target.exists():
                    continue
                try:
                    make_folders(self.main.work, target.parent)
                    source.replace(target)
                except OSError as error:
                    raise could_not("write", target, error) from error

    def _copy(self, file: DataFile, worker: Workspace) -> None:
        source, target = self.main.written_at(file), worker.written_at(file)
        if source is None or target is None or not _is_file(self.main, source):
            return
        changed = source.stat().st_mtime_ns
        if self._brought.get((worker.work, target)) == changed and target.is_file():
            return
        temporary = target.with_name(f".reprocrate-{secrets.token_hex(8)}.tmp")
        try:
            make_folders(worker.root_of(file), target.parent)
            shutil.copy2(source, temporary, follow_symlinks=False)
            temporary.replace(target)
        except OSError as error:
            raise could_not("copy", source, error) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        self._brought[worker.work, target] = changed


def _is_file(workspace: Workspace, place: Path) -> bool:
    """Whether a file lies there in its own right, and so do its folders."""
    root = workspace.work if place.is_relative_to(workspace.work) else workspace.home
    return is_below_folders(root, place) and place.is_file() and not place.is_symlink()
