"""A program's standard output and error: shown as they come, and copied to a file, byte for byte.

Where ours is a terminal the program gets a terminal too, so that progress bars and colours stay; where ours
is not, it gets a pipe. Output and error have a terminal each, since what is recorded must not depend on
whether somebody watched. These terminals carry output only: the program reads our standard input and keeps
our controlling terminal, so that prompts, passwords, Ctrl-C, Ctrl-Z and job control are the system's own.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from reprocrate.files import could_not

_CHUNK_BYTES = 1 << 16
_QUIET_S = 0.2


class Stream:
    """One of the two: the end that the program writes into, and a thread that carries on what comes out.

    Args:
        copy: the file for the copy.
        shown_on: descriptor of ours that shows it; None to show nothing.

    Raises:
        UnavailableError: the file could not be created.
    """

    def __init__(self, copy: Path, shown_on: int | None) -> None:
        self._path = copy
        self._shown_on = shown_on
        self.is_terminal = shown_on is not None and sys.platform != "win32" and os.isatty(shown_on)
        self.problem = ""
        try:
            self._copy: int | None = os.open(
                copy, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666
            )
        except OSError as error:
            raise could_not("write", copy, error) from error
        self._source, self.program_end = _terminal() if self.is_terminal else os.pipe()
        self._reads = 0
        self._is_waiting = False
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._carry, name=f"reprocrate-{copy.stem}", daemon=True)
        self.resize()

    def start(self) -> None:
        """Begin to carry: the program has been started and holds its end."""
        os.close(self.program_end)
        self._thread.start()

    def finish(self) -> None:
        """Carry the rest, now that the program has ended.

        A process that it left behind may hold the stream open; then what comes later is not waited for.
        """
        reads, quiet_since = -1, 0.0
        while self._thread.is_alive():
            self._thread.join(0.02)
            if self._reads != reads or not self._is_waiting:
                reads, quiet_since = self._reads, time.monotonic()
            elif time.monotonic() - quiet_since > _QUIET_S:
                break
        with self._closing:
            self._close_copy()

    def abandon(self) -> None:
        """Close everything: the program could not be started."""
        for descriptor in (self.program_end, self._source, self._copy):
            if descriptor is not None:
                os.close(descriptor)

    def resize(self) -> None:
        """Give the program's terminal the size of ours."""
        if sys.platform != "win32" and self.is_terminal and self._shown_on is not None:
            import termios

            with suppress(OSError, termios.error):
                termios.tcsetwinsize(self._source, termios.tcgetwinsize(self._shown_on))

    def _carry(self) -> None:
        while chunk := self._next():
            with self._closing:
                self._keep(chunk)
            if self._shown_on is not None and not _show(self._shown_on, chunk):
                break  # nobody reads ours any more: the program learns it as it would from ours
        os.close(self._source)

    def _next(self) -> bytes:
        self._is_waiting = True
        try:
            return os.read(self._source, _CHUNK_BYTES)
        except OSError:  # a terminal's way to say that the other end is closed
            return b""
        finally:
            self._reads += 1
            self._is_waiting = False

    def _keep(self, chunk: bytes) -> None:
        if self._copy is None:
            return
        try:
            view = memoryview(chunk)
            while view:
                view = view[os.write(self._copy, view) :]
        except OSError as error:  # a full disk must not stop the program
            self.problem = f"{self._path.name} is incomplete: {error.strerror}"
            self._close_copy()

    def _close_copy(self) -> None:
        copy, self._copy = self._copy, None
        if copy is not None:
            with suppress(OSError):
                if os.fstat(copy).st_nlink == 0:
                    self._restore(copy)
            os.close(copy)

    def _restore(self, copy: int) -> None:
        """Write the file anew, from what is open still: the program, or another, has removed it."""
        self.problem = self.problem or f"{self._path.name} was removed while the command ran"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        os.lseek(copy, 0, os.SEEK_SET)
        with self._path.open("xb") as anew:
            while chunk := os.read(copy, _CHUNK_BYTES):
                anew.write(chunk)


def _terminal() -> tuple[int, int]:
    """A new terminal: the end to read, and the end that the program writes into."""
    import pty
    import termios

    source, program_end = pty.openpty()
    attributes = termios.tcgetattr(program_end)
    attributes[1] &= ~termios.OPOST  # our own terminal turns line feeds into new lines, once
    termios.tcsetattr(program_end, termios.TCSANOW, attributes)
    return source, program_end


def _show(descriptor: int, chunk: bytes) -> bool:
    """Write all of `chunk`; False where nobody can read it any more."""
    view = memoryview(chunk)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
        except OSError:
            return False
    return True
