"""What of a bundle the rerun of one claim needs: code, data, environments, and what says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from reprocrate.bundle import layout
from reprocrate.errors import UsageError
from reprocrate.manifest import Environment, File, Manifest
from reprocrate.rerun.plan.scope import Scope, selection_of
from reprocrate.rerun.work.given import Gifts
from reprocrate.rerun.work.materials import (
    Material,
    code_materials,
    code_of,
    data_materials,
    data_of,
    written_by,
)
from reprocrate.rerun.work.selection import Depth, Task

_DESCRIBING = (
    layout.MANIFEST,
    layout.METADATA,
    layout.PREVIEW,
    layout.INSTRUCTIONS,
    layout.CHECKSUMS,
    layout.TREE,
    layout.WRITING,
)
_TERMS = re.compile(r"(?:licen[cs]es?|copying|notice)(?:[.-][\w.-]+)?", re.IGNORECASE)
"""Files at the root that say what may be done with the others."""

_DESCRIBING_BELOW = (layout.PREVIEW_FILES, layout.STANDARD)


def needed_files(manifest: Manifest, claim: str, there: Iterable[str]) -> frozenset[str]:
    """Paths of the files of a bundle that the rerun of a claim needs.

    That is what describes the bundle, its terms of use, the code of the runs, the data that they or their
    cheaper variants read, the locks and wheels of their environments, and the histories that are compared.
    What did not travel in the bundle is not among them.

    Args:
        manifest: the experiment.
        claim: the claim's id.
        there: the paths of the bundle's files.

    Raises:
        UsageError: there is no such claim, or it rests on no result.
    """
    by_depth = tuple(_tasks_by_depth(manifest, claim))
    tasks = [task for some in by_depth for task in some]
    names = frozenset(there)
    wanted = {material.source for material in _materials(manifest, tasks) if material.file.travels}
    for some in by_depth:
        gifts = Gifts(manifest, some)
        wanted.update(one.source for task in some for one in gifts.materials(task) if one.file.travels)
    for environment in manifest.environments:
        if any(task.recorded.environment == environment.id for task in tasks):
            wanted.update(_files_of(environment))
    wanted.update(file.path for task in tasks for file in _compared(manifest, task) if file.travels)
    describing = {
        path
        for path in names
        if path in _DESCRIBING or path.startswith(_DESCRIBING_BELOW) or _TERMS.fullmatch(path)
    }
    return frozenset(wanted | describing)


def _tasks_by_depth(manifest: Manifest, claim: str) -> Iterator[tuple[Task, ...]]:
    """What is run again for a claim, in full and in each cheaper way that there is."""
    yield selection_of(manifest, Scope(claims=(claim,))).tasks
    for depth in (Depth.EVALUATE, Depth.SMOKE):
        with suppress(UsageError):
            yield selection_of(manifest, Scope(depth=depth, claims=(claim,))).tasks


def _materials(manifest: Manifest, tasks: Sequence[Task]) -> Iterator[Material]:
    for code in {tree.id: tree for task in tasks if (tree := code_of(manifest, task))}.values():
        yield from code_materials(code)
    written = written_by(tasks)
    for data in data_of(manifest, tasks):
        yield from data_materials(data, written)


def _files_of(environment: Environment) -> Iterator[str]:
    if environment.lock is not None:
        yield environment.lock.path
    yield from (lock.path for lock in environment.locks)
    yield from (file.path for house in environment.wheels for file in house.files if file.travels)


def _compared(manifest: Manifest, task: Task) -> Iterator[File]:
    """What the recorded runs left that a rerun is compared with."""
    runs = [run for run in manifest.runs if task.recorded.id in (run.id, run.parent)]
    for run in runs:
        yield from (run.histories,) if run.histories is not None else ()
        yield from (run.predictions,) if run.predictions is not None else ()
