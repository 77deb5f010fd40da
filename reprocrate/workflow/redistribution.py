"""Whether a licence lets anyone pass files on, as far as `schema/1.0/redistribution.json` tells."""

from __future__ import annotations

import json
import re
from enum import IntEnum
from functools import cache

from reprocrate.standard import shipped_bytes

_TOKENS = re.compile(r"[()]|[^()\s]+")
_LISTS = ("osi_approved", "fsf_libre", "content")


class Redistribution(IntEnum):
    """What is known of a licence; of several that hold at once the lowest counts."""

    FORBIDDEN = 0
    UNKNOWN = 1
    ALLOWED = 2


def redistribution(expression: str) -> Redistribution:
    """Whether files under a licence may be passed on unchanged.

    Of alternatives (`OR`) one has to allow it, of parts (`AND`) each. An exception (`WITH`) only takes
    conditions away. `AND` binds closer than `OR` (SPDX Specification 3.0, annex B).

    Args:
        expression: an expression of SPDX, or a word of the author's own.
    """
    reading = _Reading(_TOKENS.findall(expression))
    found = reading.alternatives()
    return Redistribution.UNKNOWN if found is None or reading.tokens else found


class _Reading:
    """Reads an expression from left to right; what is no expression is None."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def alternatives(self) -> Redistribution | None:
        found = [self._parts()]
        while self._take("OR"):
            found.append(self._parts())
        known = [one for one in found if one is not None]
        return max(known) if len(known) == len(found) else None

    def _parts(self) -> Redistribution | None:
        found = [self._one()]
        while self._take("AND"):
            found.append(self._one())
        known = [one for one in found if one is not None]
        return min(known) if len(known) == len(found) else None

    def _one(self) -> Redistribution | None:
        if self._take("("):
            found = self.alternatives()
            return found if self._take(")") else None
        if not self.tokens or self.tokens[-1] in ("AND", "OR", "WITH", "(", ")"):
            return None
        found = _of_licence(self.tokens.pop())
        if self._take("WITH"):
            return found if self.tokens and self.tokens.pop() not in ("(", ")") else None
        return found

    def _take(self, token: str) -> bool:
        is_next = bool(self.tokens) and self.tokens[-1] == token
        if is_next:
            self.tokens.pop()
        return is_next


def _of_licence(name: str) -> Redistribution:
    lower = name.lower()
    if lower.removesuffix("+") in _allowing():
        return Redistribution.ALLOWED
    plain = f"-{re.sub(r'[^a-z0-9]+', '-', lower)}-"
    return (
        Redistribution.FORBIDDEN
        if any(f"-{one}-" in plain for one in _withheld())
        else Redistribution.UNKNOWN
    )


@cache
def _allowing() -> frozenset[str]:
    known = json.loads(shipped_bytes("redistribution.json"))
    return frozenset(name.lower() for kind in _LISTS for name in known[kind])


@cache
def _withheld() -> tuple[str, ...]:
    return tuple(json.loads(shipped_bytes("redistribution.json"))["withheld"])
