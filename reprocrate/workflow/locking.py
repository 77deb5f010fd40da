"""Locks for the environments that runs were recorded in."""

from __future__ import annotations

from reprocrate.assembly.kept_locks import kept_locks, known_digests
from reprocrate.assembly.locks import find_lock, lock_folder, store_lock
from reprocrate.capture.record import Environment
from reprocrate.rerun.environment.lock import make_lock
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.project import Project


def make_locks(project: Project, progress: Progress, *, offline: bool = False) -> bool:
    """Make the locks that are missing, and say whether there were any.

    The package index is asked for the digests of the recorded packages. Without it the recorded versions are
    frozen, and the lock says that it has no digests: such a lock is made again once the index answers.

    Raises:
        UnavailableError: a lock cannot be written.
    """
    missing = {  # of each environment the newest launch
        lock_folder(record.environment): record
        for record in project.records
        if record.environment.python and _is_wanted(project, record.environment, offline=offline)
    }
    stored = False
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
        if not lock.hashed and find_lock(project.root, environment) is not None:
            progress.note(f"      {lock.note} The lock from before is kept.")
            continue
        if lock.note:
            progress.note(f"      {lock.note}")
        for one in lock.unlockable:
            progress.note(f"      the lock cannot hold {one.name} {one.version}: {one.reason}")
        left_out = [f"{one.name} {one.version}: {one.reason}" for one in lock.unlockable]
        stored = True
        store_lock(
            project.root,
            environment,
            lock.text,
            hashed=lock.hashed,
            resolved=lock.resolved,
            left_out=left_out,
        )
    return stored


def _is_wanted(project: Project, environment: Environment, *, offline: bool) -> bool:
    """Whether a lock is to be made: there is none, or one without digests that an index may now tell."""
    lock = find_lock(project.root, environment)
    return lock is None or not (offline or lock.get("hashed"))
