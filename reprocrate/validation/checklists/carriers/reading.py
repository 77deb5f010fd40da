"""One source, whatever its form, as an extract: questions with what stands beside them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from reprocrate.errors import UnavailableError
from reprocrate.validation.checklists.carriers.asked import Asked, Extract
from reprocrate.validation.checklists.carriers.bracketed import bracketed, is_headed, mostly_foreign
from reprocrate.validation.checklists.carriers.fielded import fielded
from reprocrate.validation.checklists.carriers.labelled import labelled
from reprocrate.validation.checklists.carriers.latex.document import Document, read_document
from reprocrate.validation.checklists.carriers.likely import TABLES
from reprocrate.validation.checklists.carriers.markdown import markdown_text
from reprocrate.validation.checklists.carriers.openreview import read_note
from reprocrate.validation.checklists.carriers.optioned import optioned
from reprocrate.validation.checklists.carriers.pdf.form import of_form
from reprocrate.validation.checklists.carriers.pdf.lines import text_of_pages
from reprocrate.validation.checklists.carriers.pdf.opening import open_pdf
from reprocrate.validation.checklists.carriers.recognition import best_match, venues_in
from reprocrate.validation.checklists.carriers.sources import Sources
from reprocrate.validation.checklists.carriers.tabled import SeveralError, comma_separated, markdown_tables
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.ticked import acl_symbols, boxes
from reprocrate.validation.checklists.carriers.typst import styles_in, typst_text

MOST_PDF_BYTES = 48 << 20
MOST_QUESTIONS = 1_000
"""A text with more is a data set of questions; the first ones are enough to tell."""
_MOST_BESIDE = 50
_NAMES = re.compile(r"(?<![a-z])(?:neurips|nips|aaai|icml|iclr)[-_ ]?(?:20)?\d\d(?!\d)", re.IGNORECASE)
_PHRASES = re.compile(
    r"Neural\s+Information\s+Processing\s+Systems\s+\((NeurIPS\s+20\d\d)\)|neurips\.cc/Conferences/(20\d\d)/LLM|"
    r"©\s*(20\d\d),\s*Association\s+for\s+the\s+Advancement\s+of\s+Artificial|"
    r"NeurIPS\s+(20\d\d)\s+(?:official\s+)?(?:paper\s+)?checklist"
)


def read_source(sources: Sources, path: str, *, is_named: bool = False) -> tuple[Extract, frozenset[str]]:
    """What a file holds, and the files that were read as parts of it.

    Args:
        sources: the files.
        path: the file.
        is_named: whether somebody gave this very file as a checklist.

    Raises:
        UnavailableError, UnreadableError: it cannot be read.
    """
    ending = posixpath.splitext(path)[1].lower()
    if ending == ".tex":
        document = read_document(sources, path)
        extract = _of_latex(document, path, _styles_beside(sources, path), is_named=is_named)
        return extract, frozenset(document.files)
    extract = _of_another(sources, path, ending, is_named=is_named)
    extract.is_named = is_named
    return extract, frozenset((path,))


def _of_another(sources: Sources, path: str, ending: str, *, is_named: bool) -> Extract:
    if ending == ".pdf":
        return _of_pdf(sources, path, is_named=is_named)
    if ending == ".typ":
        return _of_typst(sources, path, is_named=is_named)
    if ending == ".json":
        return read_note(sources.text(path), path)
    if ending in TABLES:
        return _of_table(Text.of_lines(sources.text(path), path), path)
    text = markdown_text(sources.text(path), path)
    ways = (labelled(text), optioned(text), boxes(text), acl_symbols(text), markdown_tables(text))
    return _of_text(text, path, ways, is_named=is_named)


def _of_latex(document: Document, path: str, beside: tuple[str, ...], *, is_named: bool) -> Extract:
    text = document.text
    named = venues_in(document.packages) or _venues(text.content) or _venues_of_name(path) or beside
    extract = _of_text(text, path, (labelled(text), optioned(text)), named, is_named=is_named)
    extract.not_read.extend(document.not_read)
    return extract


def _of_typst(sources: Sources, path: str, *, is_named: bool) -> Extract:
    source = sources.text(path)
    text = typst_text(source, path)
    named = venues_in(styles_in(source)) or _venues(text.content) or _venues_of_name(path)
    ways = (labelled(text), optioned(text), boxes(text))
    return _of_text(text, path, ways, named or _style_beside(sources, path), is_named=is_named)


def _style_beside(sources: Sources, path: str) -> tuple[str, ...]:
    """The venue of the one style that papers in Typst take which lie beside a part of one."""
    folder = posixpath.dirname(path)
    beside = [name for name in sorted(sources.names) if posixpath.dirname(name) == folder]
    styles: list[str] = []
    for name in [name for name in beside if name.endswith(".typ")][:_MOST_BESIDE]:
        try:
            styles += styles_in(sources.text(name))
        except UnavailableError:
            continue
    named = venues_in(styles)
    return named if len(named) == 1 else ()


def _of_pdf(sources: Sources, path: str, *, is_named: bool) -> Extract:
    pages = open_pdf(sources.data(path, MOST_PDF_BYTES), path)
    form = list(of_form(pages.fields, path))
    if form:
        return Extract(path, form, venues=("arr",))
    text = text_of_pages(pages.pages, path)
    return _of_text(text, path, (labelled(text), optioned(text), acl_symbols(text)), is_named=is_named)


def _of_table(text: Text, path: str) -> Extract:
    try:
        return Extract(path, list(comma_separated(text)))
    except SeveralError as error:
        told = f"{path} holds the answers of {error.args[0]} submissions; give those of one"
        return Extract(path, [], [told])


def _of_text(
    text: Text,
    path: str,
    ways: tuple[Iterator[Asked], ...],
    named: tuple[str, ...] = (),
    *,
    is_named: bool,
) -> Extract:
    """The way of reading that recognises most."""
    venues = named or _venues(text.content) or _venues_of_name(path)
    best, extract = 0, Extract(path, venues=venues, is_named=is_named)
    for way in ways:
        found = replace(extract, asked=list(islice(way, MOST_QUESTIONS)))
        match = best_match(found)
        count = len(match.items) if match else 0
        if count > best or (not best and len(found.asked) > len(extract.asked)):
            best, extract = count, found
    plain = replace(extract, asked=list(islice(bracketed(text), MOST_QUESTIONS)))
    match = best_match(plain)
    if (
        match
        and len(match.items) > best
        and (is_headed(text, match.pack.venue) or not mostly_foreign(plain.asked, len(match.items)))
    ):
        best, extract = len(match.items), plain
    fields = replace(extract, asked=list(islice(fielded(text), MOST_QUESTIONS)), kind="appendix")
    match = best_match(fields)
    return fields if match and len(match.items) > best else extract


def _venues(content: str) -> tuple[str, ...]:
    """The venues of a paper by what its pages say in fixed words."""
    named = []
    for match in _PHRASES.finditer(content):
        year = match[2] or match[3] or match[4]
        venue = "aaai" if match[3] else "neurips"
        named.append(f"{venue}-{year}" if year else match[1].replace(" ", "-"))
    return venues_in(re.sub(r"\s+", "-", name) for name in named)


def _styles_beside(sources: Sources, path: str) -> tuple[str, ...]:
    """The venue of the one style file that lies beside a part of a paper which names none itself."""
    folder = posixpath.dirname(path)
    styles = [
        posixpath.splitext(posixpath.basename(name))[0]
        for name in sources.names
        if posixpath.dirname(name) == folder and name.endswith((".sty", ".cls"))
    ]
    named = venues_in(styles)
    return named if len(named) == 1 else ()


def _venues_of_name(path: str) -> tuple[str, ...]:
    return venues_in(re.sub("[ _]", "-", name) for name in _NAMES.findall(posixpath.basename(path)))
