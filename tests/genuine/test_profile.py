"""Our profile: its shapes object to the crates that the rules object to, and say the words of the schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rocrate_validator", reason="rocrate-validator is not installed")

from rdflib import Graph
from rdflib.collection import Collection
from rdflib.namespace import SH

from reprocrate.standard import schema_document
from reprocrate.validation.cases import Case, all_cases

pytestmark = pytest.mark.genuine

CASES = [case for case in all_cases() if case.name.startswith("RC18")]
NEWER = {"RC1801/valid/newer-pair"}
FIRST = {name.split("/")[0]: name for name in reversed([case.name for case in CASES]) if "/invalid/" in name}
EACH_TIME = [name for code, name in FIRST.items() if code in ("RC1802", "RC1804", "RC1806", "RC1809")]
"""Of some rules the first crate that breaks it; the others are judged when `-m judged` asks for it."""

UNREADABLE = {f"RC1801/invalid/{name}" for name in ("absent", "not-json", "no-graph", "twice", "no-root")}
"""What is no crate: the validator says so without asking our profile."""

PROFILE = "https://w3id.org/reprocrate/profile/1.0"
BEYOND_FILES = (
    f"The Root Data Entity identifier '{PROFILE}' SHOULD resolve",  # the judge is offline
    f"Web-based Data Entity '{PROFILE}' is not directly downloadable",
    "An Organization entity SHOULD have a ROR identifier",  # the developers are in no registry
)
"""What the validator recommends and only the network or a registry can tell."""

TERMS = "https://w3id.org/reprocrate/terms#"
WORDS = {
    "claimKind": ("claim", "kind"),
    "configurationRole": ("configuration", "role"),
    "optimizationDirection": ("metric", "direction"),
    "runKind": ("run", "kind"),
    "seedSource": ("seed", "how"),
    "statisticalTest": ("comparison", "test"),
    "summaryStatistic": ("result", "statistic"),
    "valueSelection": ("metric", "selection"),
}


def shapes(folder: Path) -> Graph:
    graph = Graph()
    for path in sorted(folder.rglob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def profile(repository: Path) -> Path:
    return repository / "schema" / "1.0" / "profile"


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=() if case.name in EACH_TIME else pytest.mark.judged)
        for case in CASES
        if case.name not in UNREADABLE
    ],
)
def test_shapes_and_rules_agree_on_every_crate(case: Case, judge: Any, repository: Path) -> None:
    """Those shapes object that the case names, and no other; a crate that the rules allow has no issue."""
    crate = repository / "schema" / "1.0" / "conformance" / case.name / "files"
    newest = case.name in NEWER
    name, folder = ("reprocrate-on-newest-1.0", "newest") if newest else ("reprocrate-1.0", "checked")
    checks = [issue.check for issue in judge(crate, name, profiles=folder)]
    ours = {check.name for check in checks if check.identifier.startswith(name)}
    assert ours == set(case.content.get("shapes", []))


def test_what_cannot_be_read_is_no_crate_for_the_validator_either(judge: Any, repository: Path) -> None:
    """Of these, the one that says so: the validator itself fails on an `@graph` that is a number."""
    crate = repository / "schema" / "1.0" / "conformance" / "RC1801" / "invalid" / "not-json" / "files"
    assert judge(crate, "reprocrate-1.0", "REQUIRED", "checked")


@pytest.mark.judged
def test_the_profile_crate_is_a_crate_and_lists_its_files(judge: Any, profile: Path) -> None:
    """Nothing that RO-Crate 1.3 recommends stays open but what no file can answer."""
    open_still = [issue.message for issue in judge(profile, "ro-crate-1.3")]
    assert [message for message in open_still if not any(map(message.startswith, BEYOND_FILES))] == []
    assert len(open_still) == len(BEYOND_FILES)
    entities = {
        entity["@id"]: entity
        for entity in json.loads((profile / "ro-crate-metadata.json").read_bytes())["@graph"]
    }
    there = {path.relative_to(profile).as_posix() for path in profile.rglob("*") if path.is_file()}
    listed = {name for name, entity in entities.items() if entity["@type"] == "File"}
    assert listed == there - {"ro-crate-metadata.json"}
    root = entities[PROFILE]
    assert root["@type"] == ["Dataset", "Profile"]
    roles = {
        entities[each["@id"]]["hasRole"]["@id"].rpartition("/")[2]: entities[each["@id"]]["hasArtifact"][
            "@id"
        ]
        for each in root["hasResource"]
    }
    assert set(roles) == {"specification", "mapping", "vocabulary", "schema", "validation"}
    elsewhere = {name for name in roles.values() if name.startswith("https:")}
    assert set(roles.values()) - elsewhere <= {part["@id"] for part in root["hasPart"]}
    assert {entities[name]["@type"] for name in elsewhere} == {"CreativeWork"}


def test_most_shapes_have_a_crate_that_they_object_to(profile: Path) -> None:
    """Every check that something must be there; those of lists of words are held to the schema instead."""
    graph = shapes(profile / "checked")
    required = {
        str(graph.value(shape, SH.name))
        for shape in {*graph.subjects(SH.minCount), *graph.subjects(SH.qualifiedMinCount)}
        if "SHOULD" not in str(graph.value(shape, SH.message))
    }
    tried = {shape for case in CASES for shape in case.content.get("shapes", [])}
    never_absent = {
        "First result of a comparison",
        "Name of a configuration",
        "Name of a metric",
        "Row of a cell",
        "Column of a cell",
    }
    assert required - tried == never_absent


def test_words_are_those_of_the_schema(profile: Path) -> None:
    graph = shapes(profile / "checked")
    listed = {
        str(graph.value(shape, SH.path)).removeprefix(TERMS): [str(word) for word in Collection(graph, words)]
        for shape, words in graph.subject_objects(SH["in"])
    }
    definitions = schema_document("manifest")["$defs"]
    for term, (section, field) in WORDS.items():
        assert listed.pop(term) == definitions[section]["properties"][field]["enum"]
    [completeness] = _enums(definitions["run"]["properties"]["capture"], "completeness")
    assert listed.pop("captureCompleteness") == completeness
    assert set(listed) == {"http://schema.org/actionStatus"}


def _enums(node: Any, name: str) -> list[list[str]]:
    return [node["properties"][name]["enum"]]


def test_both_pairs_have_the_same_shapes(profile: Path) -> None:
    older, newer = profile / "checked" / "reprocrate", profile / "newest" / "reprocrate"
    names = sorted(path.relative_to(older).as_posix() for path in older.glob("*/*.ttl"))
    assert names == sorted(path.relative_to(newer).as_posix() for path in newer.glob("*/*.ttl"))
    assert len(names) > 10
    for name in names:
        assert (older / name).read_bytes() == (newer / name).read_bytes(), name


def test_shapes_use_terms_that_are_defined(profile: Path, repository: Path) -> None:
    context = json.loads((repository / "schema" / "1.0" / "context.jsonld").read_bytes())["@context"]
    text = "".join(path.read_text() for path in (profile / "checked").rglob("*.ttl"))
    used = set(re.findall(r"\brc:([A-Za-z]+)", text))
    assert used
    assert used <= set(context)
