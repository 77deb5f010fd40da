"""The records of a project, on the disk."""

from __future__ import annotations

RUNS = ".reprocrate/runs"
"""Where they are, one folder for each launch, below the root of the project."""
