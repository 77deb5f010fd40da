"""Our JSON-LD terms: defined, used, and in nobody's way."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

NAMESPACE = "https://w3id.org/reprocrate/terms#"
STANDING_FOR_NOTHING = {"noContact", "noLicence", "notStated"}
"""What is no term but an entity: it stands where nobody said anything."""

SAMPLES = ["two_configurations", "one_failed", "many_folders", "unusual"]


@pytest.fixture(scope="module")
def context(repository: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((repository / "schema" / "1.0" / "context.jsonld").read_bytes())
    return document


@pytest.fixture(scope="module")
def others() -> dict[str, Any]:
    """The terms of RO-Crate 1.1 and 1.3, and of workflow runs."""
    folder = Path(__file__).resolve().parents[1] / "genuine" / "contexts"
    terms: dict[str, Any] = {}
    for name in ("ro-crate-1.1.jsonld", "ro-crate-1.3.jsonld", "workflow-run.json"):
        terms |= json.loads((folder / name).read_bytes())["@context"]
    return terms


def own(context: dict[str, Any]) -> set[str]:
    return {term for term, address in context["@context"].items() if address == NAMESPACE + term}


def used(experiments: ModuleType) -> set[str]:
    """Properties and types in the crates of all samples."""
    names: set[str] = set()
    for name in SAMPLES:
        for entity in getattr(experiments, name)().graph().values():
            kinds = entity["@type"]
            names |= {term for term in entity if not term.startswith("@")}
            names |= set(kinds) if isinstance(kinds, list) else {kinds}
    return names


def test_every_term_is_defined_once_in_a_sentence(context: dict[str, Any]) -> None:
    definitions = {
        entity["@id"]: entity["rdfs:comment"]
        for entity in context["@graph"]
        if entity["@id"].startswith(NAMESPACE)
    }
    assert set(definitions) == {NAMESPACE + term for term in own(context) | STANDING_FOR_NOTHING}
    assert len(definitions) == len([each for each in context["@graph"] if each["@id"].startswith(NAMESPACE)])
    assert all(each["rdfs:label"] for each in context["@graph"])
    assert set(context["@context"]) - own(context) == {"rdf", "rdfs"}
    assert all(text.endswith(".") for text in definitions.values())


def test_terms_take_no_other_meaning_away(context: dict[str, Any], others: dict[str, Any]) -> None:
    assert own(context) & set(others) == set()


def test_crates_use_defined_terms_only_and_all_of_ours(
    experiments: ModuleType, context: dict[str, Any], others: dict[str, Any]
) -> None:
    names = used(experiments)
    assert names - set(others) <= own(context)
    assert own(context) - names == set()


def test_crates_carry_our_terms_themselves(experiments: ModuleType, context: dict[str, Any]) -> None:
    crate = json.loads(experiments.two_configurations(1).metadata())
    published, profile, inline = crate["@context"]
    assert published == "https://w3id.org/ro/crate/1.1/context"
    assert profile == "https://w3id.org/ro/terms/workflow-run/context"
    assert set(inline) == own(context)


def test_the_context_is_linked_data_that_defines_its_terms(repository: Path, context: dict[str, Any]) -> None:
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph().parse(repository / "schema" / "1.0" / "context.jsonld", format="json-ld")
    for term in own(context):
        assert graph.value(rdflib.URIRef(NAMESPACE + term), rdflib.RDFS.comment)
