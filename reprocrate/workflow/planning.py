"""`plan`: from the manifest alone, what a rerun would need here and what it can show."""

from __future__ import annotations

from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.host import Host, probe_host
from reprocrate.rerun.plan import Plan, Scope, plan_scope
from reprocrate.workflow.elsewhere import HERE, Elsewhere, host_of
from reprocrate.workflow.opening import Kind, open_what
from reprocrate.workflow.progress import Progress

_EVERYTHING = Scope()


def plan_rerun(
    what: Path,
    scope: Scope = _EVERYTHING,
    elsewhere: Elsewhere = HERE,
    progress: Progress | None = None,
) -> Plan:
    """Plan the rerun of whatever a path holds.

    Args:
        what: the path.
        scope: what of it is to be done again.
        elsewhere: for which machine, and whether its package index is asked.
        progress: who listens while the index is asked.

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
    return plan_of(opened.manifest, folder, scope, host_of(opened, folder, elsewhere, progress))


def plan_of(
    manifest: Manifest, folder: Path | None, scope: Scope = _EVERYTHING, host: Host | None = None
) -> Plan:
    """Plan the rerun of an experiment.

    Args:
        manifest: the experiment.
        folder: where it was imported to, if it was.
        scope: what of it is to be done again.
        host: the machine; this one where it is None.

    Raises:
        UsageError: the scope asks for what is not there.
    """
    return plan_scope(manifest, host or probe_host(manifest, folder), scope, folder)
