"""RC05: the machines that ran."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule("RC0501", SHOULD, spec="hardware", since="1.0", says="run {run} does not say which machine it used")
def run_names_its_hardware(subject: Subject) -> Iterator[Found]:
    """A run that a result rests on SHOULD name the hardware that it used.

    Judged: each evidence run without `hardware`; at the run.
    Why: whether a rerun can be expected to give the same bits depends on it.
    Fix: run again with `reprocrate run`, which records processor, memory and accelerators.
    """
    for index, run in subject.evidence.counting:
        if not run.hardware:
            yield Found(f"/runs/{index}", run=run.id)


@rule("RC0502", SHOULD, spec="hardware", since="1.0", says="hardware {hardware} does not say {what}")
def hardware_names_processor_and_memory(subject: Subject) -> Iterator[Found]:
    """Hardware SHOULD name the processor's model and the size of the memory.

    Judged: each entry of `hardware` without `cpu.model` or without `memory_bytes`; once for each entry, at
        the entry.
    Why: a reader plans by them whether a machine at hand suffices, and kernels are chosen by the processor.
    Fix: run again with `reprocrate run`, or add the values that were lost.
    """
    for pointer, hardware in numbered("/hardware", subject.well_formed.hardware):
        missing = []
        if not hardware.cpu or not hardware.cpu.model:
            missing.append("the processor's model")
        if not hardware.memory_bytes:
            missing.append("the size of the memory")
        if missing:
            yield Found(pointer, hardware=hardware.id, what=" and ".join(missing))


@rule(
    "RC0503",
    SHOULD,
    spec="hardware",
    since="1.0",
    says="accelerator {model} of {hardware} does not say {what}",
)
def accelerator_names_memory_and_driver(subject: Subject) -> Iterator[Found]:
    """An accelerator SHOULD name the size of its memory and the version of its driver.

    Judged: each accelerator without `memory_bytes` or without `driver`; once for each, at the accelerator.
    Why: memory decides whether a rerun fits, and the driver which builds of libraries can be used.
    Fix: run again with `reprocrate run` where the accelerator's driver is installed.
    """
    for pointer, hardware in numbered("/hardware", subject.well_formed.hardware):
        for place, accelerator in numbered(f"{pointer}/accelerators", hardware.accelerators):
            missing = [] if accelerator.memory_bytes else ["the size of its memory"]
            missing += [] if accelerator.driver else ["the version of its driver"]
            if missing:
                what = " and ".join(missing)
                yield Found(place, model=accelerator.model, hardware=hardware.id, what=what)
