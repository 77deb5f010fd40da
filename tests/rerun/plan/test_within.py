"""Work that is chosen by its time: it fits, it bears on what is claimed, and more time never gives less."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.manifest import Manifest
from reprocrate.rerun.plan.decisions import Expected
from reprocrate.rerun.plan.offers import Within
from reprocrate.rerun.plan.outlook import claim_configurations, total_seconds
from reprocrate.rerun.plan.scope import Scope, Selection
from reprocrate.rerun.plan.within import best_within
from reprocrate.rerun.work.selection import Depth
from tests.rerun.study import Study, file, names

EVALUATE = {"variants": [{"name": "evaluate", "overrides": ["--evaluate"], "minutes": 0.1}]}


def best(
    study: Study, seconds: float, expected: Expected = Expected.IDENTICAL, **scope: Any
) -> tuple[Selection, Within]:
    return best_within(study.manifest(), Scope(within=seconds, **scope), lambda _: expected)


def two(**more: Any) -> Study:
    """Two methods of five seeds of a minute, and a third that the primary claim does not rest on."""
    study = Study()
    for name in ("wide", "narrow", "other"):
        study.add(name, range(5), **more)
    study.claim("first", "wide", "narrow", primary=True)
    study.claim("second", "other")
    return study


def test_with_time_for_all_the_primary_claims_are_rerun_in_full_and_nothing_else() -> None:
    selection, within = best(two(), 3600)
    assert selection.depth is Depth.FULL
    assert names(selection.tasks) == [f"{name}-{seed}" for name in ("wide", "narrow") for seed in range(5)]
    assert within.offers[-1].chosen
    assert selection.reasons[0].startswith(
        "Within 60 min: full, seeds 0-4 of wide, narrow, about 10 min by the"
    )
    assert "environment" in selection.reasons[0]


def test_with_less_time_fewer_seeds_are_run_of_both_and_what_is_left_out_is_said() -> None:
    selection, _ = best(two(), 420)
    assert names(selection.tasks) == [f"{name}-{seed}" for name in ("wide", "narrow") for seed in range(3)]
    assert selection.reasons[1] == "All of it would take about 10 min."


@pytest.mark.parametrize(
    ("expected", "seconds", "depth", "runs"),
    [
        (Expected.IDENTICAL, 240, Depth.FULL, 4),
        (Expected.EQUIVALENT, 240, Depth.EVALUATE, 10),
        (Expected.EQUIVALENT, 360, Depth.FULL, 6),
        (Expected.IDENTICAL, 239, Depth.EVALUATE, 10),
        (Expected.IDENTICAL, 30, Depth.EVALUATE, 4),
        (Expected.IDENTICAL, 5, Depth.LOGS, 0),
    ],
)
def test_fewer_seeds_than_can_decide_give_way_to_an_evaluation(
    expected: Expected, seconds: float, depth: Depth, runs: int
) -> None:
    selection, _ = best(two(configuration=EVALUATE), seconds, expected)
    assert (selection.depth, len(selection.tasks)) == (depth, runs)


def test_without_an_evaluation_too_few_seeds_are_better_than_none() -> None:
    selection, within = best(two(), 130)
    assert names(selection.tasks) == ["wide-0", "narrow-0"]
    assert [(one.depth, one.chosen) for one in within.offers] == [
        (Depth.FULL, False),
        (Depth.EVALUATE, False),
        (Depth.FULL, True),
    ]
    assert "first" in within.offers[1].reason


def test_what_cannot_be_run_here_is_not_chosen() -> None:
    selection, within = best(two(), 3600, Expected.NOTHING)
    assert (selection.depth, selection.tasks) == (Depth.LOGS, ())
    assert within.offers[0].reason == "it cannot be run on this machine (`plan --depth full` says why)"


def test_a_claim_that_fits_is_better_than_none() -> None:
    study = two()
    study.document["claims"][1]["primary"] = True
    study.document["runs"][0]["duration_s"] = 1e6
    selection, _ = best(study, 600)
    assert {task.configuration.id for task in selection.tasks} == {"other"}
    assert "first among it" in selection.reasons[1]


@pytest.mark.parametrize("seconds", [None, 0.0, 1e308])
def test_a_duration_that_says_nothing_fits_into_no_time(seconds: float | None) -> None:
    study = two()
    if seconds is None:
        del study.document["runs"][0]["duration_s"]
    else:
        study.document["runs"][0]["duration_s"] = seconds
    selection, within = best(study, 3600)
    assert selection.depth is Depth.LOGS
    reason = "not known: of 1 of its runs" if not seconds else "over 100 years"
    assert reason in within.offers[0].reason


def test_absurd_durations_have_no_sum() -> None:
    study = two(seconds=1e308)
    selection, within = best(study, 3600)
    assert selection.depth is Depth.LOGS
    assert total_seconds(best(study, 3600)[0].tasks) == 0
    assert within.offers[0].seconds is None


def test_preparation_counts_as_well() -> None:
    study = Study()
    study.add("prepare", [None], 600.0, result=False, outputs=[file("rows.csv", 1)])
    study.add("wide", [0, 1], inputs=[file("rows.csv", 1)])
    study.claim("first", "wide")
    assert best(study, 300)[0].depth is Depth.LOGS
    assert names(best(study, 700)[0].tasks) == ["prepare", "wide-0"]


def test_seeds_that_all_have_come_first() -> None:
    study = Study()
    study.add("wide", [5, 6, 7])
    study.add("narrow", [7, 6, 9])
    study.claim("first", "wide", "narrow")
    assert names(best(study, 250)[0].tasks) == ["wide-6", "wide-7", "narrow-7", "narrow-6"]


def test_without_claims_every_result_is_what_counts() -> None:
    study = Study()
    study.add("wide", [0])
    study.add("prepare", [None], result=False)
    assert names(best(study, 70)[0].tasks) == ["wide-0"]
    assert best(Study(), 70)[0].depth is Depth.LOGS


def test_the_claims_and_configurations_that_are_asked_for_are_what_counts() -> None:
    assert {task.configuration.id for task in best(two(), 3600, claims=("second",))[0].tasks} == {"other"}
    assert {task.configuration.id for task in best(two(), 3600, configurations=("other",))[0].tasks} == {
        "other"
    }
    assert {str(task.seed) for task in best(two(), 3600, seeds=(1, 3))[0].tasks} == {"1", "3"}


def test_one_run_without_a_seed() -> None:
    study = Study()
    study.add("wide", [None])
    study.claim("first", "wide", primary=True)
    assert names(best(study, 70)[0].tasks) == ["wide"]
    assert best(study, 50)[0].depth is Depth.LOGS


@st.composite
def studies(draw: st.DrawFn) -> Study:
    study = Study()
    labels = ["a", "b", "c", "d"][: draw(st.integers(1, 4))]
    if draw(st.booleans()):
        study.add("prepare", [None], draw(st.floats(0.1, 300)), result=False, outputs=[file("rows.csv", 1)])
    for name in labels:
        seeds = draw(st.lists(st.integers(0, 9), min_size=1, max_size=6, unique=True))
        minutes = draw(st.none() | st.floats(0.001, 3))
        variants = [{"name": "evaluate", "minutes": minutes}] if draw(st.booleans()) and minutes else []
        inputs = [file("rows.csv", 1)] if draw(st.booleans()) else []
        study.add(name, seeds, configuration={"variants": variants}, inputs=inputs)
        for run in study.document["runs"][-len(seeds) :]:
            run["duration_s"] = draw(st.sampled_from([1.0, 60.0, 600.0, 3600.0]))
        if draw(st.integers(0, 9)) == 0:
            del study.document["runs"][-1]["duration_s"]
    for number in range(draw(st.integers(0, 4))):
        first, second = draw(st.sampled_from(labels)), draw(st.sampled_from([*labels, None]))
        than = second if second != first else None
        if than is None or (first, than) not in {
            (one["a"][0], one["b"][0]) for one in study.document["comparisons"]
        }:
            study.claim(f"claim-{number}", first, than, primary=draw(st.booleans()))
    return study


def shown(manifest: Manifest, selection: Selection) -> tuple[int, ...]:
    """What work shows of the claims that decide, so that more is larger: claims, depth, then runs."""
    claims = [one for one in manifest.claims if one.primary] or list(manifest.claims)
    run = {task.configuration.id for task in selection.tasks}
    covered = sum(set(claim_configurations(manifest, one)) <= run for one in claims)
    ranks = {Depth.LOGS: 0, Depth.EVALUATE: 1, Depth.FULL: 2}
    return covered, ranks[selection.depth], len(selection.tasks)


@settings(max_examples=150, deadline=None)
@given(studies(), st.floats(0.5, 20000), st.sampled_from([Expected.IDENTICAL, Expected.EQUIVALENT]))
def test_work_fits_and_bears_on_a_claim_that_decides(
    study: Study, seconds: float, expected: Expected
) -> None:
    manifest = study.manifest()
    selection, within = best(study, seconds, expected)
    taken = total_seconds(selection.tasks)
    assert taken is not None
    assert taken <= seconds
    assert [one.chosen for one in within.offers] == [False] * (len(within.offers) - 1) + [True]
    claims = [one for one in manifest.claims if one.primary] or list(manifest.claims)
    if selection.tasks and claims:
        assert shown(manifest, selection)[0] >= 1
        bases = {name for one in claims for name in claim_configurations(manifest, one)}
        assert {task.configuration.id for task in selection.tasks} <= bases | {"prepare"}


@settings(max_examples=150, deadline=None)
@given(
    studies(), st.lists(st.floats(0.5, 20000), min_size=2, max_size=6), st.sampled_from(list(Expected)[:3])
)
def test_more_time_never_gives_less(study: Study, times: list[float], expected: Expected) -> None:
    """The work for more time is nowhere later in the order of preference."""
    found = [best(study, seconds, expected) for seconds in sorted(times)]
    for (less, short), (more, long) in itertools.pairwise(found):
        assert len(long.offers) <= len(short.offers)
        if len(long.offers) == len(short.offers) and less.depth is more.depth:
            before = {task.configuration.id for task in less.tasks}
            if before == {task.configuration.id for task in more.tasks}:
                assert set(names(less.tasks)) <= set(names(more.tasks))
            else:
                assert before < {task.configuration.id for task in more.tasks}


@settings(max_examples=60, deadline=None)
@given(studies(), st.floats(0.5, 20000))
def test_the_same_question_has_the_same_answer(study: Study, seconds: float) -> None:
    assert best(study, seconds)[0].reasons == best(study, seconds)[0].reasons
