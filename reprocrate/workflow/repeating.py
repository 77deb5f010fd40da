"""`run --twice`: a seed is run a second time as it was, to measure determinism instead of believing in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from reprocrate.capture.launch.grid import configuration_name
from reprocrate.capture.record import RunRecord
from reprocrate.errors import ReprocrateError
from reprocrate.workflow.asked import declared_to_run

Again = Callable[[RunRecord], RunRecord | None]
"""Runs a launch again as it was, marked as its repetition; None where we were asked to stop before."""
_EVENTS = ".tfevents."


def repeat_first(project: Path, records: Sequence[RunRecord], again: Again) -> list[str]:
    """Run the first seed that ended well again, and say what came of it.

    That is done when all others are done, so that nothing runs beside it.

    Args:
        project: root of the project.
        records: the launches that were made.
        again: runs one of them again.

    Returns:
        Lines for the author.
    """
    first = next((record for record in records if record.status == "ok"), None)
    if first is None:
        return ["Nothing was repeated: no run ended well just now."]
    second = again(first)
    if second is None:
        return []
    if second.status != "ok":
        return [f"Nothing was measured: the repetition of {_label(project, first)} {second.status}."]
    went_on = _went_on(first, second)
    if went_on:
        what = f"the repetition of {_label(project, first)} read {went_on}, which the first run wrote"
        return [f"Nothing was measured: {what}. Have it begin anew, or remove that file before."]
    return _measured(project, second)


def _label(project: Path, record: RunRecord) -> str:
    """What the author knows it by, as the manifest calls it."""
    name = configuration_name(declared_to_run(project).configurations, record.configuration)
    return name if record.seed is None else f"{name} seed {record.seed}"


def _went_on(first: RunRecord, second: RunRecord) -> str | None:
    """A file that the first run wrote and the second read, such as a checkpoint to go on from."""
    written = {(file.root, file.path) for file in first.outputs}
    return next((file.path for file in second.inputs if (file.root, file.path) in written), None)


def _measured(project: Path, second: RunRecord) -> list[str]:
    """As the manifest has it, so that `show` says the same."""
    from reprocrate.render.repetitions import measured_text
    from reprocrate.workflow.project import open_project

    try:
        manifest = open_project(project).manifest
    except ReprocrateError as error:
        return [f"The repetition is recorded; what it shows cannot be told yet: {error}"]
    entries = manifest.determinism.measured if manifest.determinism else ()
    entry = next((one for one in entries if one.repeated_by == second.id), None)
    if entry is None:
        return []
    lines = [measured_text(manifest, entry)]
    if entry.metrics_identical is False or entry.outputs_identical is False:
        timed = [name for name in entry.differing if _EVENTS in name]
        if timed:
            lines.append("TensorBoard's event files hold times, so that they always differ.")
        if len(timed) < len(entry.differing):
            lines += [f"A possible cause: {cause}" for cause in possible_causes(second)]
    return lines


def possible_causes(record: RunRecord) -> list[str]:
    """What may have made two runs of one seed differ, as far as the record tells."""
    from reprocrate.capture.seeds.deterministic import is_deterministic

    settings = record.determinism.settings
    found = list(record.determinism.known_causes)
    if settings.get("hash_randomization") and settings.get("PYTHONHASHSEED") in (None, "random"):
        found.append("PYTHONHASHSEED is not set, so that sets of texts have another order in each process")
    if found and not is_deterministic(record):
        found[-1] += "; --deterministic sets what can be set from outside"
    if settings.get("unsorted_listings"):
        found.append(f"files are listed in no fixed order ({settings['unsorted_listings']})")
    return found


def what_was_set(record: RunRecord) -> list[str]:
    """What `--deterministic` could not set, for the author to see to."""
    from reprocrate.capture.seeds.deterministic import LEFT_TO_THE_PROGRAM, not_set

    left = [f"--deterministic: {each}" for each in not_set(record)]
    return [*left, f"--deterministic cannot set, and leaves to the program: {LEFT_TO_THE_PROGRAM}."]
