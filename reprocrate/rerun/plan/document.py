"""The plan of a rerun: what it needs, what this machine offers, and what verdict to expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from reprocrate.deposit.addresses import shown
from reprocrate.manifest import Manifest
from reprocrate.rerun.data.offers import Form, Provision
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan.conda import fetching, of_conda
from reprocrate.rerun.plan.data import DataNeed, Standing
from reprocrate.rerun.plan.decisions import Decision, Expected, Requirement, expected_from, merged, worst
from reprocrate.rerun.plan.depths import DepthEstimate, depth_estimates
from reprocrate.rerun.plan.machine import machine
from reprocrate.rerun.plan.needs import ALLOW_NETWORK, Needs
from reprocrate.rerun.plan.offers import Within
from reprocrate.rerun.plan.outlook import (
    ClaimOutlook,
    Work,
    cap_of,
    claim_outlooks,
    total_seconds,
    work_of,
)
from reprocrate.rerun.plan.recorded_files import RecordedFiles
from reprocrate.rerun.plan.scope import Scope, Selection, require_sense, selection_of
from reprocrate.rerun.plan.setting import settings_of
from reprocrate.rerun.plan.software import software
from reprocrate.rerun.plan.within import best_within
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox
from reprocrate.rerun.wording import listed, size_text
from reprocrate.rerun.work.selection import Depth, Task

SCHEMA_VERSION = "1.0"
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Consent:
    """Something that a rerun does only if its user agrees.

    Attributes:
        kind: `sandbox` (to run foreign code without isolation), `degraded` (to run under other conditions),
            `network` (to let the runs reach hosts) or `fetch` (to bring data, or packages of
            conda, from addresses of the manifest).
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
        download_bytes: size of what is to be brought of the experiment and its data: nothing but data to be
            fetched, where the experiment is here already; packages come on top.
        disk_bytes: space for copies of code and data, for what is fetched and for outputs; the environment
            comes on top.
        packages: how many packages the environments install, each version once.
        packages_bytes: size of their wheels, where the package index was asked; else None.
        claims: the outlook for each claim.
        depths: every depth with its time.
        consents: what the user is asked before anything runs.
        data: the data sets that the runs read.
        reasons: how the work was chosen and what is left out, as sentences; empty where everything is done.
        new_seeds: the seeds that the original never used.
        within: how it was chosen by its time; None where no time was given.
        machine: what the machine was called that it is for; None for this one.
        selection: the runs themselves, which are not part of the document.
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
    packages_bytes: int | None
    claims: tuple[ClaimOutlook, ...]
    depths: tuple[DepthEstimate, ...]
    consents: tuple[Consent, ...]
    data: tuple[DataNeed, ...]
    reasons: tuple[str, ...]
    new_seeds: tuple[int, ...]
    within: Within | None
    machine: str | None
    selection: Selection

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The runs to be repeated, in this order."""
        return self.selection.tasks

    @property
    def possible(self) -> bool:
        """Whether anything can be run here."""
        return self.overall is not Decision.IMPOSSIBLE

    def with_reasons(self, reasons: Mapping[Requirement, str]) -> Plan:
        """The plan with other reasons for some requirements, also where the user is asked about these."""
        changed = {one: replace(one, reason=reason) for one, reason in reasons.items()}
        asked = {_degraded(one): _degraded(other) for one, other in changed.items()}
        return replace(
            self,
            requirements=tuple(changed.get(one, one) for one in self.requirements),
            consents=tuple(asked.get(one, one) for one in self.consents),
        )

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON values, following `plan.schema.json`."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "selection"}
        return {"schema_version": SCHEMA_VERSION, **_plain(own)}


def make_plan(
    manifest: Manifest,
    found: Host,
    *,
    depth: Depth = Depth.FULL,
    seeds: Iterable[int | str] | None = None,
    configurations: Iterable[str] | None = None,
    folder: Path | None = None,
    provision: Provision | None = None,
) -> Plan:
    """Decide, before anything runs, what a rerun needs and what it can show.

    Args:
        manifest: the recorded experiment.
        found: this machine.
        depth: how much is to be done again.
        seeds: only these seeds.
        configurations: only the configurations of these ids or names.
        folder: the imported folder, where there is one: what lies in it need not travel.
        provision: what the reader brings.

    Raises:
        UsageError: a seed, a configuration or a depth is asked for that was not recorded or declared.
    """
    scope = Scope(
        depth=depth,
        seeds=None if seeds is None else tuple(seeds),
        configurations=None if configurations is None else tuple(configurations),
    )
    return plan_scope(manifest, found, scope, folder, provision)


def plan_scope(
    manifest: Manifest,
    found: Host,
    scope: Scope,
    folder: Path | None = None,
    provision: Provision | None = None,
) -> Plan:
    """The same for whatever a reader wants to be done again.

    Raises:
        UsageError: as `selection_of`.
        UnavailableError: there are not so many new seeds.
    """
    judge = _Judge(manifest, found, folder, provision or Provision())
    selection, within = _selected(scope, judge)
    tasks, depth = selection.tasks, selection.depth
    requirements = judge.requirements(tasks)
    needs = judge.needs(tasks)
    data = needs.data
    overall = worst(requirements)
    return Plan(
        manifest=manifest.id,
        title=manifest.experiment.title,
        depth=depth,
        requirements=requirements,
        overall=overall,
        expected=judge.expected(selection, overall),
        work=work_of(tasks),
        seconds=total_seconds(tasks),
        download_bytes=sum(one.fetched_bytes for one in data)
        + (0 if folder else _travelling_bytes(manifest)),
        disk_bytes=needs.bytes_needed(),
        packages=_package_count(manifest, tasks, found),
        packages_bytes=_packages_bytes(manifest, tasks, found),
        claims=claim_outlooks(manifest, tasks, requirements, depth),
        depths=tuple(depth_estimates(manifest, scope)),
        consents=_all_consents(judge, tasks, requirements, data) if tasks else (),
        data=data,
        reasons=selection.reasons,
        new_seeds=selection.new_seeds,
        within=within,
        machine=found.described,
        selection=selection,
    )


def _selected(scope: Scope, judge: _Judge) -> tuple[Selection, Within | None]:
    require_sense(scope)
    if scope.within is None:
        return selection_of(judge.manifest, scope), None
    return best_within(judge.manifest, scope, judge.outlook)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says what runs need and can show on one machine."""

    manifest: Manifest
    found: Host
    folder: Path | None
    provision: Provision

    def needs(self, tasks: tuple[Task, ...]) -> Needs:
        """What tasks need beyond software and machine."""
        return Needs(self.manifest, tasks, self.found, self.folder, self.provision)

    def requirements(self, tasks: tuple[Task, ...]) -> tuple[Requirement, ...]:
        """What tasks need; nothing where nothing is run."""
        return merged(_requirements(self.needs(tasks))) if tasks else ()

    def expected(self, selection: Selection, overall: Decision) -> Expected:
        """The best verdict to hope for."""
        runs = [task.recorded for task in selection.tasks]
        cap = cap_of(self.manifest, selection.depth, new_seeds=bool(selection.new_seeds), runs=runs)
        return expected_from(overall, cap)

    def outlook(self, selection: Selection) -> Expected:
        """The same, from the runs alone."""
        return self.expected(selection, worst(self.requirements(selection.tasks)))


def _requirements(needs: Needs) -> Iterator[Requirement]:
    for setting in settings_of(needs.manifest, needs.tasks, needs.host):
        yield from software(setting)
        yield from machine(setting)
    yield from needs.requirements()
    yield from RecordedFiles(needs.manifest, needs.tasks, needs.folder).requirements()


def _all_consents(
    judge: _Judge, tasks: Sequence[Task], requirements: Sequence[Requirement], data: Iterable[DataNeed]
) -> tuple[Consent, ...]:
    used = dict.fromkeys(task.recorded.environment for task in tasks)
    text = fetching((judge.manifest.find_environment(one) for one in used), judge.found.conda)
    packages = (Consent("fetch", text, "--fetch"),) if text else ()
    return (*_consents(requirements, judge.found), *_fetching(data), *packages)


def _consents(requirements: Sequence[Requirement], host: Host) -> Iterator[Consent]:
    if isinstance(host.sandbox, NoSandbox):
        text = f"Run the authors' code without a sandbox: {host.sandbox.reason}. {host.sandbox.how_to_get}"
        yield Consent("sandbox", text, "--no-sandbox")
    for one in requirements:
        if one.override == ALLOW_NETWORK:
            yield Consent("network", _told(one), ALLOW_NETWORK)
        elif one.decision is Decision.DEGRADED:
            yield _degraded(one)


def _degraded(one: Requirement) -> Consent:
    return Consent("degraded", _told(one), "--accept-degraded")


def _told(one: Requirement) -> str:
    return f"{one.namespace} {one.feature}: {one.reason}."


def _fetching(data: Iterable[DataNeed]) -> Iterator[Consent]:
    wanted = [one for one in data if one.standing is Standing.OFFERED]
    if wanted:
        size = size_text(sum(one.fetched_bytes for one in wanted))
        every = list(dict.fromkeys(each.url for one in wanted for each in one.addresses))
        more = f" and {len(every) - _SHOWN} more addresses" if len(every) > _SHOWN else ""
        addresses = ", ".join(map(shown, every[:_SHOWN])) + more
        names = listed(one.data for one in wanted)
        unknown = any(each.form is not Form.FILE for one in wanted for each in one.addresses)
        caution = "; archives may be larger than what is taken out of them" if unknown else ""
        yield Consent("fetch", f"Fetch data ({names}, {size}) from {addresses}{caution}.", "--fetch")


def _travelling_bytes(manifest: Manifest) -> int:
    """Size of every file that is in the bundle, each path once."""
    files = [file for code in manifest.code for file in code.files]
    files += [file for data in manifest.data for file in data.files]
    files += [file for run in manifest.runs for file in (*run.written, *run.logs)]
    return sum({(file.root, file.path): file.size or 0 for file in files if file.travels}.values())


def _package_count(manifest: Manifest, tasks: Sequence[Task], found: Host) -> int:
    environments = {task.recorded.environment for task in tasks}
    used = [one for one in manifest.environments if one.id in environments]
    others = {
        (other.name, other.version)
        for one in used
        if of_conda(one, found.conda)
        for other in one.other_packages
    }
    return len({(package.name, package.version) for one in used for package in one.packages} | others)


def _packages_bytes(manifest: Manifest, tasks: Sequence[Task], found: Host) -> int | None:
    """Size of all wheels that the index has for the machine; None where that is not known of each.

    How large archives of conda are is not recorded.
    """
    used = {task.recorded.environment for task in tasks}
    if any(of_conda(manifest.find_environment(name), found.conda) for name in used):
        return None
    choices = [found.wheels.get(name or "") for name in used]
    sizes = [wheel.size for wheel in {wheel for choice in choices if choice for wheel in choice.wheels}]
    known = [size for size in sizes if size]
    return sum(known) if known and len(known) == len(sizes) and all(choices) else None


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, (Decision, Expected, Depth, Standing, Form)) else value
