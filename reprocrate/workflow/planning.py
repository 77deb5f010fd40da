"""`plan`: from the manifest alone, what a rerun would need here and what it can show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.deposit.addresses import Reach
from reprocrate.errors import UnavailableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.host import probe_host
from reprocrate.rerun.offers import Provision
from reprocrate.rerun.plan import Plan, make_plan
from reprocrate.rerun.selection import Depth, select_tasks
from reprocrate.workflow.bringing import provision_for
from reprocrate.workflow.opening import Kind, open_what
from reprocrate.workflow.partial import partial_of
from reprocrate.workflow.progress import Progress, Silence

if TYPE_CHECKING:
    from reprocrate.workflow.remote import Remote


def plan_rerun(
    what: Path | Remote,
    depth: Depth = Depth.FULL,
    progress: Progress | None = None,
    *,
    data: tuple[str, ...] = (),
    allow_address: tuple[str, ...] = (),
) -> Plan:
    """Plan the rerun of whatever a path or an address holds.

    Args:
        what: the path.
        depth: how much is to be done again.
        progress: who listens.
        data: data that the reader has, as `NAME=PATH`; each file is checked.
        allow_address: hosts that may be asked although they are private.

    Raises:
        ReprocrateError: as `open_what`.
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
    provision = provision_for(
        opened.manifest,
        select_tasks(opened.manifest, depth=depth),
        folder,
        progress or Silence(),
        given=data,
        reach=Reach.of(allow_address),
    )
    plan = plan_of(opened.manifest, folder, depth, provision=provision)
    if opened.size is None:
        return plan
    fetched = sum(one.fetched_bytes for one in plan.data)
    return replace(plan, download_bytes=opened.size + fetched)


def plan_of(
    manifest: Manifest,
    folder: Path | None,
    depth: Depth = Depth.FULL,
    seeds: tuple[int | str, ...] | None = None,
    configurations: tuple[str, ...] | None = None,
    provision: Provision | None = None,
) -> Plan:
    """Plan the rerun of an experiment.

    Args:
        manifest: the experiment.
        folder: where it was imported to, if it was.
        depth: how much is to be done again.
        seeds: only these.
        configurations: only these, by id or name; of a part of a bundle, otherwise, those that it is for.
        provision: what the reader brings.
    """
    part = partial_of(folder) if folder else None
    if part is not None:
        configurations = part.configurations(manifest, configurations)
    return make_plan(
        manifest,
        probe_host(manifest, folder),
        depth=depth,
        seeds=seeds,
        configurations=configurations,
        folder=folder,
        provision=provision,
    )
