"""What a plan requires of the software: interpreter, programs, operating system, and packages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reprocrate.capture.privacy.scrubber import is_interpreter
from reprocrate.errors import UnavailableError
from reprocrate.manifest import OperatingSystem
from reprocrate.rerun.environment.builders import builder_for
from reprocrate.rerun.environment.building import Recipe
from reprocrate.rerun.environment.conda.lists import READ
from reprocrate.rerun.environment.interpreters import (
    TOO_OLD,
    how_to_install,
    how_to_run,
    minor_version,
    too_old,
)
from reprocrate.rerun.environment.locks import built_from, without_conda
from reprocrate.rerun.plan.conda import conda, of_conda, pip_without_lock
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.packages import packages
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.work.selection import Task


def software(setting: Setting) -> Iterator[Requirement]:
    """Everything that the recorded environment asks for."""
    linked = of_conda(setting.environment, setting.host.conda)
    yield _python(setting) if linked is None else _python_of_conda(setting)
    yield from _made_by_hand(setting)
    yield from conda(setting)
    if linked is None or setting.environment is None:
        yield from packages(setting)
    elif not pip_without_lock(setting.environment):
        yield from packages(replace(setting, environment=without_conda(setting.environment)))
    yield from _commands(setting)
    yield from _programs(setting)
    if setting.environment and setting.environment.os:
        yield _system(setting, setting.environment.os, setting.host.system)


def _made_by_hand(setting: Setting) -> Iterator[Requirement]:
    """An environment whose lock nothing here can build from."""
    lock = built_from(setting.environment, setting.host.conda) if setting.environment else None
    if lock is None or lock.format in ("requirements", *READ):
        return  # what stands in the way of the latter is said of the packages of conda
    name, words = ("packages", "environment"), f"a lock of the kind {lock.format}: {lock.path}"
    try:
        lack = builder_for(lock.format).lacks(Recipe("", "", format=lock.format, name=lock.path))
    except UnavailableError as error:
        lack = f"{error.what}: {error.why}", error.fix
    if lack:
        yield setting.requirement(name, words, None, Decision.IMPOSSIBLE, lack[0], lack[1] or None)


def _python(setting: Setting) -> Requirement:
    name = ("python", "version")
    recorded = setting.environment.python if setting.environment else None
    if recorded is None:
        reason = "which Python ran was not recorded, so no environment can be built"
        return setting.requirement(name, None, None, Decision.IMPOSSIBLE, reason)
    found = setting.host.pythons.get(recorded.version)
    words = f"{recorded.implementation or 'CPython'} {recorded.version}"
    here = f"CPython {found}" if found else None
    if too_old(recorded.version):
        how = how_to_run(recorded.version)
        return setting.requirement(name, words, None, Decision.IMPOSSIBLE, TOO_OLD, how)
    if found is None:
        minor = minor_version(recorded.version)
        reason = f"no interpreter of version {minor} is installed, and wheels are made for one minor version"
        how = how_to_install(recorded.version)
        if (recorded.implementation or "CPython").lower() != "cpython":
            reason, how = "only CPython can be provided", "rerun it by hand, following REPRODUCING.md"
        return setting.requirement(name, words, here, Decision.IMPOSSIBLE, reason, how)
    if found == recorded.version:
        return setting.requirement(name, words, here, Decision.SAME, "the recorded version is installed")
    reason = "another patch release of the same minor version takes the same wheels"
    return setting.requirement(name, words, here, Decision.SUBSTITUTABLE, reason)


def _python_of_conda(setting: Setting) -> Requirement:
    """The interpreter is one of the packages of conda."""
    recorded = setting.environment.python if setting.environment else None
    words = f"{recorded.implementation or 'CPython'} {recorded.version}" if recorded else None
    reason = "it comes with the packages of conda"
    return setting.requirement(("python", "version"), words, words, Decision.SAME, reason)


def _commands(setting: Setting) -> Iterator[Requirement]:
    """Commands that nobody stated: a crate of another project need not say any."""
    for program in dict.fromkeys(task.configuration.command[0] for task in setting.tasks if _unstated(task)):
        reason = "the crate names what ran, and not the command that started it"
        yield setting.requirement(("program", program), None, None, Decision.IMPOSSIBLE, reason)


def _unstated(task: Task) -> bool:
    if not (extra := task.configuration.model_extra):
        return False
    from reprocrate.crate.foreign import NO_COMMAND  # few bundles were made of another project's crate

    return NO_COMMAND in extra


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
    if setting.host.described and recorded.libc != here.libc:
        reason = "which release it has was not said, and its C library computes elementary functions"
        return setting.requirement(name, words, found, Decision.SUBSTITUTABLE, reason)
    if recorded.libc != here.libc:
        reason = "the C library computes elementary functions, and its version differs"
        return setting.requirement(name, words, found, Decision.SUBSTITUTABLE, reason)
    return setting.requirement(name, words, found, Decision.SAME, "same system and C library")
