"""The locks that a rerun's environments were built from, kept with its project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reprocrate.assembly.locks import find_lock, store_lock
from reprocrate.capture.record import RunRecord
from reprocrate.errors import UnreadableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.environment import BuiltEnvironment, lock_of
from reprocrate.rerun.requirements import read_lock
from reprocrate.rerun.selection import Task


def keep_locks(
    project: Path,
    original: Manifest,
    tasks: Sequence[Task],
    records: Sequence[RunRecord],
    environments: Mapping[str, BuiltEnvironment],
) -> None:
    """Keep for each environment of a rerun the lock that it was installed from.

    So the reproduction can be packed without asking a package index, and its lock is the one that was used.

    Args:
        project: the rerun's project.
        original: what was rerun.
        tasks: what was run.
        records: the record of each.
        environments: what each ran in, by the ids of the recorded ones.

    Raises:
        UnavailableError: one cannot be written.
    """
    for task, record in zip(tasks, records, strict=True):
        identifier = task.recorded.environment or ""
        built = environments.get(identifier)
        text = lock_of(built.folder) if built and record.environment.python else None
        if text is None or find_lock(project, record.environment) is not None:
            continue
        recorded = original.find_environment(identifier)
        lock = recorded.lock if recorded else None
        store_lock(
            project,
            record.environment,
            text,
            hashed=_is_hashed(text),
            resolved=lock.resolved if lock else None,
            left_out=list(lock.left_out) if lock else [],
        )


def _is_hashed(text: str) -> bool:
    try:
        return all(one.hashed for one in read_lock(text))
    except UnreadableError:
        return False
