"""The Slurm job that a launch belongs to: noted beside its record, no part of it, and never taken along."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NAME = "job"


@dataclass(frozen=True)
class Job:
    """A job of Slurm, and how often its script was started before.

    Attributes:
        name: cluster and number.
        restarts: the times that Slurm has started the script again.
    """

    name: str
    restarts: int

    def is_earlier(self, other: Job | None) -> bool:
        """Whether it is the same job before Slurm started the script of `other` again."""
        return other is not None and self.name == other.name and self.restarts < other.restarts


def job_of(environ: Mapping[str, str]) -> Job | None:
    """The job that these variables name."""
    number, restarts = environ.get("SLURM_JOB_ID", ""), environ.get("SLURM_RESTART_COUNT", "0")
    if not all(text.isascii() and text.isdigit() for text in (number, restarts)):
        return None
    return Job(f"{environ.get('SLURM_CLUSTER_NAME', '')}/{number}", int(restarts))


def note_job(folder: Path, environ: Mapping[str, str]) -> None:
    """Leave word of the job in the folder of a record."""
    job = job_of(environ)
    if job is not None:
        with suppress(OSError):
            (folder / _NAME).write_bytes(os.fsencode(f"{job.restarts} {job.name}"))


def noted_job(folder: Path) -> Job | None:
    """The job that was noted in the folder of a record."""
    try:
        restarts, _, name = os.fsdecode((folder / _NAME).read_bytes()).partition(" ")
        return Job(name, int(restarts))
    except (OSError, ValueError):
        return None
