"""Python's garbage collection, while large documents are made that have no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_UNTIL_COLLECTION = 50_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """With a search for cycles after every 50,000 new objects, and not after every 700.

    A manifest of some megabytes has millions of objects, and Python would go through all of them again and
    again: a third of the time that judging it takes. Cycles of others are still found, only later.
    """
    was = gc.get_threshold()
    if not 0 < was[0] < _OBJECTS_UNTIL_COLLECTION:  # somebody has said so already
        yield
        return
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION, *was[1:])
    try:
        yield
    finally:
        gc.set_threshold(*was)


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
