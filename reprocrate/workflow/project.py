"""Finding the project that a command is about, and reading its settings and records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.capture.records import RUNS
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.workflow.reproduction import WORK, is_rerun, project_of, reproduction_around

if TYPE_CHECKING:
    from reprocrate.assembly.settings import ProjectSettings
    from reprocrate.capture.record import RunRecord
    from reprocrate.manifest import Manifest
    from reprocrate.workflow.reproduction import Reproduced


class Project(NamedTuple):
    """An author's project: settings, records, and what they add up to; of a rerun also what it reproduces."""

    root: Path
    settings: ProjectSettings
    records: tuple[RunRecord, ...]
    problems: tuple[str, ...]
    manifest: Manifest
    reproduced: Reproduced | None = None


def open_project(root: Path) -> Project:
    """Read a project and derive its manifest.

    Raises:
        UsageError: its `reprocrate.toml` has an error, or it is that of a rerun that has not ended.
        UnreadableError: it is that of a rerun, and what was rerun cannot be read.
    """
    from reprocrate.assembly.assemble import assemble
    from reprocrate.assembly.reproduction import assemble_reproduction
    from reprocrate.assembly.toml import load_settings
    from reprocrate.capture.records.loading import load_records

    reproduced = reproduction_around(root)
    settings = reproduced.settings() if reproduced else load_settings(root)
    found = load_records(root)
    records = tuple(found.records)
    if reproduced:
        manifest = assemble_reproduction(reproduced.original, root, records, reproduced.about, settings)
    else:
        manifest = assemble(root, settings, records)
    return Project(root, settings, records, tuple(found.problems), manifest, reproduced)


def is_project(folder: Path) -> bool:
    """Whether a folder has settings or run records of its own."""
    return (folder / SETTINGS_NAME).is_file() or any((folder / RUNS).glob("*/run.json"))


def find_project(start: Path) -> Path:
    """The project that a folder belongs to: itself or the nearest folder above it that is one.

    That of a rerun lies in the rerun's folder.

    Raises:
        UsageError: there is none, or in the rerun nothing was run.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if is_rerun(folder):
            return project_of(folder)
        if is_project(folder):
            return folder
    raise UsageError(
        f"{start} is not a project",
        f"neither it nor a folder above it has a {SETTINGS_NAME} or run records",
        "Go to your project, or begin with `reprocrate init` or `reprocrate run -- COMMAND`",
    )


def name_of(root: Path) -> str:
    """What a bundle of a project is called: after its folder, or that of a rerun after what was rerun."""
    rerun = root.parent
    if root.name == WORK and is_rerun(rerun):
        imported = rerun.parent.parent.parent.name if rerun.parent.name == "reruns" else rerun.name
        return f"{imported or 'experiment'}-rerun"
    return root.name or "experiment"


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
