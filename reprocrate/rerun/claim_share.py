"""What of a bundle the rerun of one claim needs: code, data, environments, and what says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reprocrate.bundle import layout
from reprocrate.errors import UsageError
from reprocrate.manifest import Claim, Environment, File, Manifest
from reprocrate.rerun.materials import Material, code_materials, code_of, data_materials, data_of, written_by
from reprocrate.rerun.plan.outlook import claim_configurations
from reprocrate.rerun.selection import Depth, Task, select_tasks

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


def claim_named(manifest: Manifest, identifier: str) -> Claim:
    """The claim of this id.

    Raises:
        UsageError: there is none; it names those that there are.
    """
    for claim in manifest.claims:
        if claim.id == identifier:
            return claim
    known = "; ".join(f"{one.id} ({one.text[:80]})" for one in manifest.claims)
    raise UsageError(
        f'there is no claim "{identifier}"',
        f"the experiment claims: {known}" if known else "the experiment states no claims",
        "Name one of these by its id" if known else "Leave --claim out",
    )


def needed_configurations(manifest: Manifest, claim: Claim) -> tuple[str, ...]:
    """Ids of the configurations that are run again for a claim, in the manifest's order.

    These are those that its results rest on, and those that made what these read, where that did not travel.

    Raises:
        UsageError: it rests on no result of a configuration.
    """
    needed = dict.fromkeys(claim_configurations(manifest, claim))
    if not needed:
        raise UsageError(
            f'the claim "{claim.id}" rests on no result', "no runs belong to it", "Leave --claim out"
        )
    makers: dict[str, str] = {}
    for run in manifest.runs:
        makers.update((file.path, run.configuration) for file in run.written if file.root is None)
    waiting = list(needed)
    while waiting:
        tasks = _tasks(manifest, [waiting.pop()])
        for material in _materials(manifest, tasks):
            maker = makers.get(material.file.path) if material.root is None else None
            if maker and maker not in needed and not material.file.travels:
                needed[maker] = None
                waiting.append(maker)
    return tuple(one.id for one in manifest.configurations if one.id in needed)


def needed_files(manifest: Manifest, claim: Claim, there: Iterable[str]) -> frozenset[str]:
    """Paths of the files of a bundle that the rerun of a claim needs.

    That is what describes the bundle, its terms of use, the code of the runs, the data that they or their
    cheaper variants read, the locks and wheels of their environments, and the histories that are compared.
    What did not travel in the bundle is not among them.

    Args:
        manifest: the experiment.
        claim: the claim.
        there: the paths of the bundle's files.
    """
    tasks = _tasks(manifest, needed_configurations(manifest, claim))
    names = frozenset(there)
    wanted = {material.source for material in _materials(manifest, tasks) if material.file.travels}
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


def _tasks(manifest: Manifest, configurations: Sequence[str]) -> tuple[Task, ...]:
    """The runs of these configurations, as recorded and in each cheaper way."""
    tasks = select_tasks(manifest, depth=Depth.FULL, configurations=configurations)
    cheaper = [
        Task(task.configuration, task.recorded, variant)
        for task in tasks
        for variant in task.configuration.variants
    ]
    return (*tasks, *cheaper)


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
    """What the recorded runs left that a rerun is compared with, or begins with where it only evaluates."""
    runs = [run for run in manifest.runs if task.recorded.id in (run.id, run.parent)]
    for run in runs:
        if run.histories is not None:
            yield run.histories
        if task.variant is not None and task.variant.name == Depth.EVALUATE.value:
            yield from run.checkpoints
            yield from (run.predictions,) if run.predictions else ()
