"""`rerun`: plan, environment, every seed again, comparison; the recorded results are never touched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from reprocrate.assembly.reproduction import assemble_reproduction, sources_of
from reprocrate.files import write_atomically
from reprocrate.manifest import Reproduction, save_manifest
from reprocrate.rerun.compare import Verdict, compare
from reprocrate.rerun.execute import WORK
from reprocrate.rerun.host import probe_host
from reprocrate.rerun.plan import plan_scope
from reprocrate.rerun.repetition import Assignment
from reprocrate.rerun.selection import asked_seeds
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress
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


def rerun_experiment(what: Path, choice: RerunChoice, consent: Consent, progress: Progress) -> Rerun:
    """Rerun a bundle or the folder that one was imported to, and compare.

    Raises:
        UsageError: it is neither, or something was asked for that is not there or makes no sense.
        IntegrityError: a file is not as recorded.
        UnavailableError: it cannot be rerun here, or not without consent that was not given.
        KeyboardInterrupt: interrupted; what is done is kept, and the same call goes on from there.
    """
    margins, scope = margins_of(choice.margins), choice.scope
    folder = imported_folder(what, progress)
    manifest, payload = verified_manifest(folder, progress)
    require_metrics(manifest, margins)
    host = probe_host(manifest, folder)
    plan = plan_scope(manifest, host, scope, folder)
    tasks, depth = plan.tasks, plan.depth
    for reason in plan.reasons:
        progress.note(reason)
    sandbox = agreed_sandbox(plan, host, tasks, consent, progress)
    needed = {task.recorded.environment for task in tasks if task.recorded.environment}
    environments = prepare_environments(manifest, folder, progress, needed, host)
    place = place_of(folder, choice, payload)
    records = executed_runs(
        Assignment(manifest, folder, tasks, environments, host, sandbox, sources_of(manifest)),
        place,
        progress,
    )
    reproduction = manifest
    if tasks:
        about = Reproduction.model_validate(
            {"id": manifest.id, "payload_sha256": payload, "depth": depth.value}
        )
        reproduction = assemble_reproduction(manifest, place / WORK, records, about)
        save_manifest(reproduction, place / "reprocrate.json")
    around = circumstances_of(plan, host, sandbox, environments, payload)
    asked = asked_seeds(manifest, tasks) if tasks else None
    verdict = compare(manifest, reproduction, asked_seeds=asked, margins=margins, circumstances=around)
    path = place / VERDICT
    write_atomically(path, json.dumps(verdict.to_json(), indent=1, ensure_ascii=False).encode() + b"\n")
    return Rerun(verdict, path)
