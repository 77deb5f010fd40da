"""Files that are named for what is around them: by a hook that is told which files of a commit changed."""

from __future__ import annotations

from pathlib import Path

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.bundle import layout
from reprocrate.capture.records import RUNS
from reprocrate.finding import NotAssessed, Report
from reprocrate.validation import all_rules

_NOT_RUN = f"nothing has been run here, so that only {SETTINGS_NAME} was read, which has no error"


def meant_by(what: Path) -> Path:
    """What is judged where a file is named: of `reprocrate.toml` its project, of metadata its crate.

    Metadata without a manifest beside it is a crate of another project, and judged as such.
    """
    if not what.is_file():
        return what
    is_of_crate = what.name == layout.METADATA and (what.parent / layout.MANIFEST).is_file()
    return what.parent if is_of_crate or what.name == SETTINGS_NAME else what


def settings_alone(what: Path) -> Report | None:
    """The report about a `reprocrate.toml` of a project without runs, as a checkout of it is.

    None where there is more to judge, or it is another file.

    Raises:
        UsageError: it has an error.
    """
    if what.name != SETTINGS_NAME or not what.is_file() or any((what.parent / RUNS).glob("*/run.json")):
        return None
    from reprocrate.assembly.toml import load_settings

    if load_settings(what.parent).runs:
        return None  # runs that were made elsewhere are declared in it
    return Report(str(what), not_assessed=tuple(NotAssessed(each.code, _NOT_RUN) for each in all_rules()))
