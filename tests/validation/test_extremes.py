"""No number that a manifest may hold makes a rule fail, however large, small or close to its bound it is."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reprocrate.validation import Subject, validate

CONFORMANCE = Path(__file__).parents[2] / "schema" / "1.0" / "conformance"
BASES = {
    name: json.loads((CONFORMANCE / f"{name}.json").read_text())
    for name in ("base/seeds", "golden/full", "golden/crossvalidation", "golden/grid")
}
LARGEST = sys.float_info.max
ALMOST_1 = 0.9999999999999999
EXTREMES = (
    *(0.0, -0.0, 5e-324, -5e-324, 2.2e-308, 1e-300, 1e-160, 1e-17, 1.0, -1.0, ALMOST_1, 0.5, 100.0),
    *(1e15, 2.0**53, 1e16, 1e22, 1e150, 1e160, 1e300, 1e307, 1e308, -1e308, 1.7e308, LARGEST, -LARGEST),
)
COUNTS = (1, 2, 3, 10**6, 2**53 + 1, 10**30, 10**308, 10**400)
PRINTED = ("0", "0.0", "1e308", "9" * 300, "-1e308", "1e-308", "1e400", "0.1")

Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where numbers and printed figures stand."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*place, index))
    elif (isinstance(value, int | float) and not isinstance(value, bool)) or is_printed(place):
        yield place


def is_printed(place: Place) -> bool:
    return "reported" in place and place[-1] in ("value", "dispersion")


def with_value(document: Any, place: Place, value: Any) -> None:
    for step in place[:-1]:
        document = document[step]
    document[place[-1]] = value


def judged(place: Place) -> bool:
    return place[0] in ("runs", "results", "comparisons", "metrics", "claims", "tables", "configurations")


def failures(document: Any) -> list[str]:
    report = validate(Subject("rings", document))
    return [f"{each.code}: {each.reason}" for each in report.not_assessed if each.failed]


def silence(document: Any) -> None:
    """Take the values behind the results away, so that their numbers are held against each other."""
    for result in document.get("results", []):
        for name in ("runs", "excluded"):
            result.pop(name, None)


@st.composite
def extreme(draw: st.DrawFn) -> Any:
    name = draw(st.sampled_from(sorted(BASES)))
    document = copy.deepcopy(BASES[name])
    if draw(st.booleans()):
        silence(document)
    where = [place for place in places(document) if judged(place)]
    for place in draw(st.lists(st.sampled_from(where), min_size=1, max_size=12, unique=True)):
        before = document
        for step in place:
            before = before[step]
        words = PRINTED if isinstance(before, str) else COUNTS if isinstance(before, int) else EXTREMES
        with_value(document, place, draw(st.sampled_from(words)))
    return document


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(extreme())
def test_extreme_numbers_make_no_rule_fail(document: Any) -> None:
    assert failures(document) == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(EXTREMES) | st.floats(allow_nan=False, allow_infinity=False), min_size=6, max_size=6
    ),
    st.sampled_from(["welch_t", "paired_t"]),
    st.sampled_from([ALMOST_1, 0.95, 1e-300, 5e-324]),
    st.sampled_from(["sd", "se", "ci", "range", "iqr", "mad"]),
    st.sampled_from(EXTREMES),
    st.booleans(),
)
def test_extreme_values_of_runs_make_no_rule_fail(
    values: list[float], test: str, level: float, kind: str, effect: float, known: bool
) -> None:
    document = copy.deepcopy(BASES["base/seeds"])
    del document["metrics"][0]["unit"]
    for run, value in zip(document["runs"], values, strict=True):
        run["metrics"][0]["value"] = value
    for result, mine in zip(document["results"], (values[:3], values[3:]), strict=True):
        result |= {"value": mine[0], "minimum": min(mine), "maximum": max(mine), "sd": abs(mine[1])}
        result["interval"] |= {"level": level, "low": min(mine), "high": max(mine)}
        result["reported"] = [{"value": "0.9", "dispersion": "0.1", "dispersion_kind": kind}]
    comparison = document["comparisons"][0]
    comparison |= {"test": test, "paired": test == "paired_t"}
    comparison["effect"]["value"] = effect
    comparison["effect"]["interval"] |= {"low": min(values), "high": max(values), "level": level}
    document["determinism"]["seeds_pair_randomness"] = True
    if not known:
        silence(document)
    assert failures(document) == []


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("kind", ["ci", "pi"])
def test_interval_of_a_level_next_to_1_is_judged(known: bool, kind: str) -> None:
    document = copy.deepcopy(BASES["base/seeds"])
    if not known:
        silence(document)
    document["results"][0]["interval"] |= {"level": ALMOST_1, "kind": kind}
    report = validate(Subject("rings", document), only=["RC0804", "RC0828"])
    assert report.not_assessed == ()
    assert [each.code for each in report.findings] == ["RC0804" if known else "RC0828"]


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("kind", ["sd", "se", "ci", "pi"])
def test_any_number_of_values_makes_no_rule_fail(n: int, kind: str) -> None:
    document = copy.deepcopy(BASES["base/seeds"])
    silence(document)
    result = document["results"][0]
    result |= {"n": n, "reported": [{"value": "0.91", "dispersion": "0.004", "dispersion_kind": "se"}]}
    result["interval"] |= {"kind": kind}
    assert failures(document) == []
    del result["sd"]
    assert failures(document) == []


def test_range_that_no_double_holds_is_judged() -> None:
    """The mean of two values lies in their middle, also where their difference is no double."""
    document = copy.deepcopy(BASES["base/seeds"])
    silence(document)
    del document["metrics"][0]["unit"]
    result = document["results"][0]
    for name in ("sd", "interval"):
        del result[name]
    result |= {"n": 2, "minimum": -LARGEST, "maximum": LARGEST, "value": 0.0}
    assert [each.code for each in validate(Subject("rings", document), only=["RC0825"]).findings] == []
    result["value"] = 1e308
    assert [each.code for each in validate(Subject("rings", document), only=["RC0825"]).findings] == [
        "RC0825"
    ]
