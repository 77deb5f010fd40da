"""Policies: what a venue may demand, what it may not, and what the report says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate import UnavailableError, UnreadableError, UsageError
from reprocrate.cli.app import run_app
from reprocrate.finding import Finding, Report, Severity
from reprocrate.render.report import report_text
from reprocrate.standard import path_of, pointer_to, problems, schema_document, shipped_bytes
from reprocrate.standard.inlined import InlinedSchema
from reprocrate.validation import (
    Policy,
    Subject,
    all_rules,
    graded_by,
    report_document,
    validate,
    validate_by,
)
from reprocrate.validation.cases import Case, all_cases, patched
from reprocrate.validation.policy_file import MOST_BYTES, complaints, read_policy
from tests.render.test_show import printed

FOLDER = Path(__file__).parents[2] / "schema" / "1.0" / "conformance" / "policies"
CASES = {
    kind: {file.stem: json.loads(file.read_text("utf-8")) for file in sorted((FOLDER / kind).glob("*.json"))}
    for kind in ("valid", "invalid")
}
BASE: dict[str, Any] = json.loads(shipped_bytes("conformance/base/seeds.json"))
MORE_SEEDS = "[parameters.RC0603]\nleast = 5\n"


def write(path: Path, *lines: str, id_: str = "example", standard: str = "1.0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([f'id = "{id_}"', f'standard = "{standard}"', *lines]) + "\n", "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_policy(path)
    return str(caught.value)


# Cases ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES["valid"])
def test_valid_policy_is_read_and_applied(name: str, tmp_path: Path) -> None:
    case = CASES["valid"][name]
    assert complaints(case["policy"]) == []
    if "base" not in case:
        return
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(case["policy"]), "utf-8")
    manifest = patched(json.loads(shipped_bytes(f"conformance/{case['base']}")), case.get("patch", []))
    report = report_document(validate_by(read_policy(file), Subject(name, manifest)))
    assert problems(report, "report") == []
    found = [
        {"code": each["code"], "pointer": each["location"]["pointer"], "severity": each["severity"]}
        for each in report["findings"]
    ]
    assert found == case["findings"]
    assert report["regraded"] == case["regraded"]
    assert report["valid"] is ("error" not in {each["severity"] for each in found})


@pytest.mark.parametrize("name", CASES["invalid"])
def test_invalid_policy_is_refused_at_each_place(name: str, tmp_path: Path) -> None:
    case = CASES["invalid"][name]
    assert sorted(pointer_to(place) for place, _, _ in complaints(case["policy"])) == sorted(case["expect"])
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(case["policy"]), "utf-8")
    text = refusal(file)
    for place in case["expect"]:
        assert ".".join(path_of(place)) in text


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in CASES for name in CASES[kind]])
def test_case_is_complete(kind: str, name: str) -> None:
    case = CASES[kind][name]
    assert case["says"].endswith(".")
    assert set(case) <= {"says", "policy", "expect"} | {"base", "patch", "findings", "regraded"}
    assert ("expect" in case) is (kind == "invalid")
    assert ("base" in case) is ("findings" in case) is ("regraded" in case)


def test_every_keyword_of_the_schema_refuses_something_in_a_case() -> None:
    refusing = {
        problem.schema_pointer
        for case in CASES["invalid"].values()
        for problem in problems(case["policy"], "policy")
    }
    assert sorted(set(keywords(schema_document("policy"), "")) - refusing) == []


ASSERTING = {"additionalProperties", "enum", "maxLength", "maximum", "minLength", "minProperties", "minimum"}
ASSERTING |= {"pattern", "required", "type", "unevaluatedProperties"}


def keywords(node: Any, place: str) -> Iterator[str]:
    """The places of the keywords in the schema that can refuse a value."""
    if not isinstance(node, dict):
        return
    for keyword, value in node.items():
        if keyword in ("properties", "patternProperties"):
            for name, each in value.items():
                yield from keywords(each, place + pointer_to([keyword, name]))
        elif keyword == "items":
            yield from keywords(value, f"{place}/items")
        elif keyword in ASSERTING and value is not True:
            yield f"{place}/{keyword}"


def test_every_property_of_the_schema_says_what_it_means() -> None:
    def properties(node: Any) -> Iterator[dict[str, Any]]:
        for group in ("properties", "patternProperties"):
            for each in node.get(group, {}).values():
                if each is not True:
                    yield each
                    yield from properties(each)
        if isinstance(node.get("items"), dict):
            yield node["items"]

    found = list(properties(InlinedSchema("policy").schema))
    assert len(found) == 20
    for each in found:
        assert each["title"]
        assert each["description"].endswith(".")
        assert each["examples"]
        assert list(each.get("meta:enum", {})) == each.get("enum", [])


# What no policy may do --------------------------------------------------------------------------------


ORDER = ["error", "warning", "note", "off"]


def is_protected(code: str, spec: str) -> bool:
    return code[:4] in ("RC00", "RC01", "RC07") or spec == "security"


@pytest.mark.requirement("RQ27")
@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_rules_about_integrity_structure_reading_and_security_are_not_lowered(rule: Any) -> None:
    own = ORDER.index(rule.level.severity.value)
    for level in ORDER:
        found = complaints({"id": "p", "standard": "1.0", "levels": {rule.code: level}})
        lowered = is_protected(rule.code, rule.spec) and ORDER.index(level) > own
        assert bool(found) is (lowered or (rule.code == "RC1709" and level == "error"))


LENIENT = Policy(
    "lenient",
    "1.0",
    levels={rule.code: None for rule in all_rules() if not is_protected(rule.code, rule.spec)},
)
STRICT = Policy("strict", "1.0", levels={rule.code: Severity.ERROR for rule in all_rules()})


@pytest.mark.requirement("RQ27")
@pytest.mark.parametrize(
    "case",
    [case for case in all_cases() if not case.is_valid and case.name[:4] in ("RC00", "RC01", "RC07")],
    ids=lambda case: case.name,
)
def test_the_most_lenient_policy_hides_no_damage(case: Case) -> None:
    plain, lenient = validate(case.subject()), validate_by(LENIENT, case.subject())
    kept = [each for each in plain.findings if LENIENT.levels.get(each.code, each.severity)]
    assert list(lenient.findings) == kept
    assert lenient.valid is not any(each.severity is Severity.ERROR for each in kept)


def test_the_strictest_policy_finds_nothing_in_a_sound_manifest() -> None:
    report = validate_by(STRICT, Subject("rings", BASE))
    assert report.valid
    assert report.findings == ()


@pytest.mark.requirement("RQ27")
def test_no_policy_makes_an_error_of_an_answer_that_conflicts(tmp_path: Path) -> None:
    manifest = BASE | {
        "checklists": [{"policy": "aaai-27", "answers": [{"item": "4.1", "answer": "no", "location": "1"}]}]
    }
    found = [
        each for each in validate_by(STRICT, Subject("rings", manifest)).findings if each.code == "RC1709"
    ]
    assert [each.severity for each in found] == [Severity.WARNING]
    file = write(tmp_path / "strict.toml", "[levels]", 'RC1709 = "error"')
    assert "no policy may make an error of RC1709" in refusal(file)
    assert "strict.toml line 4" in refusal(file)


def test_a_policy_that_was_made_otherwise_lowers_no_protected_rule_either() -> None:
    policy = Policy("p", "1.0", levels={"RC0701": None, "RC0702": Severity.NOTE, "RC0603": None})
    findings = tuple(Finding(code, Severity.ERROR, "x") for code in ("RC0701", "RC0702"))
    report = graded_by(policy, Report("r", (*findings, Finding("RC0603", Severity.WARNING, "y"))))
    assert report.findings == findings
    assert report.policy is not None
    assert [each.code for each in report.policy.regraded] == ["RC0603"]


def test_error_says_what_is_meant(tmp_path: Path) -> None:
    path = write(tmp_path / "p.toml", "[levels]", 'RC0699 = "error"', 'RC0702 = "off"', MORE_SEEDS)
    first, also = refusal(path).split(" Also: ")
    assert re.fullmatch(
        rf"{path} line 4: levels.RC0699: there is no rule RC0699. Did you mean RC[0-9]{{4}}\?", first
    )
    assert also == (
        f"{path} line 5: levels.RC0702: no policy may silence RC0702, which is about reading, structure, "
        "integrity or security. Take it out."
    )
    assert "line 4: parameters.RC0603.lest: RC0603 has no parameter lest. Did you mean least?" in refusal(
        write(tmp_path / "p.toml", "[parameters.RC0603]", "lest = 5")
    )
    assert 'line 4: parameters.RC0603.least: least of RC0603 must be a whole number, such as 3, not "5"' in (
        refusal(write(tmp_path / "p.toml", "[parameters.RC0603]", 'least = "5"')).replace("'", '"')
    )
    assert 'unknown property "level" of Policy (did you mean "levels"?)' in refusal(
        write(tmp_path / "p.toml", "[level]", 'RC0603 = "error"')
    )
    assert "it is for version 1.7, and the newest known here is 1.0. Install a newer" in refusal(
        write(tmp_path / "p.toml", standard="1.7")
    )


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_number_that_is_not_finite_is_no_parameter(number: str, tmp_path: Path) -> None:
    assert "parameters.RC0603.least" in refusal(
        write(tmp_path / "p.toml", f"[parameters.RC0603]\nleast = {number}")
    )


# Files ------------------------------------------------------------------------------------------------


def test_later_policies_win_and_the_extending_one_most(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", "[levels]", 'RC0603 = "note"', 'RC1102 = "note"', 'RC1101 = "off"', id_="a")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "b.json").write_text(
        json.dumps(
            {
                "id": "b",
                "standard": "1.0",
                "levels": {"RC1102": "error"},
                "parameters": {"RC0603": {"least": 9}},
            }
        )
    )
    top = write(
        tmp_path / "top.toml",
        'extends = ["a.toml", "parts/b.json"]',
        'checklist = "c"',
        "[levels]",
        'RC0603 = "error"',
        id_="top",
    )
    policy = read_policy(top)
    assert (policy.id, policy.checklist) == ("top", "c")
    assert policy.levels == {"RC0603": Severity.ERROR, "RC1102": Severity.ERROR, "RC1101": None}
    assert policy.parameters == {"RC0603": {"least": 9}}


def test_policy_that_is_extended_twice_is_read_once(tmp_path: Path) -> None:
    depth = 30  # each extends the next one twice over: 2^30 readings, if each were read anew
    for number in range(depth):
        following = number + 1
        for side in "ab":
            write(tmp_path / f"{side}{number}.toml", f'extends = ["a{following}.toml", "b{following}.toml"]')
    for side in "ab":
        write(tmp_path / f"{side}{depth}.toml", MORE_SEEDS)
    assert read_policy(tmp_path / "a0.toml").parameters == {"RC0603": {"least": 5}}


@pytest.mark.parametrize("names", [["p"], ["p", "q"], ["p", "q", "r"]])
def test_circle_is_refused(names: list[str], tmp_path: Path) -> None:
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        write(tmp_path / f"{name}.toml", f'extends = ["{following}.toml"]')
    text = refusal(tmp_path / "p.toml")
    assert " extends ".join(f"{name}.toml" for name in [*names, "p"]) in text


def test_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "secret.toml")
    top = write(tmp_path / "mine" / "p.toml", 'extends = ["link.toml"]')
    (tmp_path / "mine" / "link.toml").symlink_to(tmp_path / "secret.toml")
    assert "leads out of the folder mine" in refusal(top)


def test_error_in_an_extended_policy_names_its_file(tmp_path: Path) -> None:
    write(tmp_path / "parts" / "q.toml", "[levels]", 'RC9999 = "error"')
    text = refusal(write(tmp_path / "p.toml", 'extends = ["parts/q.toml"]'))
    assert text.startswith(f"{tmp_path}/parts/q.toml line 4: levels.RC9999")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"could not read .*none\.toml: there is no such file"):
        read_policy(tmp_path / "none.toml")
    with pytest.raises(UnavailableError, match="it is a folder"):
        read_policy(write(tmp_path / "folder.toml" / "x.toml").parent)
    for name, content, expected in (
        ("p.toml", b"id = ", "is not valid TOML"),
        ("p.json", b'{"id": "a", "id": "b"}', "id"),
        ("p.json", b'{"year": NaN}', "NaN"),
        ("p.toml", b"id = '\xff'", "is not UTF-8"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError, match=expected):
            read_policy(tmp_path / name)
    (tmp_path / "p.toml").write_bytes(b"#" * (MOST_BYTES + 1))
    assert "larger than 1,000,000 bytes" in refusal(tmp_path / "p.toml")
    (tmp_path / "p.yaml").write_text("id: a\n")
    assert "ends in .toml or .json" in refusal(tmp_path / "p.yaml")


# Reports ----------------------------------------------------------------------------------------------


def test_report_without_a_policy_is_that_of_the_standard() -> None:
    subject = Subject("rings", BASE)
    assert validate_by(None, subject) == validate(subject)
    assert "policy" not in report_document(validate(subject))


def test_policy_is_kept_where_findings_are_added(tmp_path: Path) -> None:
    report = validate_by(read_policy(write(tmp_path / "p.toml")), Subject("rings", BASE))
    added = report.with_findings([Finding("RC0705", Severity.ERROR, "x")])
    assert added == report._replace(findings=added.findings)
    assert added.policy is not None


def test_text_says_what_the_policy_changed(examples: Path, tmp_path: Path) -> None:
    subject = Subject("rings", {**BASE, "experiment": {"title": "Rings"}})
    policy = read_policy(
        write(tmp_path / "p.toml", "[levels]", 'RC1102 = "off"', 'RC0603 = "error"', MORE_SEEDS)
    )
    text = printed(report_text(validate_by(policy, subject)))
    assert "Policy example\n- RC0603: 2 warnings, counted as error.\n- RC1102: 1 warning, left out.\n" in text
    assert "rings is not valid by the policy example: 2 errors" in text
    plain = printed(report_text(validate_by(read_policy(write(tmp_path / "q.toml")), Subject("r", BASE))))
    assert "It grades no finding otherwise than the standard." in plain


def test_shipped_example_is_applied_by_the_command(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "reprocrate.json"
    manifest.write_text(json.dumps(BASE), "utf-8")
    policy = str(examples / "policies" / "five-seeds.toml")
    assert run_app(["validate", str(manifest), "--json"]) == 0
    assert "policy" not in json.loads(capsys.readouterr().out)
    assert run_app(["validate", str(manifest), "--policy", policy, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert problems(report, "report") == []
    assert report["policy"] == {"id": "five-seeds", "standard": "1.0"}
    assert report["regraded"] == [{"code": "RC0603", "from": "warning", "to": "error", "count": 2}]
    assert run_app(["validate", str(manifest), "--policy", str(tmp_path / "none.toml")]) == 3
    assert "there is no such file" in capsys.readouterr().err
    assert run_app(["validate", str(manifest), "--policy", str(write(tmp_path / "p.toml", "x = 1"))]) == 2
    assert 'line 3: x: unknown property "x" of Policy' in capsys.readouterr().err
