"""The locks that lay beside what ran: as manifest sections, and against what was installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from reprocrate.assembly.lock_contents import LockedFile, LockedPackage, locked_packages
from reprocrate.capture.code.objects import object_path
from reprocrate.capture.environment.conda import conda_name
from reprocrate.capture.record import Environment, LockFile, Package

FOLDER = ".reprocrate/environment"
_COMPLETE = frozenset({"uv", "pylock", "poetry", "pdm", "pipfile", "pixi", "conda", "conda_lock"})
"""Formats that name every package of an environment, and not only some that are wanted."""
_NOT_LOCKED = frozenset({"pip", "uv", "wheel", "setuptools", "distribute", "reprocrate", "conda", "mamba"})


@dataclass(frozen=True)
class KeptLock:
    """A lock and what it fixes; None where that could not be read."""

    file: LockFile
    packages: tuple[LockedPackage, ...] | None


def kept_locks(project: Path, environment: Environment) -> tuple[KeptLock, ...]:
    """The locks that a record names, with what they fix."""
    return tuple(
        KeptLock(one, _read(project / object_path(one.sha256), one.format)) for one in environment.locks
    )


def lock_sections(locks: Iterable[KeptLock], environment: Environment) -> list[dict[str, Any]]:
    """These locks as sections of a manifest."""
    return [_section(lock, environment) for lock in locks]


def with_digests(packages: Sequence[Package], locks: Sequence[KeptLock]) -> tuple[Package, ...]:
    """The packages with the digests that locks have of the wheels that they were installed from.

    A lock lists the files of a version; the installed one is that with the tags that the package has noted.
    What was built from source has tags of its own, and no file of a lock has them.
    """
    found = _wheels(locks)
    return tuple(_with_digest(one, found) for one in packages)


def known_digests(locks: Sequence[KeptLock]) -> dict[tuple[str, str], tuple[str, ...]]:
    """SHA-256 digests of all files of a version, by name and version."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for package in _fetched(locks):
        digests = found.setdefault((package.name, package.version), {})
        digests.update(dict.fromkeys(file.sha256 for file in package.files))
    return {key: tuple(sorted(digests)) for key, digests in found.items() if digests}


@lru_cache(maxsize=32)
def _read(path: Path, form: str) -> tuple[LockedPackage, ...] | None:
    """Kept files never change, so what was read once is known."""
    try:
        return locked_packages(form, path.read_bytes())
    except OSError:
        return None


def _section(lock: KeptLock, environment: Environment) -> dict[str, Any]:
    section: dict[str, Any] = {
        "path": f"{FOLDER}/{lock.file.sha256[:12]}/{lock.file.name}",
        "size": lock.file.size,
        "sha256": lock.file.sha256,
        "format": lock.file.format,
    }
    if lock.packages is None:
        return section
    fetched = [one for one in lock.packages if one.fetched]
    hashed = bool(fetched) and all(one.hashed for one in fetched)
    return section | {"hashed": hashed, "differing": list(_differing(lock, environment))}


def _differing(lock: KeptLock, environment: Environment) -> Iterator[str]:
    """What was installed in another version than the lock has, or though the lock does not name it."""
    locked: dict[tuple[str, str], list[str]] = {}
    for one in lock.packages or ():
        locked.setdefault((one.manager, one.name), []).append(one.version)
    named_managers = {manager for manager, _ in locked}
    is_short = lock.file.format == "conda_environment"  # there `numpy=1.26` stands for each 1.26.x
    for manager, name, version in _installed(environment):
        versions = locked.get((manager, name))
        if versions is None:
            complete = lock.file.format in _COMPLETE and manager in named_managers
            if complete and name not in _NOT_LOCKED:
                yield f"{name}: {version} was installed, the lock does not name it"
        elif not any(_is_same(version, one) or (is_short and _begins(version, one)) for one in versions):
            yield f"{name}: {version} was installed, the lock has {' or '.join(sorted(set(versions)))}"


def _installed(environment: Environment) -> Iterator[tuple[str, str, str]]:
    """Manager, name and version of all that a lock could name."""
    for one in environment.packages:
        version = f"{one.version}+{one.local_label}" if one.local_label else one.version
        if one.source == "conda":
            yield "conda", conda_name(one), version
        elif one.source != "system" and not one.editable:
            yield "pypi", one.name, version
    for other in environment.other_packages:
        yield "conda", other.name, other.version


def _is_same(installed: str, locked: str) -> bool:
    """Whether two versions are equal, as far as writing goes; a lock without local label leaves it open."""
    if "+" not in locked:
        installed = installed.partition("+")[0]
    return _plain(installed) == _plain(locked)


def _begins(installed: str, locked: str) -> bool:
    return installed.startswith(f"{locked}.")


def _plain(version: str) -> tuple[str, str]:
    """A version without what PEP 440 does not count: case, a leading `v`, zeros at the end of the release."""
    public, _, label = version.lower().removeprefix("v").partition("+")
    while public.endswith(".0"):
        public = public.removesuffix(".0")
    return public, label


def _fetched(locks: Iterable[KeptLock]) -> Iterator[LockedPackage]:
    for lock in locks:
        yield from (one for one in lock.packages or () if one.fetched and one.manager == "pypi")


def _wheels(locks: Sequence[KeptLock]) -> dict[tuple[str, str], dict[frozenset[str], set[str]]]:
    """Digests of wheels by their tags, by name and public version."""
    found: dict[tuple[str, str], dict[frozenset[str], set[str]]] = {}
    for package in _fetched(locks):
        wheels = found.setdefault((package.name, _plain(package.version)[0]), {})
        for file in package.files:
            tags = wheel_tags(file)
            if tags:
                wheels.setdefault(tags, set()).add(file.sha256)
    return found


def wheel_tags(file: LockedFile) -> frozenset[str]:
    """What a wheel is for, from its name (PEP 427): sets of tags are written with dots between them."""
    parts = file.name.removesuffix(".whl").split("-")
    if not file.name.endswith(".whl") or len(parts) not in (5, 6):
        return frozenset()
    return frozenset("-".join(tag) for tag in product(*(part.split(".") for part in parts[-3:])))


def _with_digest(
    package: Package, wheels: Mapping[tuple[str, str], Mapping[frozenset[str], set[str]]]
) -> Package:
    if package.sha256 or package.source != "pypi":
        return package
    of_version = wheels.get((package.name, _plain(package.version)[0]), {})
    digests = of_version.get(frozenset(package.wheel_tags), set())
    if len(digests) != 1:
        return package
    return replace(package, sha256=next(iter(digests)), sha256_from="lock")
