"""Values of Python are held to what a text is held to, at the same places."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from reprocrate.manifest.strict import MAX_DEPTH, read_text
from reprocrate.manifest.values_given import value_problems
from reprocrate.standard import MOST_PROBLEMS, shipped_bytes
from reprocrate.validation import Subject, validate


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, math.nan, {"b": -math.inf}], "c/d": math.inf},
        {"a": "\ud800", "b": {"c": ["x\udfff", "é"]}},
        {"a": {"\ud800": 1, "~": ["\udc00"]}},
        nested(MAX_DEPTH),
        nested(MAX_DEPTH + 1),
        {"a": nested(MAX_DEPTH + 50), "b": math.nan},
        [math.nan] * (MOST_PROBLEMS + 5),
        [10**308, -0.0, 2**70, True, None, "é", {"é": 1}],
    ],
)
def test_values_and_their_text_have_the_same_problems(value: Any) -> None:
    text = json.dumps(value).encode()
    found = [(each.code, each.pointer) for each in value_problems(value)]
    assert found == [(each.code, each.pointer) for each in read_text(text)[1]]


@pytest.mark.parametrize("value", [10**400, -(10**400)])
def test_whole_number_beyond_every_double_is_refused(value: int) -> None:
    assert [(each.code, each.pointer) for each in value_problems({"a": [value]})] == [("RC0006", "/a/0")]


@pytest.mark.parametrize(
    ("value", "pointer", "kind"),
    [({"a": (1,)}, "/a", "tuple"), ({"a": [b"x"]}, "/a/0", "bytes"), ({"a": {1: 2}}, "/a", "int")],
)
def test_what_json_has_no_words_for_is_refused(value: Any, pointer: str, kind: str) -> None:
    (problem,) = value_problems(value)
    assert (problem.code, problem.pointer) == ("RC0004", pointer)
    assert f"of the type {kind} " in problem.reason


@pytest.mark.parametrize(
    ("value", "code"), [(math.nan, "RC0006"), (10**400, "RC0006"), ("\ud800", "RC0007"), ({1}, "RC0004")]
)
def test_such_a_document_is_not_judged_further(value: Any, code: str) -> None:
    document = json.loads(shipped_bytes("conformance/golden/full.json"))
    document["results"][0]["n"] = value
    report = validate(Subject("given", document))
    assert [(each.code, each.location.pointer) for each in report.findings] == [(code, "/results/0/n")]
    assert not report.valid
    assert [each for each in report.not_assessed if each.failed] == []


def test_a_document_in_itself_is_refused() -> None:
    document: dict[str, Any] = {}
    document["a"] = document
    assert [each.code for each in value_problems(document)] == ["RC0008"]
