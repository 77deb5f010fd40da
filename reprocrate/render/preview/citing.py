"""How to cite the experiment, on the page."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.manifest import Manifest, Paper
from reprocrate.render.citation import Citation
from reprocrate.render.preview.markup import Markup, code, element, joined, lines, link


def citing(manifest: Manifest, citations: Sequence[Citation]) -> Markup:
    """The references to copy, in words and as BibTeX, and the paper that goes with them."""
    record, *others = citations
    return joined(
        _reference(record),
        _paper(manifest.experiment.paper),
        (joined(element("p", "The authors ask to cite this as well:"), _reference(one)) for one in others),
    )


def _reference(one: Citation) -> Markup:
    where: Markup | None = None
    if one.address:
        where = link(one.address, one.address)
    elif one.identifier:
        where = joined("Identifier: ", code(one.identifier))
    return joined(
        element("p", one.line, " ", where, class_="citation"),
        element("p", "It has no DOI yet. Once an archive has given it one, cite that.", class_="note")
        if one.identifier and not one.doi
        else None,
        element(
            "details",
            element("summary", "BibTeX"),
            element("pre", element("code", lines(one.bibtex))),
        ),
    )


def _paper(paper: Paper | None) -> Markup | None:
    if paper is None:
        return None
    title = paper.title or paper.doi or paper.arxiv or paper.url
    return (
        element("p", "Please cite the paper too: ", link(paper_address(paper), title), ".") if title else None
    )


def paper_address(paper: Paper) -> str:
    """Where a paper is found; an empty string where that is not known."""
    if paper.doi:
        return f"https://doi.org/{paper.doi}"
    return f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else paper.url or ""
