"""Building an environment again from its lock, in a folder of its own.

Only wheels are installed and nothing is compiled, so no code of a package or a bundle runs while
building. What was installed is read from the packages' metadata, never by starting the new interpreter.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.files import could_not, write_atomically
from reprocrate.rerun.environment.interpreters import Interpreter, find_interpreter, no_interpreter
from reprocrate.rerun.environment.lock import INSTALLERS
from reprocrate.rerun.environment.permission import Permission
from reprocrate.rerun.environment.recorded_packages import RecordedPackage
from reprocrate.rerun.environment.requirements import normalised, read_lock
from reprocrate.rerun.environment.torch_builds import torch_backend, torch_index
from reprocrate.rerun.environment.uv_tool import Notify, UvOutcome, find_uv, not_installed, run_uv

_MARK = "reprocrate-environment.json"
_LOCK = "reprocrate.lock"
_NOT_COMPARED = INSTALLERS | {"reprocrate"}  # the recorder is no part of what it records


@dataclass(frozen=True, slots=True)
class Difference:
    """A package that is not as recorded: the full versions, None where it is missing."""

    package: str
    recorded: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class BuiltEnvironment:
    """An environment that is ready to run in.

    Attributes:
        folder: where it is.
        python: its interpreter.
        version: that interpreter's version.
        differences: packages that are not as recorded, sorted by name.
        reused: whether it had been built before.
    """

    folder: Path
    python: Path
    version: str
    differences: tuple[Difference, ...]
    reused: bool

    @property
    def bytecode(self) -> Path:
        """Where Python puts what it compiles in runs, apart from the packages, which no run may change.

        It is kept for all reruns, since compiling a large library takes longer than many a run.
        """
        return self.folder / "bytecode"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an environment is built from.

    Attributes:
        lock: the text of the lock file; empty for a project that needs no packages.
        format: what kind of lock it is, as the manifest names it.
        name: path of the lock, for messages.
        python_version: the recorded interpreter's version.
        implementation: the recorded implementation of the language.
        packages: the recorded packages, which the result is compared with.
        wheelhouse: a folder of wheels to install from without a network, where there is one.
        others: versions by name of what conda had beside Python distributions.
        wheels: what pip had installed beside the packages of conda, as a recipe of its own.
        permission: what may be fetched from addresses of the lock, and who is asked before.
    """

    lock: str
    python_version: str
    implementation: str = "CPython"
    packages: tuple[RecordedPackage, ...] = ()
    wheelhouse: Path | None = None
    format: str = "requirements"
    name: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    wheels: Recipe | None = None
    permission: Permission | None = None

    @property
    def digest(self) -> str:
        """What tells one environment from another: SHA-256 over the interpreter's version and the lock."""
        text = f"{self.implementation} {self.python_version}\n{self.lock}"
        if self.wheels is not None:
            text += f"\n{self.wheels.lock}"
        return hashlib.sha256(text.encode()).hexdigest()


def build_environment(folder: Path, recipe: Recipe, notify: Notify | None = None) -> BuiltEnvironment:
    """Build an environment, or take the finished one that is there.

    Args:
        folder: where it goes; what a broken-off build left there is replaced.
        recipe: what to build it from.
        notify: called with lines of progress.

    Raises:
        UnavailableError: there is no fitting interpreter, a package cannot be had, or nothing can be written.
        UnreadableError: the lock holds something else than pinned requirements.
    """
    folder = folder.absolute()
    pinned = read_lock(recipe.lock)
    version = finished_version(folder, recipe)
    if version is not None:
        return _described(folder, version, recipe, reused=True)
    interpreter = find_interpreter(recipe.python_version, recipe.implementation)
    if interpreter is None:
        raise no_interpreter(recipe.python_version, recipe.implementation)
    check_place(folder)
    say = notify or (lambda _line: None)
    say(f"Python {interpreter.version} from {interpreter.path}")
    try:
        if pinned and not _install_offline(folder, interpreter, recipe, say):
            _fresh(folder, interpreter)
            _install(folder, recipe, say)
        elif not pinned:
            _fresh(folder, interpreter)
        _require_interpreter(folder, interpreter)
        mark_finished(folder, recipe, interpreter.version)
    except BaseException:
        remove(folder)
        raise
    return _described(folder, interpreter.version, recipe, reused=False)


def finished_version(folder: Path, recipe: Recipe) -> str | None:
    """The interpreter's version of the finished environment in this folder; None where there is none."""
    try:
        mark = json.loads((folder / _MARK).read_bytes())
    except (OSError, ValueError):
        return None
    complete = isinstance(mark, dict) and mark.get("recipe") == recipe.digest and python_of(folder).exists()
    return str(mark["python"]) if complete else None


def mark_finished(folder: Path, recipe: Recipe, version: str) -> None:
    """Note that an environment is complete, what it was built from and which interpreter it has."""
    mark = {"recipe": recipe.digest, "python": version}
    write_atomically(folder / _MARK, json.dumps(mark).encode() + b"\n")


def lock_of(folder: Path) -> str | None:
    """The text of the lock that a finished environment was installed from; None where that is not known.

    Empty for one without packages.
    """
    try:
        return (folder / _LOCK).read_text(encoding="utf-8")
    except FileNotFoundError:
        return "" if (folder / _MARK).is_file() and not installed_packages(folder) else None
    except (OSError, ValueError):
        return None


def installed_packages(folder: Path) -> dict[str, str]:
    """Version by normalised name of what is installed in an environment, read from metadata alone."""
    places = (*folder.glob("lib/python*/site-packages"), folder / "Lib" / "site-packages")
    found = distributions(path=[str(place) for place in places if place.is_dir()])
    return {normalised(one.metadata["Name"]): one.version for one in found if one.metadata["Name"]}


def differences(recorded: Iterable[RecordedPackage], installed: dict[str, str]) -> tuple[Difference, ...]:
    """What is installed otherwise than recorded; installers such as pip are not compared."""
    expected = {normalised(one.name): _full_version(one) for one in recorded}
    names = sorted((expected.keys() | installed.keys()) - _NOT_COMPARED)
    return tuple(
        Difference(name, expected.get(name), installed.get(name))
        for name in names
        if expected.get(name) != installed.get(name)
    )


def _full_version(package: RecordedPackage) -> str:
    return f"{package.version}+{package.local_label}" if package.local_label else package.version


def _described(folder: Path, version: str, recipe: Recipe, *, reused: bool) -> BuiltEnvironment:
    unlike = differences(recipe.packages, installed_packages(folder))
    return BuiltEnvironment(folder, python_of(folder), version, unlike, reused)


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "Scripts" / "python.exe" if sys.platform == "win32" else folder / "bin" / "python"


def _install_offline(folder: Path, interpreter: Interpreter, recipe: Recipe, say: Notify) -> bool:
    """Install from the wheels that came along; False where there are none or they do not suffice here."""
    if recipe.wheelhouse is None or not any(recipe.wheelhouse.glob("*.whl")):
        return False
    _fresh(folder, interpreter)
    try:
        _install(folder, recipe, say, alone=True)
    except UnavailableError as error:
        say(f"The wheels that came along do not suffice here, so the package index is asked: {error.why}")
        return False
    say("Installed from the wheels that came along, without a package index")
    return True


def _require_interpreter(folder: Path, interpreter: Interpreter) -> None:
    """No package may put a program of its own in the place of the interpreter, as a script can."""
    if sys.platform != "win32" and python_of(folder).resolve() != interpreter.path:
        raise UnavailableError(
            "the environment cannot be used",
            f"a package replaces its interpreter, {python_of(folder).name}",
            "Do not run this bundle; ask its authors about its packages.",
        )


def check_place(folder: Path) -> None:
    """Make sure that nothing but an environment gives way to an environment.

    Raises:
        UnavailableError: other files are there.
    """
    is_one = (folder / "pyvenv.cfg").is_file() or (folder / "conda-meta").is_dir()
    if folder.exists() and not is_one and any(folder.iterdir()):
        raise UnavailableError(
            f"{folder} is in the way of the environment",
            "It holds other files",
            "Move it away and try again.",
        )


def _fresh(folder: Path, interpreter: Interpreter) -> None:
    """An empty virtual environment; one that is there, finished or not, gives way to it."""
    remove(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("create", folder.parent, error) from error
    uv = find_uv()
    if uv:
        made = run_uv(uv, ["venv", "--no-project", "--python", str(interpreter.path), str(folder)])
    else:
        made = _run([str(interpreter.path), "-I", "-m", "venv", str(folder)])
    if made.exit_code != 0:
        raise UnavailableError(
            f"no environment could be created in {folder}",
            made.reason,
            f"Check that {interpreter.path} can create one: python -m venv.",
        )


def _install(folder: Path, recipe: Recipe, say: Notify, *, alone: bool = False) -> None:
    """Install what the lock names and nothing else: wheels, checked against their digests.

    Args:
        folder: the environment.
        recipe: what to install.
        say: called with lines of progress.
        alone: whether to install from the wheels that came along only, without a network; else from the
            index, with those wheels for what it no longer has.
    """
    lock = folder / _LOCK
    write_atomically(lock, recipe.lock.encode())
    pinned = read_lock(recipe.lock)
    wanted = ["--no-deps", "-r", str(lock), *(["--no-index"] if alone else [])]
    if recipe.wheelhouse is not None:
        wanted += ["--find-links", str(recipe.wheelhouse.absolute())]
    if all(one.hashed for one in pinned):
        wanted.append("--require-hashes")
    backend = "" if alone else torch_backend((one.name, one.version.partition("+")[2]) for one in pinned)
    uv = find_uv()
    if uv:
        install = ["pip", "install", "--python", str(python_of(folder)), "--no-build", *wanted]
        install += ["--offline"] if alone else []
        outcome = run_uv(uv, install, say)
        if outcome.exit_code != 0 and backend:  # the user's own index does not have these builds
            outcome = run_uv(uv, [*install, "--torch-backend", backend], say)
    else:
        wanted += ["--extra-index-url", torch_index(backend)] if backend else []
        say("Installing with pip, since uv is not here")
        pip = [
            str(python_of(folder)),
            "-I",
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
        ]
        outcome = _run([*pip, "--only-binary", ":all:", *wanted])
    if outcome.exit_code != 0:
        raise not_installed(outcome)


def _run(command: Sequence[str]) -> UvOutcome:
    """Run one of Python's own tools in an empty folder."""
    with tempfile.TemporaryDirectory(prefix="reprocrate-pip-") as neutral:
        done = subprocess.run(
            command,
            cwd=neutral,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    return UvOutcome(done.returncode, done.stdout, done.stderr)


def remove(folder: Path) -> None:
    """Remove an environment, if there is one."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise could_not("remove", folder, error) from error
