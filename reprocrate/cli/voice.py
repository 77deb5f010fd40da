"""What a command says: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from reprocrate.render.words import verbatim

_QUIET_SECONDS = 2.0
"""Where there is no terminal, progress is a plain line, once nothing was said for this long."""


_ACTS_ON_A_TERMINAL = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What JSON may hold as it is, but a terminal would obey: control characters and changes of direction."""


class Voice:
    """Speaks for a command: progress bars on a terminal, plain lines elsewhere, nothing if `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)
        self.out = Console(highlight=False)
        self._bar: Progress | None = None
        self._tasks: dict[str, Any] = {}
        self._said_at = time.monotonic()

    def note(self, text: str) -> None:
        """One line on stderr."""
        if not self.quiet:
            self._said_at = time.monotonic()
            (self._bar.console if self._bar else self.err).print(verbatim(text), markup=False)

    def track(self, what: str, done: int, total: int) -> None:
        """Progress of a longer piece of work."""
        if self.quiet:
            return
        if self._bar is not None:
            if what not in self._tasks:
                self._tasks[what] = self._bar.add_task(what, total=total)
            self._bar.update(self._tasks[what], completed=done, total=total)
            if done >= total:
                self._bar.remove_task(self._tasks.pop(what))
        elif time.monotonic() - self._said_at > _QUIET_SECONDS:
            self.note(f"{what}: {100 * done // total} %")

    def warn(self, text: str) -> None:
        """A warning on stderr, also if quiet."""
        (self._bar.console if self._bar else self.err).print(f"reprocrate: {verbatim(text)}", markup=False)

    @contextmanager
    def progress(self) -> Iterator[Voice]:
        """Shows bars while the block runs, where stderr is a terminal."""
        if self.quiet or not self.err.is_terminal:
            yield self
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self.err, transient=True) as bar:
            self._bar = bar
            try:
                yield self
            finally:
                self._bar = None
                self._tasks.clear()

    def show(self, renderable: RenderableType) -> None:
        """A result, on stdout; text as it is, without line breaks of ours, so that paths can be copied."""
        if isinstance(renderable, str):
            self.out.print(renderable, markup=False, emoji=False, soft_wrap=True)
        else:
            self.out.print(renderable)

    def json(self, document: Mapping[str, Any], *, on_one_line: bool = False) -> None:
        """One JSON document, on stdout."""
        indent = None if on_one_line else 2
        text = json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)
        sys.stdout.write(_ACTS_ON_A_TERMINAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
