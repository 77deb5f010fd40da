"""Going on after a rerun was broken off: what an unfinished run left is taken away, what is done is kept."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reprocrate.capture.record import RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.liveness import take_lock
from reprocrate.errors import UnavailableError
from reprocrate.files import could_not
from reprocrate.rerun.execute.workspace import Workspace

_LOCK = "rerun.lock"
_OWN = ".reprocrate"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """While the block runs, no other process works in the rerun's folder.

    The lock is the system's, so that one which is killed leaves none.

    Raises:
        UnavailableError: another process works there.
    """
    path = folder / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise could_not("write", path, error) from error
    try:
        try:
            take_lock(descriptor, wait=False)
        except BlockingIOError as error:
            raise UnavailableError(
                "this rerun is going on already",
                f"Another process works in {folder}",
                "Wait until it has ended, or interrupt it.",
            ) from error
        except OSError:  # this file system has no locks
            pass
        yield
    finally:
        os.close(descriptor)


def forget_unfinished(workspace: Workspace, done: Collection[RunRecord]) -> bool:
    """Remove the records of runs that did not end, and everything that no finished run wrote.

    A checkpoint of a run that was broken off would otherwise be there when it is run again, and it might go
    on from it. Code and data are copied anew anyway.

    Returns:
        whether there was an unfinished run.

    Raises:
        UnavailableError: something could not be removed.
    """
    finished = {record.id for record in done}
    runs = workspace.work / RUNS
    unfinished = [path for path in _entries(runs) if path.name not in finished]
    if not unfinished:
        return False
    kept = {place for record in done for file in record.outputs if (place := workspace.written_at(file))}
    try:
        for path in unfinished:
            shutil.rmtree(path)
        for root in (workspace.work, workspace.home):
            for path in _entries(root):
                if path.name != _OWN or root != workspace.work:
                    _remove(path, kept)
    except OSError as error:
        raise could_not("remove", error.filename or workspace.work, error) from error
    return True


def _entries(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return list(folder.iterdir())
    return []


def _remove(path: Path, kept: set[Path]) -> None:
    """Remove a file or folder but for what is to be kept."""
    if path in kept:
        return
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    inside = {place for place in kept if place.is_relative_to(path)}
    if not inside:
        shutil.rmtree(path, onerror=made_writable)
        return
    path.chmod(path.stat().st_mode | stat.S_IRWXU)
    for entry in _entries(path):
        _remove(entry, inside)


def made_writable(function: object, path: str, _info: object) -> None:
    """A run may have taken the right to change a folder from itself: give it back and try again."""
    parent = Path(path).parent
    parent.chmod(parent.stat().st_mode | stat.S_IRWXU)
    if callable(function):
        if function in (os.open, os.scandir, os.listdir):
            Path(path).chmod(stat.S_IRWXU)
            shutil.rmtree(path)
        else:
            function(path)
