"""RC04: versions of software that are versions, and the same for all runs of a result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reprocrate.manifest import Environment, Lock, Manifest, Result
from reprocrate.validation.digests import EMPTY
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0413",
    SHOULD,
    spec="environment",
    since="1.0",
    says="the runs of result {result} had {package} {version} and {other}",
)
def runs_of_a_result_had_the_same_software(subject: Subject) -> Iterator[Found]:
    """The runs that a result rests on SHOULD have used the same versions of software.

    Judged: the environments that are there of the runs in the `runs` of each result: two of them name
        different versions of Python (its first two numbers), or list a package of the same name with
        different versions; once for each result, at its `runs`, with the first such package in the order of
        the first environment.
    Why: then the values vary over versions as well as over seeds, and no environment gives all of them again.
    Fix: run all seeds in one environment, or make a configuration and a result for each.
    """
    manifest = subject.well_formed
    if len(manifest.environments) < 2:
        return
    for pointer, result in numbered("/results", manifest.results):
        odd = _difference(subject, manifest, result)
        if odd:
            package, version, other = odd
            yield Found(f"{pointer}/runs", result=result.id, package=package, version=version, other=other)


def _difference(subject: Subject, manifest: Manifest, result: Result) -> tuple[str, str, str] | None:
    """The first package, with two versions of it."""
    names = dict.fromkeys(run.environment for run in subject.evidence.listed(result.runs).there)
    used = {each.id: each for each in manifest.environments if each.id in names}
    if len(used) < 2:
        return None
    first, *others = (_versions(used[name]) for name in names if name in used)
    for package, version in first.items():
        for other in others:
            if other.get(package, version) != version:
                return package, version, other[package]
    return None


def _versions(environment: Environment) -> Mapping[str, str]:
    python = environment.python.version.split(".")[:2] if environment.python else []
    found = {"Python": ".".join(python)} if python else {}
    return found | {each.name: each.version for each in environment.packages}


_VERSION = re.compile(
    r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*[-_.]?(?:(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]*)?"
    r"(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?(?:[-_.]?dev[-_.]?[0-9]*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?",
    re.IGNORECASE,
)
"""PEP 440, appendix B."""

_COMMIT = re.compile(r"[0-9a-f]{7,64}|[0-9]+|[^\s]*[0-9][^\s]*", re.IGNORECASE)


@rule("RC0414", SHOULD, spec="environment", since="1.0", says="package {package} has the {what} {value}")
def package_has_one_version(subject: Subject) -> Iterator[Found]:
    """The version of a package SHOULD be one version, and its commit no name of a branch.

    Judged: each of `packages` with `source` `pypi` whose `version` is none of PEP 440, at the `version`; and
        each with a `commit` that holds no digit, at the `commit`.
    Why: a range, a tag such as latest, or a branch is something else tomorrow.
    Fix: write the version that was installed, and the commit that was checked out.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            if package.source == "pypi" and not _VERSION.fullmatch(package.version):
                yield Found(f"{place}/version", package=package.name, what="version", value=package.version)
            if package.commit is not None and not _COMMIT.fullmatch(package.commit):
                yield Found(f"{place}/commit", package=package.name, what="commit", value=package.commit)


_NAMES = {
    "pylock.toml": "pylock",
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "pipfile.lock": "pipfile",
    "pixi.lock": "pixi",
    "conda-lock.yml": "conda_lock",
    "environment.yml": "conda_environment",
    "requirements.txt": "requirements",
}
"""What the tools themselves call their locks."""


@rule("RC0415", SHOULD, spec="environment", since="1.0", says="the lock {path} {what}")
def lock_is_one_of_its_environment(subject: Subject) -> Iterator[Found]:
    """A lock SHOULD be of the format that its name tells, and not be empty where packages were installed.

    Judged: each `lock` and each of `locks`. The last part of its `path` is, whatever the case, pylock.toml,
        uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pixi.lock, conda-lock.yml, environment.yml or
        requirements.txt, and its `format` is not that of this tool, at the `format`. Or a `lock` has the
        `size` 0 or the SHA-256 of no bytes, and the environment lists a package with `source` `pypi`, at the
        lock.
    Why: an environment that is built from it lacks packages, or cannot be built at all.
    Fix: correct the format; make the lock anew, for example with `reprocrate pack`.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        locks = [*numbered(f"{pointer}/locks", environment.locks)]
        if environment.lock:
            locks.insert(0, (f"{pointer}/lock", environment.lock))
        for place, lock in locks:
            told = _NAMES.get(lock.path.rpartition("/")[2].lower())
            if told is not None and told != lock.format:
                what = f"is said to be of the format {lock.format}"
                yield Found(f"{place}/format", path=lock.path, what=what)
        lock_is_empty = environment.lock is not None and _is_empty(environment.lock)
        if environment.lock and lock_is_empty and any(each.source == "pypi" for each in environment.packages):
            yield Found(
                f"{pointer}/lock", path=environment.lock.path, what="is empty, but there are packages"
            )


def _is_empty(lock: Lock) -> bool:
    return lock.size == 0 or lock.sha256 == EMPTY


@rule("RC0416", SHOULD, spec="environment", since="1.0", says="package {package} {what}")
def package_agrees_with_its_source(subject: Subject) -> Iterator[Found]:
    """What is said of a package SHOULD agree with where it was installed from.

    Judged: each of `packages` with a `commit` and the `source` pypi, conda or system, at the `commit`; with a
        `build` and the `source` pypi, vcs, url or local, at the `build`; and with a `sha256` that an earlier
        one of another name in the same environment has, at the `sha256`.
    Why: indexes have versions and no commits, conda alone has builds, and an archive is of one package.
    Fix: correct the `source`, or leave out what is not of it.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        archives: dict[str, str] = {}
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            if package.commit is not None and package.source in ("pypi", "conda", "system"):
                what = f"has a commit, but is from {package.source}"
                yield Found(f"{place}/commit", package=package.name, what=what)
            if package.build is not None and package.source in ("pypi", "vcs", "url", "local"):
                what = f"has a build of conda, but is from {package.source}"
                yield Found(f"{place}/build", package=package.name, what=what)
            if package.sha256 is not None:
                first = archives.setdefault(package.sha256, package.name)
                if first != package.name:
                    what = f"has the same archive as {first}"
                    yield Found(f"{place}/sha256", package=package.name, what=what)


@rule(
    "RC0417", SHOULD, spec="environment", since="1.0", says="{system} of {environment} is said to have {libc}"
)
def library_is_one_of_the_system(subject: Subject) -> Iterator[Found]:
    """The C library of an environment SHOULD be one that its system has.

    Judged: each `os` whose `name` is Darwin, macOS or Windows, whatever the case, with a `libc` that begins
        with glibc or musl; at the `libc`.
    Why: these libraries are those of Linux, so one of the two is of another machine.
    Fix: restore the record as it was written.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        system = environment.os
        if system is None or system.libc is None:
            continue
        is_of_linux = system.libc.lower().startswith(("glibc", "musl"))
        if is_of_linux and system.name.lower() in ("darwin", "macos", "windows"):
            yield Found(
                f"{pointer}/os/libc", system=system.name, environment=environment.id, libc=system.libc
            )
