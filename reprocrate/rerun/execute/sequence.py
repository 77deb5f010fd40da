"""Which runs have to wait for which: a run that reads what another wrote comes after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reprocrate.manifest import Manifest
from reprocrate.rerun.work.materials import data_of
from reprocrate.rerun.work.selection import Task

Key = tuple[str | None, str]


def prerequisites(manifest: Manifest, tasks: Sequence[Task]) -> Mapping[str, tuple[Task, ...]]:
    """The tasks whose outputs each one may read, by its id; all of them stand before it.

    What a run read is recorded. Where it could not be seen completely, the run waits for every earlier one of
    another configuration, since it may be for them that it reads what they made; seeds of one configuration
    do not wait for each other then.

    Args:
        manifest: the recorded experiment.
        tasks: the runs in the order in which they were recorded.
    """
    found: dict[str, tuple[Task, ...]] = {}
    written = [(task, _written(task)) for task in tasks]
    for place, task in enumerate(tasks):
        read = _read(manifest, task)
        capture = task.recorded.capture
        unseen = capture is None or capture.completeness != "complete"
        found[task.id] = tuple(
            earlier
            for earlier, files in written[:place]
            if read & files or (unseen and earlier.configuration.id != task.configuration.id)
        )
    return found


def _written(task: Task) -> frozenset[Key]:
    return frozenset((file.root, file.path) for file in task.recorded.written)


def _read(manifest: Manifest, task: Task) -> frozenset[Key]:
    named = {(file.root or data.root, file.path) for data in data_of(manifest, [task]) for file in data.files}
    return frozenset(named | {(file.root, file.path) for file in task.recorded.inputs})
