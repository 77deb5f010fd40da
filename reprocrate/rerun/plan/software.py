"""What a plan requires of the software: interpreter, packages, programs, operating system."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.capture.privacy.scrubber import is_interpreter
from reprocrate.crate.foreign import NO_COMMAND
from reprocrate.manifest import OperatingSystem, Package
from reprocrate.rerun.interpreters import minor_version
from reprocrate.rerun.lock import INSTALLERS
from reprocrate.rerun.materials import source_folder
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.plan.wording import counted, listed
from reprocrate.rerun.platforms import is_for
from reprocrate.rerun.selection import Task

_FAMILIES = {
    "deep learning": (
        "torch",
        "tensorflow",
        "keras",
        "jax",
        "flax",
        "nvidia-",
        "triton",
        "cupy",
        "transformers",
    ),
    "numerical": (
        "numpy",
        "scipy",
        "scikit-learn",
        "pandas",
        "numba",
        "numexpr",
        "xgboost",
        "lightgbm",
        "catboost",
    ),
}
_NOT_REQUIRED = INSTALLERS | {"reprocrate"}  # the recorder is no part of what it records
_WITHOUT = "run without it, if the recorded command does not import it"


def software(setting: Setting) -> Iterator[Requirement]:
    """Everything that the recorded environment asks for."""
    yield _python(setting)
    yield from _packages(setting)
    yield from _commands(setting)
    yield from _programs(setting)
    if setting.environment and setting.environment.os:
        yield _system(setting, setting.environment.os, setting.host.system)


def _python(setting: Setting) -> Requirement:
    name = ("python", "version")
    recorded = setting.environment.python if setting.environment else None
    if recorded is None:
        reason = "which Python ran was not recorded, so no environment can be built"
        return setting.requirement(name, None, None, Decision.IMPOSSIBLE, reason)
    found = setting.host.pythons.get(recorded.version)
    words = f"{recorded.implementation or 'CPython'} {recorded.version}"
    here = f"CPython {found}" if found else None
    if found is None:
        minor = minor_version(recorded.version)
        reason = f"no interpreter of version {minor} is installed, and wheels are made for one minor version"
        how = f"install Python {minor}, for example with `uv python install {minor}`"
        return setting.requirement(name, words, here, Decision.IMPOSSIBLE, reason, how)
    if found == recorded.version:
        return setting.requirement(name, words, here, Decision.SAME, "the recorded version is installed")
    reason = "another patch release of the same minor version takes the same wheels"
    return setting.requirement(name, words, here, Decision.SUBSTITUTABLE, reason)


def _packages(setting: Setting) -> Iterator[Requirement]:
    packages = setting.environment.packages if setting.environment else ()
    left_out = _left_out(setting)
    from_index: list[Package] = []
    for package in packages:
        if package.name in _NOT_REQUIRED:
            continue
        if package.editable or package.source in ("local", "vcs", "url"):
            yield _not_from_an_index(setting, package)
        elif package.name in left_out:
            recorded, reason = _words(package), f"the lock leaves it out: {left_out[package.name]}"
            yield setting.requirement(
                ("packages", package.name), recorded, None, Decision.DEGRADED, reason, _WITHOUT
            )
        else:
            from_index.append(package)
    for family in ("deep learning", "numerical", "other"):
        members = [package for package in from_index if _family(package.name) == family]
        if members:
            yield _family_requirement(setting, family, members)


def _not_from_an_index(setting: Setting, package: Package) -> Requirement:
    """A package that came from a folder, a repository or an address: the lock cannot hold it."""
    how = "editable, from a folder" if package.editable else f"from {_ORIGIN[package.source or 'local']}"
    name, recorded = ("packages", package.name), f"{package.name} {package.version} ({how})"
    if setting.code and source_folder(package, setting.code) is not None:
        reason = "its source is part of the code and is imported from there"
        decision = Decision.SAME if package.editable else Decision.SUBSTITUTABLE
        return setting.requirement(name, recorded, "its source", decision, reason)
    reason = "it is not on a package index, so it is not installed; a run that imports it fails"
    return setting.requirement(name, recorded, None, Decision.DEGRADED, reason, _WITHOUT)


def _left_out(setting: Setting) -> dict[str, str]:
    """Why the lock leaves packages out, by their names: its entries begin with name and version."""
    lock = setting.environment.lock if setting.environment else None
    entries = [entry.partition(":") for entry in lock.left_out] if lock else []
    return {
        name.split()[0]: reason.strip() or "no reason was recorded"
        for name, _, reason in entries
        if name.split()
    }


_ORIGIN = {"local": "a folder or file", "vcs": "a repository", "url": "a web address"}


def _family(name: str) -> str:
    for family, prefixes in _FAMILIES.items():
        if name.startswith(prefixes):
            return family
    return "other"


def _family_requirement(setting: Setting, family: str, members: Sequence[Package]) -> Requirement:
    recorded = f"{counted(len(members), 'package')}: {listed(_words(one) for one in members)}"
    decision, found, reason = _wheels(setting)
    labelled = [one for one in members if one.local_label]
    if decision is Decision.SAME and labelled:
        decision = Decision.SUBSTITUTABLE
        found = "the same versions, in the build that the lock names or the index offers"
        reason = f"a lock need not name the recorded build of {listed(_words(one) for one in labelled)}"
    return setting.requirement(("packages", family), recorded, found, decision, reason)


def _words(package: Package) -> str:
    label = f"+{package.local_label}" if package.local_label else ""
    return f"{package.name} {package.version}{label}"


def _wheels(setting: Setting) -> tuple[Decision, str, str]:
    """What wheels will be installed here, as far as lock and platform tell."""
    lock = setting.environment.lock if setting.environment else None
    if lock is None or not lock.hashed:
        reason = "no lock with digests came along: files of the same version may not be the recorded ones"
        return Decision.SUBSTITUTABLE, "the same versions, unverified", reason
    houses = setting.environment.wheels if setting.environment else ()
    if any(is_for(house.platform, setting.host.system) and house.files for house in houses):
        decision = Decision.SAME if setting.same_platform else Decision.SUBSTITUTABLE
        return decision, "wheels that came along, verified by digest", _came_along(setting)
    if not setting.same_platform:
        return (
            Decision.SUBSTITUTABLE,
            "the same versions for this platform",
            "other platform's wheels of the lock",
        )
    return (
        Decision.SAME,
        "the same wheels, verified by digest",
        "the lock names them and the platform is the same",
    )


def _came_along(setting: Setting) -> str:
    """How far the wheels that came along suffice on this machine."""
    houses = setting.environment.wheels if setting.environment else ()
    left_out = [
        name
        for house in houses
        if is_for(house.platform, setting.host.system)
        for name in (entry.partition(":")[0] for entry in house.left_out)
    ]
    if left_out:
        return f"the package index is needed for {listed(left_out)}"
    return "no package index is needed"


def _commands(setting: Setting) -> Iterator[Requirement]:
    """Commands that nobody stated: a crate of another project need not say any."""
    for program in dict.fromkeys(task.configuration.command[0] for task in setting.tasks if _unstated(task)):
        reason = "the crate names what ran, and not the command that started it"
        yield setting.requirement(("program", program), None, None, Decision.IMPOSSIBLE, reason)


def _unstated(task: Task) -> bool:
    return NO_COMMAND in (task.configuration.model_extra or {})


def _programs(setting: Setting) -> Iterator[Requirement]:
    stated = (task for task in setting.tasks if not _unstated(task))
    for program in dict.fromkeys(task.configuration.command[0] for task in stated):
        if is_interpreter(program) or "/" in program:
            continue  # the environment's interpreter, or a file of the code
        name = ("program", program)
        if program in setting.host.programs:
            reason = "which version of it ran was not recorded"
            yield setting.requirement(name, program, program, Decision.SUBSTITUTABLE, reason)
        elif setting.environment and setting.environment.packages:
            reason = "it is not installed here and must come with the environment's packages"
            yield setting.requirement(name, program, None, Decision.SUBSTITUTABLE, reason)
        else:
            reason = "it is not installed here"
            yield setting.requirement(name, program, None, Decision.IMPOSSIBLE, reason, f"install {program}")


def _system(setting: Setting, recorded: OperatingSystem, here: OperatingSystem) -> Requirement:
    words, found = (", ".join(filter(None, (one.version or one.name, one.libc))) for one in (recorded, here))
    name = ("system", "release")
    if recorded.name != here.name:
        return setting.requirement(name, words, found, Decision.SUBSTITUTABLE, "another operating system")
    if recorded.libc != here.libc:
        reason = "the C library computes elementary functions, and its version differs"
        return setting.requirement(name, words, found, Decision.SUBSTITUTABLE, reason)
    return setting.requirement(name, words, found, Decision.SAME, "same system and C library")
