"""What runs computed on, in words."""

from __future__ import annotations

from collections import Counter

from reprocrate.manifest import Manifest, Run
from reprocrate.render import words


def computed_on(manifest: Manifest) -> list[str]:
    """Each set of devices that runs computed on, with the number of runs where they differ.

    That an accelerator was there and was not used is said: it may have been meant to be.
    """
    told = [run for run in manifest.runs if run.resources and run.resources.devices]
    found = Counter(_devices(manifest, run) for run in told)
    several = len(found) > 1
    return [f"{what} ({words.count_of(runs, 'run')})" if several else what for what, runs in found.items()]


def _devices(manifest: Manifest, run: Run) -> str:
    counted = Counter(run.resources.devices if run.resources else ())
    text = ", ".join(f"{number} × {name}" if number > 1 else name for name, number in counted.items())
    text = "the processor only" if text == "cpu" else text
    machines = [manifest.find_hardware(name) for name in run.hardware]
    is_idle = run.resources is not None and run.resources.gpu_s == 0
    if is_idle and any(machine and machine.accelerators for machine in machines):
        return f"{text}, although the machine has an accelerator"
    return text
