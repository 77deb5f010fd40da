"""The values of a description: no archive's words, and no text that could not be shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How the record stands to something else, in the words of DataCite (relationType)."""

    SUPPLEMENTS = "IsSupplementTo"
    DERIVED_FROM = "IsDerivedFrom"
    HAS_PART = "HasPart"


class Kind(StrEnum):
    """What a record is, or what it is related to, in the words of DataCite (resourceTypeGeneral)."""

    DATASET = "Dataset"
    MODEL = "Model"
    OTHER = "Other"
    PREPRINT = "Preprint"
    SOFTWARE = "Software"
    TEXT = "Text"
    WORKFLOW = "Workflow"


class Role(StrEnum):
    """What a contributor did, in the words of DataCite (contributorType)."""

    CONTACT = "ContactPerson"
    DISTRIBUTOR = "Distributor"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation.

    Attributes:
        name: its name; where only its identifier is known, the address of that.
        ror: its identifier in the Research Organization Registry, without https://ror.org/.
    """

    name: str
    ror: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or an organisation.

    Attributes:
        name: the name as the author wrote it.
        family_name: of a person, the name that lists are sorted by; None for an organisation.
        given_name: of a person, the rest of the name, where it can be told.
        orcid: four groups of four characters, without https://orcid.org/.
        ror: of an organisation, as of `Organization`.
        affiliation: where the person works.
    """

    name: str
    family_name: str | None = None
    given_name: str | None = None
    orcid: str | None = None
    ror: str | None = None
    affiliation: Organization | None = None


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who is not an author.

    Attributes:
        agent: who.
        role: what for.
    """

    agent: Agent
    role: Role


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence.

    Attributes:
        name: SPDX's short name, or what the author called it.
        spdx: SPDX's short name (https://spdx.org/licenses/), if it is in that list as it stands.
        link: where its text is, as far as that is known.
    """

    name: str
    spdx: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What paid for the work.

    Attributes:
        funder: who.
        number: the funder's number of the grant.
        field: where the manifest says so, such as `experiment.funding[0]`.
    """

    funder: Organization
    field: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Something else that the record is related to.

    Attributes:
        identifier: a DOI or an arXiv number without any prefix, or an address.
        scheme: `doi`, `arxiv` or `url`.
        relation: how the record stands to it.
        field: where the manifest says so, such as `experiment.paper.doi`.
        kind: what it is, as far as that is known.
    """

    identifier: str
    scheme: str
    relation: Relation
    field: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim, without a verdict.

    Attributes:
        text: the sentence.
        place: where the paper makes it, or an empty string.
        primary: whether the author holds it for one of the chief claims.
        value: each number that it rests on, with its interval.
        seeds: how many runs each of these numbers rests on; 0 where that is unknown.
        recorded: whether every such run is in the manifest.
    """

    text: str
    place: str
    primary: bool
    value: tuple[str, ...]
    seeds: tuple[int, ...]
    recorded: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result: what was measured, on what, and what came out.

    Attributes:
        configuration: the name of the configuration, or an empty string.
        metric: the name of the metric, with its unit.
        data: the name of the data and of the part of them, or an empty string.
        statistic: how the values of several runs were made one.
        value: the number with its interval or spread.
        n: of how many values.
    """

    configuration: str
    metric: str
    data: str
    statistic: str
    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Description:
    """What an archive is told of an experiment.

    Attributes:
        title: the title.
        kind: what the record is.
        publication_date: `YYYY-MM-DD`.
        paragraphs: what it is about: plain text, one entry for each paragraph.
        technical: how it was done, in the same form.
        creators: the authors, in order.
        contributors: who is not an author: whom to ask, and who makes it available.
        licences: each licence that the terms name, once.
        licence_expression: the terms as a whole, where they are more than one licence.
        keywords: words to find it by, each once.
        version: the version.
        created: `YYYY-MM-DD`, when the experiment was made.
        collected: first and last day of the runs, in the same form.
        grants: what paid for it.
        related: what else it is related to, each once.
        publisher: who makes it available, where the author says so.
        repository: where the code is developed.
        programming_languages: the names of the languages it is written in, such as `Python`.
        claims: what is claimed.
        results: what came out, at most `MOST_ROWS`.
        results_left_out: how many more results the manifest has.
        identifier: the manifest's own name (a URN).
        doi: the DOI of the record, once that is reserved.
        anonymous: whether everything that names the authors was left out.
    """

    title: str
    kind: Kind
    publication_date: str
    paragraphs: tuple[str, ...]
    technical: tuple[str, ...] = ()
    creators: tuple[Agent, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    licences: tuple[Licence, ...] = ()
    licence_expression: str | None = None
    keywords: tuple[str, ...] = ()
    version: str | None = None
    created: str | None = None
    collected: tuple[str, str] | None = None
    grants: tuple[Grant, ...] = ()
    related: tuple[Related, ...] = ()
    publisher: str | None = None
    repository: str | None = None
    programming_languages: tuple[str, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    results: tuple[ResultRow, ...] = ()
    results_left_out: int = 0
    identifier: str | None = None
    doi: str | None = None
    anonymous: bool = False
