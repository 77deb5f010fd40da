"""RC04: the software that ran, and whether it can be installed again."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0401", SHOULD, spec="environment", since="1.0", says="run {run} does not say which environment it used"
)
def run_names_its_environment(subject: Subject) -> Iterator[Found]:
    """A run that a result rests on SHOULD name the environment that it used.

    Judged: each evidence run without `environment`; at the run.
    Why: versions of libraries change results; without them a rerun that differs explains nothing.
    Fix: run again with `reprocrate run`, which records the environment.
    """
    for index, run in subject.evidence.counting:
        if not run.environment:
            yield Found(f"/runs/{index}", run=run.id)


@rule("RC0402", SHOULD, spec="environment", since="1.0", says="environment {environment} does not say {what}")
def environment_names_interpreter_and_packages(subject: Subject) -> Iterator[Found]:
    """An environment SHOULD name its interpreter and packages, or the digest of a container image.

    Judged: each environment without `container.digest` that has no `python`, or neither `packages` nor
        `lock`; once for each, at the environment. Where `history` has an entry with the section
        `environments` and `how` `captured`, absent or empty `packages` mean that there were none, and only
        `python` is demanded.
    Why: an environment is built again from these, or not at all.
    Fix: run again with `reprocrate run`, which reads both from the interpreter that runs the command.
    """
    history = subject.well_formed.history
    # Where a program looked, no package is what it found: such an environment has none.
    looked = any(entry.section == "environments" and entry.how == "captured" for entry in history)
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        if environment.container and environment.container.digest:
            continue
        if not environment.python:
            yield Found(pointer, environment=environment.id, what="which interpreter it had")
        elif not (environment.packages or environment.lock or looked):
            yield Found(pointer, environment=environment.id, what="which packages were installed")


@rule("RC0403", SHOULD, spec="environment", since="1.0", says="environment {environment} has no lock")
def environment_has_a_lock(subject: Subject) -> Iterator[Found]:
    """An environment SHOULD have a lock, or a container image with its digest.

    Judged: each environment with neither `lock` nor a container digest; at the environment.
    Why: a list of packages leaves open where they come from and what they need on another system.
    Fix: run `reprocrate pack`, which makes a lock.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        has_image = environment.container is not None and environment.container.digest is not None
        if not environment.lock and not has_image:
            yield Found(pointer, environment=environment.id)


@rule("RC0404", SHOULD, spec="environment", since="1.0", says="the lock {path} has entries without a digest")
def lock_is_hashed(subject: Subject) -> Iterator[Found]:
    """A lock SHOULD carry a digest for every entry.

    Judged: each `lock` whose `hashed` is not true; at the lock.
    Why: without digests a package of the same version with other content would be installed unnoticed.
    Fix: run `reprocrate pack` where the package index can be reached, or make the lock with digests, as
        `uv pip compile --generate-hashes` does.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        if environment.lock and not environment.lock.hashed:
            yield Found(f"{pointer}/lock", path=environment.lock.path)


@rule(
    "RC0405", SHOULD, spec="environment", since="1.0", says="package {package} {version} was installed {how}"
)
def packages_come_from_an_index(subject: Subject) -> Iterator[Found]:
    """Packages SHOULD come from an index, not from a folder of the machine or in place.

    Judged: each package with `editable` true or `source` `local`, but for `in_project` true; at the package.
    Why: nobody else has that folder, and the source of a package installed in place may have changed. What
        lies in the project is recorded with its code.
    Fix: publish the package, or make it part of the project's code.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            if (package.editable or package.source == "local") and not package.in_project:
                how = "in place (editable)" if package.editable else "from a local folder or file"
                yield Found(place, package=package.name, version=package.version, how=how)


@rule("RC0406", SHOULD, spec="environment", since="1.0", says="the lock {path} leaves out {packages}")
def lock_names_every_package(subject: Subject) -> Iterator[Found]:
    """A lock SHOULD name every package that was installed.

    Judged: each `lock` whose `left_out` is not empty; at the `left_out`.
    Why: what it leaves out is absent when the environment is built again.
    Fix: install these packages from an index, or make their source part of the project's code, and run again.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        lock = environment.lock
        if lock and lock.left_out:
            yield Found(f"{pointer}/lock/left_out", path=lock.path, packages=lock.left_out)


@rule(
    "RC0407",
    MUST,
    spec="environment",
    since="1.0",
    says="environment {environment} has package {package} twice: {version} and {other}",
)
def package_is_listed_once(subject: Subject) -> Iterator[Found]:
    """An environment MUST NOT list two packages of the same name.

    Judged: each package of an environment whose `name` an earlier one has; at the later package.
    Why: a program imports one of them, and nobody can tell which; an installer refuses both at once.
    Fix: list the one that is found first on the search path.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        seen: dict[str, str] = {}
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            if package.name in seen:
                yield Found(
                    place,
                    environment=environment.id,
                    package=package.name,
                    version=package.version,
                    other=seen[package.name],
                )
            seen.setdefault(package.name, package.version)


@rule(
    "RC0408",
    MUST,
    spec="environment",
    since="1.0",
    says="the version {version} of {package} holds the local label {label}",
)
def local_label_stands_apart(subject: Subject) -> Iterator[Found]:
    """A local version label MUST stand in `local_label`, not in the version.

    Judged: each package with a `version` that holds a `+` after its first character, unless its `source` is
        `conda` or `system`; at the `version`.
    Why: an index has the public version only, so a version with a label is found nowhere. Versions of conda
        and of the operating system have forms of their own.
    Fix: write what follows the plus sign as `local_label`.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            version, plus, label = package.version.partition("+")
            if plus and version and package.source not in ("conda", "system"):
                yield Found(
                    f"{place}/version",
                    package=package.name,
                    version=package.version,
                    label=label or "(empty)",
                )


@rule(
    "RC0409",
    SHOULD,
    spec="environment",
    since="1.0",
    says="package {package} {version} came from {source}, and nothing says {what}",
)
def package_from_elsewhere_says_where_from(subject: Subject) -> Iterator[Found]:
    """A package from a repository SHOULD name its address and commit, one from an archive its address.

    Judged: each package with `source` `vcs` and no `url` or no `commit`, or with `source` `url` and no `url`;
        at the package.
    Why: the version alone does not tell which of many commits was installed, or where it can be had.
    Fix: install it from an index, or from an address without a password in it, and run again.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            missing = [] if package.url else ["its address"]
            missing += [] if package.commit or package.source != "vcs" else ["its commit"]
            if missing and package.source in _ELSEWHERE:
                yield Found(
                    place,
                    package=package.name,
                    version=package.version,
                    source=_ELSEWHERE[package.source],
                    what=" and ".join(missing),
                )


_ELSEWHERE = {"vcs": "a repository", "url": "an archive"}


@rule(
    "RC0410",
    SHOULD,
    spec="environment",
    since="1.0",
    says="environment {environment} is for {machine}, but run {run} used it on {architecture}",
)
def environment_is_for_its_hardware(subject: Subject) -> Iterator[Found]:
    """An environment SHOULD be for the architecture of a machine that it was used on.

    Judged: each `os.machine` of an environment, against the first run that names the environment and
        `hardware` that is all there, with a `cpu` each: none of these has an `architecture` of its family,
        and all of them are of a known one. Families are, in any case, `x86`, `i386` to `i686`, `x86_64`,
        `x64` and `amd64`; and `aarch64` and what begins with `arm`; at the `machine`.
    Why: programs that are emulated give other times and may give other bits; mostly a reference is wrong.
    Fix: correct the run's `environment` or `hardware`, or restore the record as it was written.
    """
    manifest = subject.well_formed
    for pointer, environment in numbered("/environments", manifest.environments):
        machine = environment.os.machine if environment.os else None
        family = _family(machine or "")
        users = [run for run in manifest.runs if family and run.environment == environment.id]
        for run in users:
            found = [manifest.find_hardware(name) for name in run.hardware]
            kinds = [each.cpu.architecture if each and each.cpu else "" for each in found]
            families = {_family(kind) for kind in kinds}
            if not kinds or "" in kinds:
                continue
            if None not in families and family not in families:
                yield Found(
                    f"{pointer}/os/machine",
                    environment=environment.id,
                    machine=machine,
                    run=run.id,
                    architecture=kinds[0],
                )
            break


@rule(
    "RC0411",
    SHOULD,
    spec="environment",
    since="1.0",
    says="what was installed differs from the author's lock {path}: {packages}",
)
def lock_is_what_was_installed(subject: Subject) -> Iterator[Found]:
    """A lock that lay beside what ran SHOULD name the versions that were installed.

    Judged: each of `locks` whose `differing` is not empty; at the `differing`.
    Why: who installs from it gets other versions than those that gave the results.
    Fix: install from the lock, for example with `uv sync`, and run again; or bring the lock up to date.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, lock in numbered(f"{pointer}/locks", environment.locks):
            if lock.differing:
                yield Found(f"{place}/differing", path=lock.path, packages=lock.differing)


@rule(
    "RC0412",
    SHOULD,
    spec="environment",
    since="1.0",
    says="package {package} {version} is not what its version says: {how}",
)
def package_is_as_published(subject: Subject) -> Iterator[Found]:
    """The code of an installed package SHOULD be that of its version, or of its commit.

    Judged: each package with a non-empty `altered`, or with `dirty` true; once, at the `altered` or else the
        `dirty`.
    Why: a rerun installs the version or the commit, and silently runs other code than the one recorded.
    Fix: install the package anew and run again; or keep the changed copy as part of the project's code.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            if package.altered:
                how = f"edited after it was installed were {', '.join(package.altered)}"
                yield Found(f"{place}/altered", package=package.name, version=package.version, how=how)
            elif package.dirty:
                how = "the source that it is installed in place from has changes that are in no commit"
                yield Found(f"{place}/dirty", package=package.name, version=package.version, how=how)


def _family(architecture: str) -> str | None:
    name = architecture.lower()
    if name in ("x86", "i386", "i486", "i586", "i686", "x86_64", "x64", "amd64"):
        return "x86"
    return "arm" if name == "aarch64" or name.startswith("arm") else None
