"""The validator that tells fast whether a document fits its schema agrees with the one that says why not."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from reprocrate.standard import ecma_pattern, schema_document, shipped_bytes
from reprocrate.standard.patterns import WITHOUT_TRYING, _translated
from reprocrate.standard.problems import MOST_PROBLEMS, _fast_judge, _judge, problems
from reprocrate.validation.cases import all_cases

OTHERS = (
    None,
    True,
    False,
    0,
    1,
    -1,
    0.5,
    2.0,
    "",
    "a",
    "1.0",
    "é",
    [],
    {},
    [1],
    {"a": 1},
    {"x-a": 1},
)


def follows(document: Any) -> bool:
    return _fast_judge("manifest", "1.0")(document)


def accepted(document: Any) -> bool:
    return next(_judge("manifest", "1.0")[0].iter_errors(document), None) is None


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, each in inner:
        yield (*path, part)
        yield from places(each, (*path, part))


@pytest.mark.thorough
def test_every_conformance_case_is_answered_alike() -> None:
    documents = [case.document for case in all_cases() if isinstance(case.document, dict)]
    assert len(documents) > 1000
    told = [follows(each) for each in documents]
    assert told == [accepted(each) for each in documents]
    assert set(told) == {True, False}


@pytest.mark.parametrize("seed", range(4))
def test_values_of_other_kinds_are_answered_alike(seed: int) -> None:
    chosen = random.Random(seed)
    full = json.loads(shipped_bytes("conformance/golden/full.json"))
    everywhere = list(places(full))
    for _ in range(150):
        document = copy.deepcopy(full)
        *above, last = chosen.choice(everywhere)
        inner: Any = document
        for part in above:
            inner = inner[part]
        inner[last] = copy.deepcopy(chosen.choice(OTHERS))
        assert follows(document) is accepted(document), (above, last, inner[last])


def test_patterns_that_are_replaced_are_those_of_a_schema() -> None:
    written = json.dumps([schema_document("manifest", version) for version in ("0.9", "1.0")])
    assert [each for each in WITHOUT_TRYING if json.dumps(each)[1:-1] not in written] == []


@pytest.mark.parametrize("pattern", WITHOUT_TRYING)
def test_replaced_patterns_match_the_same(pattern: str) -> None:
    import re

    plain = re.compile("".join(_translated(pattern)))
    chosen = random.Random(0)
    pieces = [
        "1",
        "1.1",
        ".",
        "a",
        "+",
        "-",
        "MIT",
        "(",
        ")",
        " ",
        " AND ",
        " WITH ",
        "DocumentRef-",
        ":",
        "\n",
    ]
    texts = ["".join(chosen.choices(pieces, k=chosen.randrange(9))) for _ in range(20000)]
    assert [
        each for each in texts if bool(plain.search(each)) != bool(ecma_pattern(pattern).search(each))
    ] == []
    assert any(map(plain.search, texts))


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for each in node.values():
            yield from patterns(each)
    elif isinstance(node, list):
        for each in node:
            yield from patterns(each)


@pytest.mark.parametrize("version", ["0.9", "1.0"])
def test_no_pattern_tries_again_and_again(version: str) -> None:
    """One that does would not be done with these texts before anybody stops the tests."""
    starts = ("", "1.", "https://", "10.1234/", "/", "2026-01-01T00:00:00.", "sha256:", "swh:1:cnt:")
    repeated = ["1", "1.1", "a", "a/", "/a", "~0", "../", "-", "a-", "@", "a@", "(", "A AND ", "DocumentRef-"]
    for pattern in set(patterns(schema_document("manifest", version))):
        search = ecma_pattern(pattern).search
        found = [search(f"{start}{piece * 100_000}~\n ") for start in starts for piece in repeated]
        assert len(found) == len(starts) * len(repeated)


def test_a_thousand_problems_are_told_at_most() -> None:
    minimal = json.loads(shipped_bytes("conformance/golden/minimal.json"))
    assert len(problems({**minimal, "runs": [1] * 5000}, "manifest")) == MOST_PROBLEMS


def test_problems_that_are_forgiven_hide_no_other() -> None:
    minimal = json.loads(shipped_bytes("conformance/golden/minimal.json"))
    document = {**{f"new{number}": 1 for number in range(5000)}, **minimal, "runs": 1}
    found = problems(document, "manifest", forgiven=lambda each: each.keyword == "unevaluatedProperties")
    assert [each.pointer for each in found if each.keyword != "unevaluatedProperties"] == ["/runs"]
    assert len(found) == MOST_PROBLEMS + 1
