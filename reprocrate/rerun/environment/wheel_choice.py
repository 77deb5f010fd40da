"""Which wheels of a lock a platform takes: uv chooses them, and the lock has to know their digests.

uv resolves the pinned requirements for the platform and writes them as `pylock.toml` (PEP 751), with address,
size and SHA-256 of the one wheel of each package that it would install there.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reprocrate.errors import UnavailableError
from reprocrate.rerun.environment.interpreters import minor_version
from reprocrate.rerun.environment.platforms import Target, targets
from reprocrate.rerun.environment.requirements import Pinned, normalised
from reprocrate.rerun.environment.torch_builds import torch_backend
from reprocrate.rerun.environment.uv_tool import UvOutcome, find_uv, run_uv

WHEEL_NAME = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-(?P<version>[A-Za-z0-9._!+]+)(?:-[0-9][A-Za-z0-9._]*)?"
    r"-(?P<python>[A-Za-z0-9_.]+)-(?P<abi>[A-Za-z0-9_.]+)-(?P<platform>[A-Za-z0-9_.]+)\.whl"
)
"""File name of a wheel (packaging.python.org, Binary distribution format)."""

_NAMED = r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\{[^}]*\})?"
_LACKING = (
    (
        re.compile(rf"{_NAMED}==\S+ has no wheels with a matching Python"),
        "the index has none for Python {minor}",
    ),
    (re.compile(rf"{_NAMED}==\S+ has no wheels with"), "the index has none for this platform"),
    (
        re.compile(rf"{_NAMED}==\S+ has no (?:usable )?wheels"),
        "the index has none that can be used there, and nothing is built from source",
    ),
    (re.compile(rf"there is no version of {_NAMED}=="), "the package index does not have this version"),
    (
        re.compile(rf"{_NAMED} was not found in the (?:package registry|provided package locations)"),
        "the package index does not know it",
    ),
)
_YANKED = re.compile(
    r"warning: `(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^`]+)` is yanked(?: \(reason: \"(?P<reason>.*)\"\))?"
)
_OTHER_FILE = "the package index offers another file than the lock names"


@dataclass(frozen=True, slots=True)
class ChosenWheel:
    """A wheel that a platform takes.

    Attributes:
        name: normalised name of its package.
        version: full version.
        file: its file name.
        url: where the index has it.
        sha256: its digest, which the lock names.
        size: in bytes, where the index tells.
        closed: what its licence says, where it was not fetched because that does not allow redistribution.
    """

    name: str
    version: str
    file: str
    url: str
    sha256: str
    size: int | None = None
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """A package of the lock that has no wheel for a platform, and why."""

    name: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a platform takes: the wheels, sorted by name, what has none, and what the index has withdrawn.

    A withdrawn version is still to be had by who names it exactly (PEP 592), as a lock does.
    """

    wheels: tuple[ChosenWheel, ...]
    lacking: tuple[Lacking, ...]
    withdrawn: tuple[Lacking, ...] = ()


def choose_wheels(
    pinned: Sequence[Pinned],
    *,
    python_version: str,
    platform: str,
    resolved: str | None = None,
    offline: bool = False,
) -> Choice:
    """Ask the package index which wheels of a lock a platform takes.

    Wheels that run on old systems go before those that only newer ones take. Packages whose marker does not
    hold on the platform need none.

    Args:
        pinned: the requirements of the lock, each with its digests.
        python_version: the recorded interpreter's version, such as `3.11.7`.
        platform: as uv calls it.
        resolved: the day up to which the lock considered files, as YYYY-MM-DD.
        offline: whether to do with what uv has seen before.

    Raises:
        UnavailableError: the index cannot be asked, or its answer cannot be read.
    """
    uv = find_uv()
    if uv is None:
        raise UnavailableError(
            "wheels cannot be chosen", "uv, which chooses them, is not installed", "Run `pip install uv`"
        )
    found: dict[str, ChosenWheel] = {}
    missing: dict[str, Lacking] = {}
    withdrawn: dict[str, Lacking] = {}
    for target in targets(platform):
        wanted = [one for one in pinned if one.name in missing] if missing else list(pinned)
        asked = _Question(uv, python_version, target, offline, withdrawn)
        chosen, missing = asked.answer(wanted)
        if resolved and any(one.reason == _OTHER_FILE for one in missing.values()):
            # Files that were added to the version since then come first in the index's eyes.
            others = [one for one in wanted if one.name in missing]
            earlier, missing = asked.answer(others, "--exclude-newer", resolved)
            chosen |= earlier
        found |= chosen
        if not missing:
            break
    return Choice(
        tuple(found[name] for name in sorted(found)),
        tuple(missing[name] for name in sorted(missing)),
        tuple(withdrawn[name] for name in sorted(withdrawn.keys() & found.keys())),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    uv: Path
    python_version: str
    target: Target
    offline: bool
    withdrawn: dict[str, Lacking]

    def answer(
        self, pinned: Iterable[Pinned], *options: str
    ) -> tuple[dict[str, ChosenWheel], dict[str, Lacking]]:
        """The wheels of these requirements by package, and what has none."""
        left, lacking = list(pinned), dict[str, Lacking]()
        while left:
            outcome = self._ask(left, options)
            if outcome.exit_code == 0:
                self.withdrawn.update(_withdrawn(outcome))
                chosen, others = _read(outcome.output, left)
                return chosen, lacking | others
            gap = None if outcome.unreachable else _gap(outcome, left, minor_version(self.python_version))
            if gap is None:
                raise _unanswered(outcome, left)
            lacking[gap.name] = gap
            left = [one for one in left if one.name != gap.name]
        return {}, lacking

    def _ask(self, pinned: Sequence[Pinned], options: Sequence[str]) -> UvOutcome:
        """Resolve; builds of PyTorch that the user's own index lacks are looked for on PyTorch's."""
        backend = torch_backend((one.name, one.version.partition("+")[2]) for one in pinned)
        outcome = self._compile(pinned, options)
        if outcome.exit_code != 0 and backend and not outcome.unreachable:
            outcome = self._compile(pinned, [*options, "--torch-backend", backend])
        return outcome

    def _compile(self, pinned: Sequence[Pinned], options: Sequence[str]) -> UvOutcome:
        fixed = ["pip", "compile", "--no-header", "--no-deps", "--no-build", "--no-python-downloads"]
        fixed += ["--format", "pylock.toml", "--python-platform", self.target.name]
        fixed += ["--python-version", self.python_version, *(["--offline"] if self.offline else [])]
        with tempfile.TemporaryDirectory(prefix="reprocrate-wheels-") as folder:
            path = Path(folder, "wanted.in")
            path.write_text("".join(map(_line, pinned)), encoding="utf-8")
            return run_uv(self.uv, [*fixed, *options, str(path)], variables=self.target.variables)


def _withdrawn(outcome: UvOutcome) -> dict[str, Lacking]:
    """Versions that the index has withdrawn, each with the reason that it gives."""
    found = {}
    for match in _YANKED.finditer(outcome.messages):
        name = normalised(match["name"])
        found[name] = Lacking(name, match["version"], match["reason"] or "no reason is given")
    return found


def _line(one: Pinned) -> str:
    return f"{one.name}=={one.version}{f' ; {one.marker}' if one.marker else ''}\n"


def _read(text: str, pinned: Sequence[Pinned]) -> tuple[dict[str, ChosenWheel], dict[str, Lacking]]:
    """The wheels of a `pylock.toml` whose digests the lock knows, and the packages of the others."""
    digests: dict[str, frozenset[str]] = {}
    for one in pinned:
        digests[one.name] = digests.get(one.name, frozenset()) | one.digests
    chosen, lacking = {}, {}
    try:
        packages = tomllib.loads(text).get("packages", [])
        for package in packages:
            name, version = normalised(package["name"]), str(package["version"])
            wheel = _chosen(name, version, package["wheels"])
            if wheel is not None and wheel.sha256 in digests.get(name, ()):
                chosen[name] = wheel
            else:
                lacking[name] = Lacking(name, version, _OTHER_FILE)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnavailableError("uv's choice of wheels cannot be read", str(error)[:200]) from error
    return chosen, lacking


def _chosen(name: str, version: str, wheels: Sequence[Mapping[str, Any]]) -> ChosenWheel | None:
    """The first of the wheels, which is the one that uv would install; None if it is not of the package."""
    for wheel in wheels:
        url = str(wheel.get("url") or Path(str(wheel["path"])).as_uri())
        file = str(wheel.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]))
        match = WHEEL_NAME.fullmatch(file)
        if match is None or normalised(match["name"]) != name:
            return None
        return ChosenWheel(name, version, file, url, str(wheel["hashes"]["sha256"]), wheel.get("size"))
    return None


def _gap(outcome: UvOutcome, pinned: Sequence[Pinned], minor: str) -> Lacking | None:
    """The package that uv says has no wheel there, if it says so of one."""
    said = " ".join(outcome.messages.split())
    versions = {one.name: one.version for one in pinned}
    for pattern, reason in _LACKING:
        for match in pattern.finditer(said):
            name = normalised(match["name"])
            if name in versions:
                return Lacking(name, versions[name], reason.format(minor=minor))
    return None


def _unanswered(outcome: UvOutcome, pinned: Sequence[Pinned]) -> UnavailableError:
    names = [f"{one.name} {one.version}" for one in pinned]
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    what = f"the wheels of {', '.join(names[:10])}{more} cannot be had"
    if outcome.unreachable:
        fix = "Connect to a network, or set UV_DEFAULT_INDEX to a package index you can reach, and try again"
        return UnavailableError(what, f"no package index could be reached. {outcome.reason}", fix)
    return UnavailableError(what, outcome.reason, "Pack without --wheels, or correct the lock")
