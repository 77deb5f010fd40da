"""The top of the page: what this is, who did it, and what there is of it."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Author, Experiment, Manifest, Paper
from reprocrate.render import words
from reprocrate.render.availability import availability_of
from reprocrate.render.numbers import duration
from reprocrate.render.preview.markup import Markup, definition, element, joined, link


def header(manifest: Manifest) -> Markup:
    """Title, authors, a paragraph of what this is, and the facts for a catalogue."""
    about = manifest.experiment
    authors = "Anonymous authors" if manifest.anonymous else _authors(about.authors)
    given = [element("p", one, class_="lead") for one in words.paragraphs(about.description or "")]
    return element(
        "header",
        element("p", _kind(manifest), class_="eyebrow"),
        element("h1", about.title),
        element("p", authors, class_="authors"),
        _status(about),
        given or element("p", "The authors gave no description.", class_="lead soft"),
        element("p", summary(manifest)),
        element("dl", *_facts(about), class_="facts"),
    )


def contents(sections: list[tuple[str, str]]) -> Markup:
    """Links to the sections, given as id and title."""
    items = [element("li", element("a", title, href=f"#{identifier}")) for identifier, title in sections]
    return element("nav", element("ul", *items), aria_label="Contents")


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


def _kind(manifest: Manifest) -> str:
    return "Reproduction of an experiment" if manifest.reproduces else "Experiment record"


def _authors(authors: tuple[Author, ...]) -> list[Markup | str]:
    if not authors:
        return ["No authors were named."]
    pieces: list[Markup | str] = []
    for author in authors:
        name = (
            link(f"https://orcid.org/{author.orcid}", author.name)
            if author.orcid
            else Markup(element("bdi", author.name))
        )
        pieces += [", " if pieces else "", joined(name, _affiliation(author))]
    return pieces


def _affiliation(author: Author) -> Markup | None:
    if not author.affiliation:
        return None
    name = words.plain(author.affiliation)
    if author.affiliation_ror:
        return joined(" (", link(f"https://ror.org/{author.affiliation_ror}", name), ")")
    return Markup(element("span", f" ({name})"))


def _status(about: Experiment) -> Markup | None:
    if about.status == "withdrawn":
        return element("p", element("span", "Withdrawn: the authors no longer claim this.", class_="tag bad"))
    if about.status == "corrected":
        return element(
            "p", element("span", "Corrected: replaces an earlier version with an error.", class_="tag warn")
        )
    return None


def _facts(about: Experiment) -> Iterator[Markup]:
    if about.license:
        yield definition("Licence", _license(about.license))
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
            f"{grant.funder} {grant.number}" if grant.number else grant.funder for grant in about.funding
        ]
        yield definition("Funding", "; ".join(grants))
    if about.publisher:
        yield definition("Publisher", words.plain(about.publisher.name))


def _license(expression: str) -> Markup:
    if " " in expression or expression.startswith(("LicenseRef", "DocumentRef", "(")):
        return Markup(element("span", expression))
    return link(f"https://spdx.org/licenses/{expression}.html", expression)


def _paper(paper: Paper) -> list[Markup | str]:
    title = paper.title or paper.doi or paper.arxiv or paper.url or "untitled"
    if paper.doi:
        shown = link(f"https://doi.org/{paper.doi}", title)
    elif paper.arxiv:
        shown = link(f"https://arxiv.org/abs/{paper.arxiv}", title)
    elif paper.url:
        shown = link(paper.url, title)
    else:
        shown = Markup(element("span", title))
    return [shown, f", {words.plain(paper.venue)}" if paper.venue else ""]
