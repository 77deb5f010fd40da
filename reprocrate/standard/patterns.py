r"""Regular expressions of JSON Schema, which are ECMA-262's, for Python.

The two dialects write the same and mean something else in a few places: in Python `$` also stands before a
final line end, and `\s`, `\d`, `\w` and `.` take other characters. A value must not be valid for one program
and invalid for another, so patterns are translated, for the validator and for the models alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_SPACE = r"\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACE}
_PART = re.compile(r"\\.|\[\^?|\]|\$|\.|[^\\\[\]$.]+", re.DOTALL)
_SAME_ESCAPES = frozenset("tnvfrxu\\/^$.*+?()[]{}|-bB")
_LICENCE = r"\(*(DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?\)*"
WITHOUT_TRYING = {
    r"^[0-9]+\.[0-9]+(\.[0-9]+)?[0-9A-Za-z.+-]*$": r"^[0-9]+\.[0-9][0-9A-Za-z.+-]*\Z",  # of the frozen 0.9
    rf"^{_LICENCE}( (AND|OR|WITH) {_LICENCE})*$": rf"^{_LICENCE}(?: (?:AND|OR|WITH) {_LICENCE})*+\Z",
}
"""For some patterns one of Python that matches the same, but neither goes back nor remembers how it came.

A text of some megabytes would else take hours, or gigabytes.
"""

_DIFFERENT = re.compile(r"\(\?(?![:=!]|<[=!])|\\u\{")


@cache
def ecma_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of a schema, compiled; use `search`, since such patterns are not anchored.

    Raises:
        ValueError: the pattern uses what the two dialects do not share.
    """
    return re.compile(python_pattern(pattern))


@cache
def python_pattern(pattern: str) -> str:
    r"""The Python regular expression that means what `pattern` means in ECMA-262 with the flag `u`.

    Shared syntax stays as it is. `$` becomes `\Z`, `.` leaves out all four line ends, and `\d`, `\w`, `\s`
    and their opposites become explicit sets.

    Raises:
        ValueError: the pattern uses what the two dialects do not share: named groups, `\p{...}`, flags, or
            the opposite of a class within a set.
    """
    if pattern in WITHOUT_TRYING:
        return WITHOUT_TRYING[pattern]
    if _DIFFERENT.search(pattern):
        raise ValueError(f"the pattern {pattern!r} has a part that ECMA-262 and Python write differently")
    return "".join(_translated(pattern))


def _translated(pattern: str) -> Iterator[str]:
    in_set = False
    for part in _PART.findall(pattern):
        if part.startswith("\\"):
            yield _escape(part, in_set, pattern)
        elif part.startswith("["):
            yield f"\\{part}" if in_set else part
            in_set = True
        elif part == "]":
            yield part
            in_set = False
        elif in_set:
            yield part
        else:
            yield {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]"}.get(part, part)


def _escape(part: str, in_set: bool, pattern: str) -> str:
    letter = part[1]
    if letter in _CLASSES:
        return _CLASSES[letter] if in_set else f"[{_CLASSES[letter]}]"
    if letter.lower() in _CLASSES and not in_set:
        return f"[^{_CLASSES[letter.lower()]}]"
    if letter not in _SAME_ESCAPES or (letter in "bB" and not in_set):
        raise ValueError(f"the pattern {pattern!r} uses {part}, which ECMA-262 and Python do not share")
    return part
