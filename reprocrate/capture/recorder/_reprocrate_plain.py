"""A seed as it is written down, and the place in the code where it is given.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

_MOST_ITEMS = 16


class Site:
    """A line of code that seeds: the function that it calls, and the seeds so far, as hashes."""

    __slots__ = ("counted", "function", "seen", "site")

    def __init__(self, function: str, site: str | None) -> None:
        self.function = function
        self.site = site
        self.seen: set[int] = set()
        self.counted = 0


class Place:
    """One call on such a line; the code is kept alive, since its number is part of the key."""

    __slots__ = ("calls", "code", "key", "site")

    def __init__(self, key: Any, site: Site, code: CodeType | None) -> None:
        self.key = key
        self.site = site
        self.code = code
        self.calls = 0


def plain(value: Any) -> Any:
    """A seed as JSON can hold it: None, an integer, integers with commas between, or what kind it is.

    Only what is known to answer without side effects is asked.
    """
    if value is None:
        return None
    if isinstance(value, int):
        return int.__index__(value)
    kind = type(value)
    if kind is range or kind is list or kind is tuple:
        items = list(value[: _MOST_ITEMS + 1])
    elif kind.__module__ == "numpy" and hasattr(value, "size"):
        items = value.reshape(-1)[: _MOST_ITEMS + 1].tolist()
        if value.shape == ():
            items = items[0]
            return items if type(items) is int else "(%s)" % kind.__name__
    else:
        return _number(value, kind)
    numbers = [plain(item) for item in items]
    if numbers and len(numbers) <= _MOST_ITEMS and all(type(number) is int for number in numbers):
        return ",".join(map(str, numbers)) + ("," if len(numbers) == 1 else "")
    return "(%s)" % kind.__name__


def _number(value: Any, kind: Any) -> Any:
    """A number of another library's; text that is one."""
    if kind is str and value.isdigit() and len(value) < 30:
        return int(value)
    if kind.__module__.partition(".")[0] in ("jaxlib", "torch"):
        try:
            return int(value.__index__())
        except Exception:  # it is of more numbers, or not known yet
            pass
    return "(%s)" % kind.__name__
