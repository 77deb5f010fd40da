"""`plan`: from the manifest alone, what a rerun would need here and what it can show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.errors import UnavailableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.host import probe_host
from reprocrate.rerun.plan import Plan, make_plan
from reprocrate.rerun.selection import Depth
from reprocrate.workflow.opening import Kind, open_what
from reprocrate.workflow.partial import partial_of

if TYPE_CHECKING:
    from reprocrate.workflow.remote import Remote


def plan_rerun(what: Path | Remote, depth: Depth = Depth.FULL) -> Plan:
    """Plan the rerun of whatever a path or an address holds.

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
    plan = plan_of(opened.manifest, opened.path if opened.kind is Kind.CRATE else None, depth)
    return plan if opened.size is None else replace(plan, download_bytes=opened.size)


def plan_of(
    manifest: Manifest,
    folder: Path | None,
    depth: Depth = Depth.FULL,
    seeds: tuple[int | str, ...] | None = None,
    configurations: tuple[str, ...] | None = None,
) -> Plan:
    """Plan the rerun of an experiment.

    Args:
        manifest: the experiment.
        folder: where it was imported to, if it was.
        depth: how much is to be done again.
        seeds: only these.
        configurations: only these, by id or name; of a part of a bundle, otherwise, those that it is for.
    """
    part = partial_of(folder) if folder else None
    if part is not None:
        configurations = part.configurations(manifest, configurations)
    host = probe_host(manifest, folder)
    return make_plan(manifest, host, depth=depth, seeds=seeds, configurations=configurations, folder=folder)
