"""How fast bytes are handled, and how long the rest will take."""

from __future__ import annotations

from collections import deque

from reprocrate.render.amounts import duration

_WINDOW = 20
_EVERY_SECONDS = 0.5
_TOLD_EVERY_SECONDS = 0.1
_UNITS = ("kB", "MB", "GB", "TB", "PB")


class Pace:
    """The pace of one longer piece of work, by its last ten seconds.

    Args:
        now: the time on a clock that never goes back, in seconds.
    """

    def __init__(self, now: float) -> None:
        self._began = now
        self._told = now
        self._seen = deque([(now, 0)], maxlen=_WINDOW)

    def reach(self, done: int, now: float) -> None:
        """So many bytes are done by now."""
        if now - self._seen[-1][0] >= _EVERY_SECONDS:
            self._seen.append((now, done))

    def is_to_be_told(self, now: float, short: float) -> bool:
        """Whether the work is no short one, and this was not asked just now: there may be very many files."""
        if now - self._began <= short or now - self._told < _TOLD_EVERY_SECONDS:
            return False
        self._told = now
        return True

    def text(self, done: int, total: int, now: float) -> str:
        """How far it is, as in `40 % of 3.2 GB, 210 MB/s, 9 s left`."""
        start, before = self._seen[0]
        far = f"{100 * done // total if total else 100} % of {size_text(total)}"
        if now <= start or done <= before:
            return far
        rate = (done - before) / (now - start)
        seconds = max(1, round((total - done) / rate))
        left = f"{seconds} s" if seconds < 60 else duration(seconds)
        return f"{far}, {size_text(round(rate))}/s" + (f", {left} left" if done < total else "")


def size_text(size: int) -> str:
    """Bytes in decimal multiples, as disks and networks are sold, with two digits or more: `3.2 GB`."""
    if size < 1000:
        return f"{size} bytes"
    value = float(size)
    for unit in _UNITS:
        value /= 1000
        if value < 999.5 or unit == _UNITS[-1]:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    raise AssertionError
