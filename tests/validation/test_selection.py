"""Which findings count: rules that are selected or ignored, and findings that were known before."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.errors import UnreadableError, UsageError
from reprocrate.finding import Finding, Location, Severity, Suppression
from reprocrate.standard import problems, shipped_bytes
from reprocrate.validation import FolderFiles, Subject, all_rules, family_of, report_document
from reprocrate.validation.baseline import baseline_bytes, baseline_of, read_baseline
from reprocrate.validation.fingerprints import fingerprint, fingerprinted, named_pointer
from reprocrate.validation.selection import selection_of
from reprocrate.workflow.judging import Demands, judge

FULL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))


def unlicensed() -> dict[str, Any]:
    """The full manifest without licences, and with a mean that does not follow."""
    document = deepcopy(FULL)
    for data in document["data"]:
        data.pop("license", None)
    document["results"][0]["value"] += 1
    return document


def report_of(document: Any, demands: Demands = Demands(), name: str = "m.json") -> Any:  # noqa: B008
    return judge(Subject(name, document), demands)


# Selection --------------------------------------------------------------------------------------------


def test_only_what_is_selected_is_applied_beside_what_is_always_judged() -> None:
    report = report_of(unlicensed(), Demands(selected=selection_of(["results"], [])))
    families = {family_of(code).noun for code in report.assessed}  # type: ignore[union-attr]
    assert families == {"results", "reading", "structure", "integrity"}
    assert {each.code for each in report.findings} == {"RC0801", "RC0815"}
    assert report_document(report)["selection"] == {"select": ["results"]}


def test_ignored_findings_do_not_count_and_are_told() -> None:
    plain = report_of(unlicensed())
    report = report_of(
        unlicensed(),
        Demands(selected=selection_of([], ["RC0201,results", "claims", "tables", "comparisons"])),
    )
    assert not plain.valid
    assert report.valid
    assert len(report.suppressed_by(Suppression.SELECTION)) == len(plain.findings) == 9
    document = report_document(report)
    assert problems(document, "report") == []
    assert {each["by"] for each in document["suppressed"]} == {"selection"}


@pytest.mark.parametrize("name", ["integrity", "structure", "reading", "RC0706", "RC00", "RC0", "RC"])
def test_what_guards_cannot_be_ignored(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be ignored"):
        selection_of([], [name])


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sedes", "Did you mean seeds"), ("RC0899", "Did you mean RC08[0-9]"), ("zzz", "Families: ")],
)
def test_what_there_is_not_is_an_error_with_what_was_meant(name: str, meant: str) -> None:
    for select, ignore in (([name], []), ([], [name])):
        with pytest.raises(UsageError, match=meant):
            selection_of(select, ignore)


def test_nothing_named_is_no_selection() -> None:
    assert selection_of([], [" ", ","]) is None


def test_every_noun_names_one_family_alone() -> None:
    nouns = [family_of(rule.code).noun for rule in all_rules()]  # type: ignore[union-attr]
    assert len(set(nouns)) == len({rule.code[:4] for rule in all_rules()})


# Fingerprints -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_finding_is_known_again_wherever_its_entry_moves(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(["runs", "data", "results", "metrics", "configurations"]))
    index = data.draw(st.integers(0, len(FULL[place]) - 1))
    moved = deepcopy(FULL)
    moved[place].insert(0, {"id": "something-new"})
    moved["experiment"]["title"] = data.draw(st.text(max_size=5))
    before = Finding("RC0801", Severity.ERROR, "says 1", Location("reprocrate.json", f"/{place}/{index}/x"))
    after = Finding(
        "RC0801", Severity.WARNING, "says 2", Location("reprocrate.json", f"/{place}/{index + 1}/x")
    )
    assert fingerprint(before, FULL) == fingerprint(after, moved)
    others = [each for each in range(len(FULL[place])) if each != index]
    for other in others:
        beside = Finding("RC0801", Severity.ERROR, "", Location("reprocrate.json", f"/{place}/{other}/x"))
        assert fingerprint(beside, FULL) != fingerprint(before, FULL)


@pytest.mark.parametrize("pointer", ["", "/nothing/7/x", "/runs/999", "no pointer", "/runs/~1"])
def test_any_pointer_has_a_name(pointer: str) -> None:
    assert isinstance(named_pointer(pointer, FULL), str)


def test_a_line_is_known_again_by_what_it_says(tmp_path: Path) -> None:
    def known(text: str, line: int) -> str:
        (tmp_path / "train.py").write_text(text, "utf-8")
        found = Finding("RC2001", Severity.WARNING, "no seed", Location("train.py", line=line))
        (made,) = fingerprinted([found], Subject.bare("p", FolderFiles(tmp_path)))
        return made.fingerprint

    first = known("import random\nrandom.random()\n", 2)
    assert known("import random\n\n# more\nif True:\n    random.random()\n", 5) == first
    assert known("import random\nrandom.gauss()\n", 2) != first
    assert known("", 9) != first


# Baselines --------------------------------------------------------------------------------------------


def test_what_was_known_does_not_count_and_what_is_new_does(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    document = unlicensed()
    made = baseline_of(file, [report_of(document, Demands(fingerprints=True))])
    file.write_bytes(baseline_bytes(made))
    demands = Demands(baseline=read_baseline(file))

    again = report_of(document, demands)
    assert again.valid
    assert again.findings == ()
    assert len(again.suppressed) == again.baseline.known == 9
    assert problems(report_document(again), "report") == []

    document["results"][1]["value"] += 1
    newer = report_of(document, demands)
    assert "/results/1/value" in {each.location.pointer for each in newer.findings}
    assert "/results/0/value" not in {each.location.pointer for each in newer.findings}

    document["data"][0]["license"] = "CC0-1.0"
    fixed = report_of(document, demands)
    (gone,) = [each for each in fixed.baseline.gone if each.code == "RC0201"]
    assert (gone.code, gone.place, gone.count) == ("RC0201", "reprocrate.json#/data/0", 1)
    assert problems(report_document(fixed), "report") == []


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    reports = [report_of(unlicensed(), Demands(fingerprints=True), name) for name in ("b.json", "a.json")]
    file = tmp_path / "known.json"
    first = baseline_bytes(baseline_of(file, reports))
    assert first == baseline_bytes(baseline_of(file, reports[::-1]))
    assert json.loads(first)["baseline_version"] == "1.0"


def test_structure_is_never_known(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    document = unlicensed()
    del document["experiment"]["title"]
    report = report_of(document, Demands(fingerprints=True))
    assert [each.code for each in report.findings] == ["RC0102"]
    assert json.loads(baseline_bytes(baseline_of(file, [report])))["subjects"] == {}
    (found,) = report.findings
    entry = {"code": "RC0102", "place": "", "fingerprint": found.fingerprint}
    file.write_text(json.dumps({"baseline_version": "1.0", "subjects": {"m.json": [entry]}}), "utf-8")
    assert not report_of(document, Demands(baseline=read_baseline(file))).valid


def test_a_rule_that_is_not_applied_leaves_nothing_gone(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    document = unlicensed()
    file.write_bytes(baseline_bytes(baseline_of(file, [report_of(document, Demands(fingerprints=True))])))
    selected = selection_of(["seeds"], [])
    report = report_of(document, Demands(selected=selected, baseline=read_baseline(file)))
    assert report.baseline.gone == ()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"baseline_version": "1.0"}',
        '{"baseline_version": "1.0", "subjects": []}',
        '{"baseline_version": "1.0", "subjects": {"a": [{"code": 1}]}}',
        '{"baseline_version": "1.0", "subjects": {"a": [{"code": "a", "fingerprint": "", "count": ""}]}}',
    ],
)
def test_another_file_is_no_baseline(text: str, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="is no baseline"):
        read_baseline(file)


def test_a_newer_baseline_or_none_is_said(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text('{"baseline_version": "2.0", "subjects": {}}', "utf-8")
    with pytest.raises(UnreadableError, match=r"version 2\.0"):
        read_baseline(file)
    file.write_text("{", "utf-8")
    with pytest.raises(UnreadableError):
        read_baseline(file)
