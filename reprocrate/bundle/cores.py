"""How many workers a bundle is read or written with."""

from __future__ import annotations

import os

_MOST = 8
"""More would hold more memory, and wait for the disk."""


def workers() -> int:
    """One for each processor core that this process may use, within bounds."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)
