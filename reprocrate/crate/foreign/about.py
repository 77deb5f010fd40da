"""The root of a crate as what a manifest says of the experiment: title, people, licence, paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprocrate.crate.foreign import stated
from reprocrate.crate.foreign.linked import Link, Linked, Node, first
from reprocrate.crate.origins import ORIGIN

NAMELESS = "A crate without a name"
"""Title where the crate does not state the name that RO-Crate requires."""

_STATUS = ("current", "corrected", "withdrawn")
_STANDS_FOR_NONE = "https://w3id.org/reprocrate/terms#"
"""What we write where RO-Crate demands something that nobody stated."""

Section = dict[str, Any]


def experiment(linked: Linked, root: Node, runs: list[Section]) -> Section:
    """The section `experiment`. It begins with the first of its runs, or else with the crate."""
    started = [run["started"] for run in runs if "started" in run]
    grants = list(_grants(linked, root))
    return without_nothing(
        {
            "title": linked.label(root) or NAMELESS,
            ORIGIN: root.id,
            "description": linked.text(root, "description", "abstract"),
            "authors": list(_authors(linked, root)),
            "contact": _contact(linked, root),
            "license": license_of(linked, root),
            "version": _version(linked, root),
            "created": min(started, default=None) or _created(linked, root),
            "keywords": list(dict.fromkeys(_keywords(linked, root))),
            "paper": next(_papers(linked, root), None),
            "funding": grants,
            "publisher": next(_publishers(linked, root), None),
            "status": next(
                (word for word in _STATUS if word == linked.text(root, "creativeWorkStatus")), None
            ),
        }
    )


def without_nothing(section: Section) -> Section:
    """A section without what says nothing."""
    return {name: value for name, value in section.items() if value is not None and value not in ("", [], {})}


def license_of(linked: Linked, node: Node) -> str | None:
    """The licence of something, where it certainly is one that SPDX lists."""
    for value in linked.all(node, "license"):
        texts = [value.id if isinstance(value, Link) else str(value)]
        if isinstance(value, Link) and (licence := linked.nodes.get(value.id)):
            texts += [str(each) for each in linked.all(licence, "identifier", "url", "name", "alternateName")]
        if found := first(map(stated.license_id, texts)):
            return found
    return None


def identifying(linked: Linked, node: Node) -> Iterator[str]:
    """What may hold a registered identifier of something: its own identifier, and those stated for it."""
    yield node.id
    for value in linked.all(node, "identifier", "url", "sameAs", "@id"):
        if isinstance(value, Link):
            yield value.id
            if entity := linked.nodes.get(value.id):
                yield from (str(each) for each in linked.all(entity, "value") if isinstance(each, str))
        elif isinstance(value, str):
            yield value


def _authors(linked: Linked, root: Node) -> Iterator[Section]:
    names = "author" if root.values.get("author") else "creator"
    seen: set[str] = set()
    for value in linked.all(root, names):
        if isinstance(value, Link):
            if value.id not in seen and value.id != "#agent":
                seen.add(value.id)
                yield from _author(linked, linked.nodes.get(value.id) or Node(value.id))
        elif isinstance(value, str) and value.strip():
            yield {"name": value.strip()}


def _author(linked: Linked, node: Node) -> Iterator[Section]:
    parts = [linked.text(node, "givenName"), linked.text(node, "familyName")]
    orcid = first(map(stated.orcid, identifying(linked, node)))
    name = linked.label(node) or " ".join(filter(None, parts)) or orcid
    if name:
        organization = next(linked.linked(node, "affiliation", "worksFor"), None)
        stands = organization is not None and organization.id.startswith(_STANDS_FOR_NONE)
        where = None if stands else organization
        yield without_nothing(
            {
                "name": name,
                "orcid": orcid,
                "affiliation": (linked.label(where) if where else linked.text(node, "affiliation")),
                "affiliation_ror": first(map(stated.ror, identifying(linked, where))) if where else None,
            }
        )


def _contact(linked: Linked, root: Node) -> str | None:
    for node in linked.linked(root, "contactPoint"):
        if not node.id.startswith(_STANDS_FOR_NONE):
            found = linked.text(node, "email") or linked.label(node)
            return found.removeprefix("mailto:") if found else None
    return linked.text(root, "contactPoint", "email")


def _version(linked: Linked, root: Node) -> str | None:
    return next((str(value) for value in linked.all(root, "version") if not isinstance(value, Link)), None)


def _created(linked: Linked, root: Node) -> str | None:
    dates = linked.all(root, "dateCreated", "datePublished", "dateModified")
    return first(stated.begin_of(value) for value in dates if isinstance(value, str))


def _keywords(linked: Linked, root: Node) -> Iterator[str]:
    for value in linked.all(root, "keywords"):
        if isinstance(value, str):
            yield from filter(None, (word.strip() for word in value.split(",")))
        elif isinstance(value, Link) and (name := linked.label(linked.nodes.get(value.id) or Node(value.id))):
            yield name


def _papers(linked: Linked, root: Node) -> Iterator[Section]:
    """What the crate cites, or is about, as far as it has an address or a title; articles first."""
    cited = list(linked.all(root, "citation"))
    nodes = [linked.nodes.get(each.id) or Node(each.id) for each in cited if isinstance(each, Link)]
    nodes += [node for node in linked.linked(root, "subjectOf") if "ScholarlyArticle" in node.types]
    nodes.sort(key=lambda node: "ScholarlyArticle" not in node.types)
    for node in nodes:
        if paper := _paper(list(identifying(linked, node)), linked.label(node)):
            yield paper | without_nothing({"venue": linked.text(node, "publication")})
    for text in cited:
        if isinstance(text, str) and text.strip():
            yield _paper([text], None) or {"title": text.strip()}


def _paper(names: list[str], title: str | None) -> Section:
    doi = first(map(stated.doi, names))
    arxiv = first(map(stated.arxiv, names))
    pages = (
        page for page in map(stated.url, names) if page and not stated.doi(page) and not stated.arxiv(page)
    )
    return without_nothing({"title": title, "doi": doi, "arxiv": arxiv, "url": first(pages)})


def _publishers(linked: Linked, root: Node) -> Iterator[Section]:
    for node in linked.linked(root, "publisher"):
        name = linked.label(node)
        if name and "Person" not in node.types and not node.id.startswith(_STANDS_FOR_NONE):
            yield without_nothing({"name": name, "ror": first(map(stated.ror, identifying(linked, node)))})


def _grants(linked: Linked, root: Node) -> Iterator[Section]:
    named: set[str] = set()
    for grant in linked.linked(root, "funding"):
        for funder in linked.linked(grant, "funder"):
            if name := linked.label(funder):
                named.add(funder.id)
                yield _grant(linked, funder, name, linked.text(grant, "identifier"))
    for funder in linked.linked(root, "funder"):
        name = linked.label(funder)
        if name and funder.id not in named and not funder.id.startswith(_STANDS_FOR_NONE):
            yield _grant(linked, funder, name, None)


def _grant(linked: Linked, funder: Node, name: str, number: str | None) -> Section:
    ror = first(map(stated.ror, identifying(linked, funder)))
    return without_nothing({"funder": name, "funder_ror": ror, "number": number})
