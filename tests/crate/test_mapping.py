"""The table of the mapping, `profile/mapping.csv` of the standard, holds on the full golden manifest."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from reprocrate.crate import CHECKED, NEWEST, CrateFile, Target, write_crate
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.validation.places import declared_files

STANDARD = Path(__file__).resolve().parents[2] / "schema" / "1.0"
ROWS = list(csv.DictReader((STANDARD / "profile" / "mapping.csv").read_text("utf-8").splitlines()))
HOW = {"same", "part", "whole", "entity", "words"}


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return manifest_from(json.loads((STANDARD / "conformance" / "golden" / "full.json").read_bytes()))


@pytest.fixture(scope="module", params=[CHECKED, NEWEST], ids=["1.1", "1.3"])
def crate(manifest: Manifest, request: pytest.FixtureRequest) -> tuple[Target, list[dict[str, Any]]]:
    here = [
        CrateFile(file.place, file.size, file.sha256) for file in declared_files(manifest) if file.travels
    ]
    document = json.loads(write_crate(manifest, here, target=request.param))
    return request.param, document["@graph"]


def values_at(node: Any, parts: list[str]) -> Iterator[Any]:
    """The values of a document at a pattern of pointers, where `*` stands for any entry or member."""
    if not parts:
        yield node
    elif parts[0] == "*":
        for inner in node.values() if isinstance(node, dict) else node:
            yield from values_at(inner, parts[1:])
    elif isinstance(node, dict) and parts[0] in node:
        yield from values_at(node[parts[0]], parts[1:])


def stated(entities: list[dict[str, Any]], kind: str, term: str) -> list[Any]:
    """What the entities of a type have in a property; of references, the identifiers."""
    found: list[Any] = []
    for entity in entities:
        kinds = entity["@type"]
        if kind in (kinds if isinstance(kinds, list) else [kinds]) or (kind, kinds) == (
            "CreativeWork",
            "File",
        ):
            value = entity.get(term, [])
            found += value if isinstance(value, list) else [value]
    return [unquote(item["@id"]) if isinstance(item, dict) else item for item in found]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["pointer"])
def test_row_holds(row: dict[str, str], manifest: Manifest, crate: Any) -> None:
    target, entities = crate
    given = [
        value for value in values_at(manifest.to_dict(), row["pointer"].split("/")[1:]) if value is not None
    ]
    assert given, "the full golden manifest has no such value"
    kind = target.program_type if row["type"] == "SoftwareSourceCode" else row["type"]
    found = stated(entities, kind, row["property"])
    assert found
    assert row["value"] in HOW
    if row["value"] == "same":
        assert [value for value in given if value not in found] == []
    elif row["value"] == "part":
        assert [value for value in given if not any(value in text for text in map(str, found))] == []
    elif row["value"] == "whole":
        assert [value for value in given if not any(value.endswith(text) for text in found)] == []
    elif row["value"] == "entity":
        named = {unquote(entity["@id"]) for entity in entities}
        assert [identifier for identifier in found if identifier not in named] == []


def test_every_term_of_ours_that_says_something_of_the_manifest_is_in_the_table() -> None:
    context = json.loads((STANDARD / "context.jsonld").read_bytes())["@context"]
    terms = {term for term, address in context.items() if "reprocrate/terms" in address}
    told = {row["property"] for row in ROWS} | {row["type"] for row in ROWS}
    assert sorted(terms - told) == ["tableCell"]
    assert len({(row["pointer"], row["property"]) for row in ROWS}) == len(ROWS)
