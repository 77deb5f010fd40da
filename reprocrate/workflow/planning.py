"""`plan`: from the manifest alone, what a rerun would need here and what it can show."""

from __future__ import annotations

from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.manifest import Manifest
from reprocrate.rerun.host import probe_host
from reprocrate.rerun.plan import Plan, Scope, plan_scope
from reprocrate.workflow.opening import Kind, open_what

_EVERYTHING = Scope()


def plan_rerun(what: Path, scope: Scope = _EVERYTHING) -> Plan:
    """Plan the rerun of whatever a path holds.

    Args:
        what: the path.
        scope: what of it is to be done again.

    Raises:
        ReprocrateError: as `open_what`.
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
    return plan_of(opened.manifest, opened.path if opened.kind is Kind.CRATE else None, scope)


def plan_of(manifest: Manifest, folder: Path | None, scope: Scope = _EVERYTHING) -> Plan:
    """Plan the rerun of an experiment.

    Args:
        manifest: the experiment.
        folder: where it was imported to, if it was.
        scope: what of it is to be done again.

    Raises:
        UsageError: the scope asks for what is not there.
    """
    return plan_scope(manifest, probe_host(manifest, folder), scope, folder)
