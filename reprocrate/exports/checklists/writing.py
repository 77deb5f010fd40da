"""Drafts as files: in LaTeX with the venue's macros, and in Markdown. Filled, they can be read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reprocrate.exports.checklists.answering import Drafted, drafted
from reprocrate.exports.request import Export, Request
from reprocrate.validation.checklists.packs import Pack, pack_of

_MACROS = {"yes": r"\answerYes{}", "no": r"\answerNo{}", "na": r"\answerNA{}", None: r"\answerTODO{}"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "<": r"$<$",
    ">": r"$>$",
}
_OPEN_AAAI = "Type your response here"
_WIDTH = 100
_NOTICE = "Filled in is what the record of the experiment shows. Read each answer: the paper has to say it."


def draft(kind: str, request: Request) -> Export:
    """The draft of a venue's checklist.

    Args:
        kind: the pack.
        request: what is known.
    """
    pack = pack_of(kind)
    items = drafted(pack, request.manifest)
    lines = list(_WRITERS[file_of(kind)[1]](pack, items))
    open_items = [each.item for each in items if each.answer is None]
    answered = len(items) - len(open_items)
    missing = tuple(f"{item.id} {item.title}" for item in open_items)
    notes = (
        f"{answered} of {len(items)} are filled in from the record. Read each: the paper has to say the same",
    )
    return Export({file_of(kind)[0]: ("\n".join(lines) + "\n").encode()}, missing, notes)


def file_of(kind: str) -> tuple[str, str]:
    """Name of the file of a draft, and the form that it is written in."""
    if kind.startswith("neurips-"):
        return f"checklist-{kind}.tex", "neurips"
    if kind.startswith("aaai-"):
        return f"checklist-{kind}.tex", "aaai"
    if kind == "artifact-appendix":
        return "artifact-appendix.tex", "fields"
    return f"checklist-{kind}.md", "boxes" if kind == "ml-code-completeness" else "markdown"


def _neurips(pack: Pack, items: Sequence[Drafted]) -> Iterator[str]:
    """By the macros of neurips_2024.sty to neurips_2026.sty."""
    yield from _head(
        pack, "Copy answers and justifications into your paper's checklist, which has the questions."
    )
    yield r"\section*{NeurIPS Paper Checklist}"
    yield ""
    yield r"\begin{enumerate}"
    for each in items:
        yield ""
        yield rf"\item {{\bf {_tex(each.item.title)}}}"
        yield rf"    \item[] Answer: {_MACROS[each.answer]}"
        justification = _tex(" ".join(each.known)) if each.answer else r"\justificationTODO{}"
        yield rf"    \item[] Justification: {justification}"
        yield from _remarks(each, "    ")
    yield ""
    yield r"\end{enumerate}"


def _aaai(pack: Pack, items: Sequence[Drafted]) -> Iterator[str]:
    """By the macro of ReproducibilityChecklist.tex; the answer stands on the line below the question."""
    yield from _head(
        pack, "Copy the answers into ReproducibilityChecklist.tex, which has the questions in this order."
    )
    yield r"\begin{itemize}"
    for each in items:
        options = "/".join(
            pack.words[word] for word in ("yes", "partial", "no", "na") if word in each.item.answers
        )
        yield ""
        yield rf"\question{{{each.item.id}. {_tex(each.item.title)}}}{{({options})}}"
        yield pack.words[each.answer] if each.answer else _OPEN_AAAI
        yield from _remarks(each, "", known=True)
    yield ""
    yield r"\end{itemize}"


def _fields(pack: Pack, items: Sequence[Drafted]) -> Iterator[str]:
    """Fields with their text, as the artifact appendix has them."""
    yield from _head(pack, "Copy each text into the appendix.")
    yield r"\begin{itemize}"
    for each in items:
        filled = _tex(" ".join(each.known)) if each.answer == "yes" else "TODO"
        yield rf"\item {{\bf {_tex(each.item.title)}: }} {filled}"
        yield from _remarks(each, "  ")
    yield r"\end{itemize}"


def _head(pack: Pack, what: str) -> Iterator[str]:
    yield f"% A draft for: {pack.name}"
    yield f"% {_NOTICE}"
    yield f"% {what}"
    yield "% [TODO] is not an answer. After it stands what only you know."


def _remarks(each: Drafted, indent: str, *, known: bool = False) -> Iterator[str]:
    """What is recorded and what is asked for, as comments."""
    if each.known and (known or each.answer is None):
        yield from _comment(f"Recorded: {' '.join(each.known)}", indent)
    if each.asked:
        yield from _comment(f"What only you know: {'; '.join(each.asked)}", indent)


def _comment(text: str, indent: str) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(indent) + len(line) + len(word) > _WIDTH:
            yield f"{indent}% {line}"
            line = "  "
        line = f"{line} {word}" if line.strip() else f"{line}{word}"
    yield f"{indent}% {line}"


def _markdown(pack: Pack, items: Sequence[Drafted]) -> Iterator[str]:
    yield f"# {pack.name}: a draft"
    yield ""
    yield _NOTICE
    for each in items:
        yield ""
        yield f"## {_number(each.item.id)}{_md(each.item.title)}"
        yield ""
        yield f"**Answer:** {_word(each)}"
        yield ""
        if each.answer:
            yield f"**Justification:** {_md(' '.join(each.known))}"
        else:
            yield from (f"> {line}" for line in _open(each))


def _number(name: str) -> str:
    """The number of an item before its title; names that are words are not shown."""
    return f"{name}. " if len(name) == 1 or any(sign.isdigit() for sign in name) else ""


def _boxes(pack: Pack, items: Sequence[Drafted]) -> Iterator[str]:
    yield f"# {pack.name}: a draft"
    yield ""
    for each in items:
        mark = "x" if each.answer == "yes" else " "
        beside = " ".join(each.known) if each.answer else " ".join(_open(each))
        yield f"- [{mark}] {_md(each.item.title)} — {_md(beside)}"


def _word(each: Drafted) -> str:
    return {"yes": "Yes", "no": "No", "partial": "Partial", "na": "N/A", None: "TODO"}[each.answer]


def _open(each: Drafted) -> Iterator[str]:
    if each.known:
        yield f"Recorded: {' '.join(each.known)}"
    if each.asked:
        yield f"What only you know: {'; '.join(each.asked)}"


def _tex(text: str) -> str:
    """A text in which LaTeX finds no commands; code in backticks is set as such."""
    plain = "".join(_LATEX.get(sign, sign) for sign in _flat(text))
    return re.sub(r"`([^`]*)`", r"\\texttt{\1}", plain)


def _md(text: str) -> str:
    return re.sub(r"([*_<>\[\]|])", r"\\\1", _flat(text))


def _flat(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


_WRITERS = {"neurips": _neurips, "aaai": _aaai, "fields": _fields, "markdown": _markdown, "boxes": _boxes}
