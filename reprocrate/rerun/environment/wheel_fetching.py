"""Fetching wheels by their addresses, with pip, which takes the user's own settings for index and network.

pip downloads and checks the digests; nothing is resolved, built or installed. What was fetched is checked
again, and only then gets its place.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import could_not, sha256_file
from reprocrate.rerun.environment.interpreters import minor_version
from reprocrate.rerun.environment.uv_tool import find_uv, last_meaningful_line, uv_variables
from reprocrate.rerun.environment.wheel_choice import WHEEL_NAME, ChosenWheel

_BATCH_FILES = 24
_BATCH_BYTES = 200_000_000
_FETCHING = ".fetching-"
_ABANDONED_SECONDS = 3600
_OPTIONS = (
    "download",
    "--no-input",
    "--disable-pip-version-check",
    "--no-cache-dir",  # the wheels are kept anyway
    "--no-deps",
    "--require-hashes",
    "--only-binary=:all:",
    "--progress-bar=off",
)


def is_there(wheel: ChosenWheel, folder: Path) -> bool:
    """Whether a wheel lies in a folder, with the digest that it should have."""
    path = folder / wheel.file
    if not path.is_file() or path.is_symlink():
        return False
    return sha256_file(path).sha256 == wheel.sha256


def fetch_wheels(
    wheels: Iterable[ChosenWheel], folder: Path, *, python_version: str, fetched: Callable[[int], None]
) -> None:
    """Fetch wheels into a folder, a few at a time, so that what was interrupted can go on.

    Args:
        wheels: what to fetch.
        folder: where to; it is made.
        python_version: the version that they are for.
        fetched: called with the size of what was added to the folder.

    Raises:
        IntegrityError: a file has another digest than the lock names.
        UnavailableError: a file cannot be fetched or not be written; the error names what is missing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("make", folder, error) from error
    _tidy(folder)
    for batch in _batches(wheels):
        with tempfile.TemporaryDirectory(prefix=_FETCHING, dir=folder) as place:
            _download(batch, Path(place), minor_version(python_version))
            for wheel in batch:
                fetched(_accepted(wheel, Path(place, "wheels"), folder))


def _tidy(folder: Path) -> None:
    """Remove what a process that was killed left here; what may be at work still is left alone."""
    for left in folder.glob(f"{_FETCHING}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(left)


def _batches(wheels: Iterable[ChosenWheel]) -> Iterator[list[ChosenWheel]]:
    batch: list[ChosenWheel] = []
    size = 0
    for wheel in wheels:
        batch.append(wheel)
        size += wheel.size or 0
        if len(batch) == _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _accepted(wheel: ChosenWheel, place: Path, folder: Path) -> int:
    """Give a fetched wheel its place, if it is the right one."""
    found = place / wheel.file
    if not is_there(wheel, place):
        raise _other_file(wheel.file)
    size = found.stat().st_size
    try:
        found.replace(folder / wheel.file)
    except OSError as error:
        raise could_not("write", folder / wheel.file, error) from error
    return size


def _download(wheels: Sequence[ChosenWheel], place: Path, minor: str) -> None:
    lines = [f"{one.name} @ {one.url} --hash=sha256:{one.sha256}\n" for one in wheels]
    # Constraints of other projects do not count, since what is wanted is fixed.
    requirements, nothing = place / "wanted.txt", place / "nothing.txt"
    requirements.write_text("".join(lines), encoding="utf-8")
    nothing.touch()
    target = [f"--python-version={minor}", "--implementation=cp", *_tags(wheels)]
    arguments = [*_OPTIONS, *target, f"--dest={place / 'wheels'}", "-r", str(requirements)]
    done = subprocess.run(
        [*_pip(), *arguments],
        cwd=place,
        env=pip_variables(os.environ) | {"PIP_CONSTRAINT": str(nothing)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    if "DO NOT MATCH THE HASHES" in done.stdout + done.stderr:
        raise _other_file(", ".join(one.file for one in wheels))
    names = ", ".join(f"{one.name} {one.version}" for one in wheels)
    raise UnavailableError(
        f"wheels cannot be fetched, of {names} at least one",
        last_meaningful_line(done.stderr or done.stdout),
        "Connect to a network and pack again; what was fetched is kept",
    )


def _tags(wheels: Sequence[ChosenWheel]) -> Iterator[str]:
    """The tags of these wheels as what pip is to take: uv has chosen already."""
    found: dict[str, set[str]] = {"platform": set(), "abi": {"none"}}
    for wheel in wheels:
        match = WHEEL_NAME.fullmatch(wheel.file)
        for kind, tags in found.items():
            tags.update(match[kind].split(".") if match else ())
    for kind, tags in found.items():
        yield from (f"--{kind}={tag}" for tag in sorted(tags - {"any"}))


def _pip() -> list[str]:
    """The command that pip is: of this interpreter, or else one that uv brings."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-I", "-m", "pip"]
    uv = find_uv()
    if uv is None:
        raise UnavailableError(
            "wheels cannot be fetched", "there is neither pip nor uv here", "Run `python -m ensurepip`"
        )
    run = [str(uv), "run", "--no-project", "--isolated", "--quiet", "--no-python-downloads"]
    return [*run, f"--python={sys.executable}", "--with=pip", "python", "-I", "-m", "pip"]


def pip_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's settings for pip: an index that is named for uv alone lends it its credentials."""
    variables = uv_variables(environ)
    default = variables.get("UV_DEFAULT_INDEX") or variables.get("UV_INDEX_URL")
    if default:
        variables.setdefault("PIP_INDEX_URL", default)
    extra = (variables.get("UV_INDEX") or variables.get("UV_EXTRA_INDEX_URL") or "").split()
    if extra:
        addresses = " ".join(
            one.partition("=")[2] if "=" in one.partition("://")[0] else one for one in extra
        )
        variables.setdefault("PIP_EXTRA_INDEX_URL", addresses)
    return variables


def _other_file(what: str) -> IntegrityError:
    return IntegrityError(
        f"the package index sent other bytes for {what} than it announced",
        "the SHA-256 is not the one that the lock names",
        "Try again, or use another index",
    )
