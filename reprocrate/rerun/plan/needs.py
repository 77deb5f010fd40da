"""What a plan requires beyond software and machine: code, data, network, secrets, disk space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from reprocrate.capture.privacy.scrubber import OUTSIDE
from reprocrate.capture.privacy.secrets import MASK
from reprocrate.manifest import Data, Launch, Manifest
from reprocrate.rerun.data.offers import Provision
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan.accelerators import lacks_feature
from reprocrate.rerun.plan.data import DataNeed, Standing, data_needs
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.surroundings.variables import place_in_home
from reprocrate.rerun.wording import counted, listed, size_text
from reprocrate.rerun.work.given import Gifts
from reprocrate.rerun.work.materials import (
    Material,
    code_materials,
    code_of,
    data_materials,
    data_of,
    left_out,
    written_by,
)
from reprocrate.rerun.work.selection import Depth, Task

_WITHHELD = {
    MASK: "an argument was a secret, which was not recorded",
    OUTSIDE: "the program lay outside the project and did not come along",
}
_OTHER_DATA = "the values may come from other data: equivalent at best, and never contradicted"
ALLOW_NETWORK = "--allow-network"
"""What the reader has to agree to where the runs need hosts."""

_CHEAPER = frozenset({Depth.EVALUATE.value, Depth.SMOKE.value})


@dataclass(frozen=True, slots=True)
class Needs:
    """What is to be had for a rerun.

    Attributes:
        manifest: the recorded experiment.
        tasks: the runs to be repeated.
        host: this machine.
        folder: the imported folder, where there is one yet.
        provision: what the reader brings.
        data: what is said of each data set that they read, in the order of `data_of`; worked out once.
    """

    manifest: Manifest
    tasks: tuple[Task, ...]
    host: Host
    folder: Path | None
    provision: Provision = field(default_factory=Provision)
    data: tuple[DataNeed, ...] = field(init=False)

    def __post_init__(self) -> None:
        data = data_needs(self.manifest, self.tasks, self.folder, self.provision)
        object.__setattr__(self, "data", data)

    def requirements(self) -> Iterator[Requirement]:
        """Everything that is needed beyond software and machine."""
        yield from self._code()
        yield from self._commands()
        yield from self._launches()
        for data, need in zip(data_of(self.manifest, self.tasks), self.data, strict=True):
            yield self._data(data, need)
        yield from self._declared()
        yield from self._disk()

    def materials(self) -> Iterator[Material]:
        """Every file that the runs read."""
        trees = {code.id: code for task in self.tasks if (code := code_of(self.manifest, task))}
        for code in trees.values():
            yield from code_materials(code)
        written = written_by(self.tasks)
        for data in data_of(self.manifest, self.tasks):
            yield from data_materials(data, written)
        gifts = Gifts(self.manifest, self.tasks)
        yield from {one.source: one for task in self.tasks for one in gifts.materials(task)}.values()

    def _code(self) -> Iterator[Requirement]:
        without = [task for task in self.tasks if code_of(self.manifest, task) is None]
        if without:
            reason = "no source tree was recorded for it"
            yield Requirement("code", "source", None, None, Decision.IMPOSSIBLE, reason, None, _ids(without))
        trees = {code.id: code for task in self.tasks if (code := code_of(self.manifest, task))}
        for code in trees.values():
            users = [task for task in self.tasks if code_of(self.manifest, task) is code]
            lacking = self._lacking(code_materials(code))
            words = counted(len(code.files), "file")
            if lacking:
                kept_out = lacking == left_out(code) and len(lacking) < len(code.files)
                decision = Decision.DEGRADED if kept_out else Decision.IMPOSSIBLE
                reason = f"{listed(lacking)} did not come along"
                if kept_out:
                    reason = f"{reason}, which the author left out; a run that needs it fails"
                here = counted(len(code.files) - len(lacking), "file") if kept_out else None
                yield Requirement("code", code.id, words, here, decision, reason, None, _ids(users))
            else:
                reason = "the source tree that ran is in the bundle"
                yield Requirement("code", code.id, words, words, Decision.SAME, reason, None, _ids(users))

    def _commands(self) -> Iterator[Requirement]:
        """Commands that named what never travels."""
        for marker, reason in _WITHHELD.items():
            users = [task for task in self.tasks if any(marker in word for word in task.command)]
            if users:
                words = " ".join(users[0].command)
                yield Requirement(
                    "code", "command", words, None, Decision.IMPOSSIBLE, reason, None, _ids(users)
                )

    def _launches(self) -> Iterator[Requirement]:
        """Runs of several processes, which a rerun of one process cannot repeat."""
        words = {task.id: _launch_words(task.recorded.launch) for task in self.tasks if task.variant is None}
        users = [task for task in self.tasks if words.get(task.id)]
        if users:
            recorded = "; ".join(dict.fromkeys(filter(None, words.values())))
            cheaper = {one.name for task in users for one in task.configuration.variants} & _CHEAPER
            reason = "a rerun starts one process on one machine"
            override = "start it by hand on such a cluster"
            if cheaper:
                override = f"{override}, or rerun with --depth {' or '.join(sorted(cheaper))}"
            yield Requirement(
                "launch", "processes", recorded, None, Decision.IMPOSSIBLE, reason, override, _ids(users)
            )

    def _data(self, data: Data, need: DataNeed) -> Requirement:
        words = need.amount if need.files else None
        users = _ids([task for task in self.tasks if data in data_of(self.manifest, [task])])
        decision, found, reason, override = self._data_decision(data, need, words)
        effect = _OTHER_DATA if decision is Decision.DEGRADED and need.unverified else ""
        return Requirement("data", data.id, words, found, decision, reason, override, users, effect)

    def _data_decision(
        self, data: Data, need: DataNeed, words: str | None
    ) -> tuple[Decision, str | None, str, str | None]:
        """How what is here stands to what was read: decision, what is found, why, and what can be done."""
        if need.standing is Standing.REMOTE and data.remote:
            reason = (
                f"it is read over the network from {data.remote.uri}, which may hold something else by now"
            )
            return Decision.SUBSTITUTABLE, words, reason, ALLOW_NETWORK
        if need.standing is Standing.OUTSIDE:
            roots = {one.root for one in data_materials(data) if one.root and not place_in_home(one.root)}
            reason = f"it lay outside the project ({listed(sorted(roots))}), where a run here cannot find it"
            return Decision.IMPOSSIBLE, None, reason, "move it into the project and record the runs again"
        if need.standing is Standing.MISSING:
            reason = f"{counted(len(need.lacking), 'file')} did not come along ({listed(need.lacking)})"
            reason += f", and {need.not_fetched}" if need.not_fetched else ""
            return Decision.IMPOSSIBLE, None, reason, need.directions
        found = words
        if need.standing is Standing.OFFERED:
            hosts = listed(dict.fromkeys(urlsplit(one.url).netloc for one in need.addresses))
            amount = f"{counted(len(need.lacking), 'file')}, {size_text(need.fetched_bytes)}"
            found = f"{amount} to be fetched from {hosts}"
        if need.unverified:
            reason = f"no digest of {listed(need.unverified)} was recorded: it may be another file"
            return Decision.DEGRADED, found, reason, None
        return Decision.SAME, found, self._where(data, need), None

    def _where(self, data: Data, need: DataNeed) -> str:
        if need.standing is Standing.OFFERED:
            return "it is fetched, and the recorded digests tell whether it is the same"
        if need.standing is Standing.GIVEN:
            return "the reader has it, with the recorded digests"
        came = self.folder is None or all(one.file.travels for one in data_materials(data))
        return "its files are in the bundle" if came else "its files are in the imported folder"

    def _lacking(self, materials: Iterable[Material]) -> list[str]:
        if self.folder is None:
            return [one.source for one in materials if not one.file.travels]
        return [one.source for one in materials if not one.lies_in(self.folder)]

    def _declared(self) -> Iterator[Requirement]:
        """What the author said a rerun needs."""
        needs = self.manifest.requirements
        if needs is None:
            return
        for host in needs.network:
            reason = "the runs reach it, and every other host, where you agree"
            yield self._all("network", host, host, Decision.SUBSTITUTABLE, reason, ALLOW_NETWORK)
        for secret in needs.secrets:
            reason = "a secret never travels and is never handed to a rerun"
            yield self._all("secrets", secret, secret, Decision.IMPOSSIBLE, reason, "run this part by hand")
        for part in needs.proprietary:
            reason = "it needs a licence, and whether you have one cannot be seen"
            yield self._all(
                "proprietary", part, part, Decision.DEGRADED, reason, "make sure that it is installed"
            )
        for one in needs.accelerators:
            here = self.host.hardware.accelerators
            if lack := lacks_feature(one, here):
                asked, found = (
                    f"{one.namespace} {one.feature} {one.value}",
                    listed(each.model for each in here),
                )
                override, name = "use a machine with such a device", ("accelerator", "required")
                yield Requirement(
                    *name, asked, found or None, Decision.IMPOSSIBLE, lack, override, _ids(self.tasks)
                )

    def _disk(self) -> Iterator[Requirement]:
        needed, free = self.bytes_needed(), self.host.free_bytes
        if free is None:
            return
        decision, reason, override = Decision.SAME, "it fits", None
        if needed > free:
            decision, reason = Decision.IMPOSSIBLE, "code, data and outputs do not fit"
            override = "free some space or choose another folder"
        words = (f"{size_text(needed)} and the environment", f"{size_text(free)} free")
        yield Requirement("disk", "space", *words, decision, reason, override, _ids(self.tasks))

    def bytes_needed(self) -> int:
        """Disk space for copies of code and data, for what is fetched and what runs write; no environment."""
        outputs = sum(file.size or 0 for task in self.tasks for file in task.recorded.written)
        copies = sum(one.file.size or 0 for one in self.materials())
        return outputs + copies + sum(one.fetched_bytes for one in self.data)

    def _all(
        self, namespace: str, feature: str, recorded: str, decision: Decision, reason: str, override: str
    ) -> Requirement:
        return Requirement(namespace, feature, recorded, None, decision, reason, override, _ids(self.tasks))


def _launch_words(launch: Launch | None) -> str | None:
    """How several processes were started; None where there was one."""
    if launch is None or max(launch.world_size or 1, launch.nodes or 1) == 1:
        return None
    processes = f", {launch.world_size} processes" if launch.world_size else ""
    nodes = f", {counted(launch.nodes, 'node')}" if launch.nodes else ""
    return f"{launch.launcher}{processes}{nodes}"


def _ids(tasks: Sequence[Task]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(task.configuration.id for task in tasks))
