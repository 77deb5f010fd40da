"""RC11: names, titles and identifiers that are those of somebody and something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.manifest import Manifest, Paper
from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_PLACEHOLDER = re.compile(
    r"\W*(?:to ?do|tbd|tba|fix ?me|x{3,}|untitled|no title|lorem ipsum.*|n/?a|placeholder|title|name"
    r"|(?:your|insert|paper|my) (?:title|name|text)(?: here)?|(?:first|second|your) author"
    r"|author (?:one|two|[0-9])|\?+|-+|\.+)\W*",
    re.IGNORECASE,
)
_OPEN_DOI = re.compile(r"x{3,}|[<>{}]|todo|tbd|[.,;]$", re.IGNORECASE)


@rule("RC1113", SHOULD, spec="experiment", since="1.0", says="{what} is {text}, which tells nothing")
def what_is_asked_for_is_told(subject: Subject) -> Iterator[Found]:
    """A title, a name or a DOI SHOULD NOT be blank or a placeholder.

    Judged: `title` of the experiment and of the paper, `contact`, and the names of authors: it is blank
        (names of authors aside, which RC1101 judges), or nothing but a word such as TODO, TBD, FIXME, xxx,
        untitled, "your title", "First Author", "Author 1", title, name, N/A or question marks, whatever the
        case and the punctuation around. `doi` of the paper and of the source of data: it holds three x one
        after the other, todo, tbd, brackets or braces, or ends in a full stop, comma or semicolon; at the
        text.
    Why: it was to be replaced before it is read, and an archive takes it as it is.
    Fix: write what it is to say, or leave it out.
    """
    manifest = subject.well_formed
    for place, text in _texts(manifest):
        if (is_blank(text) and "/authors/" not in place) or _PLACEHOLDER.fullmatch(text):
            what = place.removeprefix("/experiment/").replace("/", " ")
            yield Found(place, what=what, text=f'"{text}"')
    for place, doi in _dois(manifest):
        if _OPEN_DOI.search(doi):
            yield Found(place, what="the DOI", text=f'"{doi}"')


def _texts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    experiment = manifest.experiment
    paper = experiment.paper
    titles = {"title": experiment.title, "contact": experiment.contact}
    for name, text in titles.items():
        if text is not None:
            yield f"/experiment/{name}", text
    if paper and paper.title is not None:
        yield "/experiment/paper/title", paper.title
    for pointer, author in numbered("/experiment/authors", experiment.authors):
        yield f"{pointer}/name", author.name


def _dois(manifest: Manifest) -> Iterator[tuple[str, str]]:
    paper = manifest.experiment.paper
    if paper and paper.doi:
        yield "/experiment/paper/doi", paper.doi
    for pointer, data in numbered("/data", manifest.data):
        if data.source and data.source.doi:
            yield f"{pointer}/source/doi", data.source.doi


_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+?)(?:v[0-9]+)?", re.IGNORECASE)
_ARXIV_URL = re.compile(
    r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/([^\s?#]+?)(?:v[0-9]+)?(?:\.pdf)?/?(?:[?#]\S*)?",
    re.IGNORECASE,
)
_NEW_FORM = re.compile(r"[0-9]{2}([0-9]{2})\.[0-9]{4,5}(?:v[0-9]+)?")
_OLD_FORM = re.compile(r"[a-z.-]+(?:\.[A-Z]{2})?/[0-9]{2}([0-9]{2})[0-9]{3}(?:v[0-9]+)?")


@rule("RC1114", MUST, spec="experiment", since="1.0", says="the paper is arXiv {arxiv}, but {what}")
def arxiv_identifier_is_one(subject: Subject) -> Iterator[Found]:
    """The arXiv identifier of a paper MUST have a month, and its DOI and address MUST NOT be of another one.

    Judged: a paper with `arxiv`: its third and fourth digit are no month, at the `arxiv`; or else its `doi`
        is that of another paper of arXiv (`10.48550/arXiv.` and an identifier), at the `doi`; its `url` is
        below `arxiv.org/abs/`, `/pdf/` or `/html/` of another identifier, at the `url`; upper case or not,
        without the version behind `v`. An old identifier may lack its subject class.
    Why: whoever follows one of them reads another paper.
    Fix: correct the one that is wrong.
    """
    paper = subject.well_formed.experiment.paper
    if paper is None or paper.arxiv is None:
        return
    form = _NEW_FORM.fullmatch(paper.arxiv) or _OLD_FORM.fullmatch(paper.arxiv)
    if form and not 1 <= int(form[1]) <= 12:
        yield Found("/experiment/paper/arxiv", arxiv=paper.arxiv, what=f"there is no month {form[1]}")
        return
    yield from _others(paper, _bare(paper.arxiv))


def _others(paper: Paper, arxiv: str) -> Iterator[Found]:
    doi = _ARXIV_DOI.fullmatch(paper.doi or "")
    if doi and _bare(doi[1]) != arxiv:
        yield Found("/experiment/paper/doi", arxiv=paper.arxiv, what=f"its DOI is that of {doi[1]}")
    url = _ARXIV_URL.fullmatch(paper.url or "")
    if url and _bare(url[1]) != arxiv:
        yield Found("/experiment/paper/url", arxiv=paper.arxiv, what=f"its address is that of {url[1]}")


def _bare(arxiv: str) -> str:
    """An identifier without version and subject class."""
    name = re.sub(r"v[0-9]+$", "", arxiv.lower())
    archive, slash, number = name.rpartition("/")
    return f"{archive.split('.')[0]}{slash}{number}"


@rule("RC1115", SHOULD, spec="experiment", since="1.0", says="{name} is named as an author twice")
def author_is_named_once(subject: Subject) -> Iterator[Found]:
    """An author SHOULD be named once.

    Judged: each author with a name, other than "Anonymous", that an earlier one has, whatever the case and
        the white space, with the same `affiliation` or one of the two without, where not both have an
        `orcid`; at the later one.
    Why: archives and indexes list two people. Two of one name are told apart by their ORCID.
    Fix: take one away, or give both their ORCID.
    """
    seen: dict[str, list[tuple[str | None, str | None]]] = {}
    for pointer, author in numbered("/experiment/authors", subject.well_formed.experiment.authors):
        name = " ".join(author.name.lower().split())
        if name in ("", "anonymous"):
            continue
        for orcid, affiliation in seen.get(name, []):
            is_there_too = affiliation == author.affiliation or None in (affiliation, author.affiliation)
            if is_there_too and not (orcid and author.orcid):
                yield Found(pointer, name=author.name)
                break
        seen.setdefault(name, []).append((author.orcid, author.affiliation))


@rule(
    "RC1116",
    SHOULD,
    spec="experiment",
    since="1.0",
    says="the DOI {doi} is said to be that of the paper and of {what}",
)
def doi_is_of_one_thing(subject: Subject) -> Iterator[Found]:
    """The DOI of the paper SHOULD NOT be that of data or of the original of a reproduction.

    Judged: the `doi` of a paper that, whatever the case, the `source` of data or `reproduces` has, too; once,
        at the `doi` of the paper.
    Why: a DOI leads to one thing, so a reader of one of the two gets the other.
    Fix: give each its own DOI, or leave out the one that is not known.
    """
    manifest = subject.well_formed
    doi = manifest.experiment.paper.doi if manifest.experiment.paper else None
    if doi is None:
        return
    others = {
        data.source.doi.lower(): f"data {data.id}"
        for data in manifest.data
        if data.source and data.source.doi
    }
    if manifest.reproduces and manifest.reproduces.doi:
        others[manifest.reproduces.doi.lower()] = "the original"
    if doi.lower() in others:
        yield Found("/experiment/paper/doi", doi=doi, what=others[doi.lower()])
