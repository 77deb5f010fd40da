"""Lock files beside what ran: recognised by name and content, and kept as they were then.

Only what fixes versions is a lock: a requirements file whose entries are all pinned is one, one with ranges
is not. Where an environment comes from is looked up in the folder that the command started in and in those
above it, up to the project's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from reprocrate.capture.code import objects
from reprocrate.capture.environment.conda import CondaPackage, explicit_list, explicit_lock
from reprocrate.capture.record import LockFile, LockFormat
from reprocrate.files import safe_relative, sha256_bytes

_LARGEST_BYTES = 50_000_000
_CREDENTIALS = re.compile(rb"(\b[a-z][a-z0-9+.-]*://)(?!git@)[^/\s@\"']+@", re.IGNORECASE)
_TOKEN = re.compile(rb"(?<=[a-z0-9])/t/[^/\s]+(?=/)", re.IGNORECASE)
_NAMES: tuple[tuple[str, LockFormat], ...] = (
    ("uv.lock", "uv"),
    ("pylock.toml", "pylock"),
    ("pylock.*.toml", "pylock"),
    ("poetry.lock", "poetry"),
    ("pdm.lock", "pdm"),
    ("pdm.*.lock", "pdm"),
    ("Pipfile.lock", "pipfile"),
    ("pixi.lock", "pixi"),
    ("conda-lock.yml", "conda_lock"),
    ("*.conda-lock.yml", "conda_lock"),
    ("environment*.yml", "conda_environment"),
    ("environment*.yaml", "conda_environment"),
    ("conda*.lock", "conda"),
    ("conda*.txt", "conda"),
    ("explicit*.txt", "conda"),
    ("spec-file*.txt", "conda"),
    ("*requirements*.txt", "requirements"),
    ("requirements*.lock", "requirements"),
    ("constraints*.txt", "requirements"),
)
_PINNED = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*(===?\s*[^\s;,*]+|@\s*\S+)(\s*;.*|\s+--hash.*|\s*)"
)


def lock_format(name: str) -> LockFormat | None:
    """What kind of lock a file of this name is, if it is one."""
    return next((form for pattern, form in _NAMES if fnmatchcase(name, pattern)), None)


def keep_locks(project: Path, cwd: Path, conda: Sequence[CondaPackage] = ()) -> tuple[LockFile, ...]:
    """The locks of an environment, each kept in the project's objects.

    Args:
        project: the project's folder.
        cwd: the folder that the command started in.
        conda: the packages of the conda prefix that ran, of which an explicit list is made.

    Raises:
        UnavailableError: one could not be kept.
    """
    found: dict[str, LockFile] = {}
    for path, form in _candidates(project, cwd):
        data = _content(path)
        if data is not None and is_lock(form, data):
            data = without_credentials(data)
            kept = LockFile(safe_relative(path.name), form, sha256_bytes(data), len(data))
            if kept.sha256 not in found:
                objects.keep(project, data)
                found[kept.sha256] = kept
    listed = explicit_list(conda)
    if listed is not None:
        objects.keep(project, listed)
        kept = explicit_lock(listed)
        found.setdefault(kept.sha256, kept)
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.sha256)))


def without_credentials(data: bytes) -> bytes:
    """A lock without users and passwords of its addresses, and without the tokens of conda's channels."""
    return _TOKEN.sub(b"", _CREDENTIALS.sub(rb"\1", data))


def is_lock(form: LockFormat, data: bytes) -> bool:
    """Whether a file whose name is that of a lock fixes versions."""
    text = data.decode("utf-8", errors="replace")
    if form == "conda":
        return re.search(r"^@EXPLICIT\s*$", text, re.MULTILINE) is not None
    if form == "requirements":
        lines = list(requirement_lines(text))
        return bool(lines) and all(_PINNED.fullmatch(line) for line in lines)
    if form == "conda_environment":
        return re.search(r"^dependencies:", text, re.MULTILINE) is not None
    return bool(text.strip())


def requirement_lines(text: str) -> Iterator[str]:
    """The requirements of a requirements file: without comments and options, continued lines joined."""
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        requirement = re.sub(r"(^|\s)#.*", "", line).strip()
        if requirement and not requirement.startswith("-"):
            yield requirement


def _candidates(project: Path, cwd: Path) -> Iterable[tuple[Path, LockFormat]]:
    folders = [folder for folder in (cwd, *cwd.parents) if folder.is_relative_to(project)]
    for folder in folders or [project]:
        try:
            names = sorted(path.name for path in folder.iterdir() if path.is_file())
        except OSError:
            continue
        for name in names:
            form = lock_format(name)
            if form is not None and name.isascii() and name.isprintable() and "\\" not in name:
                yield folder / name, form


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST_BYTES else None
    except OSError:
        return None
