"""A single recorded seed, judged by the predictions of both runs for the same items."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import scipy.stats

from reprocrate.manifest import File
from reprocrate.rerun.compare import HostDifference, Outcome, ResultVerdict, Verdict
from reprocrate.rerun.compare.items import ItemTest, paired_items
from reprocrate.rerun.compare.predictions import Unusable, items_of
from reprocrate.statistics import mcnemar
from tests.rerun.compare.test_manifests import changed, experiment, judged

N = 400


def rows(right: Sequence[bool]) -> bytes:
    lines = [f"{item},{int(one)},1" for item, one in enumerate(right)]
    return "\n".join(["item,prediction,target", *lines]).encode()


class Files:
    """The files of one side, by path."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        self.content = content

    def read(self, file: File, limit: int) -> bytes | None:
        found = self.content.get(file.path)
        return None if found is None or len(found) > limit else found


def one_seed(
    then: Sequence[bool], now: Sequence[bool], *, margin: float | None = 0.02, named: bool = True, **more: Any
) -> Verdict:
    """The verdict on one seed whose accuracy is the share of items that are right."""
    values = [sum(each) / len(each) for each in (then, now)]
    metric: dict[str, Any] = {
        "id": "accuracy",
        "direction": "maximize",
        "unit": "fraction",
        "count_of": len(then),
    }
    if margin is not None:
        metric["margin"] = {"kind": "absolute", "value": margin}
    sides = []
    for place, value in enumerate(values):
        document = experiment({"net": [value]}, metrics=[metric])
        file = {"path": "out/net-0.csv"}
        document["runs"][0] |= {"predictions": file} if named or not place else {"outputs": [file]}
        sides.append(document)
    files = (Files({"out/net-0.csv": rows(then)}), Files({"out/net-0.csv": rows(now)}))
    return judged(*sides, host=HostDifference.CPU, files=files, **more)


def net(verdict: Verdict) -> ResultVerdict:
    return verdict.results[0]


def answers(right: int, seed: int = 1, of: int = N) -> list[bool]:
    found = [place < right for place in range(of)]
    random.Random(seed).shuffle(found)
    return found


def flipped(then: Sequence[bool], to_wrong: int, to_right: int) -> list[bool]:
    found = list(then)
    for wanted, count in ((True, to_wrong), (False, to_right)):
        for place in [place for place, one in enumerate(then) if one is wanted][:count]:
            found[place] = not wanted
    return found


def test_mcnemar_contradicts_a_seed_that_lost_many_items() -> None:
    then = answers(360)
    found = net(one_seed(then, flipped(then, 40, 2)))
    assert found.outcome is Outcome.CONTRADICTED
    assert found.numbers.test == "mcnemar"
    assert found.numbers.p == pytest.approx(scipy.stats.binomtest(2, 42).pvalue, rel=1e-12)
    assert "400 items (McNemar's test; 40 right only then, 2 only now)" in found.explanation
    assert any("says nothing about other seeds" in remark for remark in found.remarks)


def test_few_changed_items_are_equivalent_at_a_wide_margin() -> None:
    then = answers(360)
    found = net(one_seed(then, flipped(then, 3, 1), margin=0.02))
    assert found.outcome is Outcome.EQUIVALENT
    assert found.numbers.equivalence is not None
    assert found.numbers.equivalence.method == "items"
    differences = [b - a for a, b in zip(then, flipped(then, 3, 1), strict=True)]
    upper = scipy.stats.ttest_1samp(differences, 0.02, alternative="less").pvalue
    lower = scipy.stats.ttest_1samp(differences, -0.02, alternative="greater").pvalue
    assert found.numbers.equivalence.p == pytest.approx(max(upper, lower), rel=1e-9)


def test_what_items_do_not_decide_is_inconclusive_and_says_so() -> None:
    then = answers(360)
    found = net(one_seed(then, flipped(then, 9, 4), margin=0.005))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "Neither equivalence nor a contradiction" in found.explanation


def test_without_a_margin_items_decide_nothing() -> None:
    then = answers(360)
    found = net(one_seed(then, flipped(then, 40, 2), margin=None))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.explanation.startswith("No margin is declared")


def test_predictions_of_the_rerun_may_be_an_output_at_the_same_place() -> None:
    then = answers(360)
    assert net(one_seed(then, flipped(then, 40, 2), named=False)).numbers.test == "mcnemar"


def test_within_one_item_no_test_is_made() -> None:
    then = answers(360)
    found = net(one_seed(then, flipped(then, 1, 0)))
    assert found.outcome is Outcome.WITHIN_TOLERANCE
    assert found.numbers.items is None


def test_degraded_conditions_contradict_no_seed_by_its_items() -> None:
    from reprocrate.rerun.compare import Circumstances

    then = answers(360)
    found = net(one_seed(then, flipped(then, 40, 2), circumstances=Circumstances(degraded=True)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "under other conditions that decides nothing" in found.explanation


def test_without_files_a_single_seed_is_not_assessable_as_before() -> None:
    document = experiment({"net": [0.9]})
    found = net(
        judged(document, changed(document, lambda one: one["runs"][0]["metrics"][0].update(value=0.8)))
    )
    assert found.outcome is Outcome.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (b"item,prediction,target\n0,1,1\n0,1,1\n", "does not name each item once"),
        (b"item,prediction,target\n0,1,1\n7,1,1\n", "not of the same items"),
        (b"\xff\xfe\x00", "no CSV in UTF-8"),
        (b"", "does not name each item once"),
        (b"item,prediction,target\n0,1,1\n1,0,1\n", "no mean over their items"),
        (b'item,prediction,target\n"0,1,1', "no CSV in UTF-8"),
    ],
)
def test_predictions_that_cannot_judge_say_why(now: bytes, reason: str) -> None:
    then = b"item,prediction,target\n0,1,1\n1,1,1\n"
    found = items_of(then, now, "accuracy", (1.0, 0.75), 1.0)
    assert isinstance(found, Unusable)
    assert reason in found.reason


def test_unusable_predictions_leave_a_remark() -> None:
    then = answers(360)
    verdict = one_seed(then, flipped(then, 40, 2)[:-1])
    found = net(verdict)
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert any("cannot judge it: they are not of the same items" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("metric", "value_of", "of"),
    [
        ("mae", abs, "its absolute error"),
        ("mse", lambda error: error * error, "its squared error"),
        ("own", lambda error: 3 * error, "its own"),
    ],
)
def test_other_metrics_are_judged_by_the_paired_t_test_of_what_they_average(
    metric: str, value_of: Any, of: str
) -> None:
    source = random.Random(3)
    target = [source.gauss(0, 1) for _ in range(60)]
    sides = []
    for noise in (0.3, 0.4):
        errors = [source.gauss(0.1, noise) for _ in target]
        lines = [
            f"{item},{t + error!r},{t!r},{3 * error!r}"
            for item, (t, error) in enumerate(zip(target, errors, strict=True))
        ]
        sides.append(
            ("\n".join(["item,prediction,target,own", *lines]).encode(), [value_of(e) for e in errors])
        )
    means = tuple(sum(values) / len(values) for _, values in sides)
    found = items_of(sides[0][0], sides[1][0], metric, (means[0], means[1]), 1.0)
    assert isinstance(found, ItemTest)
    assert (found.method, found.of) == ("paired_items", of)
    assert found.p == pytest.approx(scipy.stats.ttest_rel(sides[1][1], sides[0][1]).pvalue, rel=1e-9)
    assert found.mean == pytest.approx(means[1] - means[0])


def test_percentages_and_counts_scale_the_share() -> None:
    then, now = answers(300, of=400), answers(280, seed=2, of=400)
    for scale in (1.0, 100.0, 400.0):
        found = items_of(rows(then), rows(now), "accuracy", (0.75 * scale, 0.7 * scale), scale)
        assert isinstance(found, ItemTest)
        assert found.mean == pytest.approx(-0.05 * scale)


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 0), (7, 3), (150, 90), (5200, 4900), (5300, 4800)])
def test_mcnemar_is_the_binomial_test(a: int, b: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar as theirs

    exact = 1.0 if a + b == 0 else theirs([[0, a], [b, 0]], exact=True).pvalue
    assert mcnemar(a, b) == pytest.approx(exact, rel=1e-2 if a + b > 10_000 else 1e-9)


def test_a_million_changed_items_are_judged_at_once() -> None:
    assert mcnemar(500_000, 500_000) == 1.0
    assert mcnemar(600_000, 400_000) == 0.0


def test_a_single_item_is_no_test() -> None:
    assert paired_items([1.0], [0.0], 1.0, "whether it is right", counts=True) is None
