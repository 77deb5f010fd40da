"""What is missing is named, with what it costs; what is there is not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from reprocrate.manifest import manifest_from
from reprocrate.render.availability import availability_of
from reprocrate.render.gaps import find_gaps
from tests.render import sample

Document = dict[str, Any]


def without(*path: str | int) -> Callable[[Document], None]:
    def remove(document: Document) -> None:
        place: Any = document
        for part in path[:-1]:
            place = place[part]
        del place[path[-1]]

    return remove


def unversioned(document: Document) -> None:
    for name in ("commit", "dirty", "patch", "repository"):
        document["code"][0].pop(name, None)


def two_seeds(document: Document) -> None:
    for result in document["results"]:
        result["n"] = 2


def unseeded(document: Document) -> None:
    del document["runs"][0]["seeds"]


def elsewhere(document: Document) -> None:
    document["data"][0]["files"][0]["in_bundle"] = False
    document["data"][0]["access"] = {"level": "restricted", "how_to_obtain": "ask the hospital"}


def unseen(document: Document) -> None:
    document["runs"][0]["capture"] = {"completeness": "partial", "reason": "a child was no Python"}


def left_out(document: Document) -> None:
    document["environments"][0]["lock"]["left_out"] = ["mylib 1.0: it was installed from a local folder"]


CASES: list[tuple[Callable[[Document], None], str, str]] = [
    (without("experiment", "license"), "No licence was given.", "Nobody but the authors"),
    (without("experiment", "authors"), "No authors were named.", "cannot be cited"),
    (without("experiment", "description"), "No description was given.", "infer"),
    (without("code"), "No source file is recorded.", "cannot be run again"),
    (unversioned, "The code was not under version control.", "history"),
    (without("data"), "No data set is recorded.", "the same data"),
    (without("data", 0, "license"), "The data set moons has no licence.", "may be used"),
    (without("data", 0, "source"), "Where the data set moons came from is not recorded.", "obtained anew"),
    (elsewhere, "The data set moons is not included.", "Ask the hospital."),
    (without("environments"), "No software environment is recorded.", "guess the versions"),
    (left_out, "leaves out mylib 1.0", "fails"),
    (without("hardware"), "No machine is recorded.", "as the cause"),
    (unseeded, "1 of the runs has no seed.", "cannot be repeated"),
    (unseen, "seen: a child was no Python.", "not checked"),
    (without("results"), "No metric is recorded.", "nothing to be compared with"),
    (two_seeds, "All results rest on fewer than 3 seeds.", "neither confirm nor contradict"),
    (without("metrics", 0, "direction"), "higher or lower accuracy is better", "cannot be told"),
    (without("metrics", 0, "margin"), "No margin is declared for accuracy.", "inconclusive"),
    (without("claims"), "Nothing is claimed.", "which of them matter"),
    (without("claims", 0, "evidence"), "1 claim names no result as evidence.", "not tied to a number"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_gap(case: tuple[Callable[[Document], None], str, str]) -> None:
    change, what, cost = case
    document = copy.deepcopy(sample.grid_document())
    for run in document["runs"]:
        run["inputs"] = [sample.file("data/moons.csv")]
    change(document)
    found = [gap for gap in find_gaps(manifest_from(document)) if what in gap.what]
    assert len(found) == 1
    assert cost in found[0].cost
    assert found[0].fix


@pytest.mark.parametrize("make", [sample.digits, sample.grid])
def test_complete_experiment_has_none(make: Callable[[], Any]) -> None:
    assert find_gaps(make()) == []
    assert availability_of(make()).degree == "the full experiment"


def test_code_that_no_result_rests_on_need_not_be_there() -> None:
    document = copy.deepcopy(sample.grid_document())
    older = copy.deepcopy(document["code"][0]) | {"id": "older", "folder": ".reprocrate/code/older"}
    for file in older["files"]:
        file["in_bundle"] = False
    document["code"].append(older)
    assert availability_of(manifest_from(document)).degree == "the full experiment"


def test_degrees_include_the_ones_before() -> None:
    document = copy.deepcopy(sample.grid_document())
    del document["environments"]
    assert availability_of(manifest_from(document)).degree == "description, code and data"
    document["data"][0]["files"][0]["in_bundle"] = False
    assert availability_of(manifest_from(document)).degree == "description and code"
    del document["code"]
    assert availability_of(manifest_from(document)).degree == "a description only"


def test_data_without_a_file_comes_with_a_package_where_the_runs_were_watched() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["data"] = [{"id": "digits", "license": "CC-BY-4.0", "source": {"doi": "10.24432/C50P49"}}]
    manifest = manifest_from(document)
    assert find_gaps(manifest) == []
    assert availability_of(manifest).degree == "the full experiment"
    for run in document["runs"]:
        del run["capture"]
    assert availability_of(manifest_from(document)).degree == "description and code"


def test_a_reproduction_lacks_what_who_reran_can_give_and_what_the_original_lacked() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["reproduces"] = {"payload_sha256": "cd" * 32, "depth": "full"}
    for change in (without("experiment", "license"), without("experiment", "authors"), without("claims")):
        change(document)
    unversioned(document)
    found = find_gaps(manifest_from(document))
    assert [gap.what for gap in found][:3] == [
        "No licence was given for what the rerun adds.",
        "Nobody is named who reran it.",
        "The code was not under version control.",
    ]
    assert "keep the original's" in found[0].cost
    assert "beside verdict.json" in found[1].fix
    assert found[2].fix == "It is so in the original; only its authors can mend that, there."
