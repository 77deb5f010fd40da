"""Who made an experiment, in the parts that archives ask for.

A manifest has one name for each author. Archives sort by a family name and refuse a person without one, so
the parts are told from the name as far as that can be done:

- `Family, Given` is taken as it is written: that is how an author settles it.
- A name in Chinese, Japanese or Korean characters begins with the family name.
- Otherwise the family name is the last word, with the words in small letters before it (`van der Berg`) and
  with what follows a name (`Jr.`, `III`).
- A name whose words say so is an organisation: `The Rings Collaboration`.
"""

from __future__ import annotations

import itertools
import re

from reprocrate.deposit.description.model import Agent, Contributor, Organization, Role
from reprocrate.deposit.description.plain_text import line
from reprocrate.manifest import Author, Experiment
from reprocrate.manifest.anonymity import NOBODY

_ORGANISATIONS = re.compile(
    r"(?:collaboration|collaboratory|consortium|university|institute|initiative|foundation|association|society"
    r"|laboratory|(?:research|working|study) group|(?:research|development) team|gmbh|inc\.?|ltd\.?|llc)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV|VI{0,3}", re.IGNORECASE)
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003134f]")


def creators_of(experiment: Experiment, *, anonymous: bool) -> tuple[Agent, ...]:
    """The authors in order; one that tells nothing if they are not to be named."""
    if anonymous:
        return (Agent(NOBODY, family_name=NOBODY),)
    return tuple(_author(author) for author in experiment.authors)


def contributors_of(experiment: Experiment) -> tuple[Contributor, ...]:
    """Whom to ask, and who makes the experiment available, where the registry of organisations knows them."""
    found = []
    contact = line(experiment.contact)
    if contact:
        named = next((one for one in creators_of(experiment, anonymous=False) if one.name == contact), None)
        found.append(Contributor(named or Agent(contact), Role.CONTACT))
    publisher = experiment.publisher
    if publisher and publisher.ror:
        name = line(publisher.name) or ror_address(publisher.ror)
        found.append(Contributor(Agent(name, ror=publisher.ror), Role.DISTRIBUTOR))
    return tuple(found)


def organization(name: str | None, ror: str | None) -> Organization | None:
    """An organisation by its name, or by its identifier where it has no name; None where it has neither."""
    text = line(name) or (ror_address(ror) if ror else "")
    return Organization(text, ror) if text else None


def ror_address(ror: str) -> str:
    """The page of an organisation in the registry."""
    return f"https://ror.org/{ror}"


def named(name: str) -> Agent:
    """A person or an organisation by the name alone."""
    name = line(name)
    family, comma, given = name.partition(",")
    if comma and family.strip() and not _SUFFIX.fullmatch(given.strip()):
        return Agent(name, family_name=family.strip(), given_name=given.strip() or None)
    words = name.split()
    if _says_organisation(words):
        return Agent(name)
    if len(words) > 1 and _EAST_ASIAN.search(name):
        return Agent(name, family_name=words[0], given_name=" ".join(words[1:]))
    start = _family_starts(words)
    return Agent(name, family_name=" ".join(words[start:]), given_name=" ".join(words[:start]) or None)


def _author(author: Author) -> Agent:
    told = named(author.name)
    if author.orcid and told.family_name is None:  # only people have an ORCID
        told = Agent(told.name, family_name=told.name)
    return Agent(
        told.name,
        family_name=told.family_name,
        given_name=told.given_name,
        orcid=author.orcid,
        affiliation=organization(author.affiliation, author.affiliation_ror),
    )


def _says_organisation(words: list[str]) -> bool:
    said = [*words, *(f"{one} {two}" for one, two in itertools.pairwise(words))]
    return len(words) > 1 and any(map(_ORGANISATIONS.fullmatch, said))


def _family_starts(words: list[str]) -> int:
    """The place of the first word of the family name; 0 where all of the name is one."""
    last = len(words) - 1
    while last > 1 and _SUFFIX.fullmatch(words[last].strip(",")):
        last -= 1
    start = last
    while start > 1 and words[start - 1].islower():
        start -= 1
    return max(start, 0)
