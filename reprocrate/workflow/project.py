"""Finding the project that a command is about, and reading its settings and records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records.loading import RUNS, load_records
from reprocrate.errors import UnreadableError, UsageError

if TYPE_CHECKING:
    from reprocrate.assembly.settings import ProjectSettings
    from reprocrate.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Project:
    """An author's project: settings, records, and what they add up to."""

    root: Path
    settings: ProjectSettings
    records: tuple[RunRecord, ...]
    problems: tuple[str, ...]
    manifest: Manifest


def open_project(root: Path) -> Project:
    """Read a project and derive its manifest.

    Raises:
        UsageError: its `reprocrate.toml` has an error.
    """
    from reprocrate.assembly.assemble import assemble
    from reprocrate.assembly.toml import load_settings

    settings = load_settings(root)
    found = load_records(root)
    records = tuple(found.records)
    return Project(root, settings, records, tuple(found.problems), assemble(root, settings, records))


def is_project(folder: Path) -> bool:
    """Whether a folder has settings or run records of its own."""
    return (folder / SETTINGS_NAME).is_file() or any((folder / RUNS).glob("*/run.json"))


def find_project(start: Path) -> Path:
    """The project that a folder belongs to: itself or the nearest folder above it that is one.

    Raises:
        UsageError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    raise UsageError(
        f"{start} is not a project",
        f"neither it nor a folder above it has a {SETTINGS_NAME} or run records",
        "Go to your project, or begin with `reprocrate init` or `reprocrate run -- COMMAND`",
    )


def project_to_run_in(start: Path) -> Path:
    """Where a launch is recorded: its project, else the top of its git checkout, else the folder."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder
    return start


def refuse_unread(project: Project) -> None:
    """See to it that launches none of which can be read are not taken for none.

    Raises:
        UnreadableError: there are records, and not one can be read.
    """
    if not project.manifest.runs and project.problems:
        first, *others = project.problems
        more = f" (and {len(others)} more such problems)" if others else ""
        raise UnreadableError(f"no launch of {project.root} can be read", f"{first.rstrip('.')}{more}")
