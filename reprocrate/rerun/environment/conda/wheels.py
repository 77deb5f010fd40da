"""The packages of pip in an environment of conda, installed from their lock.

The interpreter of such an environment is a stranger's program, so it is not asked where packages belong and
for what it takes them: uv is given the place and the version.
"""

from __future__ import annotations

import configparser
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.files import write_atomically
from reprocrate.rerun.environment.interpreters import minor_version
from reprocrate.rerun.environment.requirements import Pinned
from reprocrate.rerun.environment.torch_builds import torch_backend
from reprocrate.rerun.environment.uv_tool import Notify, find_uv, not_installed, run_uv

_PROGRAM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


def site_packages(prefix: Path, version: str) -> Path:
    """Where the packages of a prefix belong.

    Raises:
        UnavailableError: that is no folder of the prefix.
    """
    place = prefix / "lib" / f"python{minor_version(version)}" / "site-packages"
    place.mkdir(parents=True, exist_ok=True)
    if not place.resolve().is_relative_to(prefix.resolve()):
        raise UnavailableError(
            "the packages of pip cannot be installed", f"{place} leads out of the environment"
        )
    return place


def install_wheels(
    prefix: Path, version: str, pinned: Sequence[Pinned], wheelhouse: Path | None, notify: Notify
) -> None:
    """Install wheels into a prefix; nothing is built and nothing of it is started.

    Args:
        prefix: the environment.
        version: of its interpreter.
        pinned: what to install, each with digests.
        wheelhouse: a folder of wheels that came along.
        notify: called with lines of progress.

    Raises:
        UnavailableError: uv is not here, or cannot install them.
    """
    uv = find_uv()
    if uv is None:
        raise UnavailableError(
            "the packages of pip cannot be installed",
            "uv, which installs them beside conda's, is not installed",
            "Run `pip install uv`",
        )
    place = site_packages(prefix, version)
    before = {one.metadata["Name"] for one in distributions(path=[str(place)])}
    lock = prefix / "conda-meta" / "reprocrate-wheels.txt"
    write_atomically(lock, "".join(one.line for one in pinned).encode())
    command = [
        "pip",
        "install",
        "--target",
        str(place),
        "--python",
        sys.executable,
        "--no-build",
        "--no-deps",
    ]
    command += ["--python-version", minor_version(version), "--require-hashes", "-r", str(lock)]
    if wheelhouse is not None:
        command += ["--find-links", str(wheelhouse.absolute())]
    outcome = run_uv(uv, command, notify)
    backend = torch_backend((one.name, one.version.partition("+")[2]) for one in pinned)
    if outcome.exit_code != 0 and backend:
        outcome = run_uv(uv, [*command, "--torch-backend", backend], notify)
    if outcome.exit_code != 0:
        raise not_installed(outcome)
    for one in distributions(path=[str(place)]):
        if one.metadata["Name"] not in before:
            _add_programs(prefix, one)


def _add_programs(prefix: Path, distribution: Distribution) -> None:
    """The programs that a package declares (`console_scripts`), none of which replaces another."""
    for name, module, function in _programs(distribution):
        place = prefix / "bin" / name
        if (
            place.exists()
            or place.is_symlink()
            or not place.parent.resolve().is_relative_to(prefix.resolve())
        ):
            continue
        text = f"#!{prefix}/bin/python\nimport sys\nfrom {module} import {function.partition('.')[0]}\n"
        place.write_text(f"{text}sys.exit({function}())\n", encoding="utf-8")
        place.chmod(0o755)


def _programs(distribution: Distribution) -> Iterator[tuple[str, str, str]]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(distribution.read_text("entry_points.txt") or "")
        declared = parser.items("console_scripts")
    except configparser.Error:
        return
    for name, value in declared:
        module, _, function = value.partition("[")[0].strip().partition(":")
        if _PROGRAM.fullmatch(name) and _MODULE.fullmatch(module) and _MODULE.fullmatch(function):
            yield name, module, function
