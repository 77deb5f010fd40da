"""The main program of a crate, which registries of workflows demand and nobody else has to have."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from reprocrate.crate import CHECKED, NEWEST, Target

BOTH = pytest.mark.parametrize("target", [CHECKED, NEWEST], ids=["1.1", "1.3"])
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"


def graph_of(experiments: ModuleType, target: Target, main: str | None) -> dict[str, dict[str, Any]]:
    sample = experiments.two_configurations(1)
    sample.target = target
    if main:
        sample.document["code"][0]["main"] = main
    graph: dict[str, dict[str, Any]] = sample.graph()
    return graph


@BOTH
def test_the_root_names_it(experiments: ModuleType, target: Target) -> None:
    graph = graph_of(experiments, target, "train.py")
    assert graph["./"]["mainEntity"] == {"@id": "train.py"}
    main = graph["train.py"]
    assert main["@type"] == ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    language = graph[main["programmingLanguage"]["@id"]]
    assert (language["@type"], language["name"]) == ("ComputerLanguage", "Python")
    assert main["license"] == graph["./"]["license"]
    says = graph["ro-crate-metadata.json" if target.document_conforms else "./"]["conformsTo"]
    assert says[-1] == {"@id": WORKFLOW_CRATE}
    assert graph[WORKFLOW_CRATE]["version"] == "1.0"
    assert graph["README.md"]["about"] == {"@id": "./"}


@BOTH
@pytest.mark.parametrize("main", [None, "not-there.py"])
def test_without_one_nothing_changes(experiments: ModuleType, target: Target, main: str | None) -> None:
    graph = graph_of(experiments, target, main)
    named = graph_of(experiments, target, "train.py")
    assert "mainEntity" not in graph["./"]
    assert graph["train.py"]["@type"] == "File"
    assert WORKFLOW_CRATE not in graph
    apart = {"./", "train.py", "README.md", "ro-crate-metadata.json", "reprocrate.json"}
    assert {name: named[name] for name in graph.keys() - apart} == {
        name: graph[name] for name in graph.keys() - apart
    }


@BOTH
def test_a_language_that_is_not_known_is_not_made_up(experiments: ModuleType, target: Target) -> None:
    sample = experiments.two_configurations(1, script="run.strange")
    sample.target = target
    sample.document["code"][0]["main"] = "run.strange"
    graph = sample.graph()
    assert graph[graph["run.strange"]["programmingLanguage"]["@id"]]["name"] == "Language of run.strange"
