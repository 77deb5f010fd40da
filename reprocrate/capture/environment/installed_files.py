"""Files of installed packages that ran and are not as their installer left them.

An installer lists what it puts there with size and SHA-256 (`RECORD`, PEP 376 and PEP 627). Only modules that
were imported are looked at, and read only where their size or time says that they may have changed since.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.capture.environment.distributions import Distribution
from reprocrate.capture.observation.processes import Process
from reprocrate.errors import UnavailableError
from reprocrate.files import safe_relative, sha256_file

_MOST_NAMED = 20
_SLACK_NS = 2_000_000_000
"""What unpacking and writing the list may take, and the coarsest clock of a file system."""

_CHEAP_BYTES = 10_000_000
"""Larger files are read only if they were written; smaller ones also if only something about them changed."""


@dataclass(frozen=True)
class _Entry:
    """What a list says of a file, and the list's own time."""

    distribution: int
    sha256: str
    size: int | None
    listed_ns: int


def with_altered(distributions: Sequence[Distribution], processes: Iterable[Process]) -> list[Distribution]:
    """The distributions with the files that ran and are not as they were installed."""
    altered: dict[int, list[str]] = {}
    for folder, modules in _imported(processes).items():
        entries = _listed(distributions, Path(folder), modules)
        for path in sorted(modules & entries.keys()):
            if _is_altered(Path(folder, path), entries[path]):
                altered.setdefault(entries[path].distribution, []).append(path)
    return [
        replace(one, package=replace(one.package, altered=_names(altered[number])))
        if number in altered
        else one
        for number, one in enumerate(distributions)
    ]


def _names(paths: Iterable[str]) -> tuple[str, ...]:
    found = []
    for path in sorted(paths)[:_MOST_NAMED]:
        try:
            found.append(safe_relative(path))
        except ValueError:
            continue
    return tuple(found)


def _imported(processes: Iterable[Process]) -> dict[str, set[str]]:
    """Files of imported modules, relative to the folder of the search path that they lie in."""
    found: dict[str, set[str]] = {}
    for process in processes:
        installed = process.end.get("installed")
        for folder, paths in installed.items() if isinstance(installed, Mapping) else ():
            found.setdefault(str(folder), set()).update(map(str, paths))
    return found


def _listed(distributions: Sequence[Distribution], folder: Path, modules: set[str]) -> dict[str, _Entry]:
    """What the lists of the distributions in a folder say of these files."""
    found: dict[str, _Entry] = {}
    for number, one in enumerate(distributions):
        if one.metadata.parent != folder or one.source is not None:
            continue
        try:
            record = one.metadata / "RECORD"
            listed_ns = record.stat().st_mtime_ns
            text = record.read_text(encoding="utf-8", errors="replace")
        except OSError:  # the system's packages have none
            continue
        found |= _entries(text, modules, number, listed_ns)
    return found


def _entries(text: str, modules: set[str], number: int, listed_ns: int) -> dict[str, _Entry]:
    """Entries of a list: path, digest and size between commas; a path that holds a comma stands in quotes."""
    found = {}
    for line in text.splitlines():
        path, _, rest = line.partition(",")
        if path in modules:
            digest, _, size = rest.partition(",")
            sha256 = _sha256(digest)
            if sha256:
                found[path] = _Entry(number, sha256, int(size) if size.isdecimal() else None, listed_ns)
    return found


def _sha256(digest: str) -> str | None:
    algorithm, _, text = digest.partition("=")
    if algorithm != "sha256":
        return None
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    except ValueError:
        return None


def _is_altered(path: Path, entry: _Entry) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    if entry.size is not None and status.st_size != entry.size:
        return True
    # Time stamps can be set back, but not that of the last change of these; a hard link changes that too.
    touched_ns = status.st_ctime_ns if status.st_size <= _CHEAP_BYTES else 0
    if max(status.st_mtime_ns, touched_ns) <= entry.listed_ns + _SLACK_NS:
        return False
    try:
        return sha256_file(path).sha256 != entry.sha256
    except UnavailableError:
        return False
