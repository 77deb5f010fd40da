"""Rules of one field of research: to whom they are applied, and what the report says of that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.finding import Report
from reprocrate.standard import problems, shipped_bytes
from reprocrate.validation import (
    Subject,
    all_rules,
    asked_domains,
    find_rule,
    report_document,
    validate,
)
from reprocrate.validation.domains import domain_names, domains_of, words_of
from reprocrate.validation.policy_file import read_policy
from reprocrate.workflow.judging import Demands, judge

AGENTS: dict[str, Any] = json.loads(shipped_bytes("conformance/base/agents.json"))


PACKAGE = {"name": "transformers", "version": "4.46.0", "source": "pypi"}


def with_keywords(*keywords: str) -> dict[str, Any]:
    return AGENTS | {"experiment": AGENTS["experiment"] | {"keywords": list(keywords)}}


def named(report: Report) -> list[str]:
    return [each.id for each in report.domains]


@pytest.mark.parametrize(
    ("keyword", "domains"),
    [
        ("Deep Reinforcement-Learning", ["reinforcement-learning"]),
        ("RL", ["reinforcement-learning"]),
        ("large language models", ["nlp"]),
        ("medical image segmentation", ["vision", "medicine"]),
        ("time-series forecasting", ["time-series"]),
        ("cv", []),  # cross-validation as well
        ("world wide web", []),
        ("health", ["medicine"]),
        ("stealth", []),
        ("graph neural networks", ["graphs"]),
    ],
)
def test_keywords_tell_the_field(keyword: str, domains: list[str]) -> None:
    assert named(validate(Subject("x", with_keywords(keyword)))) == domains


def test_what_is_installed_tells_nothing() -> None:
    document = json.loads(json.dumps(with_keywords("optics")))
    document["environments"][0]["packages"].append(PACKAGE)
    assert named(validate(Subject("x", document))) == []


def test_seeds_of_an_environment_tell_the_field() -> None:
    document = json.loads(json.dumps(with_keywords("robots")))
    seed = {"value": 0, "how": "observed", "library": "gymnasium"}
    document["runs"][1]["seeds"].append(seed)
    report = validate(Subject("x", document))
    assert named(report) == ["reinforcement-learning"]
    assert report.domains[0].because == "run walker-1 gave a seed to gymnasium"


def test_rules_of_other_fields_are_neither_assessed_nor_listed() -> None:
    report = validate(Subject("x", AGENTS))
    told = {*report.assessed, *(each.code for each in report.not_assessed)}
    for rule in all_rules():
        assert (rule.code in told) == (not rule.domains or "reinforcement-learning" in rule.domains)


def test_every_domain_has_a_rule_and_none_of_them_can_make_a_manifest_invalid() -> None:
    assert {name for rule in all_rules() for name in rule.domains} == set(domain_names())
    assert {rule.level.value for rule in all_rules() if rule.domains} == {"SHOULD", "MAY"}


def test_report_says_which_domains_were_judged_and_why() -> None:
    document = report_document(judge(Subject("x", AGENTS), Demands(domains=("medicine",))))
    assert document["domains"] == [{"id": "medicine", "title": "medicine", "because": "it was asked for"}]
    assert list(problems(document, "report")) == []


def test_asked_for_goes_before_policy_and_policy_before_keywords(tmp_path: Path) -> None:
    path = tmp_path / "venue.toml"
    path.write_text('id = "venue"\nstandard = "1.0"\ndomains = ["finance"]\n', "utf-8")
    policy = read_policy(path)
    subject = Subject("x", AGENTS)
    assert named(judge(subject, Demands())) == ["reinforcement-learning"]
    by_policy = judge(subject, Demands(policy))
    assert [(each.id, each.because) for each in by_policy.domains] == [
        ("finance", "the policy venue asks for it")
    ]
    assert named(judge(subject, Demands(policy, domains=("vision",)))) == ["vision"]
    assert named(judge(subject, Demands(policy, domains=()))) == []


def test_policy_that_extends_another_keeps_its_domains(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('id = "a"\nstandard = "1.0"\ndomains = ["nlp"]\n', "utf-8")
    (tmp_path / "b.toml").write_text('id = "b"\nstandard = "1.0"\nextends = ["a.toml"]\n', "utf-8")
    (tmp_path / "c.toml").write_text(
        'id = "c"\nstandard = "1.0"\nextends = ["a.toml"]\ndomains = []\n', "utf-8"
    )
    assert read_policy(tmp_path / "b.toml").domains == ("nlp",)
    assert read_policy(tmp_path / "c.toml").domains == ()


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["rl"], "Did you mean reinforcement-learning?"),
        (["visoin"], "Did you mean vision?"),
        (["physics"], "Known: nlp, vision"),
        (["none", "nlp"], "Leave one of them out"),
    ],
)
def test_unknown_domain_is_explained(names: list[str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked_domains(names)
    assert says in str(caught.value)


def test_policy_with_an_unknown_domain_says_what_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "venue.toml"
    path.write_text('id = "venue"\nstandard = "1.0"\ndomains = ["medecine"]\n', "utf-8")
    with pytest.raises(UsageError, match=r"line 3.*there is no domain medecine.*Did you mean medicine\?"):
        read_policy(path)


def test_none_is_no_domain() -> None:
    assert asked_domains(["none"]) == ()


def test_manifest_that_cannot_be_read_shows_no_domain() -> None:
    assert named(validate(Subject.of_bytes("x", b"{"))) == []
    assert named(validate(Subject("x", AGENTS | {"runs": 7}))) == []


def test_policy_sets_how_many_seeds_an_agent_needs() -> None:
    subject = Subject("x", AGENTS)
    report = validate(subject, only=["RC2231"], parameters={"RC2231": {"least": 10}})
    assert len(report.findings) == 4
    assert "at least 10" in report.findings[0].message


def test_words_are_compared_without_case_marks_and_plural() -> None:
    assert words_of("Eval_Episodes-100") == ("eval", "episode", "100")
    assert words_of("gas") == ("gas",)
    assert words_of("Straße") == ("strasse",)


def test_domains_of_a_hostile_keyword_are_found_in_time() -> None:
    document = with_keywords(*["a " * 5000 + "rl"] * 20)
    manifest = Subject("x", document).well_formed
    assert [each.id for each in domains_of(manifest)] == ["reinforcement-learning"]


def test_explanation_says_for_whom_a_rule_is() -> None:
    rule = find_rule("RC2231")
    assert rule is not None
    assert rule.domains == ("reinforcement-learning",)
