"""The texts and metadata of the rules, which are the specification's other half."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reprocrate.validation import FAMILIES, Level, Need, Rule, Subject, all_rules, find_rule, rule_codes
from reprocrate.validation.rule import MUST, Found, rule, shown

RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def test_codes_are_unique_and_ascend() -> None:
    codes = rule_codes()
    assert list(codes) == sorted(set(codes))


def test_families_hold_their_own_rules_only() -> None:
    assert [family.prefix for family in FAMILIES] == sorted(family.prefix for family in FAMILIES)
    for family in FAMILIES:
        assert family.rules
        assert {each.code[:4] for each in family.rules} == {family.prefix}


def test_rules_of_a_module_stand_in_the_order_of_their_codes() -> None:
    for family in FAMILIES:
        for module in family.modules:
            codes = [each.code for each in vars(module).values() if isinstance(each, Rule)]
            assert codes == sorted(codes), module.__name__


@RULES
def test_text_is_a_demand_at_the_rules_level(rule: Rule) -> None:
    words = set(re.findall(r"\b(MUST|SHOULD|MAY)\b", rule.summary))
    assert words == {rule.level.value}
    for text in (rule.summary, rule.judged, rule.why, rule.fix):
        assert text.endswith((".", ")"))
        assert text[0].isupper() or text[0] in '`"'
        assert "  " not in text
    assert not rule.says.endswith(".")


@RULES
def test_metadata_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"RC[0-9]{4}", rule.code)
    assert rule.since == "1.0"
    assert rule.lifecycle == "stable"
    assert find_rule(rule.code) is rule


@RULES
def test_rule_points_at_a_chapter_of_the_specification(rule: Rule, repository: Path) -> None:
    text = (repository / "spec.md").read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    assert rule.spec in {re.sub(r"[^a-z0-9]+", "-", heading.lower()) for heading in headings}


def test_level_decides_the_severity() -> None:
    assert [level.severity.value for level in Level] == ["error", "warning", "note"]


def test_rule_can_be_set() -> None:
    found = find_rule("RC0603")
    assert found is not None
    assert found.parameters == {"least": 3}


def test_unknown_code_is_no_rule() -> None:
    assert find_rule("RC9999") is None


def test_function_without_its_texts_is_no_rule() -> None:
    with pytest.raises(TypeError, match="Why: and Fix:"):

        @rule("RC9998", MUST, spec="terms", since="1.0", says="x")
        def bare(subject: Subject) -> None:
            """It MUST be so."""


def test_sentence_is_made_of_the_values() -> None:
    @rule(
        "RC9998", MUST, spec="terms", since="1.0", says="{name} is {value}, not {others}", needs=Need.DOCUMENT
    )
    def example(subject: Subject) -> list[Found]:  # type: ignore[misc]
        """It MUST be so.

        Judged: each one;
            at itself.
        Why: because
            it is.
        Fix: make it so.
        """
        return [Found("/a/0", name="x", value=0.1 + 0.2, others=["p", "q"])]

    (finding,) = example.findings(Subject("s", {}))
    assert finding.message == "x is 0.3, not p, q"
    assert str(finding.location) == "reprocrate.json#/a/0"
    assert (example.why, example.fix, example.name) == ("Because it is.", "Make it so.", "example")


def test_long_texts_are_cut_short() -> None:
    assert len(shown("9" * 1_000_000)) == 300


def test_long_lists_are_cut_short() -> None:
    assert shown([f"r{i}" for i in range(9)]) == "r0, r1, r2, r3, r4, r5 and 3 more"
