"""Wheels that travel with a bundle, so that its environments can be built without a package index.

They are chosen once for a lock and a platform and kept in the project, so that packing again asks nobody and
gives the same bytes. Wheels whose licence is not known to let anyone redistribute them stay behind, unless
the author says otherwise.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from reprocrate.bundle import Entry, layout
from reprocrate.errors import UnavailableError, UnreadableError, UsageError
from reprocrate.files import could_not, sha256_file, write_atomically
from reprocrate.manifest import Environment, Lock, manifest_from
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.rerun.environment.platforms import platform_named, platform_of
from reprocrate.rerun.environment.requirements import Pinned, read_lock
from reprocrate.rerun.environment.wheel_announcements import announced_licence
from reprocrate.rerun.environment.wheel_choice import WHEEL_NAME, Choice, ChosenWheel, Lacking, choose_wheels
from reprocrate.rerun.environment.wheel_fetching import fetch_wheels, is_there
from reprocrate.rerun.environment.wheel_metadata import WheelLicence, read_licence
from reprocrate.rerun.wording import counted
from reprocrate.workflow.contents import Contents
from reprocrate.workflow.progress import Progress, counter

WHEELS = f"{layout.ENVIRONMENT}wheels"
"""Where all wheels lie, in project and bundle: an installer takes the folder as it is (`--find-links`)."""

_CHOICES = f"{layout.ENVIRONMENT}chosen"
_COST = "building it needs a package index"
_CLOSED = "which is not known to allow redistribution"
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class WheelsWanted:
    """What the author wants of wheels.

    Attributes:
        platforms: as the author calls them; where none is named, that of each environment's runs.
        may_redistribute: patterns of packages that may travel whatever their licence says.
    """

    platforms: tuple[str, ...] = ()
    may_redistribute: tuple[str, ...] = ()


def with_wheels(
    root: Path, contents: Contents, wanted: WheelsWanted, progress: Progress, *, offline: bool = False
) -> Contents:
    """The contents of a bundle with the wheels of its environments.

    Args:
        root: the project.
        contents: what travels otherwise.
        wanted: for which platforms.
        progress: who listens.
        offline: whether to take only what the project has already.

    Raises:
        UsageError: a platform is not known, or none was recorded.
        IntegrityError: a wheel has another digest than its lock names.
        UnavailableError: wheels cannot be fetched; it names what is missing.
    """
    named = tuple(dict.fromkeys(map(platform_named, wanted.platforms)))
    document = contents.manifest.to_dict()
    packing = _Packing(root, wanted, progress, offline, dict(contents.entries))
    for environment, section in zip(
        contents.manifest.environments, document.get("environments", []), strict=True
    ):
        wheels = list(packing.houses(environment, named))
        if wheels:
            section["wheels"] = wheels
    manifest = manifest_from(document, "the manifest to be packed")
    notes = [*contents.notes, *packing.notes]
    return replace(contents, manifest=manifest, entries=packing.entries, notes=notes)


@dataclass
class _Packing:
    root: Path
    wanted: WheelsWanted
    progress: Progress
    offline: bool
    entries: dict[str, Entry]
    notes: list[str] = field(default_factory=list)

    def houses(self, environment: Environment, named: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """The wheels of an environment for each platform, as sections of the manifest."""
        lock = environment.lock
        if lock is None or lock.format != "requirements" or not lock.hashed:
            if environment.packages:
                self.notes.append(f"{environment.id} gets no wheels: {_why_none(lock)}; {_COST}")
            return
        try:
            pinned = read_lock((self.root / lock.path).read_text(encoding="utf-8"), lock.path)
        except (OSError, UnicodeDecodeError, UnreadableError) as error:
            self.notes.append(f"{environment.id} gets no wheels: {error} {_COST}")
            return
        if not pinned:
            return
        for platform in named or (_recorded(environment),):
            yield self._house(environment, lock, pinned, platform)

    def _house(
        self, environment: Environment, lock: Lock, pinned: tuple[Pinned, ...], platform: str
    ) -> dict[str, Any]:
        choice = self._choice(environment, lock, pinned, platform)
        lacking = [f"{one.name} {one.version}: {one.reason}" for one in choice.lacking]
        files, kept_back = [], []
        for wheel in choice.wheels:
            licence = self._licence(wheel)
            if why := self._why_it_stays(wheel, licence):
                kept_back.append(f"{wheel.name} {wheel.version}: {why}")
            else:
                files.append(self._file(wheel, licence))
        size = sum(file["size"] for file in files)
        travel = "travels" if len(files) == 1 else "travel"
        self.notes.append(
            f"{counted(len(files), 'wheel')} of {environment.id} for {platform} {travel}, {size / 1e6:.1f} MB"
        )
        self._tell(environment.id, platform, lacking, kept_back)
        return {"platform": platform, "files": files, "left_out": lacking + kept_back}

    def _choice(
        self, environment: Environment, lock: Lock, pinned: tuple[Pinned, ...], platform: str
    ) -> Choice:
        """What was chosen before, if all of it is here; else what the index has, fetched and kept."""
        known = self.root / _CHOICES / f"{lock.sha256[:12]}-{platform}.json"
        folder = self.root / WHEELS
        kept = _read_choice(known, lock.sha256)
        if kept is not None and all(self._is_settled(one) for one in kept.wheels):
            return kept
        if self.offline:
            absent = [one for one in kept.wheels if not self._is_settled(one)] if kept else pinned
            raise _not_here(environment.id, platform, absent)
        self.progress.note(f"      choosing wheels of {environment.id} for {platform}")
        version = environment.python.version if environment.python else ""
        choice = choose_wheels(
            pinned, python_version=version, platform=platform, resolved=lock.resolved, offline=self.offline
        )
        choice = replace(choice, wheels=tuple(map(self._as_announced, choice.wheels)))
        missing = [one for one in choice.wheels if not self._is_settled(one)]
        if missing:
            total = sum(one.size or 0 for one in missing)
            unknown = sum(one.size is None for one in missing)
            about = f"{total / 1e6:.1f} MB" + (f" and {unknown} of unknown size" if unknown else "")
            self.progress.note(f"      fetching {counted(len(missing), 'wheel')} for {platform}, {about}")
            count = counter(self.progress, "fetching wheels", len(missing))
            fetch_wheels(missing, folder, python_version=version, fetched=lambda _size: count(1))
        _keep_choice(known, lock.sha256, choice)
        return choice

    def _as_announced(self, wheel: ChosenWheel) -> ChosenWheel:
        """The same, with what its licence says if it need not be fetched for that."""
        if self._may_travel(wheel) or is_there(wheel, self.root / WHEELS):
            return wheel
        licence = announced_licence(wheel)
        return wheel if licence is None or licence.free else replace(wheel, closed=licence.said)

    def _is_settled(self, wheel: ChosenWheel) -> bool:
        """Whether nothing is to be fetched of it: it is here, or it is known that it stays behind."""
        unwanted = wheel.closed is not None and not self._may_travel(wheel)
        return unwanted or is_there(wheel, self.root / WHEELS)

    def _licence(self, wheel: ChosenWheel) -> WheelLicence:
        path = self.root / WHEELS / wheel.file
        if wheel.closed is not None and not path.is_file():
            return WheelLicence(wheel.closed, False)
        return read_licence(path)

    def _may_travel(self, wheel: ChosenWheel) -> bool:
        return any(fnmatchcase(wheel.name, one.lower()) for one in self.wanted.may_redistribute)

    def _why_it_stays(self, wheel: ChosenWheel, licence: WheelLicence) -> str:
        """Why a wheel stays behind; empty where it travels."""
        if not licence.free and not self._may_travel(wheel):
            said = f'its licence is "{licence.said}"' if licence.said else "it states no licence"
            return f"{said}, {_CLOSED}"
        place = f"{WHEELS}/{wheel.file}"
        other = self.entries.get(place)
        return (
            "another file of the same name travels" if other and other.expected_sha256 != wheel.sha256 else ""
        )

    def _file(self, wheel: ChosenWheel, licence: WheelLicence) -> dict[str, Any]:
        path = f"{WHEELS}/{wheel.file}"
        source = self.root / path
        self.entries[path] = Entry(path, source, expected_sha256=wheel.sha256)
        file = {"path": path, "size": sha256_file(source).size, "sha256": wheel.sha256}
        return file | ({"license": licence.expression} if licence.expression else {})

    def _tell(self, environment: str, platform: str, lacking: list[str], kept_back: list[str]) -> None:
        """What does not travel, and what that costs."""
        if lacking:
            self.notes.append(
                f"{environment} cannot be built from wheels on {platform}, for want of {_listed(lacking)}"
            )
        if kept_back:
            self.notes.append(
                f"building {environment} on {platform} still needs a package index, since these wheels stay "
                f"behind: {_listed(kept_back)}"
            )
        closed = [one.split()[0] for one in kept_back if one.endswith(_CLOSED)]
        if closed:
            options = " ".join(f"--may-redistribute {shlex.quote(name)}" for name in closed[:_MOST_NAMES])
            self.notes.append(f"if you may pass them on, say so: {options}")


def _listed(entries: list[str]) -> str:
    more = f"; and {len(entries) - _MOST_NAMES} more" if entries[_MOST_NAMES:] else ""
    return "; ".join(entries[:_MOST_NAMES]) + more


def _why_none(lock: Lock | None) -> str:
    if lock is None:
        return "it has no lock"
    return f"its lock is {lock.format}" if lock.format != "requirements" else "its lock has no digests"


def _recorded(environment: Environment) -> str:
    found = platform_of(environment.os)
    if found is None:
        raise UsageError(
            f"for which platform {environment.id} is to get wheels is not known",
            "the record does not tell it",
            "Name it with --platform, such as linux-x86_64",
        )
    return found


def _not_here(environment: str, platform: str, absent: Iterable[ChosenWheel | Pinned]) -> UnavailableError:
    names = [f"{one.name} {one.version}" for one in absent]
    more = f" and {len(names) - _MOST_NAMES} more" if names[_MOST_NAMES:] else ""
    return UnavailableError(
        f"wheels of {environment} for {platform} are missing: {', '.join(names[:_MOST_NAMES])}{more}",
        "nothing is fetched with --offline",
        "Pack once with a network; the wheels are kept for the next time",
    )


def _read_choice(path: Path, lock: str) -> Choice | None:
    """What was chosen for a lock; None where nothing was, or where it cannot be read."""
    try:
        kept = json.loads(path.read_bytes())
        if kept["lock"] != lock:
            return None
        wheels = tuple(ChosenWheel(**one, url="") for one in kept["wheels"])
        if not all(WHEEL_NAME.fullmatch(one.file) for one in wheels):
            return None
        return Choice(wheels, tuple(Lacking(**one) for one in kept["lacking"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _keep_choice(path: Path, lock: str, choice: Choice) -> None:
    """Keep what was chosen, without the index's addresses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("make", path.parent, error) from error
    wheels = [{name: value for name, value in asdict(one).items() if name != "url"} for one in choice.wheels]
    about = {"lock": lock, "wheels": wheels, "lacking": [asdict(one) for one in choice.lacking]}
    write_atomically(path, canonical_bytes(about) + b"\n")
