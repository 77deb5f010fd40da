"""`rerun`: plan, environment, every seed again, comparison; the recorded results are never touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.assembly.recorded_sources import sources_of
from reprocrate.deposit.addresses import Reach
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare import Margin
from reprocrate.rerun.data.offers import Provision
from reprocrate.rerun.environment.permission import Permission
from reprocrate.rerun.execute.repetition import Assignment
from reprocrate.rerun.host.probing import Host, probe_host
from reprocrate.rerun.plan import Plan, plan_scope
from reprocrate.rerun.sandbox.limits import AskedLimits
from reprocrate.workflow.asked_devices import with_asked_devices
from reprocrate.workflow.bringing import bring_data, provision_for, require_data, require_placed
from reprocrate.workflow.partial import partial_of
from reprocrate.workflow.planning import scope_in, tasks_of
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.remote import Remote
from reprocrate.workflow.reruns.choice import RerunChoice, margins_of, require_metrics
from reprocrate.workflow.reruns.circumstances import circumstances_of
from reprocrate.workflow.reruns.consent import Consent, agreed_network, agreed_sandbox
from reprocrate.workflow.reruns.folders import imported_folder, place_of, verified_manifest
from reprocrate.workflow.reruns.jobs import require_room
from reprocrate.workflow.reruns.runs import executed_runs

if TYPE_CHECKING:
    from reprocrate.workflow.reruns.concluding import Rerun


def rerun_experiment(what: Path | Remote, choice: RerunChoice, consent: Consent, progress: Progress) -> Rerun:
    """Rerun a bundle or the folder that one was imported to, and compare.

    Raises:
        UsageError: it is neither, or something was asked for that is not there or makes no sense.
        IntegrityError: a file is not as recorded.
        UnavailableError: it cannot be rerun here, or not without consent that was not given.
        KeyboardInterrupt: interrupted; what is done is kept, and the same call goes on from there.
    """
    margins = margins_of(choice.margins)
    limits = AskedLimits.of(choice.limits)
    set_out = _set_out(what, choice, margins, progress)
    manifest, folder, tasks, plan = set_out.manifest, set_out.folder, set_out.plan.tasks, set_out.plan
    for reason in plan.reasons:
        progress.note(reason)
    require_data(plan)
    require_room(choice.jobs, manifest, tasks, set_out.host, progress)
    sandbox = agreed_sandbox(plan, set_out.host, tasks, consent, progress)
    network = agreed_network(plan, tasks, consent, progress)
    bring_data(manifest, tasks, folder, set_out.provision, consent.agrees, progress)
    needed = {task.recorded.environment for task in tasks if task.recorded.environment}
    permission = Permission(set_out.provision.reach, consent.agrees)
    environments = prepare_environments(manifest, folder, progress, needed, set_out.host, permission)
    consent.tell_unneeded()
    place = place_of(folder, choice, set_out.payload)
    assignment = Assignment(
        manifest,
        folder,
        tasks,
        environments,
        set_out.host,
        sandbox,
        sources_of(manifest),
        set_out.provision.supplies,
        limits=limits,
        network=network,
        jobs=choice.jobs,
    )
    records = executed_runs(assignment, place, progress, _get_ready)
    from reprocrate.workflow.reruns.concluding import Undertaken, conclude

    around = circumstances_of(plan, set_out.host, sandbox, environments, set_out.payload, network)
    return conclude(Undertaken(assignment, plan, set_out.payload, place, records), around, margins)


def _get_ready() -> None:
    """Import what comes after the runs, while this process waits for one of them anyway."""
    import reprocrate.capture.launch.finishing
    import reprocrate.workflow.reruns.concluding  # noqa: F401


@dataclass(frozen=True, slots=True)
class _SetOut:
    """What is to be done, before anything is asked, fetched, built or run.

    Attributes:
        folder: the imported folder.
        manifest: the recorded experiment.
        payload: the payload digest of its bundle.
        host: this machine.
        provision: what the reader brings.
        plan: what it takes and what it can show.
    """

    folder: Path
    manifest: Manifest
    payload: str
    host: Host
    provision: Provision
    plan: Plan


def _set_out(
    what: Path | Remote, choice: RerunChoice, margins: Mapping[str, Margin], progress: Progress
) -> _SetOut:
    wanted = choice.scope  # what makes no sense is told before anything is unpacked
    folder = imported_folder(what, progress)
    manifest, payload = verified_manifest(folder, progress)
    require_metrics(manifest, margins)
    require_placed(manifest, folder, progress)
    host = probe_host(manifest, folder)
    if part := partial_of(folder):
        progress.note(f"{part}: the rerun and its verdict are about that claim")
    scope = scope_in(folder, wanted)
    reach = Reach.of(choice.allow_address)
    tasks = tasks_of(manifest, scope)
    provision = provision_for(manifest, tasks, folder, progress, given=choice.data, reach=reach)
    plan = with_asked_devices(plan_scope(manifest, host, scope, folder, provision), manifest, folder)
    return _SetOut(folder, manifest, payload, host, provision, plan)
