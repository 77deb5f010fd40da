"""What an experiment is about, who did it, and where it is reported."""

from typing import Annotated, Literal

from reprocrate.manifest.section import Doi, License, Many, Section, Text, Timestamp, Url, Word, matching

_ROR_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: without i, l, o and u."""


def has_ror_check_digits(ror: str) -> bool:
    """Whether the last two digits of a ROR are the check digits of the others (ISO/IEC 7064 MOD 97-10)."""
    number = 0
    for digit in ror[:-2]:
        if digit not in _ROR_DIGITS:
            return False
        number = number * 32 + _ROR_DIGITS.index(digit)
    return ror[-2:] == f"{98 - number * 100 % 97:02d}"


Ror = Annotated[str, matching(r"^0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$")]
"""Identifier of an organisation in the Research Organization Registry, without its address."""


class Author(Section):
    """Who answers for the experiment."""

    name: Text
    orcid: Annotated[str, matching(r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$")] | None = None
    affiliation: str | None = None
    affiliation_ror: Ror | None = None


class Publisher(Section):
    """The organisation that makes the experiment available."""

    name: Text
    ror: Ror | None = None


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
    funder_ror: Ror | None = None
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
    publisher: Publisher | None = None
    status: Word[Literal["current", "corrected", "withdrawn"]] | None = None
