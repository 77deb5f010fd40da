"""Checklists in Typst, as the community's template has them and as authors write them without it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.errors import UnreadableError
from reprocrate.validation.checklists.carriers.search import read_checklist
from reprocrate.validation.checklists.carriers.typst import typst_text
from tests.validation.carriers.conftest import AAAI, NEURIPS, PRINTED, Find, alternating, question, told

NAMES = {"yes": "answerYes", "no": "answerNo", "na": "answerNA", None: "TODO"}
HEAD = """
#let TODO = text(fill: red, [*[TODO]*])
#let answerNA = text(fill: gray, "[NA]")
#let answerYes = text(fill: blue, "[YES]")

#set heading(numbering: none)
= NeurIPS Paper Checklist

Please answer #answerYes, #answerNo or #answerNA.
"""


def template(answers: Mapping[str, str | None], *, head: str = HEAD) -> str:
    """A checklist in which each question is given to a function."""
    lines = [head]
    for name, answer in answers.items():
        item = NEURIPS.find(name)
        assert item
        lines += [
            "+ #claim(",
            f"  name: [{item.title}],",
            f"  question: [\n    {question(item)}\n  ],",
            f"  answer: {NAMES[answer]},  // Replace by answerYes, answerNo, or answerNA.",
            f"  justification: [See @sec-{name} for 95% of _it_.]," if answer else "  justification: TODO,",
            "  guidelines: [",
            "    - The answer NA means something.\n    - Answer: No is not enough.",
            "  ])\n",
        ]
    return "\n".join(lines)


def test_the_template_is_read_with_lines_and_justifications(find: Find) -> None:
    answers = alternating(NEURIPS)
    text = template(answers)
    (filled,) = find({"paper/checklist.typ": text, "paper/main.typ": "#show: neurips2026.with(title: [A])\n"})
    assert filled.id == "neurips-2026"
    assert told(filled) == answers
    assert filled.not_read == ()
    first = next(each for each in filled.answers if each.answer == "yes")
    assert first.justification == f"See @sec-{first.item} for 95% of it."
    assert text.split("\n")[(first.place.line or 0) - 1].startswith("  answer: answerYes")
    left = [each for each in filled.answers if each.answer is None]
    assert left
    assert all(each.justification == "" for each in left)


def test_a_function_of_the_authors_stands_for_what_it_prints(find: Find) -> None:
    body = (
        "{\n  set text(9pt)\n  [*#what*\n\n  Question: #asked\n\n  Answer: #said\n\n  Justification: #why]\n}"
    )
    lines = [f"#let entry(what, asked, said, why: []) = {body}", "= NeurIPS Paper Checklist"]
    answers = alternating(NEURIPS)
    for name, answer in answers.items():
        item = NEURIPS.find(name)
        assert item
        lines.append(f"#entry([{item.title}], [{question(item)}], [{PRINTED[answer]}], why: [Table 2.])")
    (filled,) = find({"main.typ": "\n\n".join(lines)})
    assert told(filled) == answers
    assert {each.justification for each in filled.answers} == {"Table 2."}


def test_answers_in_plain_markup(find: Find) -> None:
    answers = alternating(NEURIPS)
    lines = ["= Checklist", "/* Answer: [Yes] */"]
    for name, answer in answers.items():
        item = NEURIPS.find(name)
        assert item
        said = f"#{NAMES[answer]}" if answer else "#text(red)[TODO]"
        lines.append(
            f"+ *{item.title}*\n  - Question: {question(item)}\n  - Answer: {said}\n  - Justification: Yes."
        )
    (filled,) = find({"appendix.typ": "\n".join(lines)})
    assert told(filled) == answers


def test_aaai_in_typst(find: Find) -> None:
    answers = alternating(AAAI)
    lines = ["= Reproducibility Checklist"]
    for name, answer in answers.items():
        item = AAAI.find(name)
        assert item
        options = "/".join(
            AAAI.words[word] for word in ("yes", "partial", "no", "na") if word in item.answers
        )
        lines.append(
            f"- {question(item)} ({options}) *{AAAI.words[answer] if answer else 'Type your response here'}*"
        )
    (filled,) = find({"main.typ": "\n".join(lines)})
    assert filled.id.startswith("aaai")
    assert told(filled) == answers


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("answerYes", "yes"),
        ("[#answerNo]", "no"),
        ("[Yes]", "yes"),
        ('"No"', "no"),
        ("[NA]", "na"),
        ("text(fill: blue)[Yes]", "yes"),
        ("answerYes,  // or answerNo\n  note: [x]", "yes"),
        ("[#answerYes #answerNo]", None),
        ("[Yes/No]", None),
        ("if accepted { answerYes } else { answerNo }", None),
        ("yes", None),
        ("answers.at(3)", None),
        ("answerYes + answerNo", None),
        ("[]", None),
        ("TODO", None),
        ("[*[TODO]*]", None),
        ("[Not yet]", None),
        ("[#if true [Yes]]", None),
    ],
)
def test_only_a_certain_answer_is_one(find: Find, written: str, answer: str | None) -> None:
    text = template(dict.fromkeys([item.id for item in NEURIPS.items], "yes"))
    item = NEURIPS.items[6]
    before, _, after = text.partition(item.title)
    (filled,) = find(
        {"c.typ": before + item.title + after.replace("answer: answerYes", f"answer: {written}", 1)}
    )
    assert told(filled)[item.id] == answer


def test_the_template_as_it_comes_is_left_open(find: Find) -> None:
    (filled,) = find({"checklist.typ": template(dict.fromkeys([item.id for item in NEURIPS.items]))})
    assert set(told(filled).values()) == {None}
    assert {each.written for each in filled.answers} == {""}


@pytest.mark.parametrize(
    "text",
    ["= A paper\n\nDo we win? [Yes]\n", "```\n" + template({"1": "yes"}) + "\n```", "#" * 5_000, "#f(" * 70],
)
def test_what_holds_none(find: Find, text: str) -> None:
    assert find({"main.typ": text}) == ()


def test_a_file_that_never_ends_is_told(find: Find, tmp_path) -> None:
    (filled,) = find({"checklist.typ": "#answerYes " + "#f[" * 100})
    assert "brackets are nested in more than 60 others" in filled.not_read[0]
    find({"again.typ": "#let a = [#a #a #answerYes]\n#a" + template(alternating(NEURIPS))})
    with pytest.raises(UnreadableError, match=r"nested|more text"):
        read_checklist(tmp_path / "submission" / "again.typ")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*'#*_$[](){}"`/\\\n=+-.,:;<>@~ 1', "let ", "a", "if ", "table", "answerYes", "//", "/*"]
        ),
        max_size=40,
    )
)
def test_no_typst_makes_it_fail(parts: list[str]) -> None:
    with contextlib.suppress(UnreadableError):
        typst_text("".join(parts), "t.typ")


@pytest.mark.parametrize(
    "text",
    ["#f(" * 100_000, "$" * 100_001, "`" * 100_001, "/*" * 100_000, '#"' * 100_000, "*a " * 100_000,
     "#let a(x) = [#x#x]\n" + "#a(" * 30 + "1" + ")" * 30, "<a" * 100_000, "#if " * 50_000, "[" * 100_000,
     "#f(" + "a:1," * 50_000, "#{" * 50_000, "\\" * 100_000],
)  # fmt: skip
def test_hostile_typst_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(UnreadableError):
        typst_text(text, "t.typ")
    assert time.process_time() - began < 60  # it takes a second; if quadratic, many minutes
