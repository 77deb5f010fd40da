"""Any answers in any of the ways that people write them are read as they were meant."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.files import FileDigest
from reprocrate.validation.checklists.carriers.asked import Extract
from reprocrate.validation.checklists.carriers.labelled import labelled
from reprocrate.validation.checklists.carriers.pdf.lines import text_of_pages
from reprocrate.validation.checklists.carriers.recognition import recognise
from tests.validation.carriers.conftest import AAAI, NEURIPS, PRINTED, aaai, checklists_in, question, told

WAYS = {
    "yes": [
        r"\answerYes{}",
        r"\answerYes",
        r"\answerYes[]",
        "[Yes]",
        r"\textbf{[Yes]}",
        r"{\bf Yes}",
        r"\textcolor{blue}{[Yes]}",
        "yes.",
    ],
    "no": [r"\answerNo{}", r"\answerNo", "[No]", r"\emph{No}", r"\textcolor{orange}{[No]}", "No"],
    "na": [r"\answerNA{}", r"\answerNA", "[NA]", "[N/A]", "N/A.", r"\textit{[NA]}"],
    None: [r"\answerTODO{}", "[TODO]", ""],
}
NOISE = ["", " % \\answerNo{}", "\n% Answer: \\answerYes{}\n", " \\vspace{1em} ", "\n\n", " \\label{a} "]
WORDS = st.text(st.sampled_from("abcdefgh ijk,.;()é%&_$~^{}\\"), max_size=60)


class InMemory:
    """Files that are nowhere."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def names(self) -> list[str]:
        return list(self._files)

    def exists(self, path: str) -> bool:
        return path in self._files

    def digest(self, path: str) -> FileDigest:
        raise NotImplementedError

    def read(self, path: str, limit: int) -> bytes:
        return self._files[path][:limit]


def answers_of(pack):
    return st.lists(st.sampled_from(pack.items), min_size=8, unique_by=lambda item: item.id).flatmap(
        lambda items: st.fixed_dictionaries(
            {item.id: st.sampled_from([*item.answers, None]) for item in items}
        )
    )


def escaped(text: str) -> str:
    return re.sub(r"([%&_$~^{}\\])", lambda match: rf"\{match[1]}" if match[1] not in "~^\\" else " ", text)


@settings(max_examples=20)
@given(answers_of(NEURIPS), st.data())
def test_neurips_in_latex(answers, data) -> None:
    lines = [r"\begin{enumerate}"]
    for name, answer in answers.items():
        item = NEURIPS.find(name)
        title = (
            data.draw(st.sampled_from([r"{\bf %s}", r"\textbf{%s}", r"\textbf{\textcolor{red}{%s}}", "%s"]))
            % item.title
        )
        lines.append(rf"\item {title}" + data.draw(st.sampled_from(NOISE)))
        label = data.draw(st.sampled_from(["%s:", r"\textbf{%s:}", r"{\bf %s}:", r"\textit{%s: }"]))
        if data.draw(st.booleans()):
            lines.append(rf"\item[] {label % 'Question'} {question(item)}")
        written = data.draw(st.sampled_from(WAYS[answer]))
        lines.append(rf"\item[] {label % 'Answer'} {written}" + data.draw(st.sampled_from(NOISE)))
        lines.append(rf"\item[] {label % 'Justification'} {escaped(data.draw(WORDS))}")
        if data.draw(st.booleans()):
            lines.append(r"\item[] Guidelines: \begin{itemize} \item \answerNo{} means less. \end{itemize}")
    source = "\n".join([*lines, r"\end{enumerate}"])
    (filled,) = checklists_in(InMemory({"checklist.tex": source.encode()}))
    assert told(filled) == answers


@settings(max_examples=20)
@given(answers_of(AAAI), st.data())
def test_aaai_in_latex(answers, data) -> None:
    source = aaai(answers)
    for word in ("yes", "no", "partial", "NA"):
        shown = data.draw(
            st.sampled_from([word, word.capitalize(), rf"\textbf{{{word}}}", f"  {word}.", f"{word} % sure"])
        )
        source = source.replace(f"\n{word}\n", f"\n{shown}\n")
    (filled,) = checklists_in(InMemory({"checklist.tex": source.encode()}))
    assert told(filled) == answers


@settings(max_examples=20)
@given(
    answers_of(NEURIPS),
    st.integers(30, 90),
    st.sampled_from(["before", "after", "none"]),
    st.integers(1, 900),
)
def test_neurips_on_pages(answers, width, numbered, first) -> None:
    """Lines broken anywhere, words divided, ligatures, page numbers, and numbers beside each line."""
    lines: list[str] = []
    for index, (name, answer) in enumerate(answers.items(), 1):
        item = NEURIPS.find(name)
        lines.append(f"{index}. {item.title}"[:100])
        for part in (
            f"Question: {question(item)}",
            f"Answer: {PRINTED[answer]}",
            "Justification: We say so in Section 4.",
        ):
            lines += _broken(part.replace("fi", "ﬁ"), width)
        lines += _broken("Guidelines: • The answer [N/A] means less.", width)
    pages = []
    for start in range(0, len(lines), 40):
        page = lines[start : start + 40]
        if numbered == "before":
            page = [f"{first + start + n} {line}" for n, line in enumerate(page)]
        elif numbered == "after":
            page = [f"{line}{first + start + n}" for n, line in enumerate(page)]
        pages.append("\r\n".join([*page, str(start // 40 + 1)]))
    extract = Extract("paper.pdf", list(labelled(text_of_pages(pages, "paper.pdf"))))
    filled = recognise(extract)
    assert filled is not None
    assert told(filled) == answers


def _broken(text: str, width: int) -> list[str]:
    """Lines of at most a width; a long word is divided with the mark that readers of PDF files use."""
    made, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) >= width:
            if len(word) > 9 and word.isalpha():
                made.append(f"{line} {word[:4]}\ufffe")
                line = word[4:]
                continue
            made.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*made, line]


@given(
    st.binary(max_size=400) | st.text(max_size=400).map(str.encode),
    st.sampled_from(["tex", "md", "json", "csv"]),
)
def test_nothing_makes_it_fail(data: bytes, ending: str) -> None:
    checklists_in(InMemory({f"checklist.{ending}": data}))


@given(
    st.lists(
        st.sampled_from(
            [
                r"\item",
                "[",
                "]",
                "{",
                "}",
                "%",
                "\n",
                r"\def",
                r"\a",
                "#1",
                r"\begin{comment}",
                r"\question",
                "Answer:",
                r"\answerYes",
                r"\iffalse",
                r"\fi",
                r"\newcommand",
                r"\input",
                "\\",
            ]
        ),
        max_size=60,
    )
)
def test_no_latex_makes_it_fail(parts: list[str]) -> None:
    checklists_in(InMemory({"checklist.tex": "".join(parts).encode()}))
