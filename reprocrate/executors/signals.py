"""Signals that reach us while a program runs are the program's."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

_STOP = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
_OTHER = ("SIGUSR1", "SIGUSR2")


class SignalRelay:
    """Passes signals on to the programs that run, and remembers that we were asked to stop.

    As a context manager it is in force for its block; only the main thread can enter it. One relay may span
    several programs, one after the other or at once in threads.

    With a terminal, a program stays in our process group, so that the terminal itself sends Ctrl-C and Ctrl-Z
    to both and nothing is passed on twice; without one it has a group of its own, which gets every signal
    that we get. Where several run at once, none of them has the terminal: each has a group of its own, and
    the second request to stop kills.

    Args:
        several: whether several programs run at once.

    Attributes:
        interrupted: whether we were asked to stop (SIGINT, SIGTERM, SIGHUP, SIGQUIT).
    """

    def __init__(self, *, several: bool = False) -> None:
        self.interrupted = False
        self.shares_terminal = not several and any(map(_is_terminal, (0, 1, 2)))
        self._kills = several
        self._asked_by = 0
        self._running: dict[int, Sequence[Callable[[], None]]] = {}
        self._before: dict[int, Any] = {}

    def __enter__(self) -> SignalRelay:
        for name in (*_STOP, *_OTHER, "SIGWINCH"):
            number = getattr(signal, name, None)
            # What is ignored stays ignored: that is how nohup works.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                handler = self._resize if name == "SIGWINCH" else self._relay
                self._before[number] = signal.signal(number, handler)
        return self

    def __exit__(self, *_exception: object) -> None:
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def add(self, pid: int, resize: Sequence[Callable[[], None]]) -> None:
        """A program runs; each function of `resize` gives a terminal of its the size of ours."""
        self._running[pid] = resize
        if self._asked_by and not self.shares_terminal:  # it came while the program was being started
            self._send(pid, self._asked_by)

    def discard(self, pid: int) -> None:
        """A program has ended."""
        self._running.pop(pid, None)

    def _relay(self, number: int, _frame: FrameType | None) -> None:
        if signal.Signals(number).name in _STOP:
            if self.interrupted and self._kills and sys.platform != "win32":
                number = signal.SIGKILL
            self.interrupted = True
            self._asked_by = number
        if self.shares_terminal and number in (signal.SIGINT, getattr(signal, "SIGQUIT", None)):
            return
        for pid in list(self._running):
            self._send(pid, number)

    def _resize(self, number: int, _frame: FrameType | None) -> None:
        for pid, terminals in list(self._running.items()):
            for resize in terminals:
                resize()
            self._send(pid, number)

    def _send(self, pid: int, number: int) -> None:
        with suppress(OSError):
            if self.shares_terminal or sys.platform == "win32":
                os.kill(pid, number)
            else:
                os.killpg(pid, number)


def in_main_thread() -> bool:
    """Whether signals can be handled here."""
    return threading.current_thread() is threading.main_thread()


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
