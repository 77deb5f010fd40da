"""The specification holds together: its sentences, the rules, the schema, the programs, its examples."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reprocrate import statistics
from reprocrate.standard import schema_document, shipped_bytes
from reprocrate.validation import all_rules

GENERATED = re.compile(r"<!-- (fields:\w+|forms|requirements|rules) -->.*?<!-- /\w+ -->", re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
NORMATIVE = re.compile(r"\b(MUST|SHOULD)\b")
ANCHOR = re.compile(r"\[(RC[0-9]{4}|RQ[0-9]{2}|schema: [a-z_.$]+)\]")
SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[A-Z`*•-])")


@pytest.fixture(scope="module")
def specification(repository: Path) -> str:
    return (repository / "spec.md").read_text("utf-8")


@pytest.fixture(scope="module")
def chapters(specification: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", specification, flags=re.MULTILINE)
    slugs = [re.sub(r"[^a-z0-9]+", "-", heading.lower()) for heading in parts[1::2]]
    return dict(zip(slugs, parts[2::2], strict=True))


def prose(text: str) -> str:
    return FENCED.sub("", GENERATED.sub("", text))


def sentences(text: str) -> list[str]:
    paragraphs = re.split(r"\n\s*\n|\n(?=[-|0-9#])", prose(text))
    return [" ".join(each.split()) for paragraph in paragraphs for each in SENTENCE.split(paragraph)]


# Sentences --------------------------------------------------------------------------------------------


def test_every_demand_names_what_holds_it(chapters: dict[str, str]) -> None:
    bare = [
        sentence
        for slug, text in chapters.items()
        if slug != "terms"  # where the words are defined
        for sentence in sentences(text)
        if NORMATIVE.search(sentence) and not ANCHOR.search(sentence)
    ]
    assert bare == []


def test_every_anchor_leads_somewhere(specification: str, requirements: dict[str, list[str]]) -> None:
    codes = {rule.code for rule in all_rules()}
    definitions = schema_document("manifest")["$defs"]
    anchors = set(ANCHOR.findall(specification))
    assert len(anchors) > len(codes)
    for anchor in anchors:
        if anchor.startswith("RC"):
            assert anchor in codes
        elif anchor.startswith("RQ"):
            assert requirements.get(anchor), f"no test carries the mark requirement({anchor!r})"
        else:
            definition, *path = anchor.removeprefix("schema: ").split(".")
            node = definitions[definition]
            for name in path:
                node = node["properties"][name]


def test_every_rule_is_a_demand_of_its_chapter_and_of_no_other(chapters: dict[str, str]) -> None:
    for rule in all_rules():
        places = [slug for slug, text in chapters.items() if f"[{rule.code}](#" in text]
        assert places == [rule.spec], rule.code
        assert f'<a id="{rule.code.lower()}"></a>' in chapters["rules"]


def test_every_requirement_on_programs_is_demanded_once(
    specification: str, requirements: dict[str, list[str]]
) -> None:
    demanded = re.findall(r"\[(RQ[0-9]{2})\]", prose(specification))
    assert sorted(demanded) == sorted(set(demanded))
    assert demanded == [f"RQ{number:02}" for number in range(1, len(demanded) + 1)]
    assert set(requirements) == set(demanded)


@pytest.fixture(scope="module")
def requirements(repository: Path) -> dict[str, list[str]]:
    """The tests that show that a requirement on programs is met, by its number."""
    found: dict[str, list[str]] = {}
    for path in sorted((repository / "tests").rglob("test_*.py")):
        for match in re.finditer(r"^\s*@pytest\.mark\.requirement\((.+?)\)$", path.read_text("utf-8"), re.M):
            for number in re.findall(r'"(RQ[0-9]{2})"', match[1]):
                found.setdefault(number, []).append(path.name)
    return found


def test_every_definition_of_the_schema_has_its_table(specification: str) -> None:
    objects = {
        name for name, node in schema_document("manifest")["$defs"].items() if node.get("type") == "object"
    }
    assert set(re.findall(r"<!-- fields:(\w+) -->", specification)) == objects | {"manifest"}


def test_links_within_the_text_lead_to_chapters_and_rules(
    specification: str, chapters: dict[str, str]
) -> None:
    targets = set(chapters) | {rule.code.lower() for rule in all_rules()}
    assert set(re.findall(r"\]\(#([^)]+)\)", specification)) - targets == set()
    contents = specification.partition("## Scope")[0]
    assert re.findall(r"\]\(#([^)]+)\)", contents) == list(chapters)


def test_links_to_files_lead_to_files(specification: str, repository: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", specification):
        assert (repository / target).exists(), target


# Examples ---------------------------------------------------------------------------------------------


def test_examples_are_parts_of_a_valid_manifest(specification: str) -> None:
    """Each JSON block is a part of the full golden manifest, which other tests hold to be valid."""
    full = json.loads(shipped_bytes("conformance/golden/full.json"))
    blocks = re.findall(r"^```json\n(.*?)^```$", specification, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 10
    for block in blocks:
        assert is_part(json.loads(block), full), block


def blocks_of(specification: str, language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", specification, re.DOTALL | re.MULTILINE)
    return [block for name, block in fenced if name == language]


def test_entities_of_the_crate_are_those_of_a_valid_one(specification: str) -> None:
    name = "conformance/RC1804/valid/more-said/files/ro-crate-metadata.json"
    graph = {entity["@id"]: entity for entity in json.loads(shipped_bytes(name))["@graph"]}
    (block,) = blocks_of(specification, "jsonld")
    shown, place = [], 0
    while place < len(block.rstrip()):
        entity, place = json.JSONDecoder().raw_decode(block, place)
        place += 1  # the line feed
        shown.append(entity)
    assert len(shown) == 3
    for entity in shown:
        assert is_part(entity, graph[entity["@id"]]), entity


def test_policy_is_a_part_of_a_shipped_one(specification: str, repository: Path) -> None:
    (block,) = blocks_of(specification, "toml")
    whole = tomllib.loads((repository / "examples" / "policies" / "five-seeds.toml").read_text("utf-8"))
    assert is_part(tomllib.loads(block), whole)


def test_tree_digest_of_the_example_is_the_one_said(specification: str) -> None:
    tree = json.loads(shipped_bytes("conformance/golden/full.json"))["code"][0]
    (lines,) = (block for block in blocks_of(specification, "") if "rings/features.py" in block)
    assert hashlib.sha256(lines.encode()).hexdigest() == tree["tree_sha256"]
    assert f"`{tree['tree_sha256'][:8]}…{tree['tree_sha256'][-5:]}`" in specification


def test_numbers_of_the_worked_verdict_are_right(specification: str) -> None:
    (block,) = (block for block in blocks_of(specification, "") if block.startswith("recorded"))
    numbers = [[float(each) for each in re.findall(r"0\.9\d\d\b", line)] for line in block.splitlines()[:2]]
    x, y = numbers[0][:5], numbers[1][:5]
    paired, welch = statistics.paired(y, x).interval(0.9), statistics.welch(y, x).interval(0.9)
    prediction, mean = statistics.prediction_interval(x, 5), statistics.t_interval(y)
    assert f"= [{paired.low:.5f}, {paired.high:.5f}]" in block
    assert f"= [{welch.low:.5f}, {welch.high:.5f}]" in block
    assert f"= [{prediction.low:.4f}, {prediction.high:.4f}]" in block
    assert f"is [{mean.low:.4f}, {mean.high:.4f}]" in block
    assert f"above {statistics.welch(y, x).equivalence_margin(0.05):.5f}" in block


def is_part(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and is_part(value, whole[name]) for name, value in part.items()
        )
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return all(any(is_part(each, other) for other in whole) for each in part)
    return bool(part == whole)


def test_an_example_that_is_no_part_is_noticed() -> None:
    assert not is_part({"a": [{"b": 1}]}, {"a": [{"b": 2}, {"c": 1}]})
    assert not is_part({"a": ["x"]}, {"a": ["x", "y"]})
