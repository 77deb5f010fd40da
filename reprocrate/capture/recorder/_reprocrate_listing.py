"""Where the project's own code lists a folder and does not seem to sort what it gets.

The order is the file system's: the same on one machine as long as nothing changes, and another one elsewhere.
Whether it matters nobody can tell from outside, so that this is named as a possible cause only.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable

EVENTS = ("os.listdir", "os.scandir", "glob.glob")

_MOST_PLACES = 100
_MOST_TOLD = 10
_MOST_BYTES = 1 << 20
_ON_THE_WAY = frozenset(
    ["glob.py", "os.py", "pathlib.py", "pathlib/__init__.py", "pathlib/_local.py", "pathlib/_abc.py"]
)
"""Modules of Python by which a program lists folders: `os.walk`, `glob`, and `pathlib` of every version."""

# What shows that the order is of no account, or is made.
_ORDERED = (
    *("sort", "len(", "set(", "max(", "min(", "sum(", "any(", "all("),
    *(" in os.listdir", "not os.listdir"),
)
_CLEARED = ("unlink", "remove(", "rmtree", "rmdir", "shutil.")


class Listings:
    """The places in the project's code from which folders were listed.

    Args:
        is_ours: whether a file belongs to the project.
    """

    def __init__(self, is_ours: Callable[[str], bool]) -> None:
        self._is_ours = is_ours
        self._places: set[tuple[str, int]] = set()
        self._library = os.path.dirname(os.path.abspath(os.__file__)) + os.sep

    def note(self, _arguments: Any) -> None:
        """A folder is listed: by whom?"""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and self._is_on_the_way(frame.f_code.co_filename):
            frame = frame.f_back
        if frame is None or len(self._places) >= _MOST_PLACES:
            return
        place = (frame.f_code.co_filename, frame.f_lineno)
        if place not in self._places and self._is_ours(place[0]):
            self._places.add(place)

    def _is_on_the_way(self, name: str) -> bool:
        if name in ("<frozen os>", "<frozen glob>"):
            return True
        return name.startswith(self._library) and name[len(self._library) :] in _ON_THE_WAY

    def unsorted(self, project: str) -> str | None:
        """The places whose surroundings do not show that the order is made, as `train.py:12, data.py:4`."""
        found = []
        for path, number in sorted(self._places):
            lines = _lines(path)
            around = "\n".join(lines[max(number - 3, 0) : number + 5])
            own = "\n".join(lines[number - 1 : number + 3])
            is_ordered = any(word in around for word in _ORDERED) or any(word in own for word in _CLEARED)
            if lines and not is_ordered:
                found.append("%s:%d" % (os.path.relpath(os.path.abspath(path), project), number))
        return ", ".join(found[:_MOST_TOLD]) or None


def _lines(path: str) -> list[str]:
    try:
        with open(path, "rb") as handle:
            return handle.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
