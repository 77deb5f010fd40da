"""How fast an archive may be asked: as its own answers say.

InvenioRDM tells with every answer how many requests are left (`X-RateLimit-Remaining`), when there will be
more (`X-RateLimit-Reset`, in seconds since 1970 by its own clock) and how long that is (`Retry-After`, also
where nothing was refused). So nobody needs to be refused: who has used up what is allowed waits first.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from reprocrate.deposit.reasons import retry_after
from reprocrate.deposit.requesting import Answer
from reprocrate.errors import UnavailableError

LONGEST_WAIT = 3700.0
"""Seconds that an archive may ask to wait: the limits of Zenodo count hours, too."""

LIMITED = 429
_OVERLOADED = 503
_MOST_REFUSALS = 12
_LONGEST_BACKOFF = 64.0
_TOLD_SECONDS = 5.0


@dataclass
class Pace:
    """Keeps to what one archive allows.

    Args:
        host: the archive, as users know it.
        tell: called with a line when there is to be waited for long.
        wait: waits so many seconds.
        clock: the time, in seconds since 1970.
    """

    host: str
    tell: Callable[[str], object] = lambda _line: None
    wait: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.time
    _free_at: float = field(init=False, default=0.0)
    _refusals: int = field(init=False, default=0)

    def keep(self) -> None:
        """Wait where the archive said that nothing more is allowed for now.

        Raises:
            UnavailableError: that would take too long.
        """
        left, self._free_at = self._free_at - self.clock(), 0.0
        if left <= 0:
            return
        if left > LONGEST_WAIT:
            raise UnavailableError(
                f"{self.host} asks to come back in {left / 3600:.1f} hours",
                "as much as it allows has been asked",
                "Give the same command then: it goes on from here",
            )
        if left >= _TOLD_SECONDS:
            self.tell(f"{self.host} allows no more for now: waiting {left:.0f} s")
        self.wait(left)

    def heed(self, answer: Answer) -> None:
        """Keep in mind until when nothing more is allowed, if an answer says so.

        Raises:
            UnavailableError: it refuses again and again, however long one waits.
        """
        told = _told(answer.headers, self.clock())
        if answer.status == LIMITED:
            self._refusals += 1
            if self._refusals > _MOST_REFUSALS:
                raise UnavailableError(
                    f"{self.host} allows nothing",
                    f"it asked {_MOST_REFUSALS} times to wait, and refused again after that",
                    "Give the same command again later: it goes on from here",
                )
            backoff = min(2.0 ** (self._refusals - 1), _LONGEST_BACKOFF)
            self._free_at = self.clock() + max(told or 0.0, backoff) + random.uniform(0.1, 1.0)
            return
        self._refusals = 0
        used_up = _number(answer.headers, "X-RateLimit-Remaining") == 0
        if told is not None and (used_up or answer.status == _OVERLOADED):
            self._free_at = self.clock() + told + 1  # whole seconds, which are rounded down


def _told(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds after which more is allowed, whatever this machine's clock says."""
    asked = retry_after(headers)
    if asked is not None:
        return asked
    until = _number(headers, "X-RateLimit-Reset")
    if until is None:
        return None
    with suppress(ValueError, TypeError, OverflowError):
        now = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    return max(0.0, until - now)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    said = headers.get(name, "").strip()
    return float(said) if said.isascii() and said.isdigit() and len(said) < 13 else None
