"""What is said of a command that the user interrupted: how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def going_on(how: str) -> Iterator[None]:
    """Let an interruption of the block tell how to go on, unless one inside it knew better.

    Args:
        how: one or two sentences, without the last full stop.

    Raises:
        KeyboardInterrupt: it was interrupted; its text is `how`.
    """
    try:
        yield
    except KeyboardInterrupt as end:
        raise KeyboardInterrupt(*(end.args or (how,))) from None
