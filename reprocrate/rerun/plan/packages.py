"""What a plan requires of packages: which version in which build is installed here, and which is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.manifest import Package
from reprocrate.rerun.environment.builds import OF_ACCELERATORS, Build, choose_build
from reprocrate.rerun.environment.lock import INSTALLERS
from reprocrate.rerun.environment.platforms import is_for
from reprocrate.rerun.environment.requirements import normalised
from reprocrate.rerun.environment.torch_builds import is_of_torch
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.wording import counted, listed, size_text
from reprocrate.rerun.work.materials import source_folder

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
_UNPACKED = 3.5  # how many times its size a wheel takes when unpacked: 2.5 to 3.5 for eight numerical ones
_WITHOUT = "run without it, if the recorded command does not import it"


def packages(setting: Setting) -> Iterator[Requirement]:
    """Every recorded package: those that are not installed as recorded one by one, the others by families."""
    recorded = setting.environment.packages if setting.environment else ()
    wanted = [one for one in recorded if one.name not in _NOT_REQUIRED]
    single = {one.name: found for one in wanted if (found := _of_its_own(setting, one))}
    yield from single.values()
    yield from _come_with_the_build(setting)
    rest = [one for one in wanted if one.name not in single and not _left_to_the_build(setting, one)]
    needless = _needless(setting, rest)
    if needless:
        yield _not_needed(setting, needless)
    pure = _pure(setting, [one for one in rest if one not in needless])
    if pure:
        yield _of_every_platform(setting, pure)
    for family in ("deep learning", "numerical", "other"):
        members = [one for one in rest if one not in (*needless, *pure) and _family(one.name) == family]
        if members:
            yield _family_requirement(setting, family, members)
    yield from _disk(setting)


def _of_its_own(setting: Setting, package: Package) -> Requirement | None:
    """What is to be said of one package; None where it is installed like its family."""
    left_out, lacking, build = _left_out(setting), _lacking(setting), _build(setting)
    if package.editable or package.source in ("local", "vcs", "url"):
        return _not_from_an_index(setting, package)
    if package.name in left_out:
        words, reason = _words(package), f"the lock leaves it out: {left_out[package.name]}"
        name = ("packages", package.name)
        return setting.requirement(name, words, None, Decision.DEGRADED, reason, _WITHOUT)
    if build and is_of_torch(package.name) and (build.changed or not build.possible):
        return _other_build(setting, package, build, lacking.get(package.name))
    if package.name in lacking:
        return _no_wheel(setting, package, lacking[package.name])
    if withdrawn := _withdrawn(setting).get(package.name):
        reason = f"the index has withdrawn this version ({withdrawn}), and still has it for who names it"
        name, words = ("packages", package.name), _words(package)
        decision = Decision.SAME if setting.same_platform else Decision.SUBSTITUTABLE
        return setting.requirement(name, words, words, decision, reason)
    return None


def _build(setting: Setting) -> Build | None:
    if setting.environment is None:
        return None
    return choose_build(setting.environment, setting.host.system, setting.host.hardware.accelerators)


def _other_build(setting: Setting, package: Package, build: Build, lacking: str | None) -> Requirement:
    """A package of PyTorch in the build for the devices of this machine."""
    name, recorded = ("packages", package.name), _words(package)
    if not build.possible:
        override = "install a newer driver, or use a machine with another device"
        return setting.requirement(name, recorded, None, Decision.IMPOSSIBLE, build.reason, override)
    found = f"{package.name} {package.version}" + (f"+{build.chosen}" if build.chosen else "")
    reason = f"{build.reason}: the same version is locked again in the build for this machine"
    if lacking:
        reason = f"{reason}; in the recorded build {lacking}"
    return setting.requirement(name, recorded, found, Decision.SUBSTITUTABLE, reason)


def _left_to_the_build(setting: Setting, package: Package) -> bool:
    """Whether a package belongs to the recorded build, in place of which another one is taken."""
    build = _build(setting)
    system = setting.environment.os if setting.environment else None
    to_macos = setting.host.system.name == "Darwin" and (system is None or system.name != "Darwin")
    return bool(build and (build.changed or to_macos)) and package.name.startswith(OF_ACCELERATORS)


def _come_with_the_build(setting: Setting) -> Iterator[Requirement]:
    """Libraries of the recorded build: another build brings its own, or none."""
    recorded = setting.environment.packages if setting.environment else ()
    members = [one for one in recorded if _left_to_the_build(setting, one)]
    if members:
        reason = "they belong to the recorded build; the one for this machine brings its own, if it needs any"
        name = ("packages", "accelerator libraries")
        yield setting.requirement(name, _counted(members), None, Decision.SUBSTITUTABLE, reason)


def _needless(setting: Setting, members: Sequence[Package]) -> list[Package]:
    """Packages that the lock has for other platforms only, where the package index was asked."""
    choice = setting.host.wheels.get(setting.environment.id) if setting.environment else None
    if choice is None:
        return []
    chosen = {one.name for one in choice.wheels}
    return [one for one in members if one.name not in chosen and one.source in (None, "pypi")]


def _not_needed(setting: Setting, members: Sequence[Package]) -> Requirement:
    reason = "nothing there asks for them on this platform"
    name = ("packages", "of other platforms")
    return setting.requirement(name, _counted(members), None, Decision.SUBSTITUTABLE, reason)


def _pure(setting: Setting, members: Sequence[Package]) -> list[Package]:
    """Packages whose very wheels another platform takes, too, as far as the names of wheels are known.

    The last two tags say so: no ABI and any platform (PEP 425).
    """
    environment = setting.environment
    lock = environment.lock if environment else None
    if environment is None or lock is None or not lock.hashed or setting.same_platform:
        return []
    choice = setting.host.wheels.get(environment.id)
    asked = [one.file for one in choice.wheels] if choice else []
    came = [file.path.rpartition("/")[2] for house in environment.wheels for file in house.files]
    names = {normalised(one.partition("-")[0]) for one in asked or came if one.endswith("-none-any.whl")}
    return [one for one in members if one.name in names]


def _of_every_platform(setting: Setting, members: Sequence[Package]) -> Requirement:
    name = ("packages", "of every platform")
    found = "the same wheels, verified by digest"
    reason = "they hold no compiled code and are for every platform"
    return setting.requirement(name, _counted(members), found, Decision.SAME, reason)


def _counted(members: Sequence[Package]) -> str:
    return f"{counted(len(members), 'package')}: {listed(_words(one) for one in members)}"


def _lacking(setting: Setting) -> dict[str, str]:
    """Why packages of the lock have no wheel for this machine, where the package index was asked."""
    choice = setting.host.wheels.get(setting.environment.id) if setting.environment else None
    return {one.name: one.reason for one in choice.lacking} if choice else {}


def _withdrawn(setting: Setting) -> dict[str, str]:
    """Why the index has withdrawn versions, where it was asked."""
    choice = setting.host.wheels.get(setting.environment.id) if setting.environment else None
    return {one.name: one.reason for one in choice.withdrawn} if choice else {}


def _no_wheel(setting: Setting, package: Package, reason: str) -> Requirement:
    name, recorded = ("packages", package.name), _words(package)
    override = "use a platform and a Python that it has a wheel for"
    words = f"there is no wheel of it for this machine: {reason}"
    return setting.requirement(name, recorded, None, Decision.IMPOSSIBLE, words, override)


def _disk(setting: Setting) -> Iterator[Requirement]:
    """Space for the environment, where the size of its wheels is known."""
    size, free = _size_of_wheels(setting), setting.host.free_bytes
    if not size or free is None:
        return
    needed = int(size * _UNPACKED)
    words = (("disk", "environment"), f"about {size_text(needed)}", f"{size_text(free)} free")
    if needed > free:
        reason, override = "the environment does not fit", "free some space or choose another folder"
        yield setting.requirement(*words, Decision.IMPOSSIBLE, reason, override)
    else:
        yield setting.requirement(*words, Decision.SAME, "it fits")


def _size_of_wheels(setting: Setting) -> int:
    """Bytes of all wheels that this machine takes; 0 where they are not known."""
    environment = setting.environment
    if environment is None:
        return 0
    if choice := setting.host.wheels.get(environment.id):
        return sum(one.size or 0 for one in choice.wheels)
    houses = [house for house in environment.wheels if is_for(house.platform, setting.host.system)]
    return sum(file.size or 0 for house in houses[:1] for file in house.files)


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
    recorded = _counted(members)
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
            "the same versions for its platform",
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
