"""Checklists in Markdown, OpenReview notes and tables, and the ACL's symbols."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from reprocrate.errors import UnreadableError
from reprocrate.finding import Location
from reprocrate.validation.checklists.carriers.search import read_checklist
from reprocrate.validation.checklists.objecting import unanswered
from reprocrate.validation.checklists.packs import Pack, pack_of
from tests.validation.carriers.conftest import AAAI, ARR, NEURIPS, Find, alternating, neurips, question, told

BOXES = """# A model

## ML code completeness

- [x] Dependencies — `requirements.txt`
- [X] Training code
- [ ] Evaluation code
* ✅ **Results with commands**
- ❌ Trained models

```
- [x] Evaluation code
```
<!-- - [x] Evaluation code -->
"""


def test_boxes_say_yes_and_an_empty_one_says_nothing(find: Find) -> None:
    (filled,) = find({"README.md": BOXES})
    assert filled.id == "ml-code-completeness"
    assert told(filled) == {"1": "yes", "2": "yes", "3": None, "4": "yes", "5": "no"}
    assert filled.answers[0].justification == "`requirements.txt`"
    assert filled.answers[0].place.line == 5


def test_pineau_in_a_readme(find: Find) -> None:
    items = pack_of("pineau-2.0").items
    text = "".join(f"- [{'x' if n % 2 else ' '}] {question(each)}\n" for n, each in enumerate(items))
    (filled,) = find({"docs/reproducibility.md": text})
    assert filled.id == "pineau-2.0"
    assert told(filled) == {each.id: "yes" if n % 2 else None for n, each in enumerate(items)}


def test_questions_and_answers_in_markdown(find: Find) -> None:
    answers = {"A1": "yes", "A2": "no", "B": "yes", "B1": "na", "C1": "yes", "C3": "no"}
    parts = [
        f"### {name}. {question(item)}\n**Answer:** {ARR.words[answer]}\n**Paper reference:** §{index}\n"
        for index, (name, answer) in enumerate(answers.items())
        if (item := ARR.find(name))
    ]
    (filled,) = find({"responsible-nlp-checklist.md": "\n".join(parts)})
    assert (filled.id, told(filled)) == ("arr", answers)
    assert filled.answers[1].justification == "§1"


@pytest.mark.parametrize("labels", [("Question", "Answer"), ("Frage", "Antwort")])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_answers_without_titles_and_justifications(find: Find, labels: tuple[str, str], between: str) -> None:
    parts = [f"{labels[0]}: {question(each)}{between}{labels[1]}: Yes{between}" for each in NEURIPS.items[:6]]
    (filled,) = find({"checklist.md": "".join(parts)})
    assert list(told(filled).values()) == ["yes"] * 6


def test_an_answer_left_open_is_not_the_next_title(find: Find) -> None:
    parts = [f"{each.title}\nQuestion: {question(each)}\nAnswer:\n\n" for each in NEURIPS.items[:6]]
    (filled,) = find({"checklist.md": "".join(parts)})
    assert list(told(filled).values()) == [None] * 6
    assert filled.not_read == ()


def test_a_table_in_markdown(find: Find) -> None:
    answers = {"1": "yes", "2": "no", "3": "na", "7": "yes"}
    rows = [
        f"| {name} | {NEURIPS.find(name).title} | {NEURIPS.words[answer]} | Sec. {name} |"
        for name, answer in answers.items()
    ]
    text = "\n".join(["| No | Item | Answer | Where |", "|---|:--|---|---|", *rows])
    (filled,) = find({"checklist.md": f"# NeurIPS\n\n{text}\n"})
    assert told(filled) == answers
    assert filled.answers[0].justification == "Sec. 1"
    assert filled.answers[0].place.line == 5


def test_notes_on_other_papers_are_not_this_one(find: Find) -> None:
    text = "\n\n".join(f"{each.title}\nAnswer: [Yes]\nJustification: x" for each in NEURIPS.items)
    assert find({"notes/summary-of-a-paper.md": text, "related_work/paper.tex.md": text}) == ()


# ------------------------------------------------------------------------------------ OpenReview

FIELDS = {
    "title": "A paper",
    "A1_limitations_section": "This paper has a limitations section.",
    "A2_potential_risks": "N/A",
    "B_use_or_create_scientific_artifacts": "Yes",
    "B1_cite_creators_of_artifacts": "Yes",
    "B1_elaboration": "Section 4",
    "B2_discuss_the_license_for_artifacts": "No",
    "C_computational_experiments": "Yes",
    "C1_model_size_and_budget": "No",
    "C3_descriptive_statistics": "Yes",
}
ANSWERS = {"A1": "yes", "A2": "na", "B": "yes", "B1": "yes", "B2": "no", "C": "yes", "C1": "no", "C3": "yes"}


@pytest.mark.parametrize("version", [1, 2])
def test_a_note_of_openreview(find: Find, version: int) -> None:
    content: dict[str, Any] = (
        dict(FIELDS) if version == 1 else {name: {"value": value} for name, value in FIELDS.items()}
    )
    (filled,) = find({"openreview-note.json": json.dumps({"notes": [{"id": "x", "content": content}]})})
    assert (filled.id, told(filled), filled.not_read) == ("arr", ANSWERS, ())
    cited = filled.answers[3]
    assert (cited.justification, str(cited.place)) == (
        "Section 4",
        "openreview-note.json#/content/B1_cite_creators_of_artifacts",
    )


def test_the_first_form_of_acl_rolling_review_has_bare_numbers(find: Find) -> None:
    """What stands beside an answer may begin with "No" and is none."""
    numbers = ("A1", "A2", "A3", "B", "B1", "B2", "C", "C1", "C2")
    content = {number: {"value": ("yes", "no", "n/a")[index % 3]} for index, number in enumerate(numbers)}
    content |= {f"{number}_elaboration_for_yes_or_no": {"value": "No, see Section 4"} for number in numbers}
    (filled,) = find({"note.json": json.dumps({"content": content})})
    assert (filled.id, filled.not_read) == ("arr", ())
    assert list(told(filled).values()) == ["yes", "no", "na"] * 3
    assert filled.answers[0].justification == "No, see Section 4"
    letters = dict(zip("ABCDE", ("yes", "no", "yes", "no", "yes"), strict=True))
    assert find({"note.json": json.dumps({"content": letters})}) == ()


def test_fields_that_are_named_by_the_question(find: Find) -> None:
    answers = {"1": "yes", "5": "no", "7": "yes", "8": "na", "12": "yes"}
    content = {
        NEURIPS.find(name).title: {"value": f"{NEURIPS.words[answer]}: see Section 3"}
        for name, answer in answers.items()
    }
    (filled,) = find({"submission.json": json.dumps({"content": content})})
    assert told(filled) == answers
    assert filled.answers[0].justification == "see Section 3"


def test_several_notes_are_nobodys(find: Find, tmp_path) -> None:
    notes = [{"content": FIELDS}, {"content": FIELDS}]
    assert find({"openreview.json": json.dumps(notes)}) == ()
    with pytest.raises(UnreadableError, match="holds 2 notes; give the one of the submission"):
        read_checklist(tmp_path / "submission" / "openreview.json")


@pytest.mark.parametrize(
    "text", ["", "[", "[" * 100_000, "null", '{"content": 3}', '{"notes": {"content": {}}}']
)
def test_json_that_is_no_note(find: Find, text: str) -> None:
    assert find({"openreview.json": text}) == ()


# --------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_with_a_row_for_each_question(find: Find, delimiter: str) -> None:
    answers = {
        "1.1": "yes",
        "1.2": "no",
        "3.2": "partial",
        "3.5": "na",
        "4.2": "no",
        "4.7": "yes",
        "4.8": "no",
        "4.9": "yes",
    }
    rows = [delimiter.join(["Question", "Response", "Comment"])]
    for name, answer in answers.items():
        text = question(AAAI.find(name)).replace(";", "").replace("\t", "")
        rows.append(delimiter.join([f'"{text}"', AAAI.words[answer], f'"see\nSection {name}"']))
    (filled,) = find({"checklist-form.csv": "\n".join(rows)})
    assert (filled.id, told(filled)) == ("aaai-27", answers)
    assert filled.answers[1].justification == "see Section 1.2"
    assert filled.answers[1].place.line == 4


def test_a_form_with_a_column_for_each_question(find: Find, tmp_path) -> None:
    answers = alternating(NEURIPS)
    head = ",".join(['"Timestamp"', *(f'"{question(each)}"' for each in NEURIPS.items)])
    row = ",".join(['"2026-11-26"', *(NEURIPS.words.get(answer, "") for answer in answers.values())])
    (filled,) = find({"responses.csv": f"{head}\n{row}\n"})
    assert told(filled) == answers
    assert find({"responses.csv": f"{head}\n{row}\n{row}\n"}) == ()
    with pytest.raises(UnreadableError, match="holds the answers of 2 submissions"):
        read_checklist(tmp_path / "submission" / "responses.csv")


# --------------------------------------------------------------------------------- what is found


def test_one_of_each_venue_and_where_two_differ_none(find: Find) -> None:
    tex = neurips({"1": "yes", "2": "no", "3": "na", "4": "yes"})
    text = "\n\n".join(
        f"{NEURIPS.find(n).title}\n\nAnswer: [{a}]"
        for n, a in (("1", "Yes"), ("2", "Yes"), ("3", "NA"), ("4", "TODO"))
    )
    (filled,) = find({"checklist.tex": tex, "checklist.md": text})
    assert told(filled) == {"1": "yes", "2": None, "3": "na", "4": "yes"}
    assert filled.not_read[-1] == (
        "checklist.md holds the same checklist; the answers of checklist.tex were taken, "
        "but for 2, which differ: no answer to them is counted"
    )


def test_an_ordinary_project_has_none(find: Find) -> None:
    assert (
        find(
            {
                "README.md": "# Project\n\n- [x] Training code\n- [ ] Docs\n",
                "a.tex": "Question: x Answer: y",
                "b.csv": "a,b\n1,2\n",
            }
        )
        == ()
    )


def test_questions_of_a_data_set_are_no_checklist(find: Find) -> None:
    text = "\n".join(rf"\item Question: Who is number {n}? Answer: Yes. Justification: z" for n in range(300))
    assert find({"appendix.tex": rf"\documentclass{{article}}{text}"}) == ()


@pytest.mark.parametrize("name", ["missing.tex", "plain.md"])
def test_a_named_file_must_hold_one(find: Find, tmp_path, name: str) -> None:
    find({"plain.md": "nothing here"})
    with pytest.raises(UnreadableError):
        read_checklist(tmp_path / "submission" / name)


def few_of(pack: Pack, names: Sequence[str], said: str = "Yes") -> str:
    items = [item for item in pack.items if item.id in names]
    return "\n\n".join(
        f"**{item.title}**\n\nQuestion: {question(item)}\n\nAnswer: {said}\n\nJustification: Section 3."
        for item in items
    )


def test_a_named_file_may_hold_a_few_questions(find: Find, tmp_path) -> None:
    text = few_of(NEURIPS, ["2", "7", "8"])
    assert find({"checklist.md": text}) == ()
    filled = read_checklist(tmp_path / "submission" / "checklist.md")
    assert filled.id.startswith("neurips-")
    assert told(filled) == dict.fromkeys(("2", "7", "8"), "yes")
    (left,) = unanswered(filled, Location("checklist.md"))
    assert left.values["items"].split(", ") == [
        item.id for item in pack_of(filled.id).items if item.id not in told(filled)
    ]


@pytest.mark.parametrize(
    "text",
    [
        few_of(NEURIPS, ["7"]),
        "1. Answer: Yes\n\n2. Answer: No\n\n3. Answer: Yes\n",
        few_of(NEURIPS, ["7", "8"])
        + "".join(f"\n\nQuestion: Is the sky {n} blue?\n\nAnswer: No" for n in range(5)),
    ],
    ids=["one", "numbers", "others"],
)
def test_what_few_questions_do_not_tell_for_certain_is_refused(find: Find, tmp_path, text: str) -> None:
    find({"checklist.md": text})
    with pytest.raises(UnreadableError):
        read_checklist(tmp_path / "submission" / "checklist.md")
