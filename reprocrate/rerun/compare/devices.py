"""Whether a rerun computed on the processor what the recorded runs computed on an accelerator."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.manifest import Run

_PROCESSOR = "cpu"


def fell_back(recorded: Iterable[Run], again: Iterable[Run]) -> str | None:
    """What the recorded runs computed on, where a run of the rerun did without it; None elsewhere.

    Code that takes a device only if there is one falls back without a word. What was not recorded of one side
    tells nothing.
    """
    then = {device for run in recorded for device in _devices(run)} - {_PROCESSOR}
    if then and any(_devices(run) == (_PROCESSOR,) for run in again):
        return ", ".join(sorted(then))
    return None


def _devices(run: Run) -> tuple[str, ...]:
    return run.resources.devices if run.resources else ()
