"""The root of the crate: what the experiment is, who did it, and under which licence.

What RO-Crate requires and the authors did not give is said in words, never invented.
"""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import quote

from reprocrate.crate.entities import TERMS
from reprocrate.crate.graph import NOT_STATED, Graph
from reprocrate.crate.identifiers import NAMES, ROOT, Reference, address_id, experiment_id, fragment_id, once
from reprocrate.manifest import Author, Experiment, Grant, Manifest, Paper

_ONE_LICENSE = re.compile(r"[A-Za-z0-9.-]+\Z")
_DOIS = "https://registry.identifiers.org/registry/doi"
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+\Z")


def describe_experiment(
    graph: Graph, manifest: Manifest, published: str, doi: str | None = None
) -> list[Reference]:
    """Describe the root, and return those who answer for the experiment."""
    experiment = manifest.experiment
    contact = _contact(graph, experiment)
    organization = partial(_organization, graph, manifest.id)
    authors = once(
        _author(graph, author, place, contact, organization(author.affiliation, author.affiliation_ror))
        for place, author in enumerate(experiment.authors, 1)
    )
    funding = [
        (funder := organization(grant.funder, grant.funder_ror), _grant(graph, grant, place, funder))
        for place, grant in enumerate(experiment.funding, 1)
    ]
    graph.describe_root(
        {
            "name": experiment.title,
            "description": experiment.description or "No description was given by the authors.",
            "datePublished": published,
            "license": license_reference(graph, experiment.license) or _no_license(graph),
            "author": authors or _nobody(graph),
            "publisher": _publisher(graph, manifest, authors),
            "identifier": [_identifier(graph, manifest.id), *([_doi(graph, doi)] if doi else [])],
            "version": experiment.version,
            "keywords": experiment.keywords,
            "creativeWorkStatus": experiment.status,
            "contactPoint": contact,
            "citation": _paper(graph, manifest.id, experiment.paper),
            "funder": once(funder for funder, _grant in funding),
            "funding": [grant for _funder, grant in funding if grant],
        }
    )
    return authors or [_nobody(graph)]


def license_reference(graph: Graph, expression: str | None) -> Reference | None:
    """The entity of an SPDX licence expression; its own page where it is a single licence."""
    if expression is None:
        return None
    if _ONE_LICENSE.match(expression) and not expression.startswith("LicenseRef-"):
        address = f"https://spdx.org/licenses/{expression}"
        return graph.add(
            address,
            "CreativeWork",
            {"name": expression, "description": f"The licence that SPDX names {expression}.", "url": address},
        )
    return graph.add(
        f"{NAMES}licence/{quote(expression, safe='')}",
        "CreativeWork",
        {"name": expression, "description": f"The SPDX licence expression {expression}."},
    )


def _no_license(graph: Graph) -> Reference:
    return graph.add(
        f"{TERMS}noLicence",
        "CreativeWork",
        {"name": "No licence", "description": "No licence was given by the authors."},
    )


def _identifier(graph: Graph, identifier: str) -> Reference:
    return graph.add(
        "#identifier",
        "PropertyValue",
        {"name": "identifier of the manifest", "propertyID": f"{NAMES}schema", "value": identifier},
    )


def _doi(graph: Graph, doi: str) -> Reference:
    """The DOI of the crate, in the form that RO-Crate recommends (1.1, "Recommended Identifiers")."""
    address = address_id(f"https://doi.org/{doi}")
    return graph.add(
        address,
        "PropertyValue",
        {"name": "DOI", "propertyID": _DOIS, "value": f"doi:{doi}", "url": address},
    )


def _author(
    graph: Graph, author: Author, place: int, contact: Reference | None, affiliation: Reference
) -> Reference:
    identifier = f"https://orcid.org/{author.orcid}" if author.orcid else fragment_id("author", place)
    return graph.add(
        identifier,
        "Person",
        {
            "name": author.name,
            "affiliation": affiliation,
            "contactPoint": contact or graph.add_no_contact(),
        },
    )


def _nobody(graph: Graph) -> Reference:
    return graph.add(
        "#agent",
        "Person",
        {
            "name": "Not recorded",
            "description": "The authors gave no names, and the recorder takes none from the machine.",
            "affiliation": graph.add_not_stated(),
            "contactPoint": graph.add_no_contact(),
        },
    )


def _organization(graph: Graph, manifest: str, name: str | None, ror: str | None) -> Reference:
    """An organisation: by its page in the registry (https://ror.org), else by its name alone."""
    if name is None and ror is None:
        return graph.add_not_stated()
    page = f"https://ror.org/{ror}" if ror else None
    return graph.add(
        page or experiment_id(manifest, "organization", name or ""),
        "Organization",
        {"name": name or ror, "url": page or NOT_STATED, "contactPoint": graph.add_no_contact()},
    )


def _publisher(graph: Graph, manifest: Manifest, authors: list[Reference]) -> Reference | list[Reference]:
    """Who makes the crate available: the stated organisation, else the authors, where people may be."""
    publisher = manifest.experiment.publisher
    if publisher:
        return _organization(graph, manifest.id, publisher.name, publisher.ror)
    return authors if authors and graph.target.people_publish else graph.add_not_stated()


def _contact(graph: Graph, experiment: Experiment) -> Reference | None:
    if not experiment.contact:
        return None
    email = experiment.contact if _EMAIL.match(experiment.contact) else None
    return graph.add(
        "#contact",
        "ContactPoint",
        {"name": experiment.contact, "email": email, "contactType": "authors"},
    )


def _paper(graph: Graph, manifest: str, paper: Paper | None) -> Reference | None:
    if paper is None:
        return None
    addresses = [
        f"https://doi.org/{paper.doi}" if paper.doi else None,
        f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else None,
        paper.url,
    ]
    known = [address_id(address) for address in addresses if address]
    return graph.add(
        # a citation must be an absolute address (RO-Crate 1.3), also where the paper has none to be read at
        known[0] if known else experiment_id(manifest, "paper"),
        "ScholarlyArticle",
        {"name": paper.title, "identifier": known, "publication": paper.venue},
    )


def _grant(graph: Graph, grant: Grant, place: int, funder: Reference) -> Reference | None:
    """What was paid for this, where it has a number."""
    if not grant.number:
        return None
    return graph.add(
        fragment_id("grant", place),
        "Grant",
        {
            "name": f"{grant.funder} {grant.number}",
            "identifier": grant.number,
            "funder": funder,
            "fundedItem": ROOT,
        },
    )
