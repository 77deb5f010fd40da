"""What came before the last attempt of a run: ranks that a launcher started again, jobs that Slurm put back.

torchrun and its kin start all ranks again when one of them fails (TORCHELASTIC_RESTART_COUNT). Slurm starts
the whole script of a job again after its node failed or somebody put it back into the queue
(SLURM_RESTART_COUNT, sbatch, "--requeue"), so that an earlier attempt has a record of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from reprocrate.capture.observation.processes import Process
from reprocrate.capture.ranks.ranks import Found
from reprocrate.capture.ranks.slurm import job_of, noted_job
from reprocrate.capture.record import Attempt, RunRecord, Seed
from reprocrate.capture.records.loading import load_records


def with_attempts(
    record: RunRecord, ranks: Found | None, folder: Path, environ: Mapping[str, str]
) -> RunRecord:
    """The record with what came before; `started` and `duration_s` are then those of the last attempt.

    Args:
        record: of the launch that has ended.
        ranks: its ranks.
        folder: the folder of the record.
        environ: the variables of the launch.
    """
    attempts = tuple(_requeued(record, folder, environ))
    if ranks is None or not ranks.earlier:
        return replace(record, attempts=attempts) if attempts else record
    begins = [_began(processes) for processes in (*ranks.earlier, list(ranks.own.values()))]
    restarted = tuple(
        Attempt(_timestamp(begin), _how_it_ended(processes), round(max(0.0, then - begin), 3))
        for processes, begin, then in zip(ranks.earlier, begins, begins[1:], strict=False)
    )
    ended = datetime.fromisoformat(record.ended or record.started).timestamp()
    return replace(
        record,
        attempts=attempts + restarted,
        started=_timestamp(begins[-1]),
        duration_s=round(max(0.0, ended - begins[-1]), 6),
    )


def _requeued(record: RunRecord, folder: Path, environ: Mapping[str, str]) -> list[Attempt]:
    """The launches of the same job, configuration and seeds before this one."""
    job = job_of(environ)
    if job is None or not job.restarts:
        return []
    found: list[Attempt] = []
    for other in load_records(folder.parents[2]).records:
        if other.configuration != record.configuration or _given(other) != _given(record):
            continue
        earlier = noted_job(folder.parent / other.id)
        if other.status != "ok" and earlier is not None and earlier.is_earlier(job):
            failed = other.status == "failed"
            found += other.attempts
            found.append(Attempt(other.started, "failed" if failed else "killed", other.duration_s, other.id))
    return found


def _given(record: RunRecord) -> list[Seed]:
    """The seeds that the launcher gave."""
    return [seed for seed in record.seeds if seed.how != "observed"]


def _began(processes: Sequence[Process]) -> float:
    return min(float(process.header.get("time") or 0.0) for process in processes)


def _how_it_ended(processes: Sequence[Process]) -> Literal["failed", "killed"]:
    """An attempt failed if a rank could still say so; those that are killed for it never can."""
    return "failed" if any(process.end for process in processes) else "killed"


def _timestamp(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
