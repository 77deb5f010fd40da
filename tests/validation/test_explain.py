"""A rule explained."""

from __future__ import annotations

import sys

import pytest

from reprocrate import UnreadableError, UsageError
from reprocrate.validation import Level, Rule, all_rules
from reprocrate.validation.explain import MOST_LINES, MOST_PARTS, explain


def test_rule_is_explained_with_text_reason_remedy_and_examples() -> None:
    found = explain("RC0602")
    assert (found.code, found.level, found.since) == ("RC0602", Level.MUST, "1.0")
    assert found.text == "The seeds of the runs that a result over seeds rests on MUST be unique."
    assert "smaller" in found.why
    assert "excluded" in found.fix
    assert found.valid is not None
    assert found.valid.findings == ()
    assert found.failing is not None
    assert found.failing.findings == ("result wide.accuracy counts seed 0 twice, in wide-0 and wide-1",)
    assert '/runs/1/seeds: [{"value": 0, "how": "argument"}]' in found.failing.shown


def test_specification_is_quoted() -> None:
    paragraph = explain("RC0805").paragraph
    assert paragraph is not None
    purpose, *others = paragraph.split("\n\n")
    assert purpose.startswith("*A number with its spread")
    assert any("Nobody picks among launches" in each for each in others)
    assert not any(each.startswith(("|", "```", "<!--")) for each in others)


def test_explanation_does_without_the_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> str:
        raise UnreadableError("absent")

    monkeypatch.setattr(sys.modules["reprocrate.validation.explain"], "specification", absent)
    assert explain("RC0301").paragraph is None


def test_parameters_of_a_rule_are_told() -> None:
    assert explain("RC0603").parameters == {"least": 3}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_examples_short_enough_to_read(rule: Rule) -> None:
    found = explain(rule.code)
    assert found.valid is not None
    assert found.failing is not None
    assert found.failing.findings
    assert found.failing.shown
    for example in (found.valid, found.failing):
        assert len(example.shown.splitlines()) <= MOST_PARTS * (MOST_LINES + 1)


def test_unknown_rule_is_an_error_of_use() -> None:
    with pytest.raises(UsageError, match="no rule RC9999"):
        explain("RC9999")
