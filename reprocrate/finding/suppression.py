"""Why findings do not count: the policy, the rules that were asked for, and what was known before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reprocrate.finding.findings import Finding


class Suppression(StrEnum):
    """Who says that a finding does not count."""

    POLICY = "policy"
    SELECTION = "selection"
    BASELINE = "baseline"


class Suppressed(NamedTuple):
    """A finding that does not count, and who says so.

    Attributes:
        finding: as heavy as it would be.
        by: who leaves it out.
    """

    finding: Finding
    by: Suppression


class Selection(NamedTuple):
    """The rules that were asked for, as the user named them.

    Attributes:
        select: what alone was asked for; empty where all rules were.
        ignore: whose findings do not count.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A finding that a baseline lists.

    Attributes:
        code: the rule.
        place: where it was, for people.
        fingerprint: what it is found again by.
        count: how many findings look alike.
    """

    code: str
    place: str
    fingerprint: str
    count: int = 1


class AppliedBaseline(NamedTuple):
    """The findings that were known before.

    Attributes:
        name: of the file that lists them.
        known: how many it lists for this subject.
        gone: those that are not found any more.
    """

    name: str
    known: int
    gone: tuple[Known, ...] = ()
