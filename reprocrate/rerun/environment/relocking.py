"""A lock made again, where the recorded one does not serve this machine: its platform or its accelerator.

The public versions stay, and so does the day up to which packages are considered; only the label of a build
is chosen for the devices that are here. The recorded lock is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_bytes
from reprocrate.manifest import Environment, OperatingSystem, Package
from reprocrate.rerun.environment.builds import OF_ACCELERATORS, Build, is_served
from reprocrate.rerun.environment.lock import Lock, make_lock
from reprocrate.rerun.environment.requirements import Pinned, read_lock
from reprocrate.rerun.environment.torch_builds import is_of_torch
from reprocrate.rerun.environment.uv_tool import Notify, find_uv

_ON_THE_PROCESSOR = (None, "cpu")
"""Builds that stand in for each other: what an index offers without a label runs on the processor too."""


@dataclass(frozen=True, slots=True)
class Relocking:
    """Why and how a lock is made again.

    Attributes:
        environment: the recorded software.
        build: the build of PyTorch's packages that is to be named.
        reason: why the recorded lock does not serve, as a clause.
        recorded: SHA-256 of the recorded lock's text.
    """

    environment: Environment
    build: Build | None
    reason: str
    recorded: str

    @property
    def heading(self) -> str:
        """The first line of the new lock, which tells whether one that is there already is this one."""
        label = (self.build.chosen if self.build else None) or "of the index"
        return f"# In place of the lock {self.recorded[:16]}, with the build {label}: {self.reason}"

    @property
    def can_do_without(self) -> bool:
        """Whether the recorded lock's build would run here as well: it is only meant for a device, too."""
        return self.build is not None and self.build.chosen == "cpu" and not self.build.others

    def make(self, notify: Notify | None = None) -> str:
        """The text of the new lock, with digests.

        Raises:
            UnavailableError: the recorded versions cannot be had for this machine.
        """
        python = self.environment.python
        lock = Lock("", False)
        for label in self._labels():
            lock = make_lock(
                _packages(self.environment.packages, self.build, label),
                python_version=python.version if python else "",
                recorded_at=self._as_of(),
                notify=notify,
            )
            self._require_all(lock)
            if lock.hashed and self._serves(read_lock(lock.text), label):
                about = f"# The recorded versions, with what there was up to {lock.resolved}. {lock.note}"
                return f"{self.heading}\n{about.rstrip()}\n{lock.text}"
            if lock.unreached or not lock.hashed:
                break
        why = lock.note or "no package index offers the recorded versions in a build for this machine"
        fix = "Connect to a network, or rerun on a machine like the recorded one"
        raise UnavailableError(f"the lock of {self.environment.id} cannot be made for this machine", why, fix)

    def _require_all(self, lock: Lock) -> None:
        """No package may go missing that the recorded lock had."""
        recorded = self.environment.lock.left_out if self.environment.lock else ()
        known = {entry.partition(":")[0].split(" ")[0] for entry in recorded}
        lacking = [one for one in lock.unlockable if one.name not in known]
        if lacking:
            raise UnavailableError(
                f"the lock of {self.environment.id} cannot be made for this machine",
                "; ".join(f"{one.name} {one.version}: {one.reason}" for one in lacking),
                "Rerun on a machine like the recorded one.",
            )

    def _labels(self) -> Iterable[str | None]:
        if self.build is None:
            return (None,)
        return (self.build.chosen, *self.build.others)

    def _serves(self, pinned: Sequence[Pinned], label: str | None) -> bool:
        """Whether a new lock names the build, or one that does the same where no device is used."""
        wanted = _ON_THE_PROCESSOR if label in _ON_THE_PROCESSOR else (label,)
        return self.build is None or any(is_served(pinned, Build(None, one)) for one in wanted)

    def _as_of(self) -> str | None:
        lock = self.environment.lock
        return lock.resolved if lock else None


def relocking(
    environment: Environment,
    text: str,
    pinned: Sequence[Pinned],
    system: OperatingSystem,
    build: Build | None,
) -> Relocking | None:
    """How the lock has to be made again for a machine; None where the recorded one serves.

    Args:
        environment: the recorded software.
        text: the text of its lock.
        pinned: what that holds.
        system: the machine's.
        build: the build of PyTorch's packages for it.
    """
    if not pinned or not environment.packages or find_uv() is None:
        return None
    reason = None
    if build is not None and build.possible and not is_served(pinned, build):
        reason = build.reason or "it names another build than the recorded one"
    elif _for_one_platform(environment) and _another_platform(environment.os, system):
        reason = "it is for the recorded platform only"
    return Relocking(environment, build, reason, sha256_bytes(text.encode())) if reason else None


def _for_one_platform(environment: Environment) -> bool:
    """Whether a lock holds only what the recorded platform needs: it was frozen and never resolved."""
    return environment.lock is None or environment.lock.resolved is None


def _another_platform(recorded: OperatingSystem | None, here: OperatingSystem) -> bool:
    return recorded is not None and (recorded.name, recorded.machine) != (here.name, here.machine)


def _packages(recorded: Iterable[Package], build: Build | None, label: str | None) -> list[Package]:
    """The recorded packages with the label of the build; what another build brings itself is left to it."""
    changed = build is not None and (build.changed or label != build.recorded)
    found = []
    for one in recorded:
        if changed and is_of_torch(one.name):
            found.append(one.model_copy(update={"local_label": label}))
        elif not (changed and one.name.startswith(OF_ACCELERATORS)):
            found.append(one)
    return found
