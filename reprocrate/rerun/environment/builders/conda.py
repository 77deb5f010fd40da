"""Environments of conda: linked from their list by rattler, without running anything of a package.

conda and micromamba run scripts of packages while they link them, and start the new interpreter. So archives
are brought here, checked and judged, and rattler links them from the files. What a package's script would
have made is not there, which is said.
"""

from __future__ import annotations

from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.files import could_not
from reprocrate.rerun.environment.building import (
    BuiltEnvironment,
    Recipe,
    check_place,
    finished_version,
    installed_packages,
    mark_finished,
    python_of,
    remove,
)
from reprocrate.rerun.environment.conda import linking, records
from reprocrate.rerun.environment.conda.fetching import fetch_archives
from reprocrate.rerun.environment.conda.lists import READ, Archive, archives_of, linking_platform
from reprocrate.rerun.environment.conda.wheels import install_wheels
from reprocrate.rerun.environment.requirements import read_lock
from reprocrate.rerun.environment.uv_tool import Notify
from reprocrate.rerun.wording import counted, listed

EXTRA = "pip install 'reprocrate[conda]'"
"""How to get what links packages of conda."""

_HOW = {
    "conda": "micromamba create --name experiment --file {lock}",
    "conda_environment": "micromamba create --name experiment --file {lock}",
    "conda_lock": "conda-lock install --name experiment {lock}",
    "pixi": "pixi install --frozen",
}
_WHY = {
    "conda_environment": "an environment.yml names no archives and no digests",
    "pixi": "a pixi.lock is not read here",
}


_NO_RATTLER = "py-rattler, which links packages of conda, is not installed"


def by_hand(form: str, lock: str) -> str:
    """How an environment of conda is made without this program."""
    command = _HOW.get(form, _HOW["conda"]).format(lock=lock or "the lock")
    return f"make it by hand with `{command}` and follow REPRODUCING.md"


class CondaBuilder:
    """Links an environment of conda, where py-rattler is installed; else says how it is made by hand."""

    def lacks(self, recipe: Recipe) -> tuple[str, str] | None:
        """What is not here, and how to get it or to do without it."""
        otherwise = by_hand(recipe.format, recipe.name)
        if recipe.format not in READ:
            return _WHY.get(recipe.format, "it cannot be read here"), otherwise
        if linking_platform() is None:
            return "packages of conda are linked on Linux and macOS only", otherwise
        if not linking.can_link():
            return _NO_RATTLER, f"run `{EXTRA}`, or {otherwise}"
        return None

    def build(self, folder: Path, recipe: Recipe, notify: Notify | None = None) -> BuiltEnvironment:
        """Fetch, judge and link what the list names, then install the packages of pip beside it."""
        if lack := self.lacks(recipe):
            raise UnavailableError(
                "the environment cannot be built", lack[0], f"{lack[1][0].upper()}{lack[1][1:]}"
            )
        folder, say = folder.absolute(), notify or (lambda _line: None)
        version = finished_version(folder, recipe)
        if version is not None:
            return _described(folder, version, recipe, reused=True)
        archives = archives_of(recipe.format, recipe.lock, linking_platform() or "")
        _require_python(archives, recipe)
        check_place(folder)
        store = folder.with_name(f"{folder.name}.conda-packages")
        files = fetch_archives(archives, store, recipe.permission, say)
        remove(folder)
        try:
            version = _linked(folder, archives, files, say)
            _add_wheels(folder, version, recipe, say)
            _require_interpreter(folder)
            mark_finished(folder, recipe, version)
        except BaseException:
            remove(folder)
            raise
        return _described(folder, version, recipe, reused=False)


def _linked(folder: Path, archives: tuple[Archive, ...], files: list[Path], say: Notify) -> str:
    try:
        (folder / "conda-meta").mkdir(parents=True)  # by which a half-linked one is known
    except OSError as error:
        raise could_not("create", folder, error) from error
    say(f"linking {counted(len(archives), 'package')} of conda")
    linked = linking.link(archives, files, folder, folder.with_name(f"{folder.name}.unpacked"))
    if linked.with_scripts:
        say(f"scripts that conda would run are not run: of {listed(linked.with_scripts)}")
    version = records.python_version(folder)
    if version is None:
        raise UnavailableError("the environment cannot be used", "no Python was linked into it")
    return version


def _require_python(archives: tuple[Archive, ...], recipe: Recipe) -> None:
    if not any(one.name == "python" for one in archives):
        raise UnavailableError(
            "the environment cannot be built",
            f"{recipe.name or 'the list'} names no Python among the packages of conda",
            "Make it by hand, following REPRODUCING.md",
        )


def _add_wheels(folder: Path, version: str, recipe: Recipe, say: Notify) -> None:
    """The packages of pip, from a lock with digests; without one they are missing, and told as such."""
    wheels = recipe.wheels
    by_conda = installed_packages(folder)
    pinned = [one for one in read_lock(wheels.lock) if one.name not in by_conda] if wheels else []
    if wheels is None or not pinned:
        return
    if not all(one.hashed for one in pinned):
        say(f"not installed, since their lock has no digests: {listed(one.name for one in pinned)}")
        return
    install_wheels(folder, version, pinned, wheels.wheelhouse, say)


def _require_interpreter(folder: Path) -> None:
    """The interpreter is the environment's own: a link to another would be started in its place."""
    program = python_of(folder)
    if not program.is_file() or not program.resolve().is_relative_to(folder.resolve()):
        raise UnavailableError(
            "the environment cannot be used",
            f"its {program.name} is no program of its own",
            "Do not run this bundle; ask its authors about its packages",
        )


def _described(folder: Path, version: str, recipe: Recipe, *, reused: bool) -> BuiltEnvironment:
    unlike = records.unlike(folder, recipe, version)
    return BuiltEnvironment(folder, python_of(folder), version, unlike, reused)
