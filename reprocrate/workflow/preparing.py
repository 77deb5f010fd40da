"""The environments of an imported experiment, built from its locks inside the imported folder."""

from __future__ import annotations

from pathlib import Path

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import could_not
from reprocrate.manifest import Environment, Manifest
from reprocrate.rerun.environment import BuiltEnvironment, Recipe, build_environment
from reprocrate.workflow.progress import Progress

ENVIRONMENTS = ".reprocrate/environments"
"""Where environments are built, below the imported folder."""


def prepare_environments(
    manifest: Manifest, folder: Path, progress: Progress, needed: set[str] | None = None
) -> dict[str, BuiltEnvironment]:
    """Build every environment that runs need, or take those that are there, by id.

    Args:
        manifest: the experiment.
        folder: where it was imported to.
        progress: who listens.
        needed: only the environments of these ids.

    Raises:
        UnavailableError: an environment cannot be built here; the reason is the installer's own.
    """
    built = {}
    for environment in manifest.environments:
        if needed is not None and environment.id not in needed:
            continue
        built[environment.id] = build_environment(
            folder / ENVIRONMENTS / environment.id, recipe_of(environment, folder), progress.note
        )
    return built


def recipe_of(environment: Environment, folder: Path) -> Recipe:
    """What an environment is built from.

    Raises:
        UnavailableError: there is no lock, or nothing is known of its interpreter.
        UnreadableError: the lock is no text.
    """
    if environment.python is None:
        raise UnavailableError(f"{environment.id} cannot be built", "no interpreter was recorded for it")
    text = ""
    if environment.lock is not None:
        path = folder / environment.lock.path
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableError(f"{path} is not a lock", "it is not UTF-8 text") from error
        except OSError as error:
            raise could_not("read", path, error) from error
    elif environment.packages:
        raise UnavailableError(
            f"{environment.id} cannot be built",
            "the bundle holds no lock for it",
            "Ask its authors for a bundle packed with `reprocrate pack`",
        )
    return Recipe(
        lock=text,
        python_version=environment.python.version,
        implementation=environment.python.implementation or "CPython",
        packages=environment.packages,
        wheelhouse=_wheelhouse(environment, folder),
    )


def _wheelhouse(environment: Environment, folder: Path) -> Path | None:
    """The folder of the wheels that came along; None where there are none, or nothing says which are right.

    Which of them fit this machine is left to the installer: it knows better than the names of platforms.
    """
    places = {file.path.rpartition("/")[0] for house in environment.wheels for file in house.files}
    is_hashed = environment.lock is not None and environment.lock.hashed
    return folder / min(places) if places and is_hashed else None
