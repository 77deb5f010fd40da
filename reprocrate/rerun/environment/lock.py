"""Making a lock: the recorded packages of an environment as pinned requirements with digests.

A lock is universal: it holds the recorded versions and, resolved as of the date of the run, what other
platforms need beside them. What no index knows is left out, with the reason.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from reprocrate.rerun.environment.recorded_packages import RecordedPackage
from reprocrate.rerun.environment.requirements import can_be_pinned, normalised, read_lock
from reprocrate.rerun.environment.torch_builds import other_build, torch_backend, with_remark
from reprocrate.rerun.environment.uv_tool import Notify, UvOutcome, find_uv, run_uv

INSTALLERS = frozenset({"pip", "uv", "wheel"})
"""What installs packages but is no part of an experiment: locked only if a recorded package needs it."""

_NOT_ON_AN_INDEX = {
    "local": "it was installed from a local folder or file",
    "vcs": "it was installed from a version control system",
    "url": "it was installed from a web address",
}
_NO_SUCH = re.compile(
    r"there is no version of (?P<version>[A-Za-z0-9._-]+)==|"
    r"(?P<name>[A-Za-z0-9._-]+) was not found in the (?:package registry|provided package locations)|"
    r"(?P<wheel>[A-Za-z0-9._-]+)==\S+ has no (?:usable )?wheels"
)
_WHY_MISSING = {
    "version": "the package index does not have this version",
    "name": "the package index does not know it",
    "wheel": "the package index has it as source only, and nothing is built from source",
}
_TODAY = (
    "What other platforms need beyond the recorded packages was chosen as of today: "
    "the index did not offer what there was at the time of the run."
)
_CONTRADICTORY = "For the recorded platform only: the recorded packages ask for other versions of each other."


@dataclass(frozen=True, slots=True)
class Unlockable:
    """A recorded package that the lock cannot hold, and why."""

    name: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file and what is to be said about it.

    Attributes:
        text: the requirements, sorted by name; empty where nothing is to be installed.
        hashed: whether every requirement carries the digests of its files.
        unlockable: recorded packages that are left out.
        note: what a reader should know, such as why there are no digests; may be empty.
        resolved: date up to which packages were considered, as YYYY-MM-DD; None where nothing was resolved.
        unreached: whether the index that has the builds wanted could not be reached.
    """

    text: str
    hashed: bool
    unlockable: tuple[Unlockable, ...] = ()
    note: str = ""
    resolved: str | None = None
    unreached: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A way to resolve: for which platforms, as of a date, with which builds of PyTorch; its note."""

    universal: bool
    as_of: str | None
    note: str
    backend: str = ""
    unreached: bool = False

    @property
    def resolved(self) -> str | None:
        """The date up to which packages were considered."""
        if not self.universal:
            return None
        return self.as_of[:10] if self.as_of else datetime.now(UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class _Resolver:
    """What stays the same over all attempts to resolve one environment."""

    uv: Path
    python_version: str
    offline: bool
    notify: Notify | None
    requested: frozenset[str] = frozenset()
    backend: str = ""

    def compile(self, *options: str, announce: bool = False) -> UvOutcome:
        fixed = ["pip", "compile", "--no-header", "--no-build", "--no-python-downloads"]
        if self.offline:
            fixed.append("--offline")
        arguments = [*fixed, "--python-version", self.python_version, *options]
        return run_uv(self.uv, arguments, self.notify if announce else None)


def make_lock(
    packages: Iterable[RecordedPackage],
    *,
    python_version: str,
    recorded_at: str | None = None,
    offline: bool = False,
    notify: Notify | None = None,
    known: Mapping[tuple[str, str], Sequence[str]] | None = None,
) -> Lock:
    """Lock the recorded packages of an environment; never fails for want of an index.

    Where no index can be reached, or uv is not there, the recorded versions are frozen, with the digests that
    are known already or else without any, and the note says so.

    Args:
        packages: the recorded packages.
        python_version: the recorded interpreter's version, such as `3.11.7`.
        recorded_at: when the environment was last used (RFC 3339); what other platforms need is chosen as
            of then.
        offline: whether to do without an index; what uv has seen before still counts.
        notify: called with lines of progress.
        known: digests of archives by normalised name and version, from a lock of the author's.
    """
    packages = tuple(packages)
    pins, unlockable = _sorted_out(packages)
    uv = find_uv()
    day = recorded_at[:10] if recorded_at else None
    if not _frozen(pins):
        return Lock("", True, unlockable, resolved=day)
    if uv is None:
        return _as_recorded(pins, known or {}, unlockable, "uv, which looks them up, is not installed.")
    backend = torch_backend((normalised(one.name), one.local_label) for one in packages)
    resolver = _Resolver(uv, python_version, offline, notify, _requested(packages, pins), backend)
    while _frozen(pins):
        attempt, outcome = _first_that_works(resolver, pins, recorded_at)
        if outcome.exit_code == 0:
            text = with_remark(outcome.output, backend)
            return Lock(text, True, unlockable, attempt.note, attempt.resolved, attempt.unreached)
        missing = None if outcome.unreachable else _missing(outcome, pins)
        if missing is None:
            return _as_recorded(pins, known or {}, unlockable, _why_unresolved(outcome))
        del pins[normalised(missing.name)]
        unlockable = tuple(sorted((*unlockable, missing), key=lambda one: normalised(one.name)))
    return Lock("", True, unlockable, resolved=day)


def _as_recorded(
    pins: Mapping[str, str],
    known: Mapping[tuple[str, str], Sequence[str]],
    unlockable: tuple[Unlockable, ...],
    why: str,
) -> Lock:
    """The recorded versions and nothing else: with digests if all of them are known, since pip wants all."""
    wanted = {name: version for name, version in pins.items() if name not in INSTALLERS}
    if not all(known.get(item) for item in wanted.items()):
        return Lock(_frozen(pins), False, unlockable, f"Without digests: {why}")
    lines = []
    for name, version in sorted(wanted.items()):
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in known[name, version])
        lines.append(f"{name}=={version} {hashes}")
    note = f"For the recorded platform only, with the digests of the author's lock: {why}"
    return Lock("".join(f"{line}\n" for line in lines), True, unlockable, note)


def _why_unresolved(outcome: UvOutcome) -> str:
    cause = (
        "no package index could be reached" if outcome.unreachable else "the packages could not be resolved"
    )
    return f"{cause}. {outcome.reason}"


def _requested(packages: Iterable[RecordedPackage], pins: Mapping[str, str]) -> frozenset[str]:
    """Packages that were asked for by name; where all were, as of a freeze, that says nothing."""
    names = {normalised(one.name) for one in packages if one.requested} & pins.keys()
    return frozenset(names) if pins.keys() - names - INSTALLERS else frozenset()


def _sorted_out(packages: Iterable[RecordedPackage]) -> tuple[dict[str, str], tuple[Unlockable, ...]]:
    """Pins by normalised name, and the packages that cannot be pinned."""
    pins: dict[str, str] = {}
    left_out: list[Unlockable] = []
    for package in sorted(packages, key=lambda one: normalised(one.name)):
        if package.in_project:  # it comes with the code
            continue
        reason = _why_not(package)
        if reason:
            left_out.append(Unlockable(package.name, package.version, reason))
        else:
            pins[normalised(package.name)] = package.version
    return pins, tuple(left_out)


def _why_not(package: RecordedPackage) -> str:
    if package.editable:
        return "it was installed as editable from a local folder"
    if package.source in _NOT_ON_AN_INDEX:
        return _NOT_ON_AN_INDEX[package.source]
    if not can_be_pinned(package.name, package.version):
        return "no index could know its recorded name or version"
    return ""


def _frozen(pins: Mapping[str, str]) -> str:
    """The pins as requirements, without installers."""
    return "".join(f"{name}=={pins[name]}\n" for name in sorted(pins) if name not in INSTALLERS)


def _first_that_works(
    resolver: _Resolver, pins: Mapping[str, str], recorded_at: str | None
) -> tuple[_Attempt, UvOutcome]:
    """The first attempt that resolves, or the last one that does not."""
    days = [(recorded_at, ""), (None, _TODAY)] if recorded_at else [(None, "")]
    universal = [_Attempt(True, day, note) for day, note in days]
    unreached = False
    if resolver.backend:
        builds = [replace(one, backend=resolver.backend) for one in universal]
        attempt, outcome = _tried(resolver, pins, builds)
        if outcome.exit_code == 0:
            return attempt, outcome
        unreached = outcome.unreachable
    attempt, outcome = _tried(resolver, pins, [*universal, _Attempt(False, None, _CONTRADICTORY)])
    if resolver.backend and f"+{resolver.backend}" not in outcome.output:
        note = f"{attempt.note} {other_build(resolver.backend)}".strip()
        attempt = replace(attempt, note=note, unreached=unreached)
    return attempt, outcome


def _tried(
    resolver: _Resolver, pins: Mapping[str, str], attempts: Sequence[_Attempt]
) -> tuple[_Attempt, UvOutcome]:
    """The first of these that resolves; where no index can be reached, no other is tried."""
    attempt, outcome = attempts[0], _resolve(resolver, pins, attempts[0])
    for other in attempts[1:]:
        if outcome.exit_code == 0 or outcome.unreachable:
            break
        attempt, outcome = other, _resolve(resolver, pins, other)
    return attempt, outcome


def _resolve(resolver: _Resolver, pins: Mapping[str, str], attempt: _Attempt) -> UvOutcome:
    """Find which packages were wanted for themselves, then resolve from those with all pins as constraints.

    A package that others depend on must not be a requirement of its own: it would lose the marker that
    keeps, say, a CUDA library away from macOS.
    """
    with tempfile.TemporaryDirectory(prefix="reprocrate-lock-") as folder:
        recorded = _written(folder, "recorded.in", _frozen(pins))
        if not attempt.universal:
            return resolver.compile(
                "--no-deps", "--no-annotate", "--generate-hashes", recorded, announce=True
            )
        as_of = ["--exclude-newer", attempt.as_of] if attempt.as_of else []
        as_of += ["--torch-backend", attempt.backend] if attempt.backend else []
        explained = resolver.compile(
            "--universal", *as_of, "--annotation-style", "line", recorded, announce=True
        )
        if explained.exit_code != 0:
            return explained
        wanted = _wanted(explained.output, pins) | (resolver.requested & pins.keys() - INSTALLERS)
        constraints = _written(folder, "constraints.in", "".join(f"{name}=={pins[name]}\n" for name in pins))
        while True:
            requirements = _written(
                folder, "wanted.in", "".join(f"{name}=={pins[name]}\n" for name in sorted(wanted))
            )
            options = ("--universal", *as_of, "--no-annotate", "--generate-hashes", "-c", constraints)
            outcome = resolver.compile(*options, requirements)
            lost = _lost(outcome, pins) - wanted
            if not lost:
                return outcome
            wanted |= lost


def _written(folder: str, name: str, text: str) -> str:
    path = Path(folder, name)
    path.write_text(text, encoding="utf-8")
    return str(path)


def _wanted(explained: str, pins: Mapping[str, str]) -> set[str]:
    """The pinned packages that no other asks for, from uv's annotations (`# via torch, -r recorded.in`)."""
    wanted = set()
    for line in explained.splitlines():
        requirement, _, reasons = line.partition("# via ")
        name = normalised(requirement.partition("==")[0].partition("[")[0].strip())
        askers = [reason for reason in reasons.split(", ") if not reason.strip().startswith("-r ")]
        if name in pins and not askers:
            wanted.add(name)
    return wanted


def _lost(outcome: UvOutcome, pins: Mapping[str, str]) -> set[str]:
    """Pins that the result no longer holds: packages that only depend on one another in a circle."""
    if outcome.exit_code != 0:
        return set()
    return set(pins) - {one.name for one in read_lock(outcome.output)} - INSTALLERS


def _missing(outcome: UvOutcome, pins: Mapping[str, str]) -> Unlockable | None:
    """The pinned package that the index lacks, where uv said that one is lacking."""
    for match in _NO_SUCH.finditer(" ".join(outcome.messages.split())):
        kind = match.lastgroup or "name"
        name = normalised(match[kind])
        if name in pins:
            return Unlockable(name, pins[name], _WHY_MISSING[kind])
    return None
