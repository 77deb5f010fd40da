"""How a command tells what it is doing, while it does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Who listens: a terminal, or nobody."""

    def note(self, text: str) -> None:
        """Something was begun, found or decided; one line."""

    def track(self, what: str, done: int, total: int) -> None:
        """`done` of `total` steps of a longer piece of work are over."""


class Silence:
    """Nobody listens."""

    def note(self, text: str) -> None:
        """Says nothing."""

    def track(self, what: str, done: int, total: int) -> None:
        """Says nothing."""


def counter(progress: Progress, what: str, total: int) -> Callable[[int], None]:
    """What adds up the bytes that a longer piece of work has handled, and tells `progress`."""
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        progress.track(what, min(done, total), total)

    return count
