"""RC05: the machines that ran."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_MIB = 1 << 20


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

    Judged: each entry of `hardware` without `cpu.model`, or with `memory_bytes` absent or less than 1 MiB
        (1,048,576), which is in another unit; once for each entry, at the entry.
    Why: a reader plans by them whether a machine at hand suffices, and kernels are chosen by the processor.
    Fix: run again with `reprocrate run`, or add the values that were lost.
    """
    for pointer, hardware in numbered("/hardware", subject.well_formed.hardware):
        missing = []
        if not hardware.cpu or is_blank(hardware.cpu.model):
            missing.append("the processor's model")
        if (hardware.memory_bytes or 0) < _MIB:
            missing.append("the size of the memory in bytes")
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

    Judged: each accelerator with `memory_bytes` absent or less than 1 MiB (1,048,576), which is in another
        unit, or without `driver`; once for each, at the accelerator.
    Why: memory decides whether a rerun fits, and the driver which builds of libraries can be used.
    Fix: run again with `reprocrate run` where the accelerator's driver is installed.
    """
    for pointer, hardware in numbered("/hardware", subject.well_formed.hardware):
        for place, accelerator in numbered(f"{pointer}/accelerators", hardware.accelerators):
            is_told = (accelerator.memory_bytes or 0) >= _MIB
            missing = [] if is_told else ["the size of its memory in bytes"]
            missing += ["the version of its driver"] if is_blank(accelerator.driver) else []
            if missing:
                what = " and ".join(missing)
                yield Found(place, model=accelerator.model, hardware=hardware.id, what=what)


@rule(
    "RC0504",
    MUST,
    spec="hardware",
    since="1.0",
    says="hardware {hardware} has {sockets} processor packages, but {cores} cores",
)
def every_socket_has_a_core(subject: Subject) -> Iterator[Found]:
    """A machine MUST NOT have more processor packages than cores.

    Judged: each `cpu` with `cores` and a larger `sockets`; at its `sockets`.
    Why: every package holds a core at least, so one of the numbers is wrong. Threads are those that the run
        could use, and may be fewer than the cores.
    Fix: restore the record as it was written, or correct the number.
    """
    for pointer, hardware in numbered("/hardware", subject.well_formed.hardware):
        cpu = hardware.cpu
        if cpu and cpu.cores and cpu.sockets and cpu.sockets > cpu.cores:
            yield Found(f"{pointer}/cpu/sockets", hardware=hardware.id, sockets=cpu.sockets, cores=cpu.cores)


@rule(
    "RC0505",
    MUST,
    spec="hardware",
    since="1.0",
    says="run {run} is said to have had {processes} processes on {nodes} machines",
)
def every_node_has_a_process(subject: Subject) -> Iterator[Found]:
    """A launch MUST NOT have more machines (`nodes`) than processes (`world_size`).

    Judged: each `launch` with `world_size` and a larger `nodes`; at its `nodes`.
    Why: a machine without a process took no part, so one of the numbers is wrong.
    Fix: correct the number; `world_size` counts the processes on all machines.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        launch = run.launch
        if launch and launch.world_size and launch.nodes and launch.nodes > launch.world_size:
            yield Found(
                f"{pointer}/launch/nodes", run=run.id, processes=launch.world_size, nodes=launch.nodes
            )


@rule(
    "RC0506",
    SHOULD,
    spec="hardware",
    since="1.0",
    says="run {run} used {nodes} machines, but names the hardware of {n}",
)
def every_node_names_its_hardware(subject: Subject) -> Iterator[Found]:
    """A run that names several machines in `hardware` SHOULD name one for each of its nodes.

    Judged: each run with `launch.nodes` and at least two entries of `hardware`, but not as many as nodes; at
        its `hardware`.
    Why: the slowest machine decides how long a run takes, and a mix of them may decide its bits.
    Fix: name the hardware once for each node; the same name may stand several times.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        nodes = run.launch.nodes if run.launch else None
        if nodes and len(run.hardware) > 1 and len(run.hardware) != nodes:
            yield Found(f"{pointer}/hardware", run=run.id, nodes=nodes, n=len(run.hardware))
