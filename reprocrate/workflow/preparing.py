"""The environments of an imported experiment, built from its locks inside the imported folder."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import could_not, write_atomically
from reprocrate.manifest import Environment, Lock, Manifest
from reprocrate.rerun.environment.builders import builder_for
from reprocrate.rerun.environment.building import BuiltEnvironment, Recipe
from reprocrate.rerun.environment.builds import choose_build
from reprocrate.rerun.environment.locks import OF_CONDA, built_from, without_conda
from reprocrate.rerun.environment.permission import Permission
from reprocrate.rerun.environment.relocking import Relocking, relocking
from reprocrate.rerun.environment.requirements import normalised, read_lock
from reprocrate.rerun.host.probing import Host, probe_host
from reprocrate.workflow.progress import Progress

ENVIRONMENTS = ".reprocrate/environments"
"""Where environments are built, below the imported folder."""


def prepare_environments(
    manifest: Manifest,
    folder: Path,
    progress: Progress,
    needed: set[str] | None = None,
    host: Host | None = None,
    permission: Permission | None = None,
) -> dict[str, BuiltEnvironment]:
    """Build every environment that runs need, or take those that are there, by id.

    Environments that are built from the same things are built once and shared: runs with other variables,
    say, have environments of their own in the manifest.

    Args:
        manifest: the experiment.
        folder: where it was imported to.
        progress: who listens.
        needed: only the environments of these ids.
        host: this machine, where it was looked at already.
        permission: what may be fetched from addresses of a lock, and who is asked before.

    Raises:
        UnavailableError: an environment cannot be built here; the reason is the installer's own.
    """
    here = host or probe_host(manifest, folder)
    built = {}
    first: dict[Hashable, str] = {}
    for environment in manifest.environments:
        place = first.setdefault(_built_from(environment, here), environment.id)
        if needed is not None and environment.id not in needed:
            continue
        recipe = recipe_of(environment, folder, here.conda)
        recipe = replace(recipe, permission=permission)
        if recipe.wheels is not None and recipe.wheels.lock:
            own = without_conda(environment)
            wheels = _for_this_machine(own, recipe.wheels, folder / ENVIRONMENTS / place, here, progress)
            recipe = replace(recipe, wheels=wheels)
        recipe = _for_this_machine(environment, recipe, folder / ENVIRONMENTS / place, here, progress)
        built[environment.id] = builder_for(recipe.format).build(
            folder / ENVIRONMENTS / place, recipe, progress.note
        )
    return built


def _built_from(environment: Environment, host: Host) -> Hashable:
    """Everything that decides what is built of an environment on a machine."""
    python, system = environment.python, environment.os
    locks = (environment.lock, built_from(environment, host.conda))
    return (
        python and (python.version, python.implementation),
        system and (system.name, system.machine),
        choose_build(environment, host.system, host.hardware.accelerators),
        tuple(one and (one.format, one.sha256, one.hashed, one.resolved, one.left_out) for one in locks),
        frozenset(file.sha256 for house in environment.wheels for file in house.files),
        tuple(
            (one.name, one.version, one.local_label, one.source, one.editable, one.in_project, one.requested)
            for one in environment.packages
        ),
        tuple((one.name, one.version) for one in environment.other_packages),
    )


def recipe_of(environment: Environment, folder: Path, linked_for: str | None = None) -> Recipe:
    """What an environment is built from.

    Args:
        environment: what was recorded.
        folder: where it was imported to.
        linked_for: what conda calls this machine, where packages of conda can be linked.

    Raises:
        UnavailableError: nothing is known of its interpreter, or the lock cannot be read.
        UnreadableError: the lock is no text.
    """
    if environment.python is None:
        raise UnavailableError(f"{environment.id} cannot be built", "no interpreter was recorded for it")
    lock = built_from(environment, linked_for)
    recipe = Recipe(
        lock=_text(lock, folder) if lock else "",
        format=lock.format if lock else "requirements",
        name=lock.path if lock else "",
        python_version=environment.python.version,
        implementation=environment.python.implementation or "CPython",
        packages=environment.packages,
        wheelhouse=_wheelhouse(environment, folder),
    )
    if lock is None or lock.format not in OF_CONDA:
        return recipe
    others = {one.name: one.version for one in environment.other_packages}
    return replace(recipe, others=others, wheels=_beside_conda(environment, recipe, folder))


def _beside_conda(environment: Environment, recipe: Recipe, folder: Path) -> Recipe:
    """What pip had installed beside the packages of conda, from the lock of all of them."""
    own, lock = without_conda(environment), environment.lock
    if lock is not None and lock.format != "requirements":
        lock = None
    wanted = {normalised(one.name) for one in own.packages}
    pinned = read_lock(_text(lock, folder), lock.path) if lock is not None else ()
    return replace(
        recipe,
        lock="".join(one.line for one in pinned if one.name in wanted),
        format="requirements",
        name=lock.path if lock is not None else "",
        packages=own.packages,
    )


def _text(lock: Lock, folder: Path) -> str:
    path = folder / lock.path
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path} is not a lock", "it is not UTF-8 text") from error
    except OSError as error:
        raise could_not("read", path, error) from error


def _for_this_machine(
    environment: Environment, recipe: Recipe, beside: Path, host: Host, progress: Progress
) -> Recipe:
    """The recipe with a lock for this machine, where the recorded one does not serve it.

    The new lock is kept beside the environment; the recorded one stays as it is. Where none can be made, the
    recorded one is tried if its build runs on the processor, too.
    """
    if recipe.format != "requirements":
        return recipe
    build = choose_build(environment, host.system, host.hardware.accelerators)
    again = relocking(environment, recipe.lock, read_lock(recipe.lock), host.system, build)
    if not recipe.name and environment.packages:
        again = Relocking(environment, build, "no lock came along", "")
    if again is None:
        return recipe
    place = beside.with_name(f"{beside.name}.requirements.txt")
    text = _kept(place, again.heading)
    if text is None:
        progress.note(f"the lock of {environment.id} is made again for this machine: {again.reason}")
        try:
            text = again.make(progress.note)
        except UnavailableError as error:
            if not again.can_do_without:
                raise
            progress.note(f"the recorded build is taken: {error.what}, {error.why}")
            return recipe
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise could_not("create", place.parent, error) from error
        write_atomically(place, text.encode())
    return replace(recipe, lock=text, name=f"{ENVIRONMENTS}/{place.name}", wheelhouse=None)


def _kept(place: Path, heading: str) -> str | None:
    """The lock that an earlier call made for the same reason."""
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.startswith(f"{heading}\n") else None


def _wheelhouse(environment: Environment, folder: Path) -> Path | None:
    """The folder of the wheels that came along; None where there are none, or nothing says which are right.

    Which of them fit this machine is left to the installer: it knows better than the names of platforms.
    """
    places = {file.path.rpartition("/")[0] for house in environment.wheels for file in house.files}
    is_hashed = environment.lock is not None and environment.lock.hashed
    return folder / min(places) if places and is_hashed else None
