"""`plan`: from the manifest alone, what a rerun would need here and what it can show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.deposit.addresses import Reach
from reprocrate.errors import UnavailableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.data.offers import Provision
from reprocrate.rerun.host.probing import Host, probe_host
from reprocrate.rerun.plan import Plan, Scope, plan_scope
from reprocrate.rerun.plan.scope import selection_of
from reprocrate.rerun.work.selection import Task
from reprocrate.workflow.asked_devices import with_asked_devices
from reprocrate.workflow.bringing import provision_for
from reprocrate.workflow.elsewhere import HERE, Elsewhere, host_of
from reprocrate.workflow.opening import Kind, open_what
from reprocrate.workflow.partial import partial_of
from reprocrate.workflow.progress import Progress, Silence

if TYPE_CHECKING:
    from reprocrate.workflow.remote import Remote

_EVERYTHING = Scope()


def plan_rerun(
    what: Path | Remote,
    scope: Scope = _EVERYTHING,
    progress: Progress | None = None,
    *,
    data: tuple[str, ...] = (),
    allow_address: tuple[str, ...] = (),
    elsewhere: Elsewhere = HERE,
) -> Plan:
    """Plan the rerun of whatever a path or an address holds.

    Args:
        what: the path or address.
        scope: what of it is to be done again.
        progress: who listens.
        data: data that the reader has, as `NAME=PATH`; each file is checked.
        allow_address: hosts that may be asked although they are private.
        elsewhere: for which machine, and whether its package index is asked.

    Raises:
        ReprocrateError: as `open_what`, and as `host_of`.
        UsageError: the scope asks for what is not there.
        UnavailableError: it is a crate of another project, which describes no run that completed.
    """
    opened = open_what(what)
    if opened.kind is Kind.FOREIGN and all(run.status != "ok" for run in opened.manifest.runs):
        raise UnavailableError(
            f"a rerun of {what} cannot be planned",
            "it describes no run of a program that completed",
            "`reprocrate show` tells what is in it",
        )
    folder = opened.path if opened.kind is Kind.CRATE else None
    scope = scope_in(folder, scope)
    provision = provision_for(
        opened.manifest,
        tasks_of(opened.manifest, scope),
        folder,
        progress or Silence(),
        given=data,
        reach=Reach.of(allow_address),
    )
    host = host_of(opened, folder, elsewhere, progress)
    plan = plan_of(opened.manifest, folder, scope, provision, host)
    if isinstance(what, Path) and opened.kind in (Kind.BUNDLE, Kind.CRATE):
        plan = with_asked_devices(plan, opened.manifest, opened.path)
    if opened.size is None and opened.kind is Kind.MANIFEST:
        return plan  # where its files are is not known
    fetched = sum(one.fetched_bytes for one in plan.data)
    return replace(plan, download_bytes=(opened.size or 0) + fetched)


def tasks_of(manifest: Manifest, scope: Scope) -> tuple[Task, ...]:
    """The runs that a scope stands for, whatever time they take.

    Raises:
        UsageError: the scope asks for what is not there.
    """
    return selection_of(manifest, replace(scope, within=None)).tasks


def scope_in(folder: Path | None, scope: Scope) -> Scope:
    """What can be done again in a folder: all of it, or what the claim needs that a part was brought for.

    Raises:
        UsageError: it is about another claim than that.
    """
    part = partial_of(folder) if folder else None
    return scope if part is None else part.narrowed(scope)


def plan_of(
    manifest: Manifest,
    folder: Path | None,
    scope: Scope = _EVERYTHING,
    provision: Provision | None = None,
    host: Host | None = None,
) -> Plan:
    """Plan the rerun of an experiment.

    Args:
        manifest: the experiment.
        folder: where it was imported to, if it was.
        scope: what of it is to be done again.
        provision: what the reader brings.
        host: the machine; this one where it is None.

    Raises:
        UsageError: the scope asks for what is not there.
    """
    here = host or probe_host(manifest, folder)
    return plan_scope(manifest, here, scope_in(folder, scope), folder, provision)
