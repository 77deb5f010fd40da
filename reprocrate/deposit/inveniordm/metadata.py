"""A description as InvenioRDM takes it.

Words of its vocabularies are the server's own: to one that it does not know it answers 400, and does not say
which field it was in. So the server is asked first, and what it does not know is told in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from reprocrate.deposit.description import (
    Agent,
    ClaimRow,
    Contributor,
    Description,
    Grant,
    Kind,
    Licence,
    Organization,
    Related,
    ResultRow,
    told_seeds,
)
from reprocrate.deposit.inveniordm import markup

Has = Callable[[str, str], bool]
"""Whether a vocabulary of the server has a word: `has("licenses", "cc-by-4.0")`."""

LICENCES = "licenses"
FUNDERS = "funders"
AWARDS = "awards"
AFFILIATIONS = "affiliations"
RESOURCE_TYPES = "resourcetypes"
PROGRAMMING_LANGUAGES = "code:programmingLanguages"

_OF_THEIR_OWN = (AFFILIATIONS, AWARDS, FUNDERS)
_KINDS = {Kind.TEXT: "publication", Kind.PREPRINT: "publication-preprint"}
_PUBLIC = re.compile(
    r"https?://(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}|localhost|[0-9]{1,3}(\.[0-9]{1,3}){3})"
    r"(:[0-9]+)?(/|[/?]\S+)?",
    re.IGNORECASE | re.ASCII,
)
"""Addresses that the field for a repository takes (the URL of marshmallow): of hosts with a domain."""

_COMBINED = "How the licences that are listed beside this are combined, as an SPDX expression."


def vocabulary_path(vocabulary: str, word: str) -> str:
    """Where the interface tells of a word (200) or knows nothing of it (404), below `/api`."""
    folder = vocabulary if vocabulary in _OF_THEIR_OWN else f"vocabularies/{vocabulary}"
    return f"/{folder}/{quote(word, safe=':')}"


def draft_metadata(description: Description, has: Has, *, archive: str) -> dict[str, Any]:
    """The parts `metadata` and `custom_fields` of a draft.

    Args:
        description: what the archive is to be told.
        has: whether a vocabulary of the server has a word; it is asked the same more than once.
        archive: the name under which the archive publishes, such as `Zenodo`, for an author who names no
            publisher: without one no DOI is registered.
    """
    metadata = {
        "resource_type": {"id": _resource_type(description.kind, has) or "dataset"},
        "title": description.title,
        "publication_date": description.publication_date,
        "publisher": description.publisher or archive,
        "creators": [_creator(agent, has) for agent in description.creators],
        "contributors": [_contributor(one, has) for one in description.contributors],
        "description": markup.paragraphs(description.paragraphs),
        "additional_descriptions": list(_more_descriptions(description)),
        "subjects": [{"subject": keyword} for keyword in description.keywords],
        "version": description.version,
        "dates": list(_dates(description)),
        "rights": list(_rights(description, has)),
        "funding": [_funding(grant, has) for grant in description.grants],
        "identifiers": [{"scheme": "urn", "identifier": one} for one in [description.identifier] if one],
        "related_identifiers": [_related(one, has) for one in description.related],
    }
    return {
        "metadata": {name: value for name, value in metadata.items() if value},
        "custom_fields": _custom_fields(description, has),
    }


def _resource_type(kind: Kind | None, has: Has) -> str | None:
    """The word for a kind; None where there is none."""
    word = _KINDS.get(kind, kind.value.lower()) if kind else None
    return word if word and has(RESOURCE_TYPES, word) else None


def _creator(agent: Agent, has: Has) -> dict[str, Any]:
    made: dict[str, Any] = {"person_or_org": _person_or_org(agent)}
    if agent.affiliation:
        made["affiliations"] = [_organization(agent.affiliation, AFFILIATIONS, has)]
    return made


def _contributor(contributor: Contributor, has: Has) -> dict[str, Any]:
    return {**_creator(contributor.agent, has), "role": {"id": contributor.role.value.lower()}}


def _person_or_org(agent: Agent) -> dict[str, Any]:
    if agent.family_name is None:
        made: dict[str, Any] = {"type": "organizational", "name": agent.name}
        identifier = ("ror", agent.ror)
    else:
        made = {"type": "personal", "family_name": agent.family_name}
        if agent.given_name:
            made["given_name"] = agent.given_name
        identifier = ("orcid", agent.orcid)
    scheme, value = identifier
    return made | ({"identifiers": [{"scheme": scheme, "identifier": value}]} if value else {})


def _organization(organization: Organization, vocabulary: str, has: Has) -> dict[str, str]:
    """By its ROR where the server knows that, which then tells the registered name; else by its name."""
    if organization.ror and has(vocabulary, organization.ror):
        return {"id": organization.ror}
    return {"name": organization.name}


def _dates(description: Description) -> Iterator[dict[str, Any]]:
    if description.created:
        yield {"date": description.created, "type": {"id": "created"}}
    if description.collected:
        days = dict.fromkeys(description.collected)
        yield {"date": "/".join(days), "type": {"id": "collected"}, "description": "The recorded runs"}


def _rights(description: Description, has: Has) -> Iterator[dict[str, Any]]:
    for licence in description.licences:
        yield _right(licence, has)
    if description.licence_expression:
        yield {"title": {"en": description.licence_expression}, "description": {"en": _COMBINED}}


def _right(licence: Licence, has: Has) -> dict[str, Any]:
    if licence.spdx and has(LICENCES, licence.spdx.lower()):
        return {"id": licence.spdx.lower()}
    return {"title": {"en": licence.name}} | ({"link": licence.link} if licence.link else {})


def _funding(grant: Grant, has: Has) -> dict[str, Any]:
    """The funder, and the grant by its id, which is made of ROR and number, where the server knows that."""
    funder = _organization(grant.funder, FUNDERS, has)
    if not grant.number:
        return {"funder": funder}
    award = f"{grant.funder.ror}::{grant.number}"
    is_known = "id" in funder and has(AWARDS, award)
    return {"funder": funder, "award": {"id": award} if is_known else {"number": grant.number}}


def _related(related: Related, has: Has) -> dict[str, Any]:
    made: dict[str, Any] = {
        "identifier": related.identifier,
        "scheme": related.scheme,
        "relation_type": {"id": related.relation.value.lower()},
    }
    kind = _resource_type(related.kind, has)
    return made | ({"resource_type": {"id": kind}} if kind else {})


def _custom_fields(description: Description, has: Has) -> dict[str, Any]:
    """The fields of CodeMeta, at servers that have their vocabulary: others have no such fields."""
    if not has(PROGRAMMING_LANGUAGES, "python"):
        return {}
    words = [language.lower().replace(" ", "_") for language in description.programming_languages]
    repository = description.repository
    fields = {
        "code:codeRepository": repository if repository and _PUBLIC.fullmatch(repository) else None,
        "code:programmingLanguage": [{"id": word} for word in words if has(PROGRAMMING_LANGUAGES, word)],
    }
    return {name: value for name, value in fields.items() if value}


def _more_descriptions(description: Description) -> Iterator[dict[str, Any]]:
    if description.claims:
        yield _more("other", _claims(description.claims))
    if description.results:
        more = description.results_left_out
        note = [f"{more} more results are in the manifest."] if more else []
        yield _more("other", "\n".join([_results(description.results), markup.paragraphs(note)]).rstrip())
    if description.technical:
        yield _more("technical-info", markup.paragraphs(description.technical))


def _more(kind: str, text: str) -> dict[str, Any]:
    return {"description": text, "type": {"id": kind}}


def _claims(claims: tuple[ClaimRow, ...]) -> str:
    return markup.table(
        "Claims, and the recorded numbers that they rest on",
        ["Claim", "In the paper", "Value", "Runs", "All runs recorded"],
        [
            [
                f"{one.text} (primary)" if one.primary else one.text,
                one.place or "–",
                "; ".join(one.value) or "–",
                told_seeds(one.seeds) or "–",
                "yes" if one.recorded else "no",
            ]
            for one in claims
        ],
    )


def _results(results: tuple[ResultRow, ...]) -> str:
    return markup.table(
        "Results",
        ["Configuration", "Metric", "Data", "Statistic", "Value", "n"],
        [
            [one.configuration or "–", one.metric, one.data or "–", one.statistic, one.value, str(one.n)]
            for one in results
        ],
    )
