"""Answers against evidence: a conflict is always true, and what is absent is never one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reprocrate.finding import CheckedAnswer, Location, Observed, Presence, Report, Standing
from reprocrate.standard import shipped_bytes
from reprocrate.validation import Subject, validate
from reprocrate.validation.cases import cases_of, patched
from reprocrate.validation.checklists.answers import ANSWERS, Answer, FilledChecklist
from reprocrate.validation.checklists.asked.results import QUESTIONS as ABOUT_RESULTS
from reprocrate.validation.checklists.checking import asked_of, checked
from reprocrate.validation.checklists.conditions import CONDITIONS
from reprocrate.validation.checklists.evidence import State
from reprocrate.validation.checklists.findings import read_codes
from reprocrate.validation.checklists.gathering import evidence_of
from reprocrate.validation.checklists.objecting import unanswered
from reprocrate.validation.checklists.packs import pack_ids, pack_of, questions
from reprocrate.validation.families import find_rule

Patch = list[dict[str, Any]]


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shipped_bytes(f"conformance/golden/{name}.json"))
    return found


FULL = golden("full")


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def drop(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


def filled(pack: str, **answers: str) -> FilledChecklist:
    """Answers by item, with `_` for `.` and in front of digits."""
    place = Location("paper.tex", line=7)
    items = {name.strip("_").replace("_", "."): answer for name, answer in answers.items()}
    return FilledChecklist(pack, "paper.tex", tuple(Answer(i, a, a, "", place) for i, a in items.items()))


def answer_of(pack: str, item: str, answer: str | None, document: Any) -> CheckedAnswer:
    subject = Subject("rings", document)
    report = validate(subject, only=read_codes())
    given = (Answer(item, answer, answer or "", "", Location("paper.tex", line=7)),) if answer else ()
    found = checked(FilledChecklist(pack, "paper.tex", given), subject, report)
    return next(each for each in found.answers if each.item == item)


# Planted contradictions -------------------------------------------------------------------------------

SINGLE = {
    "id": "once.accuracy",
    "configuration": "wide",
    "metric": "accuracy",
    "data": "rings",
    "split": "heldout",
    "over": "runs",
    "statistic": "single",
    "n": 1,
    "runs": ["wide-0"],
    "value": 0.912,
    "reported": [{"value": "0.912", "dispersion_kind": "none"}],
}
CLAIM = {
    "id": "once",
    "text": "Wide features reach 0.912.",
    "primary": True,
    "kind": "value",
    "evidence": ["once.accuracy"],
    "relation": "equals",
    "value": 0.912,
}
ALONE = [put("/results", [SINGLE]), put("/claims", [CLAIM]), put("/comparisons", []), put("/tables", [])]
NEW_DATA = {"id": "moons", "kind": "dataset", "origin": "new", "access": {"level": "private", "reason": "-"}}
SLICED = [put("/results/0/excluded/-", {"run": f"wide-{n}", "reason": "failed"}) for n in (5, 6)]

PLANTED: list[tuple[str, str, str, str, Patch, Patch, str]] = [
    # what is planted, pack, item, answer, the patch that plants it, the patch of the honest twin, said
    ("CK010 single run", "neurips-2026", "7", "yes", ALONE,
     [put("/results", [SINGLE | {"reported": []}]), *ALONE[1:]], "single run"),
    ("CK010 of several", "neurips-2026", "7", "yes", ALONE,
     [put("/results/-", SINGLE), put("/claims/-", CLAIM)], "single run"),
    ("CK010 single run", "aaai-27", "4.11", "yes", ALONE,
     [put("/results", [SINGLE | {"sd": 0.01, "varies_over": "test_items"}]), *ALONE[1:]], "single run"),
    ("CK011 sd", "neurips-2026", "7", "yes", [put("/results/0/sd", 0.009)], [], "RC0802"),
    ("CK011 claim", "neurips-2026", "1", "yes", [put("/claims/0/by", 0.5)], [put("/claims/1/value", 0.95)],
     "RC0908"),
    ("CK011 printed", "arr", "A3", "yes", [put("/results/0/reported/0/value", "0.925")], [], "RC0815"),
    ("CK012 n", "aaai-27", "4.10", "yes", [put("/results/0/n", 6)], [], "RC0803"),
    ("CK012 n", "pineau-2.0", "E2", "yes", [put("/results/0/n", 6)], [], "RC0803"),
    ("CK013 unreported", "neurips-2026", "8", "yes", [put("/compute/unreported_runs", 0)], [], "unreported"),
    ("CK014 kind", "neurips-2025", "7", "yes", [put("/results/0/reported/0/dispersion_kind", "se")], [],
     "RC0821"),
    ("CK015 p value", "aaai-27", "4.12", "yes", [put("/comparisons/0/p_value", 0.3)], [], "RC1306"),
    ("CK015 test", "reforms", "7c", "yes",
     [put("/comparisons/0/test", "welch_t"), drop("/comparisons/0/p_value")], [], "RC1308"),
    ("CK021 total", "neurips-2024", "8", "yes", [put("/compute/total_s", 10)], [], "RC1501"),
    ("CK021 total", "arr", "C1", "yes", [put("/compute/total_s", 10)], [], "RC1501"),
    ("CK030 trials", "aaai-27", "4.2", "yes", [put("/configurations/0/search/trials_completed", 9)],
     [drop("/configurations/0/search/runs/1")], "and had 9"),
    ("CK030 on test", "reforms", "5d", "yes",
     [put("/configurations/0/search/selected_by/split", "heldout")], [], "RC0812"),
    ("CK040 licence", "nature-code", "licence", "yes", [put("/code/0/license", "LicenseRef-proprietary")],
     [put("/code/0/license", "MIT")], "lets nobody use it"),
    ("CK041 private", "aaai-27", "3.6", "yes", [put("/data/0/access/level", "private")],
     [put("/data/0/access/level", "private"), drop("/data/0/citation"), drop("/data/0/source/doi")],
     "private"),
    ("CK041 private", "aaai-27", "3.6", "yes", [put("/data/0/access/level", "private")],
     [put("/data/0/access/level", "private"), put("/data/0/origin", "new")], "private"),
    ("CK041 private", "neurips-2026", "5", "yes", [put("/data/0/access/level", "private")],
     [put("/data/0/access/level", "registration")], "private"),
    ("CK041 aside", "neurips-2026", "5", "yes", [put("/data/0/access/level", "private")],
     [put("/data/1/access/level", "private")], "private"),
    ("CK041 new data", "niso-rp-31", "oro-a", "yes", [put("/data/-", NEW_DATA)],
     [put("/data/-", NEW_DATA | {"access": {"level": "open"}})], "private"),
    ("CK051 scaler", "reforms", "6a", "yes", [put("/data/0/preprocessing/0/fit_on/-", "heldout")], [],
     "RC1405"),
    ("CK052 features", "reforms", "6a", "yes",
     [put("/data/0/preprocessing/0", {"step": "best", "kind": "feature_selection", "fit_on": ["heldout"]})],
     [put("/data/0/preprocessing/0", {"step": "best", "kind": "feature_selection", "fit_on": ["train"]})],
     "RC1404"),
    ("CK053 duplicates", "reforms", "6b", "yes",
     [put("/data/0/splits/2/digests", FULL["data"][0]["splits"][0]["digests"])], [], "RC1407"),
    ("CK003 compute", "neurips-2026", "8", "na", [], [put("/results", []), put("/claims", []),
     put("/comparisons", []), put("/tables", [])], "rests on 5 runs"),
    ("CK003 gate", "aaai-27", "4.1", "no", [], [put("/results", []), put("/claims", []),
     put("/comparisons", []), put("/tables", [])], "rests on 5 runs"),
    ("CK003 data", "aaai-27", "3.1", "no", [], [drop("/data/0/origin")], "the data set rings"),
    ("CK003 assets", "arr", "B", "no", [],
     [drop("/data/0/origin"), drop("/data/2/origin"), put("/models", [])], "existed before"),
    ("CK003 search", "aaai-27", "4.2", "na", [], [drop("/configurations/0/search")], "3 trials"),
    ("CK003 seeds", "aaai-27", "4.7", "na", [], [drop("/results/0/varies_over"), drop("/results/1/sd")],
     "differs between 5 seeds"),
    ("CK003 restricted", "aaai-27", "3.7", "na", [put("/data/0/access/level", "private")],
     [put("/data/0/access/level", "open")], "data rings is private"),
    ("CK003 new assets", "neurips-2026", "13", "na", [], [put("/models", [])], "are released"),
    ("CK060 people", "neurips-2026", "15", "na", [put("/ethics/human_subjects", True)], [],
     "people took part"),
    ("CK060 people", "arr", "D", "no", [put("/ethics/human_subjects", True)], [], "people took part"),
    ("CK003 new data", "aaai-27", "3.3", "na", [put("/data/0/origin", "new")],
     [put("/data/-", NEW_DATA)], "made for the experiment"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "item", "answer", "planted", "honest", "said"),
    [each[1:] for each in PLANTED],
    ids=[f"{each[0]} {each[1]}" for each in PLANTED],
)
def test_a_planted_contradiction_is_found_and_its_honest_twin_is_none(
    pack: str, item: str, answer: str, planted: Patch, honest: Patch, said: str
) -> None:
    found = answer_of(pack, item, answer, patched(FULL, planted))
    assert (found.standing, said in found.reason) == (Standing.CONFLICTS, True), found
    assert found.evidence
    twin = answer_of(pack, item, answer, patched(FULL, honest))
    assert twin.standing is not Standing.CONFLICTS, twin


def test_a_promise_of_equal_bits_that_two_runs_break_speaks_against_seeding() -> None:
    case = next(each for each in cases_of("RC0605") if not each.is_valid)
    assert answer_of("aaai-27", "4.7", "yes", case.document).standing is Standing.CONFLICTS
    honest = next(each for each in cases_of("RC0605") if each.is_valid)
    assert answer_of("aaai-27", "4.7", "yes", honest.document).standing is not Standing.CONFLICTS


ABSENT = [
    (
        "CK010",
        "neurips-2026",
        "7",
        [drop("/results/0/sd"), drop("/results/0/interval"), drop("/comparisons/0/p_value")],
        "wide.accuracy (n = 5) lacks a spread",
    ),
    (
        "CK020",
        "aaai-27",
        "4.8",
        [drop("/hardware/0/memory_bytes")],
        "at most partial: laptop lacks the memory",
    ),
    ("CK020", "aaai-27", "4.8", [drop("/environments/0/os")], "the operating system"),
    ("CK030", "aaai-27", "4.2", [drop("/configurations/0/search/space")], "the values considered"),
    ("CK031", "reforms", "5f", [drop("/configurations/1/search/trials")], "how many trials"),
    (
        "CK040",
        "neurips-2026",
        "5",
        [drop("/code/0/files"), drop("/code/0/swhid"), drop("/data/1")],
        "code-1 lacks",
    ),
    ("CK042", "neurips-2026", "12", [drop("/data/0/license")], "rings lacks a licence"),
    ("CK042", "arr", "B2", [drop("/data/2/license")], "pretrained lacks a licence"),
    ("CK015", "aaai-27", "4.12", [drop("/comparisons/0/test"), drop("/comparisons/0/p_value")], "a test"),
    ("CK080", "aaai-27", "4.7", [drop("/runs/0/seeds")], "lacks its seed"),
]


@pytest.mark.parametrize(("pack", "item", "patch", "said"), [each[1:] for each in ABSENT])
def test_what_is_absent_is_named_and_no_conflict(pack: str, item: str, patch: Patch, said: str) -> None:
    found = answer_of(pack, item, "yes", patched(FULL, patch))
    assert found.standing in (Standing.NOT_EVIDENCED, Standing.NOT_CHECKABLE)
    assert said in found.reason


def test_one_of_five_parts_of_the_infrastructure_missing_supports_in_part() -> None:
    lacking = patched(FULL, [drop("/hardware/0/memory_bytes")])
    assert answer_of("aaai-27", "4.8", "partial", lacking).standing is Standing.SUPPORTED
    assert answer_of("aaai-27", "4.8", "yes", FULL).standing is Standing.SUPPORTED
    assert answer_of("aaai-27", "4.8", "yes", lacking).standing is Standing.NOT_EVIDENCED


def test_a_spread_of_which_is_not_said_over_what_it_is_may_be_right() -> None:
    """A bootstrap over the test items of one run needs no second seed."""
    for over, standing in (("seeds", Standing.CONFLICTS), (None, Standing.NOT_EVIDENCED)):
        alone = SINGLE | {"sd": 0.01, "reported": []} | ({"varies_over": over} if over else {})
        document = patched(FULL, [put("/results", [alone]), *ALONE[1:]])
        assert answer_of("neurips-2026", "7", "yes", document).standing is standing


@pytest.mark.parametrize("gap", ["/comparisons/1/p_value", "/comparisons/2/correction"])
def test_p_values_that_were_corrected_with_others_need_all_of_them(gap: str) -> None:
    grid = golden("grid")
    assert answer_of("aaai-27", "4.12", "yes", patched(grid, [drop(gap)])).standing is not Standing.CONFLICTS


def test_a_seed_that_counts_twice_is_still_a_run() -> None:
    twice = patched(FULL, [put("/runs/1/seeds", FULL["runs"][0]["seeds"])])
    found = answer_of("aaai-27", "4.10", "yes", twice)
    assert (found.standing, "RC0602" in found.reason) == (Standing.NOT_EVIDENCED, True)


def test_a_run_that_a_result_does_not_list_makes_n_doubtful_and_no_other_figure() -> None:
    """Whether the list or n is wrong cannot be told, so neither mean nor spread is held against them."""
    lacking = patched(FULL, [drop("/results/0/runs/1")])
    assert answer_of("aaai-27", "4.10", "yes", lacking).standing is Standing.CONFLICTS
    assert answer_of("neurips-2026", "7", "yes", lacking).standing is Standing.NOT_EVIDENCED
    assert answer_of("aaai-27", "4.12", "yes", lacking).standing is not Standing.CONFLICTS


@pytest.mark.parametrize("said", ["It will be released upon acceptance.", "Public with the camera-ready."])
def test_what_is_promised_is_not_contradicted_by_how_things_are_now(said: str) -> None:
    private = Subject("rings", patched(FULL, [put("/data/0/access/level", "private")]))
    report = validate(private, only=read_codes())
    for why, standing in ((said, Standing.NOT_EVIDENCED), ("See Section 4.", Standing.CONFLICTS)):
        given = FilledChecklist("neurips-2026", "", (Answer("5", "yes", "yes", why, Location("p.tex")),))
        found = next(each for each in checked(given, private, report).answers if each.item == "5")
        assert (found.standing, "private" in found.reason) == (standing, True)


@pytest.mark.parametrize(
    ("item", "patch"),
    [
        ("4.5", put("/code/0/license", "LicenseRef-proprietary")),
        ("3.4", put("/data/-", NEW_DATA)),
    ],
)
def test_a_question_about_what_comes_after_acceptance_is_not_contradicted(
    item: str, patch: dict[str, Any]
) -> None:
    found = answer_of("aaai-27", item, "yes", patched(FULL, [patch]))
    assert (found.standing, found.reason.startswith("not so yet: ")) == (Standing.NOT_EVIDENCED, True)


def test_labelling_by_people_is_not_denied_by_a_study_without_subjects() -> None:
    assert FULL["ethics"]["human_subjects"] is False
    assert answer_of("arr", "D", "yes", FULL).standing is Standing.NOT_CHECKABLE


@pytest.mark.parametrize(
    ("pack", "item", "patch"),
    [
        ("neurips-2022", "4e", []),  # "only MNIST is used" is what authors write beside NA
        ("arr", "B4", []),
        ("pineau-2.0", "D3", []),  # nothing was left out or prepared
        ("neurips-2022", "5c", [put("/ethics/human_subjects", True)]),  # volunteers have no wage
        ("arr", "C2", [drop("/configurations/0/search"), drop("/configurations/1/search")]),
        ("aaai-27", "3.5", [drop("/data/0/citation"), drop("/data/0/source"), drop("/data/0/access")]),
    ],
)
def test_not_applicable_for_a_reason_that_a_manifest_does_not_tell(
    pack: str, item: str, patch: Patch
) -> None:
    assert answer_of(pack, item, "na", patched(FULL, patch)).standing is not Standing.CONFLICTS


@pytest.mark.parametrize(("name", "unit"), [("fit_time", "s"), ("memory", "MB"), ("per_item", "ms")])
def test_what_a_run_costs_differs_without_chance(name: str, unit: str) -> None:
    """The seconds of a deterministic program are never the same twice."""
    costs = put("/metrics/0", FULL["metrics"][0] | {"unit": unit, "name": name})
    assert answer_of("aaai-27", "4.7", "na", patched(FULL, [costs])).standing is not Standing.CONFLICTS
    assert answer_of("aaai-27", "4.7", "na", FULL).standing is Standing.CONFLICTS


def test_data_that_runs_read_is_data_that_results_rest_on() -> None:
    """Few metrics name their data; the recorder sees what was read."""
    read = [drop(f"/results/{n}/data") for n in (0, 1)]
    assert answer_of("aaai-27", "3.1", "no", patched(FULL, read)).standing is Standing.CONFLICTS
    unread = [drop(f"/runs/{n}/inputs") for n, run in enumerate(FULL["runs"]) if run.get("inputs")]
    assert answer_of("aaai-27", "3.1", "no", patched(FULL, read + unread)).standing is not Standing.CONFLICTS


def test_a_no_although_everything_is_there_is_told_and_no_conflict() -> None:
    found = answer_of("aaai-27", "4.5", "no", FULL)
    assert found.standing is Standing.NOT_EVIDENCED
    assert found.reason.startswith("the evidence would support yes: ")


def test_a_service_is_no_proof_of_a_language_model_in_the_method() -> None:
    found = answer_of("neurips-2026", "16", "na", FULL)
    assert found.standing is Standing.NOT_CHECKABLE
    assert "judge-2" in answer_of("neurips-2026", "16", "yes", FULL).reason


def test_na_to_the_code_of_ethics_says_what_it_means_there() -> None:
    found = answer_of("neurips-2026", "9", "na", FULL)
    assert found.standing is Standing.NOT_CHECKABLE
    assert "have not read the code of ethics" in found.reason


def test_a_wrong_figure_that_no_claim_rests_on_is_no_conflict() -> None:
    aside = SINGLE | {"id": "aside", "statistic": "mean", "value": 0.5}
    assert (
        answer_of("arr", "C3", "yes", patched(FULL, [put("/results/-", aside)])).standing
        is Standing.SUPPORTED
    )


def test_an_unanswered_item_never_conflicts() -> None:
    found = answer_of("aaai-27", "4.10", None, patched(FULL, [put("/results/0/n", 6)]))
    assert found.standing is Standing.NOT_EVIDENCED
    assert found.reason.startswith("a yes would conflict: ")


def test_questions_of_a_newer_form_are_missing_only_from_that_form() -> None:
    """The template of ARR does not ask about assistants, the web form does."""
    older = {item.id: "yes" for item in pack_of("arr").items if not item.edition}

    def missing(answers: dict[str, str]) -> list[str]:
        filled = tuple(Answer(item, each, each, "", Location("form")) for item, each in answers.items())
        return [
            each.values["items"] for each in unanswered(FilledChecklist("arr", "", filled), Location("form"))
        ]

    assert missing(older) == []
    assert missing(older | {"E": "yes"}) == ["E1"]
    assert missing({name: each for name, each in older.items() if name != "C4"}) == ["C4"]


def test_items_below_a_closed_gate_do_not_apply() -> None:
    subject = Subject("rings", FULL)
    answers = filled("aaai-27", _2_1="no", _2_2="na", _4_1="yes")
    found = {each.item: each for each in checked(answers, subject, validate(subject)).answers}
    assert {found[f"2.{n}"].standing for n in range(2, 9)} == {Standing.NOT_APPLICABLE}
    assert found["2.3"].reason == "2.1 is answered no"
    assert found["4.2"].standing is not Standing.NOT_APPLICABLE


# The tables -------------------------------------------------------------------------------------------

CLAIMING = put(
    "/claims/-",
    {"id": "all-of-them", "text": "All of it.", "kind": "value", "relation": "equals", "value": 0.5},
)


def claiming_all(document: dict[str, Any]) -> dict[str, Any]:
    """The manifest with a claim that rests on all its results and comparisons, and all its claims primary."""
    names = [each["id"] for part in ("results", "comparisons") for each in document.get(part, ())]
    with_claims = patched(document, [put("/claims", document.get("claims", [])), CLAIMING])
    with_claims["claims"][-1]["evidence"] = names
    with_claims["claims"] = [each | {"primary": True} for each in with_claims["claims"]]
    return with_claims


@pytest.mark.parametrize(
    ("question", "code"), [(each.id, code) for each in questions().values() for code in each.opposed_by]
)
def test_every_rule_that_opposes_does_so_in_some_case(question: str, code: str) -> None:
    rule = find_rule(code)
    assert rule is not None
    assert "SHOULD" not in rule.level or code == "RC1405"  # which says that a test split was fitted on
    for case in cases_of(code):
        if case.is_valid or not isinstance(case.document, dict):
            continue
        subject = Subject(case.name, claiming_all(case.document))
        if subject.manifest is None:
            continue
        report = validate(subject, only=[code])
        if evidence_of(subject, report)[question].state is State.OPPOSED:
            return
    pytest.fail(f"no case of {code} opposes {question}")


def test_every_question_is_asked_by_some_venue_and_every_rule_is_one() -> None:
    items = [item for name in pack_ids() for item in pack_of(name).items]
    assert {name for item in items for name in item.questions} == set(questions())
    assert {name for item in items for name in item.na_when + item.no_when} == set(CONDITIONS)
    assert all(find_rule(code) for code in read_codes())
    assert set(ABOUT_RESULTS) <= set(questions())


# The law ----------------------------------------------------------------------------------------------


def deletions(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from deletions(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from deletions(inner, (*path, index))


def without(document: Any, path: tuple[str | int, ...]) -> Any:
    document = copy.deepcopy(document)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return document


GOLDEN = {
    name: golden(name) for name in ("full", "supervised", "restricted", "crossvalidation", "pretrained")
}
PLACES = [(name, path) for name, document in GOLDEN.items() for path in deletions(document)]
PACKS = ("neurips-2026", "aaai-27", "arr", "reforms", "pineau-2.0")


def conflicts(pack: str, answers: FilledChecklist, document: Any) -> set[str] | None:
    subject = Subject("rings", document)
    if subject.manifest is None:
        return None
    found = checked(answers, subject, validate(subject, only=read_codes()))
    return {each.item for each in found.answers if each.standing is Standing.CONFLICTS}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.sampled_from(PLACES), pack=st.sampled_from(PACKS), data=st.data())
def test_taking_a_property_away_makes_no_conflict(
    place: tuple[str, tuple[str | int, ...]], pack: str, data: st.DataObject
) -> None:
    name, path = place
    items = [item.id for item in pack_of(pack).items]
    drawn = data.draw(st.lists(st.sampled_from(ANSWERS), min_size=len(items), max_size=len(items)))
    at = Location("paper.tex")
    answers = FilledChecklist(
        pack, "", tuple(Answer(i, a, a, "", at) for i, a in zip(items, drawn, strict=True))
    )
    after = conflicts(pack, answers, without(GOLDEN[name], path))
    if after:
        assert after <= (conflicts(pack, answers, GOLDEN[name]) or set())


@pytest.mark.parametrize(
    "path",
    [
        ("runs", 0, "metrics"),
        ("runs", 0, "metrics", 0, "split"),
        ("runs", 0, "metrics", 0, "data"),
        ("results", 0, "data"),
        ("results", 0, "split"),
        ("results", 0, "ddof"),
        ("determinism", "seeds_pair_randomness"),
        ("comparisons", 0, "paired"),
        ("results", 0, "runs"),
        ("configurations", 0, "search", "runs", 1),
    ],
)
def test_a_record_with_a_gap_contradicts_nothing(path: tuple[str | int, ...]) -> None:
    answers = filled(
        "aaai-27", **{f"_{n.replace('.', '_')}": "yes" for n in ("4.2", "4.7", "4.10", "4.11", "4.12")}
    )
    assert conflicts("aaai-27", answers, without(FULL, path)) == set()


# Without a manifest -----------------------------------------------------------------------------------


class NoFiles:
    """A folder in which there is nothing."""

    def names(self) -> list[str]:
        return []


def test_without_a_manifest_only_what_the_files_show_is_supported() -> None:
    subject = Subject.bare("paper", NoFiles())  # type: ignore[arg-type]
    report = Report("paper")
    found = asked_of("ml-code-completeness", subject, report)
    assert {each.standing for each in found.answers} == {Standing.NOT_EVIDENCED}
    seen = Observed(
        "dependencies", "Dependencies", Presence.FOUND, "requirements.txt", (Location("requirements.txt"),)
    )
    found = asked_of("ml-code-completeness", subject, report._replace(observed=(seen,)))
    assert found.answers[0].standing is Standing.SUPPORTED
    assert found.answers[0].evidence == (Location("requirements.txt"),)
    every = [each for name in pack_ids() for each in asked_of(name, subject, report).answers]
    assert {each.standing for each in every} <= {Standing.NOT_EVIDENCED, Standing.NOT_CHECKABLE}


def test_a_manifest_that_cannot_be_read_tells_nothing() -> None:
    found = answer_of("neurips-2026", "7", "yes", {"manifest_version": "1.0"})
    assert found.standing is Standing.NOT_EVIDENCED


def test_error_bars_may_not_apply_where_nothing_is_random() -> None:
    """Authors of deterministic or single runs answer NA; the venue's word for it is a matter for people."""
    alone = FULL | {"results": [SINGLE], "comparisons": [], "claims": [], "tables": []}
    assert answer_of("neurips-2026", "7", "na", alone).standing is not Standing.CONFLICTS
    assert answer_of("neurips-2026", "6", "na", alone).standing is Standing.CONFLICTS
    assert answer_of("neurips-2026", "7", "na", FULL).standing is Standing.CONFLICTS


def test_a_program_that_read_no_data_lacks_none() -> None:
    """A simulation can be repeated without data, as far as its record is complete."""
    unread = [drop(f"/runs/{n}/inputs") for n, run in enumerate(FULL["runs"]) if run.get("inputs")]
    unread += [drop(f"/results/{n}/data") for n in (0, 1)]
    unread += [
        drop(f"/configurations/{n}/data") for n, c in enumerate(FULL["configurations"]) if c.get("data")
    ]
    runs = {name for n in (0, 1) for name in FULL["results"][n]["runs"]}
    for word, gap in (("complete", False), ("partial", True)):
        seen = {"completeness": word, "reason": "a library reads by itself"}
        captures = [
            put(f"/runs/{n}/capture", seen) for n, run in enumerate(FULL["runs"]) if run["id"] in runs
        ]
        found = answer_of("neurips-2026", "4", "yes", patched(FULL, unread + captures))
        assert ("lack the data" in found.reason) is gap, found
