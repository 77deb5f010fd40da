"""The conformance cases cover the standard: every sentence, property, word and keyword."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from reprocrate.standard import schema_document


@pytest.fixture(scope="module")
def matrix() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matrix", Path(__file__).parents[1] / "matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_there_are_enough_cases_of_both_kinds(matrix: ModuleType) -> None:
    cases = matrix.coverage().cases
    invalid = [case for case in cases if not case.is_valid]
    assert len(cases) >= 300
    assert len(invalid) >= 0.4 * len(cases)
    assert len(cases) - len(invalid) >= 100


def test_every_sentence_of_the_specification_has_cases_of_both_kinds(matrix: ModuleType) -> None:
    """Requirements on programs have tests instead, which `test_specification` looks after."""
    anchors = {anchor for each in matrix.chapters().values() for anchor in each}
    assert len(anchors) > 100
    lacking = {
        anchor: matrix.coverage().of_anchor(anchor)
        for anchor in anchors
        if not anchor.startswith("RQ") and not all(matrix.coverage().of_anchor(anchor))
    }
    assert lacking == {}


def test_every_property_stands_in_a_sound_manifest_and_in_a_faulty_one(matrix: ModuleType) -> None:
    found = matrix.coverage()
    assert len(matrix.properties()) > 300
    assert [place for place in matrix.properties() if not found.used.get(place)] == []
    assert [place for place in matrix.properties() if not found.faulted.get(place)] == []


def test_every_word_stands_in_a_sound_manifest(matrix: ModuleType) -> None:
    spoken = matrix.coverage().spoken
    assert len(matrix.words()) > 100
    lacking = [(place, word) for place, word in matrix.words() if not spoken.get((place, repr(word)))]
    assert lacking == []


def test_every_keyword_that_refuses_something_does_so_in_a_case(matrix: ModuleType) -> None:
    assert len(matrix.keywords()) > 400
    assert [place for place in matrix.keywords() if not matrix.coverage().refused.get(place)] == []


def test_every_keyword_of_the_schema_is_accounted_for(matrix: ModuleType) -> None:
    """A keyword that is new to the schema must not slip through the tests of coverage and of mutations."""
    known = matrix.REFUSING | matrix.LEADING | matrix.SILENT
    assert {keyword for _, node in matrix.nodes() for keyword in node} <= known
    text = schema_document("manifest")
    assert len(list(matrix.nodes())) == len({place for place, _ in matrix.nodes()}) > len(text["$defs"])
