"""Which files of a submission may hold a filled checklist, by their names and by plain signs in them.

Most submissions hold none. What reads the forms is loaded only for those that may.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from itertools import islice

from reprocrate.errors import UnavailableError
from reprocrate.validation.checklists.carriers.sources import Sources
from reprocrate.validation.subject import MANIFEST_NAME

MARKDOWN = (".md", ".markdown", ".txt", ".rst")
TABLES = (".csv", ".tsv")
_MOST_FILES = {".tex": 400, ".typ": 100, ".md": 60, ".json": 20, ".csv": 20, ".pdf": 8}
"""How many files of each form are looked at: a submission has one paper, and maybe thousands of figures."""
_NOT_HERE = re.compile(
    r"(^|/)(\.[^/]+|node_modules|site-packages|__pycache__|venv|figs?|figures?|images?|imgs?|plots?|assets/fig[^/]*)/",
    re.IGNORECASE,
)
NAMED = re.compile(r"check[-_ ]?list|reproducib|responsible|neurips|aaai|\barr\b|openreview", re.IGNORECASE)
_FORM = re.compile(r"submission|\bnotes?\b|form|response", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"(^|/)(references?|related[-_ ]?work|literature|bib(liography)?|papers|reading|templates?|examples?)/",
    re.IGNORECASE,
)
_PAPER = re.compile(r"paper|main|submission|manuscript|camera|article|neurips|aaai|acl", re.IGNORECASE)
_DRAFT_HEADING = re.compile(rb"\A# [^\n]*: a draft\n")
_NOTE = re.compile(rb'"content"\s*:')
IN_LATEX = re.compile(
    rb"\\answer(?:Yes|No|NA)|\[(?:Yes|YES|No|NO|N/?A)\]|\\question\s*\{|Answer\s*:|yes\s*/\s*(?:partial\s*/\s*)?no"
)
IN_TYPST = re.compile(
    rb"answer(?:Yes|No|NA)\b|\banswer\s*:|Answer\s*:|\[(?:Yes|YES|No|NO|N/?A)\]|yes\s*/\s*(?:partial\s*/\s*)?no"
)
_IN_MARKDOWN = re.compile(
    rb"Answer|[(\[]\s*(?i:yes|no|partial|n/?a)\s*[/\]]|\[[ xX]\]|"
    rb"\xe2\x9c[\x85\x93\x94\x97\x98]|\xe2\x9d\x8c|\xe2\x98[\x90-\x92]|\xe2\x96\xa1|"  # the signs of boxes
    rb"[A-E][1-9]?(?:\.|\s)[^A-Za-z\n]*(?:Did|Do|If|Was|Have|For every|Questions)\b|"
    rb"\|[^\n]*(?i:answer|response|reply|status|yes)"
)
_FIELD = re.compile(rb"^[ \t]*(?:[-*+][ \t]+|(?=\*\*))[*_]*([A-Za-z][^:\n]{1,80}):", re.MULTILINE)
_FIELDS = re.compile(
    rb"(?i)artifact|artefact|algorithm|program|output|compil|transform|binary|run-?time|execution|metrics|"
    rb"disk|time to|publicly|archived|access|dependenc|installation|workflow|expected|customi[sz]|licen[cs]es"
)
_FEWEST_FIELDS = 2
"""An appendix on artifacts has more of them."""


def may_lie_in(folder: str) -> bool:
    """Whether a folder of that name may hold a paper: not one of figures, nor what programs keep there."""
    return _NOT_HERE.search(f"{folder}/") is None


def likely_files(sources: Sources) -> Mapping[str, list[str]]:
    """The files that may hold a checklist by their form, such as `.tex`, the likeliest first."""
    by_form: dict[str, list[str]] = {}
    for name in sorted(sources.names):
        form = _form(name)
        if form and not _NOT_HERE.search(name):
            by_form.setdefault(form, []).append(name)
    chosen = {form: sorted(names, key=_likeliest)[: _MOST_FILES[form]] for form, names in by_form.items()}
    for form, may_hold in (
        (".md", _may_hold_answers),
        (".typ", _may_answer_in_typst),
        (".json", _may_be_note),
    ):
        chosen[form] = [name for name in chosen.get(form, ()) if may_hold(sources, name)]
    if not any(_may_answer_in_latex(sources, name) for name in chosen.get(".tex", ())):
        chosen.pop(".tex", None)
    return {form: names for form, names in chosen.items() if names}


def _may_answer_in_latex(sources: Sources, name: str) -> bool:
    """Whether a LaTeX file has answers; one that cannot be read may be what holds them."""
    try:
        return bool(IN_LATEX.search(sources.data(name)))
    except UnavailableError:
        return True


def _may_answer_in_typst(sources: Sources, name: str) -> bool:
    try:
        return bool(IN_TYPST.search(sources.data(name)))
    except UnavailableError:
        return bool(NAMED.search(posixpath.basename(name)))


def _may_hold_answers(sources: Sources, name: str) -> bool:
    """Whether a text has signs of answers; one that is called a checklist is read whatever it has."""
    is_named = bool(NAMED.search(posixpath.basename(name)))
    try:
        data = sources.data(name)
    except UnavailableError:
        return is_named  # it is told that it cannot be read
    return not _DRAFT_HEADING.search(data) and (is_named or _has_signs(data))


def _has_signs(data: bytes) -> bool:
    fields = (match for match in _FIELD.finditer(data) if _FIELDS.search(match[1]))
    return bool(_IN_MARKDOWN.search(data)) or len(list(islice(fields, _FEWEST_FIELDS))) == _FEWEST_FIELDS


def _may_be_note(sources: Sources, name: str) -> bool:
    try:
        return bool(_NOTE.search(sources.data(name)))
    except UnavailableError:
        return False


def _form(name: str) -> str:
    """What kind of file it is by its ending; empty where it is none that holds this submission's checklist.

    Notes on other people's papers, and these papers themselves, hold other people's answers.
    """
    base = posixpath.basename(name)
    ending = posixpath.splitext(base)[1].lower()
    named = bool(NAMED.search(base))
    if ending in MARKDOWN:
        return ".md" if named or base.lower().startswith("readme") else ""
    if ending in TABLES:
        return ".csv" if named or _FORM.search(base) else ""
    if ending == ".json":
        return ".json" if base != MANIFEST_NAME and (named or _FORM.search(base)) else ""
    if ending == ".pdf":
        return (
            ".pdf"
            if not _OF_OTHERS.search(name) and (named or _PAPER.search(base) or "/" not in name)
            else ""
        )
    return ending if ending in (".tex", ".typ") else ""


def _likeliest(name: str) -> tuple[bool, bool, int, str]:
    base = posixpath.basename(name)
    return (
        not re.search(r"check[-_ ]?list|reproducib", base, re.IGNORECASE),
        not _PAPER.search(base),
        name.count("/"),
        name,
    )
