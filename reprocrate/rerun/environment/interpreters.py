"""Finding the Python interpreters that are installed on this machine.

Looked at, in this order: the interpreter that runs this program, the search path, pyenv's and uv's folders.
Nothing is downloaded. Where a folder's name tells the version, the interpreter in it is not started.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from reprocrate.errors import UnavailableError

_QUERY = (
    "import json, sys; "
    "print(json.dumps([sys.implementation.name, list(sys.version_info[:3]), sys.executable]))"
)
_OLDEST = (3, 6)
"""uv makes environments of this and newer versions: an older interpreter cannot even be asked by it."""

_OLDEST_OF_UV = (3, 8)
"""uv offers interpreters of this version and newer to install."""

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An installed interpreter: its version (`3.11.7`) and the path of its program, links resolved."""

    version: str
    path: Path

    @property
    def minor(self) -> str:
        """Major and minor version, which decide what wheels fit: `3.11`."""
        return minor_version(self.version)


def minor_version(version: str) -> str:
    """The first two parts of a version: `3.11` of `3.11.7`."""
    return ".".join(version.split(".")[:2])


def too_old(version: str) -> bool:
    """Whether no environment can be built of a version, whether it is installed or not."""
    return _minor(version) < _OLDEST


TOO_OLD = "no environment can be built of a Python older than 3.6, whether one is installed or not"
"""Why a recorded interpreter is not looked for."""


def how_to_run(version: str) -> str:
    """How a recorded run is made again by hand, where its interpreter is too old."""
    return f"run it by hand, following REPRODUCING.md, on a machine or in a container with Python {version}"


def how_to_install(version: str) -> str:
    """How an interpreter of a version is had."""
    if _minor(version) < _OLDEST_OF_UV:
        return f"install it, for example with `pyenv install {version}`"
    return f"install it, for example with `uv python install {minor_version(version)}`"


def no_interpreter(version: str, implementation: str) -> UnavailableError:
    """The error that tells why an environment has no interpreter, and what can be done."""
    if implementation.lower() != "cpython":
        return UnavailableError(
            f"the environment needs {implementation} {version}",
            "Only CPython can be provided",
            "Rerun the experiment by hand, following REPRODUCING.md.",
        )
    if too_old(version):
        how = how_to_run(version)
        return UnavailableError(
            f"the environment needs Python {version}", TOO_OLD, f"{how[0].upper()}{how[1:]}"
        )
    how = how_to_install(version)
    return UnavailableError(
        f"no Python {minor_version(version)} was found for the environment",
        f"The experiment was recorded with Python {version}",
        f"{how[0].upper()}{how[1:]}, and try again.",
    )


def _minor(version: str) -> tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else _OLDEST


def find_interpreter(version: str, implementation: str = "CPython") -> Interpreter | None:
    """The installed interpreter that comes nearest to a recorded one.

    Args:
        version: the recorded version, such as `3.11.7`.
        implementation: the recorded implementation; only CPython is looked for.

    Returns:
        An interpreter of the very version, else the nearest patch release of the same minor version, else
        None.
    """
    if implementation.lower() != "cpython" or too_old(version):
        return None
    same_minor: list[Interpreter] = []
    for found in _candidates(minor_version(version)):
        if found.version == version:
            return found
        same_minor.append(found)
    return min(same_minor, key=lambda one: abs(_patch(one.version) - _patch(version)), default=None)


def _candidates(minor: str) -> Iterator[Interpreter]:
    seen: set[Path] = set()
    for found in chain(_running(), _from_version_folders(minor), _on_search_path(minor)):
        if found.minor == minor and found.path not in seen:
            seen.add(found.path)
            yield found


def _running() -> Iterator[Interpreter]:
    if sys.implementation.name == "cpython":
        program = Path(getattr(sys, "_base_executable", "") or sys.executable).resolve()
        if program.is_file():
            yield Interpreter(".".join(map(str, sys.version_info[:3])), program)


def _from_version_folders(minor: str) -> Iterator[Interpreter]:
    """Interpreters in folders named after their version: `versions/3.11.7`, `cpython-3.11.7-linux-…`."""
    for root in _version_roots():
        try:
            folders = sorted(root.iterdir())
        except OSError:
            continue
        for folder in folders:
            match = re.fullmatch(r"(?:cpython-)?(\d+\.\d+\.\d+)(?:-(?!.*freethreaded).*)?", folder.name)
            program = folder / "bin" / f"python{minor}"
            if match and minor_version(match[1]) == minor and program.is_file():
                yield Interpreter(match[1], program.resolve())


def _version_roots() -> Iterator[Path]:
    home = Path(os.environ.get("HOME") or "/")
    yield Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    share = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    yield Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or share / "uv" / "python")


def _on_search_path(minor: str) -> Iterator[Interpreter]:
    for folder in os.get_exec_path():
        if not Path(folder).is_absolute():
            continue  # a program that lies in the current folder may have come with a bundle
        for name in (f"python{minor}", "python3", "python.exe"):
            program = Path(folder, name)
            if program.is_file() and os.access(program, os.X_OK):
                found = _ask(program)
                if found:
                    yield found


def _ask(program: Path) -> Interpreter | None:
    """Start an interpreter of this machine, isolated, to learn its version and real path."""
    command = [str(program), "-I", "-S", "-c", _QUERY]
    try:
        answer = subprocess.run(
            command, capture_output=True, timeout=20, check=True, stdin=subprocess.DEVNULL
        )
        implementation, version, executable = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if implementation != "cpython":
        return None
    return Interpreter(".".join(map(str, version)), Path(executable).resolve())


def _patch(version: str) -> int:
    match = _VERSION.match(version)
    return int(match[3]) if match else 0
