"""The Slurm job that a launch belongs to: noted beside its record, no part of it, and never taken along."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_NAME = "job"


def job_of(environ: Mapping[str, str]) -> str | None:
    """The job that these variables name: cluster and number."""
    number = environ.get("SLURM_JOB_ID", "")
    if not (number.isascii() and number.isdigit()):
        return None
    return f"{environ.get('SLURM_CLUSTER_NAME', '')} {number}"


def times_restarted(environ: Mapping[str, str]) -> int:
    """How often Slurm has started this job's script again."""
    count = environ.get("SLURM_RESTART_COUNT", "")
    return int(count) if count.isascii() and count.isdigit() else 0


def note_job(folder: Path, environ: Mapping[str, str]) -> None:
    """Leave word of the job in the folder of a record."""
    job = job_of(environ)
    if job is not None:
        with suppress(OSError):
            (folder / _NAME).write_bytes(os.fsencode(job))


def noted_job(folder: Path) -> str | None:
    """The job that was noted in the folder of a record."""
    try:
        return os.fsdecode((folder / _NAME).read_bytes())
    except OSError:
        return None
