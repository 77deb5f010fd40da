"""What came of running a seed twice, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.manifest import Manifest, Repetition, Run
from reprocrate.manifest.repetition import STDOUT, number_of_outputs
from reprocrate.render import words

_MOST_NAMES = 4


def measured_texts(manifest: Manifest) -> list[str]:
    """One line for each repetition."""
    found = manifest.determinism
    return [measured_text(manifest, entry) for entry in found.measured] if found else []


def measured_text(manifest: Manifest, entry: Repetition) -> str:
    """Such as `wide, seed 0, twice: identical metrics; 1 of 3 outputs differs (log.txt)`."""
    first, second = manifest.find_run(entry.run), manifest.find_run(entry.repeated_by)
    if first is None or second is None:
        return f"{entry.run} and {entry.repeated_by}: not recorded"
    label = words.configuration_label(manifest.find_configuration(first.configuration), first.configuration)
    held_several = any(run.parent == first.id for run in manifest.runs)
    seed = "" if first.seed is None or held_several else f", seed {first.seed},"
    return f"{label}{seed} twice: {'; '.join(_parts(entry, first, second))}"


def _parts(entry: Repetition, first: Run, second: Run) -> Iterator[str]:
    ids = {each.metric for run in (first, second) for each in run.metrics}
    metrics = [name for name in entry.differing if name in ids] if entry.metrics_identical is False else []
    files = [name for name in entry.differing if name not in {*metrics, STDOUT}]
    if metrics:
        yield _counted(metrics, len(ids), "metric")
    else:
        yield "identical metrics" if entry.metrics_identical else "no metrics to compare"
    if files:
        yield _counted(files, number_of_outputs(first, second), "output")
    elif entry.outputs_identical:
        yield "identical outputs"
    if STDOUT in entry.differing:
        yield "it printed something else"


def _counted(names: Sequence[str], of: int, noun: str) -> str:
    more = "" if len(names) <= _MOST_NAMES else f" and {len(names) - _MOST_NAMES} more"
    verb = "differs" if len(names) == 1 else "differ"
    return f"{len(names)} of {words.count_of(of, noun)} {verb} ({', '.join(names[:_MOST_NAMES])}{more})"
