"""Venues' checklists as data: sound, whole, and found by name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reprocrate.errors import UsageError
from reprocrate.standard import problems, specification
from reprocrate.validation.checklists.packs import pack_ids, pack_of, questions

FOLDER = Path(__file__).resolve().parents[2] / "schema" / "1.0" / "checklists"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.stem)
def test_a_file_follows_the_schema(file: Path) -> None:
    document = json.loads(file.read_text("utf-8"))
    assert problems(document, "checklist") == []
    assert document.get("id", "questions") == file.stem


def test_the_bank_names_every_question_once_and_chapters_that_there_are() -> None:
    document = json.loads((FOLDER / "questions.json").read_text("utf-8"))
    names = [each["id"] for each in document["questions"]]
    assert len(names) == len(set(names))
    headings = re.findall(r"^## (.+)$", specification(), flags=re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9]+", "-", heading.lower()) for heading in headings}
    assert {each["chapter"] for each in document["questions"]} <= anchors


@pytest.mark.parametrize("name", pack_ids())
def test_a_pack_is_whole(name: str) -> None:
    pack = pack_of(name)
    ids = [item.id for item in pack.items]
    assert len({each.lower() for each in ids}) == len(ids)
    for item in pack.items:
        assert set(item.questions) <= set(questions()), item.id
        assert set(item.answers) <= set(pack.words), item.id
        assert set(item.gate) <= set(ids) - {item.id}, item.id
        assert "na" in item.answers or not (item.na_when or item.na_means), item.id
        assert "no" in item.answers or not item.no_when, item.id
        assert not item.gate or "no" in item.answers, item.id
    gated = [child for item in pack.items for child in item.gate]
    assert len(gated) == len(set(gated))
    keys = [tuple(sorted(key.lower() for key in item.keys)) for item in pack.items if item.keys]
    assert len(set(keys)) == len(keys), "two items are recognised by the same words"


@pytest.mark.parametrize("name", pack_ids())
def test_what_a_program_can_tell_of_an_item_it_can_tell_of_one_of_its_questions(name: str) -> None:
    for item in pack_of(name).items:
        if item.reach == "A":
            assert any(questions()[each].reach == "A" for each in item.questions), item.id


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("neurips-2031", "nearest year known here is neurips-2026"),
        ("NeurIPS2026", "neurips-2026"),
        ("aaai-2028", "aaai-27"),
        ("arrr", "Did you mean arr?"),
        ("../questions", "there is no checklist"),
        ("questions", "there is no checklist questions"),
    ],
)
def test_an_unknown_checklist_is_an_error_that_names_those_that_there_are(asked: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        pack_of(asked)
    assert said in str(error.value)
    assert all(name in str(error.value) for name in pack_ids())
