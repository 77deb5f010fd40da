"""Lines on the standard error, which nothing depends on: it may be closed, or nobody may read it."""

from __future__ import annotations

import sys
from contextlib import suppress


def say_aside(line: str) -> None:
    """Write one line on the standard error, if that is still there."""
    if sys.stderr is None:  # it was closed when Python started
        return
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
