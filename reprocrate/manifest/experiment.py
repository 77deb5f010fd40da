"""What an experiment is about, who did it, and where it is reported."""

from __future__ import annotations

from typing import Annotated, Literal

from reprocrate.manifest.section import Doi, License, Many, Section, Text, Timestamp, Url, Word, matching


def has_orcid_check_digit(orcid: str) -> bool:
    """Whether the last digit of an ORCID is the check digit of the others (ISO 7064 MOD 11-2)."""
    total = 0
    digits = orcid.replace("-", "")
    if not digits[:-1].isdecimal():
        return False
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[-1]


class Author(Section):
    """Who answers for the experiment."""

    name: Text
    orcid: Annotated[str, matching(r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$")] | None = None
    affiliation: str | None = None


class Paper(Section):
    """The paper that reports the experiment."""

    title: str | None = None
    doi: Doi | None = None
    arxiv: (
        Annotated[str, matching(r"^([0-9]{4}\.[0-9]{4,5}|[a-z.-]+(\.[A-Z]{2})?/[0-9]{7})(v[0-9]+)?$")] | None
    ) = None
    url: Url | None = None
    venue: str | None = None


class Grant(Section):
    """A grant that paid for the work."""

    funder: str
    number: str | None = None


class Experiment(Section):
    """What was done, by whom, and under which licence."""

    title: Text
    description: str | None = None
    authors: Many[Author] = ()
    contact: str | None = None
    license: License | None = None
    version: str | None = None
    created: Timestamp | None = None
    keywords: Many[Text] = ()
    paper: Paper | None = None
    funding: Many[Grant] = ()
    status: Word[Literal["current", "corrected", "withdrawn"]] | None = None
