"""When two processors are of one design, so that numerical libraries choose the same kernels for both."""

from __future__ import annotations

from reprocrate.manifest import Cpu


def design(cpu: Cpu) -> str | None:
    """The micro-architecture; None where only a generic level is known, to which many designs come up.

    That is so where a virtual machine hides a part of what its processor can do.
    """
    name = cpu.microarchitecture
    return None if name is None or cpu.level in (None, name, name.replace("_", "-")) else name
