"""What repetitions of runs showed of determinism."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reprocrate.assembly.sections import Section, without_nothing
from reprocrate.manifest import Run
from reprocrate.manifest.repetition import compared


def measured_repetitions(runs: Mapping[str, Section]) -> Iterator[Section]:
    """The manifest's `determinism.measured`, in the order of the repetitions.

    Args:
        runs: the manifest's entries, by id.
    """
    for section in runs.values():
        first = runs.get(section.get("repeats") or "")
        if first is None:
            continue
        found = compared(*(Run.model_validate(without_nothing(one)) for one in (first, section)))
        if found is not None:
            yield found.model_dump(mode="json", exclude_none=True)
