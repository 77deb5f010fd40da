"""Filled checklists of our own making: the questions hold the words by which a pack recognises them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reprocrate.validation import Files, FolderFiles
from reprocrate.validation.checklists.answers import FilledChecklist
from reprocrate.validation.checklists.carriers.likely import likely_files
from reprocrate.validation.checklists.carriers.search import find_checklists
from reprocrate.validation.checklists.carriers.sources import Sources
from reprocrate.validation.checklists.packs import Item, Pack, pack_of

NEURIPS = pack_of("neurips-2026")
AAAI = pack_of("aaai-27")
ARR = pack_of("arr")

MACROS = {"yes": r"\answerYes{}", "no": r"\answerNo{}", "na": r"\answerNA{}", None: r"\answerTODO{}"}
PRINTED = {"yes": "[Yes]", "no": "[No]", "na": "[N/A]", None: "[TODO]"}

Find = Callable[[Mapping[str, str | bytes]], tuple[FilledChecklist, ...]]


def question(item: Item) -> str:
    """A question with the item's words in it."""
    return f"In this work, is it so that {' and '.join(item.keys or (item.title,))} are as they should be?"


def alternating(pack: Pack) -> dict[str, str | None]:
    """An answer for each item, every kind of answer among them."""
    return {
        item.id: (*item.answers, None)[index % (len(item.answers) + 1)]
        for index, item in enumerate(pack.items)
    }


def neurips(answers: Mapping[str, str | None], pack: Pack = NEURIPS, *, guidelines: bool = True) -> str:
    """A checklist in LaTeX, by the macros of the style file."""
    lines = [r"\section*{NeurIPS Paper Checklist}", r"\begin{enumerate}"]
    for name, answer in answers.items():
        item = pack.find(name)
        assert item
        lines += [
            "",
            rf"\item {{\bf {item.title}}}",
            rf"    \item[] Question: {question(item)}",
            rf"    \item[] Answer: {MACROS[answer]} % Replace by \answerYes{{}}, or \answerNo{{}}.",
            rf"    \item[] Justification: See Section~\ref{{sec:{name}}} for 95\% of it.",
        ]
        if guidelines:
            lines += [
                r"    \item[] Guidelines:",
                r"    \begin{itemize}",
                r"        \item The answer \answerNA{} means something, and \answerNo{} something else.",
                r"    \end{itemize}",
            ]
    return "\n".join([*lines, r"\end{enumerate}", ""])


def aaai(answers: Mapping[str, str | None], pack: Pack = AAAI) -> str:
    """A checklist in LaTeX, by AAAI's macro; an answer that is None is left as the template has it."""
    lines = [
        r"\newcommand{\question}[2]{\normalcolor\checkitem #1 #2 \color{blue}}",
        r"\string\question \{Proofs are there\} \{(yes/partial/no)\} \\",
        "Type your response here",
        r"\checksubsection{Everything}",
        r"\begin{itemize}",
    ]
    for name, answer in answers.items():
        item = pack.find(name)
        assert item
        options = "/".join(
            pack.words[word] for word in ("yes", "partial", "no", "na") if word in item.answers
        )
        lines += ["", rf"\question{{{question(item)}}}{{({options})}}"]
        lines += [pack.words[answer] if answer else "Type your response here"]
    return "\n".join([*lines, r"\end{itemize}", ""])


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """What is found in a folder with these files."""

    def found(files: Mapping[str, str | bytes]) -> tuple[FilledChecklist, ...]:
        for name, content in files.items():
            path = tmp_path / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return checklists_in(FolderFiles(tmp_path / "submission"))

    return found


def checklists_in(files: Files) -> tuple[FilledChecklist, ...]:
    """The filled checklists among files."""
    sources = Sources(files)
    return find_checklists(sources, likely_files(sources))


def told(filled: FilledChecklist) -> dict[str, str | None]:
    """The answers by item."""
    return {each.item: each.answer for each in filled.answers}
