"""The top of the page: what this is, who did it, and what there is of it."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.finding import Report, Severity
from reprocrate.manifest import Author, Experiment, Manifest, Paper
from reprocrate.render import words
from reprocrate.render.availability import availability_of
from reprocrate.render.citation import doi_address
from reprocrate.render.numbers import duration
from reprocrate.render.preview.citing import paper_address
from reprocrate.render.preview.links import FileLinks, separated
from reprocrate.render.preview.markup import Markup, definition, element, joined, link, shortened, text
from reprocrate.render.preview.reproduction import reproduced

_LONG_TITLE = 140
_LONGEST_TITLE = 300
_MOST_AUTHORS = 12
_COMPLETENESS = {"complete": "completely", "partial": "in part", "minimal": "not at all"}
_METHOD = {"hook": "from inside the programs", "strace": "by the system calls of every process"}


def header(manifest: Manifest, report: Report | None, files: FileLinks, doi: str = "") -> Markup:
    """Title, authors, a paragraph of what this is, how much there is of it, and the facts for a catalogue."""
    about = manifest.experiment
    authors = "Anonymous authors" if manifest.anonymous else _authors(about.authors)
    given = [element("p", one, class_="lead") for one in words.paragraphs(about.description or "")]
    return element(
        "header",
        element("p", _kind(manifest), class_="eyebrow"),
        element("h1", shortened(about.title, _LONGEST_TITLE), class_=_title_class(about.title)),
        element("div", authors, class_="authors"),
        _status(about),
        given or element("p", "The authors gave no description.", class_="lead soft"),
        reproduced(manifest, files),
        element("p", summary(manifest)),
        element("dl", *_standing(manifest, report), *_doi(doi), *_facts(manifest), class_="facts"),
    )


def contents(sections: list[tuple[str, str]]) -> Markup:
    """Links to the sections, given as id and title."""
    items = [element("li", element("a", title, href=f"#{identifier}")) for identifier, title in sections]
    return element("nav", element("ul", *items), aria_label="Contents", id="contents")


def parts(manifest: Manifest) -> Markup:
    """What is recorded of the experiment, part by part."""
    found = availability_of(manifest)
    items = [
        element(
            "li",
            element("b", part.name),
            element("span", ": " if part.present else " lacking: ", part.note),
            class_="there" if part.present else "lacking",
        )
        for part in found.parts
    ]
    return joined(
        element("p", "Recorded here: ", element("b", found.degree), "."),
        element("ul", *items, class_="parts"),
        _seen(manifest),
    )


def _seen(manifest: Manifest) -> Markup | None:
    """How completely the recorder saw which files the runs used."""
    captures = [run.capture for run in manifest.runs if run.capture]
    if not captures:
        return None
    counts = {word: sum(one.completeness == word for one in captures) for word in _COMPLETENESS}
    told = [f"{_COMPLETENESS[word]} for {count:,}" for word, count in counts.items() if count]
    untold = len(manifest.runs) - len(captures)
    said = words.listing([*told, *([f"nobody knows how completely for {untold:,}"] if untold else [])])
    methods = [_METHOD[word] for word in _METHOD if any(one.method == word for one in captures)]
    seen = f" (seen {words.listing(methods)})" if methods else ""
    return element(
        "p", f"Of {words.count_of(len(manifest.runs), 'run')}, the use of files was recorded {said}{seen}."
    )


def summary(manifest: Manifest) -> str:
    """What this is, in one paragraph, from the numbers alone."""
    if not manifest.runs:
        return "This is the record of a computational experiment. No run of it was recorded."
    seeds = {str(run.seed) for run in manifest.runs if run.seed is not None}
    configurations = words.count_of(len(manifest.configurations), "configuration")
    with_seeds = f", run with {words.count_of(len(seeds), 'seed')}" if seeds else ""
    text = (
        f"This is the record of a computational experiment: {configurations}{with_seeds}, "
        f"{words.count_of(len(manifest.runs), 'run')} in all."
    )
    bad = [run for run in manifest.runs if run.status != "ok"]
    if bad:
        verb = "is" if len(bad) == 1 else "are"
        text += f" {words.count_of(len(bad), 'run')} did not complete and {verb} listed with the others."
    total = manifest.compute.total_s if manifest.compute else None
    if total is None:
        total = sum(run.duration_s or 0.0 for run in manifest.runs)
    subject = "It" if len(manifest.runs) == 1 else "Together they"
    text += f" {subject} took {duration(total)}." if total else ""
    metrics = dict.fromkeys(result.metric for result in manifest.results)
    names = [words.metric_label(manifest.find_metric(name), name) for name in metrics]
    return text + (f" Measured: {words.shortened(names, 6)}." if names else " No metric was recorded.")


def _title_class(title: str) -> str | None:
    """Titles that are too long for large letters get smaller ones."""
    return "long" if len(title) > _LONG_TITLE else None


def _standing(manifest: Manifest, report: Report | None) -> Iterator[Markup]:
    """What a reader asks first: how much of it is here, and whether the record is sound."""
    degree = availability_of(manifest).degree
    yield definition("Recorded here", element("a", degree, href="#completeness"))
    if report is not None:
        errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
        counts = [words.count_of(errors, "error"), words.count_of(warnings, "warning")]
        yield definition("Validation", element("a", words.listing(counts), href="#checks"))


def _kind(manifest: Manifest) -> str:
    return "Reproduction of an experiment" if manifest.reproduces else "Experiment record"


def _authors(authors: tuple[Author, ...]) -> list[Markup | str]:
    if not authors:
        return ["No authors were named."]
    named = [_author(author) for author in authors]
    few = named[:_MOST_AUTHORS]
    pieces: list[Markup | str] = [piece for one in few for piece in (one, ", ")][:-1]
    if len(named) > len(few):
        rest = [piece for one in named[len(few) :] for piece in (one, ", ")][:-1]
        more = element("summary", f"and {words.count_of(len(named) - len(few), 'more author')}")
        pieces.append(element("details", more, element("p", *rest)))
    return pieces


def _author(author: Author) -> Markup:
    name = element("bdi", shortened(author.name))
    if not author.orcid:
        return joined(name, _affiliation(author))
    label = joined(name, element("span", " ORCID", class_="orcid"))
    return joined(link(f"https://orcid.org/{author.orcid}", label), _affiliation(author))


def _affiliation(author: Author) -> Markup | None:
    if not author.affiliation:
        return None
    name = _organisation(author.affiliation, author.affiliation_ror)
    return element("span", " (", name, ")", class_="of")


def _organisation(name: str, ror: str | None) -> Markup:
    """An organisation, with the address of its entry in the Research Organization Registry."""
    return link(f"https://ror.org/{ror}", shortened(name)) if ror else text(shortened(name))


def _status(about: Experiment) -> Markup | None:
    if about.status == "withdrawn":
        return element("p", element("span", "Withdrawn: the authors no longer claim this.", class_="tag bad"))
    if about.status == "corrected":
        return element(
            "p", element("span", "Corrected: replaces an earlier version with an error.", class_="tag warn")
        )
    return None


def _doi(doi: str) -> Iterator[Markup]:
    if doi:
        yield definition("DOI", link(doi_address(doi), words.plain(doi)))


def _facts(manifest: Manifest) -> Iterator[Markup]:
    about = manifest.experiment
    if about.license:
        yield definition("Licence", _license(about.license))
    elif manifest.reproduces:
        yield definition("Licence", "none given for what the rerun adds; code and data keep the original's")
    else:
        yield definition("Licence", "none given: without the authors' leave nobody may reuse this")
    if about.created:
        yield definition("First run", words.date(about.created))
    if about.version:
        yield definition("Version", about.version)
    if about.paper:
        yield definition("Paper", _paper(about.paper))
    if about.contact:
        yield definition("Contact", about.contact)
    if about.keywords:
        yield definition("Keywords", ", ".join(about.keywords))
    if about.funding:
        grants = [
            joined(_organisation(one.funder, one.funder_ror), f" {one.number}" if one.number else "")
            for one in about.funding[:_MOST_AUTHORS]
        ]
        more = len(about.funding) - len(grants)
        rest = f" and {words.count_of(more, 'more grant')}" if more > 0 else ""
        yield definition("Funding", separated(grants), rest)
    if about.publisher:
        yield definition("Publisher", _organisation(about.publisher.name, about.publisher.ror))


def _license(expression: str) -> Markup:
    if " " in expression or expression.startswith(("LicenseRef", "DocumentRef", "(")):
        return Markup(element("span", expression))
    return link(f"https://spdx.org/licenses/{expression}.html", expression)


def _paper(paper: Paper) -> list[Markup | str]:
    title = paper.title or paper.doi or paper.arxiv or paper.url or "untitled"
    return [
        link(paper_address(paper), shortened(title)),
        f", {words.plain(paper.venue)}" if paper.venue else "",
    ]
