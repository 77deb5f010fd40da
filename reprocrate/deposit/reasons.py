"""Why something was not answered, and when to ask again: in the words of the system and of the server."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: a number or a date (RFC 9110, 10.2.3)."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    return None


def was_closed(error: BaseException) -> bool:
    """Whether an error of TLS only means that the other side ended the connection."""
    return isinstance(_innermost(error), ssl.SSLEOFError | ssl.SSLZeroReturnError)


def _innermost(error: BaseException) -> BaseException:
    inner: BaseException = error
    for _ in range(8):
        found = getattr(inner, "reason", None)
        following = (
            found
            if isinstance(found, BaseException)
            else next((one for one in inner.args if isinstance(one, BaseException)), None)
        )
        if following is None:
            break
        inner = following
    return inner


def reason_of(error: BaseException) -> str:
    """The innermost reason of an error of the network, in the system's own words."""
    inner = _innermost(error)
    said = getattr(inner, "verify_message", None) or getattr(inner, "strerror", None)
    text = str(said or str(inner) or type(inner).__name__)
    return text.rpartition("object at ")[2].partition(": ")[2] or text if "object at 0x" in text else text
