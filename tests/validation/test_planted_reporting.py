"""What authors get wrong in whole experiments: one slip at a time in the manifests that the examples made.

Each defect is one that a person makes the night before a deadline, with all the edits that it takes. The rule
that is meant must say so, and no other but those behind it, which what follows from the slip breaks as well.
Honest variations of the same manifests must stay without an error.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from reprocrate.finding import Severity
from reprocrate.standard import shipped_bytes
from reprocrate.validation import Subject, validate
from reprocrate.validation.cases import patched

Operation = dict[str, Any]

BEANS, CURVE, GRID, SEARCH = "supervised", "crossvalidation", "grid", "search"
HEART, PAIR, LONG, CLIFF, RINGS = "restricted", "pretrained", "expensive", "reinforcement", "full"
OTHER = "1bb988d9684dd5342c3e31b5b560d33affa87a6371365ee0dd8fbfc20e0fe73c"


@cache
def golden(name: str) -> Any:
    """The manifest, without what a printed table shows: a slip in a result would contradict that too."""
    document = json.loads(shipped_bytes(f"conformance/golden/{name}.json"))
    for table in document.get("tables", []):
        for each in table["cells"]:
            each.pop("text", None)
    return document


def put(path: str, value: Any) -> Operation:
    return {"op": "add", "path": path, "value": value}


def drop(path: str) -> Operation:
    return {"op": "remove", "path": path}


def printed(
    value: str, spread: str | None = None, kind: str | None = None, at: str = "/results/0"
) -> Operation:
    """A figure of the paper for a result."""
    more = {"dispersion": spread} if spread else {}
    return put(f"{at}/reported", [{"value": value, **more, **({"dispersion_kind": kind} if kind else {})}])


def cell(row: int, text: str) -> Operation:
    return put(f"/tables/0/cells/{row}/text", text)


def claim(text: str, **more: Any) -> Operation:
    return put("/claims/-", {"id": "new", "text": text, **more})


def run_ids(name: str) -> list[str]:
    return [run["id"] for run in golden(name)["runs"]]


MEDICAL = [
    put("/experiment/keywords", ["clinical prediction"]),
    put("/checklists", [{"policy": "tripod-ai-2024", "answers": [{"item": "1", "answer": "yes"}]}]),
]


def best_points(result: int, first: int) -> list[Operation]:
    """A result as the mean of the best point of each of five learning curves."""
    runs = golden(CLIFF)["runs"][first : first + 5]
    best = [max(seen["value"] for seen in run["metrics"] if seen["metric"] == "return") for run in runs]
    gone = ("sd", "ddof", "interval", "minimum", "maximum")
    return [
        put(f"/results/{result}/value", sum(best) / 5),
        *[drop(f"/results/{result}/{name}") for name in gone],
    ]


DEFECTS: list[tuple[str, str, str, list[Operation]]] = [
    # Means and spreads that do not follow from the runs
    (BEANS, "RC0801 RC1302", "a mean of the best four of five", [put("/results/0/value", 0.85)]),
    (BEANS, "RC0802", "a deviation with the wrong divisor", [put("/results/0/sd", 0.019876)]),
    (BEANS, "RC0803", "ten seeds where five ran", [put("/results/1/n", 10)]),
    (BEANS, "RC0804", "an interval by 1.96 that is called t", [put("/results/0/interval/low", 0.82497)]),
    (BEANS, "RC0809", "the largest of another method", [put("/results/1/maximum", 0.8777777777777778)]),
    (CURVE, "RC0801 RC1302", "a mean of the first ten folds", [put("/results/0/value", 0.2531908)]),
    (CURVE, "RC0803", "three seeds counted in place of thirty folds", [put("/results/0/n", 3)]),
    (
        GRID,
        "RC0801 RC1302",
        "an average that leaves a data set out",
        [put("/results/16/value", 0.9193333333333333)],
    ),
    (GRID, "RC0803", "an average over five where there are four", [put("/results/16/n", 5)]),
    (CLIFF, "RC0801 RC1302", "the last point where the last ten count", [put("/results/2/value", -45.1)]),
    (HEART, "RC0802", "a standard error in place of the deviation", [put("/results/0/sd", 0.0012080)]),
    (LONG, "RC0804", "an interval for another level", [put("/results/0/interval/level", 0.9)]),
    # Figures in print
    (BEANS, "RC0815", "two digits the wrong way round", [printed("0.484")]),
    (BEANS, "RC0816", "a figure that was cut off", [printed("72.8", at="/results/1")]),
    (BEANS, "RC0817", "a spread that is rounded away", [printed("0.84", "0.0", "sd")]),
    (BEANS, "RC0821", "a deviation that is labelled as a standard error", [printed("84.4", "2.2", "se")]),
    (BEANS, "RC0821", "a standard error that is labelled as a deviation", [printed("84.4", "1.0", "sd")]),
    (BEANS, "RC0821", "half an interval that is labelled as a deviation", [printed("84.4", "2.8", "sd")]),
    (BEANS, "RC0822", "a spread of which nobody says what it is", [printed("84.4", "2.2")]),
    (LONG, "RC0815", "a loss with a digit too few", [printed("0.334")]),
    (BEANS, "RC1204", "a cell of the row below", [cell(0, "72.9")]),
    (BEANS, "RC1204", "a cell that was not updated", [cell(0, "84.1")]),
    (BEANS, "RC0816", "a cell that was cut off", [cell(1, "72.8")]),
    (BEANS, "RC1205", "the worse of two in bold", [cell(0, "84.4"), cell(1, "\\textbf{72.9}")]),
    (BEANS, "RC1206", "a spread that is none of the cell's", [cell(0, "84.4 $\\pm$ 0.4")]),
    (
        CURVE,
        "RC1205",
        "the largest error in bold",
        [cell(0, "0.253"), cell(1, "**0.498**"), cell(2, "0.256")],
    ),
    (GRID, "RC1204", "a fraction where percent are printed", [put("/tables/0/scale", 100), cell(0, "0.954")]),
    (GRID, "RC1203", "a cell in another row", [put("/tables/0/cells/0/row", "nearest")]),
    # Runs that were picked, lost or counted twice
    (
        BEANS,
        "RC0806",
        "a fifth seed that is kept quiet",
        [
            drop("/comparisons"),
            drop("/claims"),
            drop("/compute"),
            put("/results/0/n", 4),
            drop("/results/0/runs/4"),
            put("/results/0/value", 0.8472222222222222),
            drop("/results/0/sd"),
            drop("/results/0/interval"),
        ],
    ),
    (
        BEANS,
        "RC0808",
        "the best seed as the result",
        [
            drop("/comparisons"),
            drop("/claims"),
            put("/results/0/statistic", "max"),
            put("/results/0/value", 0.8777777777777778),
            drop("/results/0/interval"),
        ],
    ),
    (
        BEANS,
        "RC0818",
        "the best seed as a single run",
        [
            drop("/comparisons"),
            drop("/claims"),
            put("/results/0/statistic", "single"),
            drop("/results/0/interval"),
        ],
    ),
    (
        BEANS,
        "RC0811",
        "a run that counts twice",
        [
            drop("/comparisons"),
            drop("/claims"),
            put("/results/0/runs/-", run_ids(BEANS)[1]),
            put("/results/0/n", 6),
            put("/results/0/value", 0.8462962962962962),
            drop("/results/0/sd"),
            drop("/results/0/interval"),
        ],
    ),
    (
        BEANS,
        "RC1003 RC0602",
        "a run of the other method",
        [
            drop("/comparisons"),
            drop("/claims"),
            put("/results/0/runs/-", run_ids(BEANS)[6]),
            put("/results/0/n", 6),
            put("/results/0/value", 0.8277777777777777),
            drop("/results/0/sd"),
            drop("/results/0/interval"),
            drop("/results/0/minimum"),
        ],
    ),
    (LONG, "RC0805", "a killed run that is kept quiet", [drop("/results/0/excluded")]),
    (
        LONG,
        "RC0832",
        "a killed run that is called repeated",
        [put("/results/0/excluded/0/reason", "repeated")],
    ),
    (
        BEANS,
        "RC1002",
        "a result on a run that failed",
        [put("/runs/1/status", "failed"), put("/runs/1/exit_code", 1)],
    ),
    (
        SEARCH,
        "RC0813",
        "fewer trials than are listed",
        [put("/configurations/4/search/trials", 10), put("/configurations/4/search/trials_completed", 10)],
    ),
    (
        SEARCH,
        "RC0812",
        "chosen on the test split",
        [put("/configurations/4/search/selected_by/split", "test")],
    ),
    (
        SEARCH,
        "RC0812",
        "the baseline chosen on the test split",
        [put("/configurations/5/search/selected_by/split", "test")],
    ),
    (
        SEARCH,
        "RC0612",
        "another bandwidth than ran",
        [put("/configurations/4/hyperparameters/bandwidth", 0.5)],
    ),
    (
        SEARCH,
        "RC1017",
        "a value that was never tried",
        [put("/configurations/5/search/space/exponent", [0, 2, 3])],
    ),
    (SEARCH, "RC1316", "a baseline of unknown tuning", [drop("/configurations/5/search")]),
    # Comparisons and claims
    (
        BEANS,
        "RC1302",
        "a difference in points where fractions are compared",
        [put("/comparisons/0/effect/value", 11.555555555555552)],
    ),
    (BEANS, "RC1306", "half of the p value", [put("/comparisons/0/p_value", 0.0004370286436186)]),
    (BEANS, "RC1308", "a paired comparison by Welch's test", [put("/comparisons/0/paired", False)]),
    (
        GRID,
        "RC1310 RC1306",
        "ten tests without correction",
        [
            put(f"/comparisons/{i}/correction", "none")
            for i, each in enumerate(golden(GRID)["comparisons"])
            if "p_value" in each
        ],
    ),
    (
        BEANS,
        "RC1312 RC0908 RC1302",
        "a result against itself",
        [put("/comparisons/0/b", "logistic.accuracy")],
    ),
    (BEANS, "RC0908", "a gain that the runs do not have", [put("/claims/0/by", 0.2)]),
    (
        BEANS,
        "RC0916",
        "a sentence with another gain",
        [put("/claims/0/text", "Logistic regression is better than the nearest mean by 15.5 points.")],
    ),
    (
        BEANS,
        "RC0912 RC0908",
        "a claim in percent of a fraction",
        [
            claim(
                "It is right in 84.4 % of all cases.",
                kind="threshold",
                relation="at_least",
                value=84.4,
                evidence=["logistic.accuracy"],
            )
        ],
    ),
    (
        BEANS,
        "RC0916",
        "a sentence in percent with another number",
        [
            claim(
                "It is right in at least 85 % of all cases.",
                kind="threshold",
                relation="at_least",
                value=0.8,
                evidence=["logistic.accuracy"],
            )
        ],
    ),
    (
        CURVE,
        "RC0917",
        "an order within chance",
        [
            put("/comparisons/1/test", "permutation"),
            put("/comparisons/1/p_value", 0.6),
            claim(
                "A cubic errs less than a quintic.",
                kind="ordering",
                by=0,
                evidence=["cubic.rmse-vs-quintic.rmse"],
            ),
        ],
    ),
    (
        BEANS,
        "RC0902",
        "a claim on a result that was renamed",
        [put("/claims/0/evidence/0", "logistic-vs-mean")],
    ),
    (BEANS, "RC0906", "nothing says which accuracy is better", [drop("/metrics/0/direction")]),
    (
        CLIFF,
        "RC0908",
        "the wrong one of two is claimed to be better",
        [
            put("/comparisons/0/a", "q-learning.return"),
            put("/comparisons/0/b", "sarsa.return"),
            put("/comparisons/0/effect/value", -27.811000000000003),
            put("/comparisons/0/effect/interval/low", -32.747808395624084),
            put("/comparisons/0/effect/interval/high", -22.874191604375923),
        ],
    ),
    # Data and leakage
    (
        BEANS,
        "RC1407",
        "tested on the items that were learned from",
        [
            put(
                "/data/0/splits/2/digests/sha256", golden(BEANS)["data"][0]["splits"][0]["digests"]["sha256"]
            ),
            put("/data/0/splits/2/digests/path", "out/parts/train.sha256.txt"),
            put("/data/0/splits/2/digests/size", 17550),
            put("/data/0/splits/2/count", 270),
            drop("/metrics/0/count_of"),
        ],
    ),
    (
        BEANS,
        "RC1405",
        "scaled by the mean of all beans",
        [put("/data/0/preprocessing/1/fit_on", ["train", "test"])],
    ),
    (BEANS, "RC1406", "scaled by nobody knows what", [drop("/data/0/preprocessing/1/fit_on")]),
    (
        BEANS,
        "RC1404",
        "features chosen with the test set",
        [
            put(
                "/data/0/preprocessing/-",
                {
                    "step": "keep two columns",
                    "kind": "feature_selection",
                    "fit_on": ["train", "test"],
                    "code": "prepare.py",
                },
            )
        ],
    ),
    (BEANS, "RC1402", "claims on what was chosen by", [put("/data/0/splits/2/role", "validation")]),
    (
        BEANS,
        "RC1603",
        "a test set of another size",
        [put("/data/0/splits/2/count", 100), drop("/data/0/splits/2/digests")],
    ),
    (
        BEANS,
        "RC0829",
        "an accuracy that 90 beans cannot give",
        [put("/metrics/0/count_of", 89), drop("/data/0/splits/2/count")],
    ),
    (HEART, "RC0207", "patients' records that travel", [drop("/data/0/files/0/in_bundle")]),
    (
        HEART,
        "RC0202 RC0204",
        "restricted, and nobody says how to get it",
        [drop("/data/0/access/how_to_obtain")],
    ),
    (HEART, "RC0209", "restricted, and nobody says why", [drop("/data/0/access/reason")]),
    (
        HEART,
        "RC2241",
        "patients in both splits, perhaps",
        [*MEDICAL, drop("/data/0/splits/0/group_key"), drop("/data/0/splits/1/group_key")],
    ),
    (HEART, "RC2242", "records of nobody knows whom", [*MEDICAL, drop("/data/0/human_subjects")]),
    (HEART, "RC0201", "data without a licence", [drop("/data/0/license")]),
    (CURVE, "RC0205", "runs on other data", [put(f"/runs/{i}/inputs/0/sha256", OTHER) for i in range(3)]),
    # Cost, seeds, fields
    (BEANS, "RC1501", "a total that is less than its runs", [put("/compute/total_s", 8.0)]),
    (BEANS, "RC1502", "no unreported runs where there are two", [put("/compute/unreported_runs", 1)]),
    (LONG, "RC1501", "the cost of the large model alone", [put("/compute/total_s", 281520.0)]),
    (
        BEANS,
        "RC0603",
        "two seeds",
        [
            drop("/comparisons"),
            drop("/claims"),
            *[drop(f"/runs/{i}") for i in (5, 4, 3)],
            drop("/compute"),
            drop("/results/0/sd"),
            drop("/results/0/interval"),
            put("/results/0/runs", run_ids(BEANS)[1:3]),
            put("/results/0/n", 2),
            *[drop(f"/results/0/{name}") for name in ("minimum", "maximum")],
            put("/results/0/value", sum(golden(BEANS)["runs"][i]["metrics"][0]["value"] for i in (1, 2)) / 2),
        ],
    ),
    (
        BEANS,
        "RC0602",
        "one seed as two",
        [
            put("/runs/2/seeds", golden(BEANS)["runs"][1]["seeds"]),
            put("/runs/2/command", golden(BEANS)["runs"][1]["command"]),
            drop("/comparisons"),
            drop("/claims"),
        ],
    ),
    (
        CLIFF,
        "RC2233",
        "a return over nobody knows how many episodes",
        [
            put("/metrics/1/definition", "Sum of rewards after learning, without exploration."),
            *[drop(f"/configurations/{i}/hyperparameters/episodes") for i in (0, 1)],
        ],
    ),
    (
        CLIFF,
        "RC0841",
        "the best point of each curve",
        [
            drop("/comparisons/0"),
            drop("/claims/0"),
            put("/metrics/0/selection", "max"),
            drop("/metrics/0/last_k"),
            *best_points(0, 0),
            *best_points(2, 5),
        ],
    ),
    (LONG, "RC2211", "characters or words, nobody knows", [drop("/data/0/preprocessing")]),
    (
        RINGS,
        "RC0125",
        "augmented data that is given away",
        [put("/data/0/license", "CC-BY-SA-4.0"), put("/data/3/license", "CC0-1.0")],
    ),
    (
        RINGS,
        "RC1307",
        "ten times the trials of the baseline",
        [
            put("/configurations/0/search/trials", 30),
            put("/configurations/0/search/trials_completed", 30),
            drop("/configurations/0/search/runs"),
        ],
    ),
    (
        RINGS,
        "RC1317",
        "the best of one against the mean of the other",
        [
            put("/results/0/statistic", "iqm"),
            drop("/results/0/interval"),
            drop("/results/0/reported"),
        ],
    ),
]


def codes(document: Any) -> set[str]:
    return {finding.code for finding in validate(Subject("reprocrate.json", document)).findings}


@cache
def usual(name: str) -> set[str]:
    """What is said of the manifest as it is."""
    return codes(golden(name))


@pytest.mark.parametrize(
    ("name", "code", "operations"),
    [pytest.param(name, code, operations, id=f"{code} {what}") for name, code, what, operations in DEFECTS],
)
def test_exactly_the_rule_that_is_meant_notices(name: str, code: str, operations: list[Operation]) -> None:
    assert codes(patched(golden(name), operations)) - usual(name) == set(code.split())


def test_there_are_enough_defects() -> None:
    assert len(DEFECTS) >= 60
    assert len({code.split()[0] for _, code, _, _ in DEFECTS}) >= 45


HONEST: list[tuple[str, str, list[Operation]]] = [
    (BEANS, "figures in percent", [printed("84.4", "2.2", "sd")]),
    (BEANS, "figures in fractions with more digits", [printed("0.8444", "0.0222", "sd")]),
    (BEANS, "a standard error that is called so", [printed("84.4", "1.0", "se")]),
    (BEANS, "half of an interval that is called so", [printed("84.4", "2.8", "ci")]),
    (BEANS, "half to even in the last digit", [printed("72.89", at="/results/1")]),
    (
        BEANS,
        "a cell with marks and colours",
        [cell(0, "\\cellcolor{gray!25}\\textbf{84.4}$^{*}$ $\\pm$ 2.2")],
    ),
    (BEANS, "a dash in place of a figure", [cell(0, "--")]),
    (BEANS, "no comparison at all", [drop("/comparisons"), drop("/claims")]),
    (BEANS, "no table and no cost", [drop("/tables"), drop("/compute")]),
    (
        BEANS,
        "a deviation of the population",
        [put("/results/0/ddof", 0), put("/results/0/sd", 0.019876159799998126), printed("84.4", "2.0", "sd")],
    ),
    (
        BEANS,
        "the median as the statistic",
        [
            drop("/comparisons"),
            drop("/claims"),
            drop("/results/0/interval"),
            put("/results/0/statistic", "median"),
            put("/results/0/value", sorted(r["metrics"][0]["value"] for r in golden(BEANS)["runs"][1:6])[2]),
        ],
    ),
    (BEANS, "a claim of less than there is", [put("/claims/0/by", 0.01)]),
    (
        BEANS,
        "a failed run that is listed",
        [
            put(
                "/runs/-",
                {
                    "id": "late",
                    "configuration": "logistic",
                    "command": golden(BEANS)["runs"][1]["command"],
                    "status": "failed",
                    "exit_code": 1,
                },
            ),
            put("/results/0/excluded", [{"run": "late", "reason": "failed"}]),
            drop("/compute"),
        ],
    ),
    (BEANS, "more cost than the runs that are listed", [put("/compute/total_s", 5000)]),
    (BEANS, "a leakage argument", [put("/leakage", [{"type": "L1.4", "argument": "Twins were removed."}])]),
    (
        BEANS,
        "a grant and a second author",
        [
            put("/experiment/funding", [{"funder": "Example Foundation", "number": "17"}]),
            put("/experiment/authors/-", {"name": "Bo Example"}),
        ],
    ),
    (
        CURVE,
        "an order in the mean alone",
        [
            claim(
                "A cubic errs less than a quintic.",
                kind="ordering",
                by=0,
                evidence=["cubic.rmse-vs-quintic.rmse"],
            )
        ],
    ),
    (CURVE, "every number with ten digits only", [put("/results/0/sd", 0.04461293877)]),
    (GRID, "keywords of no field", [put("/experiment/keywords", ["statistics", "software"])]),
    (
        SEARCH,
        "one trial more in the baseline's search, which failed",
        [put("/configurations/5/search/trials", 13), drop("/configurations/5/search/runs")],
    ),
    (
        HEART,
        "a consent that is told",
        [
            put(
                "/ethics",
                {
                    "irb": "Board of the example registry: consent.",
                    "sensitive_data": "Diagnoses.",
                    "intended_use": "Research.",
                },
            )
        ],
    ),
    (HEART, "no contact", [drop("/experiment/contact")]),
    (PAIR, "every keyword of a field", [put("/experiment/keywords", ["natural language processing"])]),
    (LONG, "a second name for the same field", [put("/experiment/keywords/-", "NLP")]),
    (CLIFF, "other words for the field", [put("/experiment/keywords", ["RL"])]),
    (RINGS, "a licence that asks for more than the original's", [put("/data/3/license", "CC-BY-4.0")]),
    (RINGS, "an experiment that was withdrawn", [put("/experiment/status", "withdrawn")]),
]


@pytest.mark.parametrize(
    ("name", "operations"), [pytest.param(name, operations, id=what) for name, what, operations in HONEST]
)
def test_an_honest_variation_has_no_error(name: str, operations: list[Operation]) -> None:
    report = validate(Subject("reprocrate.json", patched(golden(name), operations)))
    assert [each.message for each in report.findings if each.severity is Severity.ERROR] == []
    assert report.valid
