"""What the recorded runs say of claims: judged by intervals, in the metric's own direction."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reprocrate.manifest import manifest_from
from reprocrate.render.evidence import Evidence, Standing, make_contrasts, make_evidence
from reprocrate.render.outcomes import make_outcomes
from tests.render import sample


def judged(change: dict[str, Any], document: dict[str, Any] | None = None) -> Evidence:
    """The first sample's only claim, changed."""
    made = copy.deepcopy(document or sample.digits_document())
    made["claims"] = [{**made["claims"][0], **change}]
    manifest = manifest_from(made)
    outcomes = make_outcomes(manifest)
    return make_evidence(manifest, outcomes, make_contrasts(manifest, outcomes))[0]


ACCURACY = "mlp.accuracy-vs-logistic.accuracy"  # 0.0596 to 0.0804
LOSS = "mlp.log_loss-vs-logistic.log_loss"  # -0.1864 to -0.1510


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"by": 0.03}, Standing.SUPPORTED),
        ({"by": 0.07}, Standing.OPEN),
        ({"by": 0.09}, Standing.CONFLICTING),
        ({"kind": "ordering", "by": 0}, Standing.SUPPORTED),
        ({"by": 0.15, "evidence": [LOSS]}, Standing.SUPPORTED),
        ({"by": 0.17, "evidence": [LOSS]}, Standing.OPEN),
        ({"by": 0.20, "evidence": [LOSS]}, Standing.CONFLICTING),
        ({"evidence": []}, Standing.NOT_EVIDENCED),
        ({"evidence": ["nowhere"]}, Standing.NOT_EVIDENCED),
    ],
)
def test_orderings_and_gains(change: dict[str, Any], standing: Standing) -> None:
    assert judged(change).standing is standing


@pytest.mark.parametrize(
    ("relation", "value", "standing"),
    [
        ("at_least", 0.95, Standing.SUPPORTED),
        ("at_least", 0.96, Standing.OPEN),
        ("at_least", 0.98, Standing.CONFLICTING),
        ("at_most", 0.98, Standing.SUPPORTED),
        ("at_most", 0.95, Standing.CONFLICTING),
    ],
)
def test_thresholds(relation: str, value: float, standing: Standing) -> None:
    change = {"kind": "threshold", "relation": relation, "value": value, "evidence": ["mlp.accuracy"]}
    assert judged(change).standing is standing
    assert judged(change | {"kind": "value"}).standing is standing  # a value with a side is a threshold


@pytest.mark.parametrize(
    ("margin", "standing"),
    [(0.01, Standing.SUPPORTED), (0.001, Standing.CONFLICTING), (None, Standing.SUPPORTED)],
)
def test_claimed_values(margin: float | None, standing: Standing) -> None:
    change = {"kind": "value", "relation": "equals", "value": 0.96, "evidence": ["mlp.accuracy"]}
    assert judged(change | ({"margin": margin} if margin else {})).standing is standing


@pytest.mark.parametrize(("at_least", "standing"), [(1, Standing.SUPPORTED), (2, Standing.CONFLICTING)])
def test_quantified_claims_count_their_parts(at_least: int, standing: Standing) -> None:
    change = {
        "kind": "quantified",
        "by": 0.1,
        "evidence": [ACCURACY, LOSS],
        "quantifier": {"at_least": at_least, "of": 2},
    }
    found = judged(change)
    assert found.standing is standing
    assert "support 1, contradict 1" in found.reason


def test_without_a_direction_no_order_can_be_told() -> None:
    document = sample.digits_document()
    del document["metrics"][0]["direction"]
    found = judged({}, document)
    assert found.standing is Standing.OPEN
    assert "higher or lower" in found.reason


def test_values_that_do_not_vary_are_judged_by_their_difference() -> None:
    document = sample.digits_document()
    effect = document["comparisons"][0]["effect"]
    del effect["interval"], document["comparisons"][0]["p_value"]
    assert judged({"by": 0.03}, document).standing is Standing.SUPPORTED
    assert judged({"by": 0.08}, document).standing is Standing.CONFLICTING


def test_single_runs_decide_nothing() -> None:
    document = sample.digits_document()
    comparison = document["comparisons"][0]
    del comparison["effect"]["interval"], comparison["p_value"], comparison["test"]
    assert judged({"by": 0.03}, document).standing is Standing.OPEN


def test_primary_claims_come_first() -> None:
    document = sample.digits_document()
    document["claims"].reverse()
    manifest = manifest_from(document)
    outcomes = make_outcomes(manifest)
    found = make_evidence(manifest, outcomes, make_contrasts(manifest, outcomes))
    assert [one.claim.id for one in found] == ["claim-1", "claim-2"]
