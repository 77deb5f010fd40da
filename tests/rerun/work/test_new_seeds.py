"""What a verdict says of seeds that the original never used, and of claims that were asked about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.rerun.compare import Basis, Circumstances, Margin, Outcome, Verdict, compare
from reprocrate.standard import problems
from tests.rerun.study import Study

NEW = (101, 102, 103)
VALUES = (0.90, 0.92, 0.91)


def study(seeds: tuple[int, ...] = (0, 1, 2), values: tuple[float, ...] = VALUES, **more: Any) -> Study:
    """Two configurations whose values move together by seed, and a claim that the first is better."""
    made = Study()
    for name, shift in (("wide", 0.0), ("narrow", -0.1)):
        made.add(name, seeds)
        for run, value in zip(made.document["runs"][-len(seeds) :], values, strict=True):
            run["metrics"][0]["value"] = value + shift
    made.document["determinism"] = {"seeds_pair_randomness": True}
    made.claim("first", "wide", "narrow", primary=True)
    made.claim("second", "narrow")
    made.document["claims"][1]["value"] = 0.5
    made.document |= more
    return made


def judged(original: Manifest, again: Study, seeds: tuple[int, ...] = NEW, **circumstances: Any) -> Verdict:
    document = again.document | {"id": "urn:uuid:00000000-0000-5000-8000-000000000000"}
    around = Circumstances(basis=Basis.FULL, new_seeds=tuple(map(str, seeds)), **circumstances)
    verdict = compare(
        original,
        manifest_from(document),
        asked_seeds={name: list(seeds) for name in ("wide", "narrow")},
        margins={"accuracy": Margin("absolute", 0.1, "reader")},
        circumstances=around,
    )
    assert problems(json.loads(json.dumps(verdict.to_json())), "verdict") == []
    return verdict


def test_new_seeds_are_compared_by_their_means_and_never_as_pairs() -> None:
    """The values are those of the recorded seeds: by pairs, or seed by seed, they would be identical."""
    verdict = judged(study().manifest(), study(NEW))
    for result in verdict.results:
        assert result.outcome is Outcome.EQUIVALENT
        assert result.numbers.equivalence is not None
        assert result.numbers.equivalence.method == "welch"
        assert result.numbers.tolerance is None
        assert result.remarks[0].startswith("Seeds 101, 102 and 103 are new, never used by the original")


def test_two_configurations_are_still_paired_with_each_other_on_the_new_seeds() -> None:
    (first, _) = judged(study().manifest(), study(NEW)).claims
    assert first.outcome.value == "upheld"
    span = first.parts[0].interval
    assert span is not None
    assert span.low == pytest.approx(0.1)
    assert span.high == pytest.approx(0.1)


def test_a_new_seed_that_crashed_is_not_dropped() -> None:
    again = study(NEW)
    again.document["runs"][1] |= {"status": "failed", "metrics": []}
    again.document["results"][0] |= {
        "runs": ["wide-101", "wide-103"],
        "n": 2,
        "excluded": [{"run": "wide-102", "reason": "failed"}],
    }
    wide = judged(study().manifest(), again).results[0]
    assert wide.outcome is Outcome.FAILED
    assert "Seed 102 ended with an error" in wide.explanation


def test_one_recorded_seed_cannot_be_judged_by_others() -> None:
    verdict = judged(study((0,), (0.9,)).manifest(), study(NEW))
    assert {one.outcome for one in verdict.results} == {Outcome.NOT_ASSESSABLE}
    assert "used other seeds" in verdict.results[0].explanation


def test_the_claims_that_were_asked_about_decide() -> None:
    again = study(NEW)
    assert not judged(study().manifest(), again, claims=("second",)).upheld
    asked = judged(study().manifest(), again, claims=("first",))
    assert asked.upheld
    assert "1 asked claim upheld" in asked.sentence
