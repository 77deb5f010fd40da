"""`plan`: from the manifest alone, what a rerun would need here and what it can show."""

from __future__ import annotations

from pathlib import Path

from reprocrate.deposit.addresses import Reach
from reprocrate.errors import UnavailableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.host import probe_host
from reprocrate.rerun.offers import Provision
from reprocrate.rerun.plan import Plan, make_plan
from reprocrate.rerun.selection import Depth, select_tasks
from reprocrate.workflow.bringing import provision_for
from reprocrate.workflow.opening import Kind, open_what
from reprocrate.workflow.progress import Progress, Silence


def plan_rerun(
    what: Path,
    depth: Depth = Depth.FULL,
    progress: Progress | None = None,
    *,
    data: tuple[str, ...] = (),
    allow_address: tuple[str, ...] = (),
) -> Plan:
    """Plan the rerun of whatever a path holds.

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
    return plan_of(opened.manifest, folder, depth, provision=provision)


def plan_of(
    manifest: Manifest,
    folder: Path | None,
    depth: Depth = Depth.FULL,
    seeds: tuple[int | str, ...] | None = None,
    provision: Provision | None = None,
) -> Plan:
    """Plan the rerun of an experiment.

    Args:
        manifest: the experiment.
        folder: where it was imported to, if it was.
        depth: how much is to be done again.
        seeds: only these.
        provision: what the reader brings.
    """
    host = probe_host(manifest, folder)
    return make_plan(manifest, host, depth=depth, seeds=seeds, folder=folder, provision=provision)
