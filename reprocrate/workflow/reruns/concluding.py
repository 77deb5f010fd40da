"""What a rerun showed: its verdict, its own manifest, and the link to what it reproduces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.assembly.reproduction import assemble_reproduction
from reprocrate.bundle import layout
from reprocrate.capture.record import RunRecord
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, Reproduction, save_manifest
from reprocrate.manifest.garbage import without_collection
from reprocrate.render.verdict_page import verdict_page
from reprocrate.rerun.compare import Circumstances, Margin, Verdict, compare
from reprocrate.rerun.execute.repetition import Assignment
from reprocrate.rerun.execute.running import WORK
from reprocrate.rerun.plan import Plan
from reprocrate.rerun.work.selection import asked_seeds
from reprocrate.workflow.evidence import FolderEvidence
from reprocrate.workflow.reproduction import VERDICT, about_verdict, keep
from reprocrate.workflow.reruns.folders import PAGE, archived_doi
from reprocrate.workflow.reruns.locks import keep_locks


@dataclass(frozen=True, slots=True)
class Rerun:
    """What came of a rerun.

    Attributes:
        verdict: what it showed.
        path: where that was written.
        ran: whether anything was run, so that there is a reproduction to be packed.
    """

    verdict: Verdict
    path: Path
    ran: bool


@dataclass(frozen=True, slots=True)
class Undertaken:
    """What was done.

    Attributes:
        assignment: what was run, and with what.
        plan: what had been planned.
        payload: the payload digest of the original's bundle.
        place: the rerun's folder.
        records: the record of each task, in their order.
    """

    assignment: Assignment
    plan: Plan
    payload: str
    place: Path
    records: Sequence[RunRecord]

    @property
    def project(self) -> Path:
        """The rerun's own project."""
        return self.place / WORK

    def about(self) -> dict[str, Any]:
        """What is reproduced, without what the verdict says of it."""
        found: dict[str, Any] = {
            "id": self.assignment.manifest.id,
            "payload_sha256": self.payload,
            "depth": self.plan.depth.value,
        }
        doi = archived_doi(self.assignment.source)
        return found | {"doi": doi} if doi else found

    def assembled(self, about: Mapping[str, Any]) -> Manifest:
        """The rerun's own manifest; the original where nothing was run."""
        if not self.assignment.tasks:
            return self.assignment.manifest
        reproduces = Reproduction.model_validate(about)
        return assemble_reproduction(self.assignment.manifest, self.project, self.records, reproduces)


def conclude(done: Undertaken, circumstances: Circumstances, margins: Mapping[str, Margin]) -> Rerun:
    """Judge what was done and write it down, the verdict last: a rerun without it is one to go on with.

    Raises:
        UnavailableError: something cannot be written.
    """
    original, tasks = done.assignment.manifest, done.assignment.tasks
    if tasks:
        keep_locks(done.project, original, tasks, done.records, done.assignment.environments)
    about = done.about()
    with without_collection():
        verdict = compare(
            original,
            done.assembled(about),
            asked_seeds=asked_seeds(original, tasks) if tasks else None,
            margins=margins,
            circumstances=circumstances,
            files=(FolderEvidence([done.assignment.source]), FolderEvidence([done.project])),
        )
        document = verdict.to_json()
    data = json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"
    about |= about_verdict(document, data)
    keep(done.place, original, Reproduction.model_validate(about))
    if tasks:
        save_manifest(done.assembled(about), done.place / layout.MANIFEST)
    write_atomically(done.place / PAGE, verdict_page(document))
    path = done.place / VERDICT
    write_atomically(path, data)
    return Rerun(verdict, path, ran=bool(tasks))
