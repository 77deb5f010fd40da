"""How to cite: a reference as people write it, and a BibTeX entry that TeX can read."""

from __future__ import annotations

import copy
import re
from typing import Any

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render.citation import Citation, Declared, citations_of
from reprocrate.render.preview import preview_page
from tests.render import sample
from tests.render.test_preview import named, parsed, words_of

TITLE = "Even or odd: a small network and logistic regression on handwritten digits"


def about(**changed: Any) -> Manifest:
    document = copy.deepcopy(sample.digits_document())
    document["experiment"] |= changed
    return manifest_from(document)


def only(manifest: Manifest, declared: Declared | None = None) -> Citation:
    [citation] = citations_of(manifest, declared)
    return citation


def test_reference_names_authors_year_title_and_identifier() -> None:
    citation = only(about(version="1.1", publisher={"name": "Example Archive"}))
    assert citation.line == (
        f"Ada Example, & Ben Example (2026). {TITLE} (Version 1.1) "
        "[Record of a computational experiment]. Example Archive."
    )
    assert citation.address == ""
    assert citation.bibtex == [
        "@misc{example2026even,",
        "  author = {Ada Example and Ben Example},",
        f"  title = {{{{{TITLE}}}}},",
        "  year = {2026},",
        "  version = {1.1},",
        "  publisher = {Example Archive},",
        "  howpublished = {Record of a computational experiment},",
        "  note = {urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10},",
        "}",
    ]


def test_citation_file_of_the_same_title_adds_the_doi() -> None:
    declared = Declared(title=TITLE.upper(), doi="10.5281/zenodo.7", released="2027-01-02")
    citation = only(about(), declared)
    assert citation.address == "https://doi.org/10.5281/zenodo.7"
    assert "(2027)" in citation.line
    assert "  doi = {10.5281/zenodo.7}," in citation.bibtex
    assert not any(line.startswith("  note") for line in citation.bibtex)


def test_citation_file_of_another_title_is_cited_beside() -> None:
    declared = Declared(
        title="digitlib", authors=("C. Maker",), doi="10.5281/zenodo.8", released="2025-05-05"
    )
    first, second = citations_of(about(), declared)
    assert first.doi == ""
    assert second.line == "C. Maker (2025). digitlib [Computer software]."
    text = words_of(parsed(preview_page(about(), declared=declared)))
    assert "The authors ask to cite this as well" in text
    assert "https://doi.org/10.5281/zenodo.8" in text


def test_of_many_authors_the_last_stands_after_an_ellipsis() -> None:
    names = [{"name": f"A{number}"} for number in range(40)]
    line = only(about(authors=names)).line
    assert line.startswith("A0, A1, ")
    assert "A18, … A39 (2026)" in line


def test_without_authors_and_date_the_title_comes_first() -> None:
    line = only(sample.bare()).line
    assert line == "project [Record of a computational experiment]. (n.d.)."


def test_bibtex_has_no_character_that_tex_would_act_on() -> None:
    citation = only(about(title=r"100 % & {$x_1$} #\input~^", authors=[{"name": "Brothers and Sons, Inc."}]))
    text = "\n".join(citation.bibtex)
    assert r"100 \% \& \{\$x\_1\$\} \#\textbackslash{}input\textasciitilde{}\textasciicircum{}" in text
    assert "author = {{Brothers and Sons, Inc.}}" in text
    unescaped = re.sub(r"\\[{}]", "", text)
    assert unescaped.count("{") == unescaped.count("}")


def test_page_has_the_reference_and_the_paper_and_bibtex_folded() -> None:
    tree = parsed(preview_page(about()))
    section = next(one for one in named(tree, "section") if one.attrib["id"] == "cite")
    assert "Please cite the paper too: Small networks, honest baselines." in words_of(section)
    assert "It has no DOI yet." in words_of(section)
    [folded] = named(section, "details")
    assert "open" not in folded.attrib
    assert "@misc{example2026even," in words_of(folded)


def test_hostile_names_stay_text() -> None:
    manifest = about(title="</code></pre><script>alert(1)</script>", authors=[{"name": "</p><b>"}])
    declared = Declared(title="x\u202ey", doi='10.1/"><script>', url="javascript:alert(1)")
    tree = parsed(preview_page(manifest, declared=declared))
    assert not named(tree, "script")
    assert not any("javascript:" in one.attrib["href"] for one in named(tree, "a"))
