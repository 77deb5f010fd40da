"""Title, authors, licence and paper, from the files in which projects say them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reprocrate.workflow.drafts.tree import Tree

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/(?P<id>[0-9]{4}\.[0-9]{4,5})", re.IGNORECASE)
_DOI = re.compile(
    r"(?:doi\.org/|doi:\s*)(?P<id>10\.[0-9]{4,9}/[^\s\"'<>)\]}]+[^\s\"'<>)\]}.,;])", re.IGNORECASE
)
_DATA_DOI = re.compile(r"^10\.5281/zenodo", re.IGNORECASE)
_HEADING = re.compile(r"^#\s+(?P<text>.+?)\s*#*$|^(?P<under>[^\n]+)\n=={2,}\s*$", re.MULTILINE)
_MARKS = re.compile(r"!?\[(?P<text>[^\]]*)\]\([^)]*\)|<[^>]+>|[*_`]{1,3}")
_SENTENCE = re.compile(r"^.{20,300}?[.!?](?=\s|$)")
_LONGEST_TITLE = 200


class Said(NamedTuple):
    """A value, and where it was found."""

    value: Any
    where: str


@dataclass(slots=True)
class About:
    """What is known of the experiment; of each kind the first that was found."""

    title: Said | None = None
    description: Said | None = None
    authors: Said | None = None
    license: Said | None = None
    paper: Said | None = None
    papers_linked: list[Said] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def read_about(tree: Tree) -> About:
    """Look into CITATION.cff, codemeta.json, pyproject.toml and the readme, in this order."""
    about = About()
    for look in (_citation, _codemeta, _readme, _pyproject):
        look(tree, about)
    return about


def _citation(tree: Tree, about: About) -> None:
    if "CITATION.cff" not in tree.files:
        return
    import yaml

    try:
        found: Any = yaml.safe_load(tree.text("CITATION.cff"))
    except (yaml.YAMLError, RecursionError, ValueError):
        found = None
    if not isinstance(found, dict):
        about.unreadable.append("CITATION.cff")
        return
    where = "CITATION.cff"
    about.title = _text(found.get("title"), where)
    about.license = _text(found.get("license"), where)
    about.description = _sentence(found.get("abstract"), where)
    about.authors = _people(found.get("authors"), where)
    paper = found.get("preferred-citation")
    if isinstance(paper, dict) and isinstance(paper.get("title"), str):
        said = {"title": paper["title"].strip(), "doi": _doi(paper), "arxiv": _arxiv(paper)}
        venue = paper.get("journal") or paper.get("collection-title")
        said["venue"] = venue if isinstance(venue, str) else None
        about.paper = Said({key: value for key, value in said.items() if value}, where)


def _codemeta(tree: Tree, about: About) -> None:
    if "codemeta.json" not in tree.files:
        return
    try:
        found = json.loads(tree.text("codemeta.json"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        about.unreadable.append("codemeta.json")
        return
    where = "codemeta.json"
    about.title = about.title or _text(found.get("name"), where)
    about.description = about.description or _sentence(found.get("description"), where)
    license_ = found.get("license")
    if isinstance(license_, str):
        name = license_.rstrip("/").rpartition("/")[2].removesuffix(".html")
        about.license = about.license or _text(name, where)
    people = found.get("author")
    about.authors = about.authors or _people(people if isinstance(people, list) else [people], where)


def _pyproject(tree: Tree, about: About) -> None:
    if "pyproject.toml" not in tree.files:
        return
    try:
        found = tomllib.loads(tree.text("pyproject.toml"))
    except (ValueError, RecursionError):
        about.unreadable.append("pyproject.toml")
        return
    project = found.get("project")
    tool = found.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    for table in (project, poetry):
        if not isinstance(table, dict):
            continue
        where = "pyproject.toml"
        about.title = about.title or _text(table.get("name"), where)
        about.description = about.description or _sentence(table.get("description"), where)
        license_ = table.get("license")
        if isinstance(license_, dict):
            license_ = license_.get("text")
        about.license = about.license or _text(license_, where)
        about.authors = about.authors or _people(table.get("authors"), where)


def _readme(tree: Tree, about: About) -> None:
    name = next(tree.top("README.md", "README.rst", "README.txt", "README"), None)
    if name is None:
        return
    text = tree.text(name)
    heading = _HEADING.search(text)
    if heading:
        title = _plain(heading["text"] or heading["under"])
        if 3 <= len(title) <= _LONGEST_TITLE and title.lower() not in ("readme", "about", "introduction"):
            about.title = about.title or Said(title, name)
        paragraphs = re.split(r"\n\s*\n", text[heading.end() :])
        sentences = (_SENTENCE.search(_plain(each)) for each in paragraphs[:12] if _is_prose(each))
        first = next((match for match in sentences if match), None)
        if first:
            about.description = about.description or Said(first[0], name)
    about.papers_linked = list(_linked(text, name))


def _linked(text: str, name: str) -> Iterator[Said]:
    """Papers that a readme links, each once, at most three."""
    found: dict[str, Said] = {}
    for kind, pattern in (("arxiv", _ARXIV), ("doi", _DOI)):
        for match in pattern.finditer(text):
            if kind == "doi" and _DATA_DOI.match(match["id"]):
                continue
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault(match["id"], Said({kind: match["id"]}, f"{name} line {line}"))
    yield from list(found.values())[:3]


def _people(people: Any, where: str) -> Said | None:
    found = (
        [author for person in people or () if (author := _author(person))] if isinstance(people, list) else []
    )
    return Said(found, where) if found else None


def _author(person: Any) -> dict[str, str] | None:
    """A person as CITATION.cff, codemeta.json, pyproject.toml or poetry names one, without e-mail address."""
    if isinstance(person, str):  # poetry: "Ada Example <ada@example.org>"
        name = person.partition("<")[0].strip()
        return {"name": name} if name else None
    if not isinstance(person, dict):
        return None
    parts = [
        person.get(key) for key in ("given-names", "name-particle", "family-names", "givenName", "familyName")
    ]
    name = person.get("name") or " ".join(str(part) for part in parts if part)
    if not str(name).strip():
        return None
    author = {"name": " ".join(str(name).split())}
    if orcid := _ORCID.search(str(person.get("orcid") or person.get("@id") or "")):
        author["orcid"] = orcid[0]
    affiliation = person.get("affiliation")
    if isinstance(affiliation, dict):
        affiliation = affiliation.get("name")
    if isinstance(affiliation, str) and affiliation.strip():
        author["affiliation"] = " ".join(affiliation.split())
    return author


def _text(value: Any, where: str) -> Said | None:
    flat = " ".join(value.split())[:_LONGEST_TITLE] if isinstance(value, str) else ""
    return Said(flat, where) if flat else None


def _sentence(value: Any, where: str) -> Said | None:
    flat = " ".join(value.split()) if isinstance(value, str) else ""
    match = _SENTENCE.search(flat)
    return Said(match[0] if match else flat[:300], where) if flat else None


def _doi(paper: dict[str, Any]) -> str | None:
    match = re.search(r"10\.[0-9]{4,9}/\S+", str(paper.get("doi", "")))
    return match[0] if match else None


def _arxiv(paper: dict[str, Any]) -> str | None:
    match = re.search(
        r"(?:arxiv[.:/ ]|abs/)(?P<id>[0-9]{4}\.[0-9]{4,5})", json.dumps(paper, default=str), re.IGNORECASE
    )
    return match["id"] if match else None


def _plain(markdown: str) -> str:
    """Text without the marks of links, emphasis and HTML."""
    return " ".join(_MARKS.sub(lambda match: match["text"] or "", markdown).split())


def _is_prose(paragraph: str) -> bool:
    start = paragraph.lstrip()
    return bool(start) and not start.startswith(
        ("#", "!", "[!", "<", "|", "```", "-", "*", ">", "..", "[![", "    ")
    )
