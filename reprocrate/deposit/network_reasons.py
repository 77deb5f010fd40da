"""Why the network failed, in the words of the system."""

from __future__ import annotations


def reason_of(error: BaseException) -> str:
    """The innermost reason of an error of the network, in the system's own words."""
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
    said = getattr(inner, "verify_message", None) or getattr(inner, "strerror", None)
    text = str(said or str(inner) or type(inner).__name__)
    return text.rpartition("object at ")[2].partition(": ")[2] or text if "object at 0x" in text else text
