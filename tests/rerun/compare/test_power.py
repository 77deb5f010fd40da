"""What so few seeds could have shown, held against simulation with the judge itself."""

from __future__ import annotations

import random

import pytest

from reprocrate.rerun.compare import Case, Margin, Outcome, Sample, SeedValue, judge
from reprocrate.rerun.compare.explanation import remarks
from reprocrate.rerun.compare.power import Power, Setup, power

TRIES = 1500


def sample(values: list[float], first: int = 0) -> Sample:
    return Sample("m", tuple(SeedValue(str(first + i), value) for i, value in enumerate(values)))


def simulated(n: int, k: int, delta: float, shift: float, source: random.Random) -> float:
    found = 0
    for _ in range(TRIES):
        original = sample([source.gauss(0, 1) for _ in range(n)])
        rerun = sample([source.gauss(shift, 1) for _ in range(k)], 100)
        asked = tuple(one.seed for one in rerun.seeds)
        case = Case("r", "c", original, rerun, asked, margin=Margin("absolute", delta))
        found += judge([case])[0].outcome is Outcome.CONTRADICTED
    return found / TRIES


@pytest.mark.parametrize(
    ("n", "k", "delta", "shift"),
    [
        (5, 5, 1.8, 3.0),
        (5, 5, 0.5, 2.0),
        (10, 10, 0.5, 1.2),
        (3, 3, 1.0, 4.0),
        (5, 1, 1.0, 4.0),
        (10, 3, 1.0, 1.0),
    ],
)
def test_power_is_about_the_rate_at_which_the_judge_contradicts(
    n: int, k: int, delta: float, shift: float
) -> None:
    found = power(Setup(n, k, 1.0, delta, 0.05), advantage=shift).at_advantage
    assert found == pytest.approx(simulated(n, k, delta, shift, random.Random(n + k)), abs=0.05)


def test_detectable_change_is_found_in_four_of_five_reruns() -> None:
    found = power(Setup(5, 5, 1.0, 1.8, 0.05), None).detectable
    assert simulated(5, 5, 1.8, found, random.Random(1)) == pytest.approx(0.8, abs=0.05)


def test_power_grows_with_seeds_and_with_the_shift_and_scales_with_the_unit() -> None:
    few, many = (power(Setup(n, n, 1.0, 0.5, 0.05), 1.5) for n in (3, 20))
    assert few.at_advantage is not None
    assert many.at_advantage is not None
    assert few.at_margin < few.at_advantage < many.at_advantage
    assert many.detectable < few.detectable
    scaled = power(Setup(3, 3, 100.0, 50.0, 0.05), 150.0)
    assert scaled.at_margin == pytest.approx(few.at_margin)
    assert scaled.detectable == pytest.approx(100 * few.detectable, rel=2e-3)


def test_a_larger_family_leaves_less_power() -> None:
    alone, among = (power(Setup(5, 5, 1.0, 0.5, alpha), 2.0) for alpha in (0.05, 0.05 / 50))
    assert among.at_margin < alone.at_margin
    assert among.detectable > alone.detectable


def judged(values: list[float], again: list[float], **more: object) -> tuple[Outcome, Power | None, str]:
    rerun = sample(again, 100)
    case = Case("r", "c", sample(values), rerun, tuple(one.seed for one in rerun.seeds), **more)  # type: ignore[arg-type]
    one = judge([case])[0]
    return one.outcome, one.figures.power, " ".join(remarks(one))


def test_what_could_have_been_shown_is_told_where_nothing_was() -> None:
    outcome, found, said = judged(
        [0.90, 0.92, 0.91, 0.93, 0.89],
        [0.90, 0.91, 0.89, 0.92, 0.90],
        margin=Margin("absolute", 0.01),
        advantage=0.05,
    )
    assert outcome is Outcome.INCONCLUSIVE
    assert found is not None
    assert found.advantage == 0.05
    assert "Had the mean truly moved by the margin" in said
    assert "by the claimed advantage of 0.05" in said


def test_no_power_is_told_where_nothing_varies_or_no_margin_is_declared() -> None:
    assert judged([0.9] * 3, [0.8] * 3, margin=Margin("absolute", 0.01))[1] is None
    assert judged([0.9, 0.91, 0.92], [0.8, 0.81, 0.82])[1] is None
