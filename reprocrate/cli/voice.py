"""What a command says: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # rich takes a while to import, and no command is to wait for it before it starts
    from rich.console import Console, RenderableType
    from rich.progress import Progress

    from reprocrate.workflow.scheduling import Schedule

from reprocrate.cli.aside import say_aside
from reprocrate.cli.pace import Pace

_QUIET_SECONDS = 2.0
"""Where there is no terminal, progress is a plain line, once nothing was said for this long."""

_RARELY_SECONDS = 60.0
"""The same for what may take hours and whose end is known."""

_FORCING = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""Variables by which rich takes for a terminal what is none."""

_SHORT_SECONDS = 1.0
"""Of bytes that take no longer than this nothing is shown."""

_ACTS_ON_A_TERMINAL = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What JSON may hold as it is, but a terminal would obey: control characters and changes of direction."""


class Voice:
    """Speaks for a command: progress bars on a terminal, plain lines elsewhere, nothing if `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._bar: Progress | None = None
        self._live: Console | None = None
        self._tasks: dict[str, Any] = {}
        self._paces: dict[str, Pace] = {}
        self._said_at = time.monotonic()

    @cached_property
    def err(self) -> Console:
        """Where progress and tables about it are shown."""
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True)

    @cached_property
    def out(self) -> Console:
        """Where results are shown."""
        from rich.console import Console

        return Console(highlight=False)

    @property
    def _has_a_terminal(self) -> bool:
        """Whether bars are seen; where that is plain, rich is not waited for, which says it in the end."""
        if sys.stderr is None:  # it was closed when Python started
            return False
        return (sys.stderr.isatty() or not _FORCING.isdisjoint(os.environ)) and self.err.is_terminal

    def note(self, text: str) -> None:
        """One line on stderr."""
        if not self.quiet:
            self._said_at = time.monotonic()
            self._say(text)

    def track(self, what: str, done: int, total: int, left: str = "") -> None:
        """Progress of a longer piece of work; where it is known how long the rest takes, lines are rarer."""
        if self.quiet:
            return
        beside, line = (
            (f"{done}/{total}", f"{100 * done // max(total, 1)} %")
            if not left
            else (f"{done}/{total}, {left}", f"{done} of {total} done, {left}")
        )
        self._advance(what, done, total, beside, line, _RARELY_SECONDS if left else _QUIET_SECONDS)

    def transfer(self, what: str, done: int, total: int) -> None:
        """Progress of a longer piece of work by the bytes that it handles; of a short one nothing is said."""
        if self.quiet:
            return
        now = time.monotonic()
        pace = self._paces.setdefault(what, Pace(now))
        pace.reach(done, now)
        if done >= total:
            del self._paces[what]
        if pace.is_to_be_told(now, _SHORT_SECONDS) or (done >= total and what in self._tasks):
            far = pace.text(done, total, now)
            self._advance(what, done, total, far.partition(" % of ")[2], far)

    def _advance(
        self,
        what: str,
        done: int,
        total: int,
        beside_the_bar: str,
        as_a_line: str,
        quiet: float = _QUIET_SECONDS,
    ) -> None:
        if self._bar is not None:
            if what not in self._tasks:
                self._tasks[what] = self._bar.add_task(what, total=total, far="")
            self._bar.update(self._tasks[what], completed=done, total=total, far=beside_the_bar)
            if done >= total:
                self._bar.remove_task(self._tasks.pop(what))
        elif time.monotonic() - self._said_at > quiet and done < total:
            self.note(f"{what}: {as_a_line}")

    def warn(self, text: str) -> None:
        """A warning on stderr, also if quiet."""
        self._say(f"reprocrate: {text}")

    @contextmanager
    def progress(self) -> Iterator[Voice]:
        """Shows bars while the block runs, where stderr is a terminal."""
        if self.quiet or not self._has_a_terminal:
            yield self
            return
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[far]}"),
        )
        with Progress(*columns, console=self.err, transient=True) as bar:
            self._bar = bar
            try:
                yield self
            finally:
                self._bar = None
                self._tasks.clear()
                self._paces.clear()

    @contextmanager
    def watch(self, schedule: Schedule) -> Iterator[None]:
        """Shows a table of launches that run at once while the block runs, where stderr is a terminal."""
        if self.quiet or not self._has_a_terminal:
            yield
            return
        from rich.live import Live

        from reprocrate.cli.launches import progress_of

        def picture() -> RenderableType:
            return progress_of(schedule, room=self.err.size.height)

        with Live(get_renderable=picture, console=self.err, refresh_per_second=4, transient=True):
            self._live = self.err
            try:
                yield
            finally:
                self._live = None

    def summarise(self, renderable: RenderableType) -> None:
        """A table about what was done, on stderr."""
        if not self.quiet:
            self.err.print(renderable)

    def _say(self, text: str) -> None:
        """One line on stderr as it is; above the bars or the table, where there are some."""
        from reprocrate.render.words import verbatim  # a text may quote what a stranger wrote

        console = self._bar.console if self._bar else self._live
        if console is None:
            say_aside(verbatim(text))
        else:
            console.print(verbatim(text), markup=False, emoji=False)

    def show(self, renderable: RenderableType) -> None:
        """A result, on stdout; text as it is, without line breaks of ours, so that paths can be copied."""
        if isinstance(renderable, str):
            self.out.print(renderable, markup=False, emoji=False, soft_wrap=True)
        else:
            self.out.print(renderable)

    def plain(self, renderable: RenderableType) -> str:
        """A result as text for a file, without colour, 80 columns wide."""
        from rich.console import Console

        held = StringIO()
        Console(width=80, highlight=False, color_system=None, file=held).print(renderable)
        return held.getvalue()

    def json(self, document: Mapping[str, Any], *, on_one_line: bool = False) -> None:
        """One JSON document, on stdout."""
        sys.stdout.write(self.json_text(document, on_one_line=on_one_line))

    def json_text(self, document: Mapping[str, Any], *, on_one_line: bool = False) -> str:
        """One JSON document as text that no terminal obeys."""
        indent = None if on_one_line else 2
        text = json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)
        return self.harmless(text)

    @staticmethod
    def harmless(text: str) -> str:
        """A line of JSON, of which no terminal obeys anything."""
        return _ACTS_ON_A_TERMINAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
