"""Python's garbage collection, while large documents are made that have no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Without the search for cycles, of which manifests and verdicts have none.

    It takes a third of the time that a large one needs. Afterwards all objects count as old, or else the
    first search, which is for young ones, would go through everything that was made meanwhile.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if not gc.get_freeze_count():  # what somebody else has put aside stays there
                gc.freeze()
                gc.unfreeze()
            gc.enable()
