"""`validate` finds a filled checklist among the files of a submission, and takes one that is named."""

from __future__ import annotations

from pathlib import Path

from reprocrate.finding import Standing
from reprocrate.standard import shipped_bytes
from reprocrate.validation import FolderFiles, Subject
from reprocrate.validation.checklists.carriers.search import read_checklist
from reprocrate.workflow.judging import STANDARD, Demands, judge
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.validating import assess
from tests.validation.carriers.conftest import NEURIPS, neurips
from tests.workflow.conftest import Study


def subject(folder: Path) -> Subject:
    data = shipped_bytes("conformance/golden/supervised.json")
    return Subject.of_bytes("it", data, FolderFiles(folder))


def test_an_answer_in_the_paper_that_the_record_contradicts(tmp_path: Path) -> None:
    answers = {each.id: "yes" for each in NEURIPS.items} | {"4": "na"}
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/checklist.tex").write_text(neurips(answers))
    report = judge(subject(tmp_path), STANDARD)
    (checked,) = report.checklists
    assert (checked.id, checked.source) == ("neurips-2026", "paper/checklist.tex")
    assert [each.item for each in checked.answers if each.standing is Standing.CONFLICTS] == ["4"]
    (finding,) = [each for each in report.findings if each.code == "RC1709"]
    assert str(finding.location).startswith("paper/checklist.tex:")


def test_an_author_is_told_of_the_checklist_in_the_project(study: Study) -> None:
    """The paper lies beside the code, and in no bundle."""
    study.run()
    answers = {each.id: "yes" for each in NEURIPS.items} | {"4": "na"}
    study.write("paper/sections/checklist.tex", neurips(answers))
    study.write(".venv/lib/checklist.tex", neurips(answers | {"4": "no"}))
    report = assess(study.folder, Silence())
    (checked,) = report.checklists
    assert checked.source == "paper/sections/checklist.tex"
    assert [each.item for each in checked.answers if each.standing is Standing.CONFLICTS] == ["4"]
    (finding,) = [each for each in report.findings if each.code == "RC1709"]
    assert str(finding.location).startswith("paper/sections/checklist.tex:")


def test_a_named_checklist_stands_before_one_that_is_found(tmp_path: Path) -> None:
    (tmp_path / "checklist.tex").write_text(neurips({each.id: "no" for each in NEURIPS.items}))
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mine.tex").write_text(neurips({each.id: "yes" for each in NEURIPS.items}))
    named = read_checklist(tmp_path / "other/mine.tex")
    report = judge(subject(tmp_path), Demands(checklists=(named,)))
    assert [each.source for each in report.checklists] == ["mine.tex"]
