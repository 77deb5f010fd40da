"""A machine on the page: processor, memory, accelerators and what connects them."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Hardware
from reprocrate.render import words
from reprocrate.render.numbers import memory_size
from reprocrate.render.preview.markup import Markup, definition


def machine_entries(one: Hardware) -> Iterator[Markup]:
    """The entries of a list that describe a machine."""
    if one.cpu:
        counts = [(one.cpu.cores, "core"), (one.cpu.threads, "thread"), (one.cpu.sockets, "socket")]
        sizes = [words.count_of(size, noun) for size, noun in counts if size]
        yield definition(
            "Processor",
            ", ".join([words.plain(one.cpu.model or "unknown model"), one.cpu.architecture, *sizes]),
        )
        design = [name for name in (one.cpu.microarchitecture, one.cpu.level) if name]
        if design:
            yield definition("Micro-architecture", ", ".join(dict.fromkeys(design)))
        if one.cpu.features:
            yield definition("Instruction sets", ", ".join(one.cpu.features))
    if one.memory_bytes:
        yield definition("Memory", memory_size(one.memory_bytes))
    models = [accelerator.model for accelerator in one.accelerators]
    for accelerator in {each.model: each for each in one.accelerators}.values():
        details = [
            memory_size(accelerator.memory_bytes) if accelerator.memory_bytes else None,
            accelerator.runtime,
            f"driver {accelerator.driver}" if accelerator.driver else None,
        ]
        number_of = models.count(accelerator.model)
        name = f"{number_of} × {accelerator.model}" if number_of > 1 else accelerator.model
        yield definition("Accelerator", ", ".join([name, *(part for part in details if part)]))
    if not models:
        yield definition("Accelerators", "none")
    if one.interconnect:
        yield definition("Interconnect", one.interconnect)
