"""`rerun`: plan, environment, every seed again, comparison; the recorded results are never touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reprocrate.assembly.reproduction import assemble_reproduction, sources_of
from reprocrate.capture.seeds.notation import parse_seeds
from reprocrate.deposit.addresses import Reach
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, Reproduction, save_manifest
from reprocrate.rerun.compare import Margin, Verdict, compare
from reprocrate.rerun.execute import WORK
from reprocrate.rerun.host import Host, probe_host
from reprocrate.rerun.offers import Provision
from reprocrate.rerun.plan import Plan, make_plan
from reprocrate.rerun.repetition import Assignment
from reprocrate.rerun.selection import Depth, Task, repeated_runs, select_tasks
from reprocrate.workflow.bringing import bring_data, provision_for, require_data, require_placed
from reprocrate.workflow.comparing import without_collection
from reprocrate.workflow.evidence import FolderEvidence
from reprocrate.workflow.partial import Partial, partial_of
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.remote import Remote
from reprocrate.workflow.reruns.choice import RerunChoice, margins_of, require_metrics
from reprocrate.workflow.reruns.circumstances import circumstances_of
from reprocrate.workflow.reruns.consent import Consent, agreed_sandbox
from reprocrate.workflow.reruns.folders import VERDICT, imported_folder, place_of, verified_manifest
from reprocrate.workflow.reruns.runs import executed_runs


@dataclass(frozen=True, slots=True)
class Rerun:
    """What came of it: the verdict, and where it was written."""

    verdict: Verdict
    path: Path


def rerun_experiment(what: Path | Remote, choice: RerunChoice, consent: Consent, progress: Progress) -> Rerun:
    """Rerun a bundle or the folder that one was imported to, and compare.

    Raises:
        UsageError: it is neither, or a seed or margin was asked for that makes no sense.
        IntegrityError: a file is not as recorded.
        UnavailableError: it cannot be rerun here, or not without consent that was not given.
        KeyboardInterrupt: interrupted; what is done is kept, and the same call goes on from there.
    """
    margins = margins_of(choice.margins)
    set_out = _set_out(what, choice, margins, progress)
    manifest, folder, tasks, plan = set_out.manifest, set_out.folder, set_out.tasks, set_out.plan
    require_data(plan)
    sandbox = agreed_sandbox(plan, set_out.host, tasks, consent, progress)
    bring_data(manifest, tasks, folder, set_out.provision, consent.agrees, progress)
    needed = {task.recorded.environment for task in tasks if task.recorded.environment}
    environments = prepare_environments(manifest, folder, progress, needed)
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
    )
    records = executed_runs(assignment, place, progress)
    reproduction = manifest
    if tasks:
        about = Reproduction.model_validate(
            {"id": manifest.id, "payload_sha256": set_out.payload, "depth": plan.depth.value}
        )
        reproduction = assemble_reproduction(manifest, place / WORK, records, about)
        save_manifest(reproduction, place / "reprocrate.json")
    around = circumstances_of(plan, set_out.host, sandbox, environments, set_out.payload)
    asked: dict[str, list[int | str | None]] = {}
    for run in repeated_runs(manifest, tasks):
        asked.setdefault(run.configuration, []).append(run.seed)
    with without_collection():
        verdict = compare(
            manifest,
            reproduction,
            asked_seeds=asked if tasks else None,
            margins=margins,
            circumstances=around,
            about=(set_out.part.claim,) if set_out.part else None,
            files=(FolderEvidence([folder]), FolderEvidence([place / WORK])),
        )
    path = place / VERDICT
    write_atomically(path, json.dumps(verdict.to_json(), indent=1, ensure_ascii=False).encode() + b"\n")
    return Rerun(verdict, path)


@dataclass(frozen=True, slots=True)
class _SetOut:
    """What is to be done, before anything is asked, fetched, built or run.

    Attributes:
        folder: the imported folder.
        manifest: the recorded experiment.
        payload: the payload digest of its bundle.
        part: the part of the bundle that the folder holds; None for all of it.
        tasks: the runs to be repeated.
        host: this machine.
        provision: what the reader brings.
        plan: what it takes and what it can show.
    """

    folder: Path
    manifest: Manifest
    payload: str
    part: Partial | None
    tasks: tuple[Task, ...]
    host: Host
    provision: Provision
    plan: Plan


def _set_out(
    what: Path | Remote, choice: RerunChoice, margins: Mapping[str, Margin], progress: Progress
) -> _SetOut:
    folder = imported_folder(what, progress)
    manifest, payload = verified_manifest(folder, progress)
    require_metrics(manifest, margins)
    require_placed(manifest, folder, progress)
    seeds = None if choice.seeds is None else parse_seeds(choice.seeds)
    host = probe_host(manifest, folder)
    part = partial_of(folder)
    if part:
        progress.note(f"{part}: the rerun and its verdict are about that claim")
    only = part.configurations(manifest) if part else None
    tasks = select_tasks(manifest, depth=Depth(choice.depth), seeds=seeds, configurations=only)
    reach = Reach.of(choice.allow_address)
    provision = provision_for(manifest, tasks, folder, progress, given=choice.data, reach=reach)
    plan = make_plan(
        manifest,
        host,
        depth=Depth(choice.depth),
        seeds=seeds,
        configurations=only,
        folder=folder,
        provision=provision,
    )
    return _SetOut(folder, manifest, payload, part, tasks, host, provision, plan)
