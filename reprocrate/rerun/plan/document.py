"""The plan of a rerun: what it needs, what this machine offers, and what verdict to expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reprocrate.manifest import Manifest
from reprocrate.rerun.host import Host
from reprocrate.rerun.plan.decisions import Decision, Expected, Requirement, expected_from, merged, worst
from reprocrate.rerun.plan.machine import machine
from reprocrate.rerun.plan.needs import ALLOW_NETWORK, Needs
from reprocrate.rerun.plan.outlook import (
    ClaimOutlook,
    DepthEstimate,
    Work,
    cap_of,
    claim_outlooks,
    depth_estimates,
    total_seconds,
    work_of,
)
from reprocrate.rerun.plan.setting import settings_of
from reprocrate.rerun.plan.software import software
from reprocrate.rerun.sandbox import NoSandbox
from reprocrate.rerun.selection import Depth, Task, select_tasks

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Consent:
    """Something that a rerun does only if its user agrees.

    Attributes:
        kind: `sandbox` (to run foreign code without isolation), `degraded` (to run under other conditions) or
            `network` (to let the runs reach hosts).
        text: what is asked.
        option: what to give on the command line to agree.
    """

    kind: str
    text: str
    option: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rerun of an experiment takes on this machine, and what it can show.

    Attributes:
        manifest: id of the experiment.
        title: its title.
        depth: how much is done again.
        requirements: what the recorded runs had against what is here.
        overall: the worst of their decisions.
        expected: the best verdict to hope for.
        work: the runs by configuration.
        seconds: how long these take one after the other; None where unknown.
        download_bytes: size of the files that travel with the experiment; packages come on top.
        disk_bytes: space for copies of code and data and for outputs; the environment comes on top.
        packages: how many packages the environments install.
        claims: the outlook for each claim.
        depths: every depth with its time.
        consents: what the user is asked before anything runs.
    """

    manifest: str
    title: str
    depth: Depth
    requirements: tuple[Requirement, ...]
    overall: Decision
    expected: Expected
    work: tuple[Work, ...]
    seconds: float | None
    download_bytes: int
    disk_bytes: int
    packages: int
    claims: tuple[ClaimOutlook, ...]
    depths: tuple[DepthEstimate, ...]
    consents: tuple[Consent, ...]

    @property
    def possible(self) -> bool:
        """Whether anything can be run here."""
        return self.overall is not Decision.IMPOSSIBLE

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON values, following `plan.schema.json`."""
        return {"schema_version": SCHEMA_VERSION, **_plain(asdict(self))}


def make_plan(
    manifest: Manifest,
    found: Host,
    *,
    depth: Depth = Depth.FULL,
    seeds: Iterable[int | str] | None = None,
    configurations: Iterable[str] | None = None,
    folder: Path | None = None,
) -> Plan:
    """Decide, before anything runs, what a rerun needs and what it can show.

    Args:
        manifest: the recorded experiment.
        found: this machine.
        depth: how much is to be done again.
        seeds: only these seeds.
        configurations: only the configurations of these ids or names.
        folder: the imported folder, where there is one: what lies in it need not travel.

    Raises:
        UsageError: a seed, a configuration or a depth is asked for that was not recorded or declared.
    """
    wanted = None if seeds is None else tuple(seeds)
    tasks = select_tasks(manifest, depth=depth, seeds=wanted, configurations=configurations)
    needs = Needs(manifest, tasks, found, folder)
    requirements = merged(_requirements(needs)) if tasks else ()
    overall = worst(requirements)
    return Plan(
        manifest=manifest.id,
        title=manifest.experiment.title,
        depth=depth,
        requirements=requirements,
        overall=overall,
        expected=expected_from(overall, cap_of(manifest, depth)),
        work=work_of(tasks),
        seconds=total_seconds(tasks),
        download_bytes=_travelling_bytes(manifest),
        disk_bytes=needs.bytes_needed(),
        packages=_package_count(manifest, tasks),
        claims=claim_outlooks(manifest, tasks, requirements, depth),
        depths=tuple(depth_estimates(manifest, wanted)),
        consents=tuple(_consents(requirements, found)) if tasks else (),
    )


def _requirements(needs: Needs) -> Iterator[Requirement]:
    for setting in settings_of(needs.manifest, needs.tasks, needs.host):
        yield from software(setting)
        yield from machine(setting)
    yield from needs.requirements()


def _consents(requirements: Sequence[Requirement], host: Host) -> Iterator[Consent]:
    if isinstance(host.sandbox, NoSandbox):
        text = f"Run the authors' code without a sandbox: {host.sandbox.reason}. {host.sandbox.how_to_get}"
        yield Consent("sandbox", text, "--no-sandbox")
    for one in requirements:
        text = f"{one.namespace} {one.feature}: {one.reason}."
        if one.override == ALLOW_NETWORK:
            yield Consent("network", text, ALLOW_NETWORK)
        elif one.decision is Decision.DEGRADED:
            yield Consent("degraded", text, "--accept-degraded")


def _travelling_bytes(manifest: Manifest) -> int:
    """Size of every file that is in the bundle, each path once."""
    files = [file for code in manifest.code for file in code.files]
    files += [file for data in manifest.data for file in data.files]
    files += [file for run in manifest.runs for file in (*run.written, *run.logs)]
    return sum({(file.root, file.path): file.size or 0 for file in files if file.travels}.values())


def _package_count(manifest: Manifest, tasks: Sequence[Task]) -> int:
    environments = {task.recorded.environment for task in tasks}
    return sum(len(one.packages) for one in manifest.environments if one.id in environments)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, (Decision, Expected, Depth)) else value
