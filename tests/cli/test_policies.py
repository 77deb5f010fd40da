"""`policy`: policies by name, those of other packages, and the draft of a new one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reprocrate import UnavailableError, UsageError
from reprocrate.cli.app import run_app
from reprocrate.finding import Severity
from reprocrate.standard import problems, shipped_bytes
from reprocrate.validation import Subject, all_rules, report_document, validate_by
from reprocrate.validation.families import rule_set_digest, rules_by
from reprocrate.validation.policy import is_untouchable
from reprocrate.validation.policy_file import read_policy
from reprocrate.validation.policy_names import GROUP, policy_names, shipped_names

BASE = json.loads(shipped_bytes("conformance/base/seeds.json"))


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that brings policies: as text, as a file, and two that are none."""
    info = tmp_path / "installed" / "example_policies-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: example-policies\nVersion: 1.0\n")
    names = {"as-text": "TEXT", "as-file": "FILE", "absent": "NO_FILE", "as-code": "policy", "files": "LEADS"}
    entries = "".join(f"{name} = example_policies:{attribute}\n" for name, attribute in names.items())
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}")
    (tmp_path / "installed" / "p.toml").write_text(
        'id = "as-file"\nstandard = "1.0"\nextends = ["as-text"]\n'
    )
    (tmp_path / "installed" / "example_policies.py").write_text(
        "from pathlib import Path\n"
        'TEXT = \'id = "as-text"\\nstandard = "1.0"\\n[parameters.RC0603]\\nleast = 7\\n\'\n'
        "FILE = Path(__file__).with_name('p.toml')\n"
        "NO_FILE = Path(__file__).with_name('q.toml')\n"
        "LEADS = TEXT.replace('as-text', 'files').replace('[', 'extends = [\"x.toml\"]\\n[', 1)\n"
        "def policy():\n    raise SystemExit('called')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    return tmp_path


def output(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run_app(arguments) == code
    said = capsys.readouterr()
    return said.err if code else said.out


# What comes with the standard ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_policy_says_what_it_is_for(name: str) -> None:
    policy = read_policy(name)
    assert (policy.id, policy.standard) == (name, "1.0")
    assert policy.name
    assert policy.description
    assert policy.description.endswith(".")
    lowered = [code for code, level in policy.levels.items() if level is not Severity.ERROR]
    assert lowered == []  # what comes with the standard asks for more, never for less
    assert validate_by(policy, Subject("rings", BASE)).policy is not None


def test_list_names_all_and_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "policy", "list")
    document = json.loads(output(capsys, "policy", "list", "--json"))
    assert problems(document, "policies") == []
    assert [each["name"] for each in document["policies"]] == list(shipped_names())
    for name in shipped_names():
        assert f"- {name}: " in text


def test_show_tells_levels_and_settings_beside_the_standards(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "policy", "show", "five-seeds")
    assert "RC0603 least = 5 (standard: 3)" in text
    assert "RC0603 enough seeds (standard: warning)" in text
    document = json.loads(output(capsys, "policy", "show", "five-seeds", "--json"))
    assert problems(document, "policies") == []
    assert document["policies"][0]["parameters"] == {"RC0603": {"least": 5}}


def test_a_submission_is_judged_by_a_policy_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reprocrate.json").write_text(json.dumps(BASE))
    document = json.loads(
        output(capsys, "validate", "reprocrate.json", "--policy", "double-blind", "--json", code=0)
        if run_app(["validate", "reprocrate.json", "--policy", "double-blind", "--json"]) == 0
        else capsys.readouterr().out
    )
    assert not document["valid"]
    assert {"RC1907"} == {each["code"] for each in document["findings"]}
    assert document["policy"] == {"id": "double-blind", "standard": "1.0"}


def test_a_misspelt_name_is_met_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "validate", "x.json", "--policy", "five-seed", code=2)
    assert "there is no policy five-seed" in text
    assert "Did you mean five-seeds?" in text


# Of other packages ----------------------------------------------------------------------------------------


def test_a_package_brings_policies_as_data(brought: Path) -> None:
    assert {"as-text", "as-file"} <= set(policy_names())
    policy = read_policy("as-file")
    assert policy.parameters == {"RC0603": {"least": 7}}
    assert policy.extends == ("as-text",)


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("as-code", UnavailableError, "of the type function"),
        ("absent", UnavailableError, "q.toml"),
        ("files", UsageError, "has no folder of its own"),
    ],
)
def test_what_a_package_brings_and_is_no_policy_is_told(
    name: str, error: type[Exception], said: str, brought: Path
) -> None:
    with pytest.raises(error, match=said):
        read_policy(name)


def test_a_broken_policy_does_not_hide_the_others(brought: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(output(capsys, "policy", "list", "--json"))
    assert problems(document, "policies") == []
    found = {each["name"]: "failure" in each for each in document["policies"]}
    assert found["as-code"]
    assert found["absent"]
    assert not found["as-text"]
    assert not found["five-seeds"]


def test_a_file_builds_on_a_policy_by_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('id = "mine"\nstandard = "1.0"\nextends = ["five-seeds"]\n[levels]\nRC0603 = "warning"\n')
    policy = read_policy(file)
    assert policy.parameters == {"RC0603": {"least": 5}}
    assert policy.levels["RC0603"] is Severity.WARNING
    assert policy.levels["RC0601"] is Severity.ERROR


# A new one ------------------------------------------------------------------------------------------------


def test_draft_is_a_policy_that_changes_nothing_and_names_all_that_can_be_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my-venue.toml"
    output(capsys, "policy", "new", str(file), "--venue", 'The "Ümlaut" \\ Journal')
    policy = read_policy(file)
    assert (policy.id, policy.venue) == ("my-venue", 'The "Ümlaut" \\ Journal')
    assert policy.levels == {}
    assert policy.parameters == {}
    text = file.read_text("utf-8")
    for rule in all_rules():
        assert (f'# {rule.code} = "' in text) is not is_untouchable(rule)


def test_draft_without_its_comment_signs_is_a_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.toml"
    output(capsys, "policy", "new", str(file), "--extends", "five-seeds")
    lines = file.read_text("utf-8").splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("[levels]"))
    settings = r"# (RC[0-9]{4} = |\[parameters\.|[a-z_]+ = )"
    lines[first:] = [line[2:] if re.match(settings, line) else line for line in lines[first:]]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    policy = read_policy(file)
    standard = {rule.code: rule.level.severity for rule in all_rules() if not is_untouchable(rule)}
    assert policy.levels == standard
    assert policy.parameters["RC0603"] == {"least": 3}


def test_draft_replaces_no_file_and_builds_on_nothing_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.toml"
    assert "there is no policy nothing" in output(
        capsys, "policy", "new", str(file), "--extends", "nothing", code=2
    )
    assert not file.exists()
    output(capsys, "policy", "new", str(file))
    assert "is there already" in output(capsys, "policy", "new", str(file), code=2)
    assert "does not end in .toml" in output(capsys, "policy", "new", str(tmp_path / "p.json"), code=2)


# What a verdict is pinned to ------------------------------------------------------------------------------


def test_report_names_standard_and_rules() -> None:
    document = report_document(validate_by(None, Subject("rings", BASE)))
    assert document["standard"] == "1.0"
    assert document["rule_set"] == {"count": len(all_rules()), "sha256": rule_set_digest()}


def test_a_policy_is_judged_by_the_rules_of_its_version() -> None:
    assert rules_by("1.0") == tuple(rule for rule in all_rules() if rule.since == "1.0")
