"""What a submission was seen to have."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from reprocrate.finding.findings import Location


class Presence(StrEnum):
    """Whether something was found that a submission may have."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    NOT_ASSESSED = "not-assessed"


class Observed(NamedTuple):
    """One thing that was looked for in a submission, whether or not it has a manifest.

    Attributes:
        item: its name for programs, such as `licence`.
        title: its name for people.
        presence: whether it was found.
        detail: what was found, or why it could not be looked for, in one sentence.
        places: where it was found.
    """

    item: str
    title: str
    presence: Presence
    detail: str = ""
    places: tuple[Location, ...] = ()
