"""Drafts of checklists: they say what the record says, and are read back as they were written."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from reprocrate.exports import KINDS, Request, export
from reprocrate.exports.checklists.answering import drafted
from reprocrate.finding import Standing
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.standard import shipped_bytes, shipped_folder
from reprocrate.validation import Subject, validate
from reprocrate.validation.checklists.carriers.search import read_checklist
from reprocrate.validation.checklists.checking import checked
from reprocrate.validation.checklists.packs import pack_ids, pack_of

DRAFTS = [name for name, kind in KINDS.items() if kind.is_draft]
GOLDEN = sorted(
    each.name
    for each in shipped_folder().joinpath("conformance/golden").iterdir()
    if each.name != "anonymous.json"
)
HARD = 'a_b & 50 % of {x} $y$ #1 ~ ^ \\answerYes{} \\input{x} <b> [Yes] * "Answer: [No]"'


def golden(name: str, **changes: object) -> Manifest:
    document = json.loads(shipped_bytes(f"conformance/golden/{name}"))
    return manifest_from(document | changes)


def test_every_checklist_has_a_draft() -> None:
    assert sorted(DRAFTS) == [name for name in pack_ids() if pack_of(name).kind != "badges"]


@pytest.mark.parametrize("kind", DRAFTS)
@pytest.mark.parametrize("name", ["full.json", "restricted.json"])
def test_a_draft_is_read_back_as_it_was_written(tmp_path: Path, kind: str, name: str) -> None:
    manifest = golden(name)
    made = export(kind, Request(manifest))
    (file,) = made.files
    (tmp_path / file).write_bytes(made.files[file])
    filled = read_checklist(tmp_path / file)
    assert filled.id == kind
    wanted = {each.item.id: each.answer for each in drafted(pack_of(kind), manifest)}
    if pack_of(kind).kind == "appendix":
        wanted = {item: answer if answer == "yes" else None for item, answer in wanted.items()}
    if kind == "ml-code-completeness":  # an empty box says nothing
        wanted = {item: answer if answer == "yes" else None for item, answer in wanted.items()}
    assert {each.item: each.answer for each in filled.answers} == wanted
    assert filled.not_read == ()


@pytest.mark.parametrize("name", GOLDEN)
def test_no_answer_of_a_draft_is_against_the_evidence(name: str, tmp_path: Path) -> None:
    manifest = golden(name)
    subject = Subject.of(manifest)
    report = validate(subject)
    for kind in ("neurips-2026", "aaai-27", "arr"):
        made = export(kind, Request(manifest))
        (file,) = made.files
        (tmp_path / file).write_bytes(made.files[file])
        judged = checked(read_checklist(tmp_path / file), subject, report)
        wrong = [
            each.item
            for each in judged.answers
            if each.answer and each.standing in (Standing.CONFLICTS, Standing.NOT_EVIDENCED)
        ]
        assert wrong == []


def test_an_empty_record_supports_nothing() -> None:
    manifest = manifest_from(
        {"manifest_version": "1.0", "id": golden("minimal.json").id, "experiment": {"title": "x"}}
    )
    for kind in DRAFTS:
        assert {each.answer for each in drafted(pack_of(kind), manifest)} == {None}


def test_the_numbers_are_those_of_the_record() -> None:
    text = (
        export("neurips-2026", Request(golden("supervised.json")))
        .files["checklist-neurips-2026.tex"]
        .decode()
    )
    assert r"have a standard deviation (n - 1) and a 95 \% confidence interval (t) over 5 seeds." in text
    assert "Machines: Example CPU with 2 cores, 8 GiB memory, no accelerator. A run takes 1 s" in text
    assert "All recorded runs took 12 s. Of these, 2 runs (2 s) stand behind no result." in text
    assert r"\item {\bf Broader impacts}" + "\n" + r"    \item[] Answer: \answerTODO{}" in text


def test_what_is_missing_is_told_by_item() -> None:
    made = export("aaai-27", Request(golden("supervised.json")))
    assert "1.1 Outline or pseudocode" in made.missing
    assert "4.10 Number of runs" not in made.missing
    assert made.notes[0].startswith(f"{31 - len(made.missing)} of 31 are filled in from the record")


@pytest.mark.parametrize(
    "kind", ["neurips-2026", "aaai-27", "artifact-appendix", "arr", "ml-code-completeness"]
)
def test_texts_of_the_record_are_no_commands(tmp_path: Path, kind: str) -> None:
    document = json.loads(shipped_bytes("conformance/golden/supervised.json"))
    document["data"][0]["name"] = document["experiment"]["title"] = document["hardware"][0]["cpu"][
        "model"
    ] = HARD
    document["tables"][0]["label"] = document["claims"][0]["location"]["label"] = HARD
    plain = export(kind, Request(golden("supervised.json")))
    made = export(kind, Request(manifest_from(document)))
    (file,) = made.files
    answers = []
    for each in (plain, made):
        (tmp_path / file).write_bytes(each.files[file])
        answers.append([(one.item, one.answer) for one in read_checklist(tmp_path / file).answers])
    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", ["neurips-2026", "artifact-appendix"])
def test_a_draft_compiles(tmp_path: Path, kind: str) -> None:
    engine = shutil.which("pdflatex") or shutil.which("tectonic")
    if engine is None:
        pytest.skip("there is no TeX engine here")
    made = export(kind, Request(golden("full.json")))
    (file,) = made.files
    macros = "".join(
        rf"\newcommand{{\{name}}}{{[x]}}"
        for name in ("answerYes", "answerNo", "answerNA", "answerTODO", "justificationTODO")
    )
    body = made.files[file].decode()
    (tmp_path / "main.tex").write_text(
        rf"\documentclass{{article}}{macros}\begin{{document}}{body}\end{{document}}"
    )
    assert (
        subprocess.run([engine, "main.tex"], cwd=tmp_path, stdin=subprocess.DEVNULL, check=False).returncode
        == 0
    )
