"""RC07: whether wheels that travel fit the environment that they are for, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.manifest import Environment
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_SYSTEMS = {
    "linux": ("manylinux", "musllinux", "linux"),
    "windows": ("win",),
    "darwin": ("macosx",),
    "apple": ("macosx",),
}
_MACHINES = ("x86_64", "aarch64", "arm64", "amd64", "i686", "ppc64le", "s390x", "riscv64", "armv7l")
_ALIKE = {"amd64": "x86_64", "arm64": "aarch64"}
_OF_CPYTHON = re.compile(r"cp([0-9])([0-9]+)")


@rule("RC0709", SHOULD, spec="environment", since="1.0", says="wheel {wheel} is {what}")
def wheel_fits_its_environment(subject: Subject) -> Iterator[Found]:
    """A wheel of an environment SHOULD fit its interpreter, its packages and the platform, by its name.

    Judged: each file in `wheels[].files` whose name is that of a wheel (name, version, an optional build,
        tags of Python, ABI and platform, parted by hyphens, and `.whl`), of an environment. `packages` has
        the normalised name, with another version; each Python tag is `cp` and a version, none is that of
        `python.version`, which is CPython, and no ABI tag is `abi3` with a version that is not later; or the
        platform tags are not `any`, and the `platform` of the entry names another system (linux, windows,
        darwin or apple), or another machine (x86_64 as amd64, aarch64 as arm64, and others), than all of
        them, `universal2` being for both; at the file.
    Why: an installer passes over a wheel that does not fit, and the package is missing offline.
    Fix: fetch the wheels anew for this environment, for example with `reprocrate pack --wheels`.
    """
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        for place, house in numbered(f"{pointer}/wheels", environment.wheels):
            for inner, file in numbered(f"{place}/files", house.files):
                name = file.path.rpartition("/")[2]
                what = _misfit(name, environment, house.platform)
                if what:
                    yield Found(inner, wheel=name, what=what)


def _misfit(name: str, environment: Environment, platform: str) -> str:
    parts = name.removesuffix(".whl").split("-")
    if not name.endswith(".whl") or len(parts) not in (5, 6):
        return ""
    package, version = re.sub(r"[-_.]+", "-", parts[0]).lower(), parts[1].split("+")[0]
    listed = [each.version for each in environment.packages if each.name == package]
    if listed and version not in listed:
        return f"of another version than {listed[0]}"
    if not _is_for(environment, parts[-3].split("."), parts[-2].split(".")):
        return "for another Python"
    return "" if _is_on(platform.lower(), parts[-1].lower().split(".")) else f"not for {platform}"


def _is_for(environment: Environment, pythons: list[str], abis: list[str]) -> bool:
    python = environment.python
    tags = [_OF_CPYTHON.fullmatch(tag) for tag in pythons]
    if python is None or (python.implementation or "CPython") != "CPython" or None in tags:
        return True
    major, minor, *_ = (*python.version.split("."), "0")
    if not minor.isdigit():
        return True
    wanted = (int(major), int(minor))
    found = [(int(tag[1]), int(tag[2])) for tag in tags if tag]
    return wanted in found or ("abi3" in abis and any(each <= wanted for each in found))


def _is_on(platform: str, tags: list[str]) -> bool:
    if "any" in tags:
        return True
    systems = next((names for word, names in _SYSTEMS.items() if word in platform), ())
    if systems and not any(tag.startswith(systems) for tag in tags):
        return False
    machine = _machine(platform)
    machines = {_machine(tag) for tag in tags}
    is_told = machine is not None and None not in machines
    return not is_told or machine in machines


def _machine(text: str) -> str | None:
    found = next((each for each in _MACHINES if each in text), None)
    return _ALIKE.get(found, found) if found else None
