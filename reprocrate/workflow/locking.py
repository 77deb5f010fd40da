"""Locks for the environments that runs were recorded in."""

from __future__ import annotations

from reprocrate.assembly.kept_locks import kept_locks, known_digests
from reprocrate.assembly.locks import find_lock, lock_folder, store_lock
from reprocrate.rerun.lock import make_lock
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.project import Project


def make_locks(project: Project, progress: Progress, *, offline: bool = False) -> bool:
    """Make the locks that are missing, and say whether there were any.

    The package index is asked for the digests of the recorded packages. Without it the recorded versions are
    frozen, and the lock says that it has no digests.

    Raises:
        UnavailableError: a lock cannot be written.
    """
    missing = {  # of each environment the newest launch
        lock_folder(record.environment): record
        for record in project.records
        if record.environment.python and find_lock(project.root, record.environment) is None
    }
    for record in missing.values():
        environment, started = record.environment, record.started
        progress.note("      locking the environment")
        lock = make_lock(
            environment.packages,
            python_version=environment.python.version if environment.python else "",
            recorded_at=started,
            known=known_digests(kept_locks(project.root, environment)),
            notify=progress.note,
            offline=offline,
        )
        if lock.note:
            progress.note(f"      {lock.note}")
        for one in lock.unlockable:
            progress.note(f"      the lock cannot hold {one.name} {one.version}: {one.reason}")
        left_out = [f"{one.name} {one.version}: {one.reason}" for one in lock.unlockable]
        store_lock(
            project.root,
            environment,
            lock.text,
            hashed=lock.hashed,
            resolved=lock.resolved,
            left_out=left_out,
        )
    return bool(missing)
