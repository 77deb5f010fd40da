"""The models and the schema say the same, property by property and verdict by verdict."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

import reprocrate.manifest
from reprocrate.manifest import InvalidManifestError, Manifest, manifest_from
from reprocrate.standard import problems, python_pattern, schema_document
from reprocrate.standard.inlined import InlinedSchema
from reprocrate.validation.cases import all_cases

ASSERTING = {
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "required",
}
JSON_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def golden(name: str) -> dict[str, Any]:
    from reprocrate.standard import shipped_bytes

    document: dict[str, Any] = json.loads(shipped_bytes(f"conformance/golden/{name}.json"))
    return document


# No manifest names its authors and hides them, but shapes do not contradict each other.
FULL = golden("full") | {"anonymous": golden("anonymous")["anonymous"]}


# Property by property ---------------------------------------------------------------------------------


def of_schema(node: Any) -> Any:
    """What a schema asserts, in a form that both sides share."""
    if node is True or node == {}:
        return "anything"
    said = {key: node[key] for key in ASSERTING & node.keys()}
    if "pattern" in said:
        said["pattern"] = python_pattern(said["pattern"])
    if "enum" in said:
        return {"enum": sorted(said["enum"], key=str)}
    if "required" in said:
        said["required"] = sorted(said["required"])
    if "oneOf" in node:
        return {"one of": sorted((of_schema(each) for each in node["oneOf"]), key=str)}
    kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
    if len(kinds) > 1:
        return {"one of": sorted(({"type": kind} for kind in kinds), key=str)}
    said["type"] = kinds[0]
    if kinds == ["array"]:
        said["items"] = of_schema(node["items"])
    if kinds == ["object"] and "properties" in node:
        assert node["unevaluatedProperties"] is False
        assert list(node["patternProperties"]) == [reprocrate.manifest.section.OPEN_NAME.pattern]
        said["properties"] = {name: of_schema(each) for name, each in node["properties"].items()}
    elif kinds == ["object"]:
        said["values"] = of_schema(node.get("additionalProperties", True))
    return said


def of_model(node: Any, definitions: dict[str, Any], nullable: bool = True) -> Any:
    """What pydantic says a model asserts, in the same form."""
    if "$ref" in node:
        return of_model(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "enum" in node or "const" in node:
        return {"enum": sorted(node.get("enum", [node.get("const")]), key=str)}
    said = {key: node[key] for key in ASSERTING & node.keys()}
    if "anyOf" in node:
        return of_union(node["anyOf"], said, definitions, nullable)
    if "type" not in node:
        return "anything"
    said["type"] = node["type"]
    if "required" in said:
        said["required"] = sorted(said["required"])
    if node["type"] == "array":
        items = node["items"] if "items" in node else node["prefixItems"][0]
        said["items"] = of_model(items, definitions)
    elif node["type"] == "object":
        said |= of_object(node, definitions)
    return said


def of_union(branches: list[Any], said: dict[str, Any], definitions: dict[str, Any], nullable: bool) -> Any:
    """A property that may be left out is None in the models, which the schema does not know as null."""
    kept = [each for each in branches if nullable or each != {"type": "null"}]
    if len(kept) == 1:
        return of_model(kept[0], definitions) | said
    if {"type": "number"} in kept:
        kept = [each for each in kept if each != {"type": "integer"}]
    return {"one of": sorted((of_model(each, definitions) for each in kept), key=str)}


def of_object(node: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in node:
        more = node.get("additionalProperties", True)
        return {"values": "anything" if more is True else of_model(more, definitions)}
    optional = {"value"} if node["title"] == "Observation" else set()
    return {
        "properties": {
            name: of_model(each, definitions, nullable=name in optional)
            for name, each in node["properties"].items()
        }
    }


def differences(schema: Any, model: Any, place: str = "") -> Iterator[str]:
    if isinstance(schema, dict) and isinstance(model, dict):
        for key in sorted(schema.keys() | model.keys()):
            if key not in schema or key not in model:
                yield f"{place}/{key} is only in the {'schema' if key in schema else 'models'}"
            else:
                yield from differences(schema[key], model[key], f"{place}/{key}")
    elif schema != model:
        yield f"{place}: schema {schema!r}, models {model!r}"


def test_models_and_schema_assert_the_same() -> None:
    generated = Manifest.model_json_schema()
    model = of_model({key: value for key, value in generated.items() if key != "$defs"}, generated["$defs"])
    schema = of_schema(InlinedSchema("manifest").schema)
    for name in ("ddof",):  # an enumeration of numbers is bounds in the models, which convert 1.0 to 1
        (place,) = [schema["properties"]["results"]["items"]["properties"]]
        assert place[name] == {"enum": [0, 1]}
        place[name] = {"type": "integer", "minimum": 0, "maximum": 1}
    assert list(differences(schema, model)) == []


def test_every_model_is_offered_by_the_package() -> None:
    assert sorted(reprocrate.manifest._HOME) == sorted(reprocrate.manifest.__all__)
    for name in reprocrate.manifest.__all__:
        assert getattr(reprocrate.manifest, name) is not None


def test_full_manifest_uses_every_property() -> None:
    """So that the mutations below reach all of them."""
    schema = InlinedSchema("manifest").schema
    all_of_them = _properties(schema, None)
    unused = all_of_them.keys() - _properties(schema, FULL).keys()
    assert sorted(all_of_them[key] for key in unused) == []


def _properties(node: Any, value: Any, place: str = "") -> dict[tuple[int, str], str]:
    """Places of the properties below a node of the schema that a value uses; of all where there is no value.

    A definition that is referred to from several places is one: its list of properties is shared.
    """
    found: dict[tuple[int, str], str] = {}
    if "items" in node:
        for each in value if isinstance(value, list) else [None] if value is None else []:
            found |= _properties(node["items"], each, place)
    for name, each in node.get("properties", {}).items():
        if value is None or name in value:
            found[id(node["properties"]), name] = f"{place}/{name}"
            found |= _properties(each, None if value is None else value[name], f"{place}/{name}")
    return found


# Verdict by verdict -----------------------------------------------------------------------------------


def verdicts(document: Any) -> tuple[bool, bool]:
    """Whether the schema and whether the models accept a document."""
    try:
        Manifest.model_validate(document, context={"lenient": False})
    except ValueError:
        return not problems(document, "manifest"), False
    return not problems(document, "manifest"), True


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_same_verdict_on_every_conformance_case(case: Any) -> None:
    by_schema, by_models = verdicts(case.document)
    assert by_schema == by_models


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*path, index))


PLACES = list(places(FULL))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.sampled_from([0, 1, -1, 0.0, 1.0, 1.5, -0.5, 2**53 - 1, 2.0**60, 1e300, 100]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        ["", "a", "a b", "x-y", "é", "0" * 64, "../a", "a/../b", "a//b", "/a", "a\\b", "CON", "1.0\n"]
    ),
    st.sampled_from(["9007199254740993", "-1" + "0" * 20, "sd", "ok", "2026-01-01T00:00:00Z", "https://a@b"]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """The full manifest with one to three changes, most of them small."""
    document = copy.deepcopy(FULL)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(PLACES))
        parent = document
        try:
            for part in path[:-1]:
                parent = parent[part]
            value = parent[path[-1]]
        except (LookupError, TypeError):
            continue  # an earlier change took the place away
        kind = draw(st.sampled_from(["drop", "replace", "nudge", "add"]))
        if kind == "drop":
            del parent[path[-1]]
        elif kind == "add" and isinstance(value, dict):
            name = draw(
                st.sampled_from(
                    ["x-own", "ext:own", "own", "Ext:own", "x", "", "schema_url", "id", "name", "value"]
                )
            )
            value[name] = draw(anything)
        elif kind == "nudge":
            parent[path[-1]] = draw(nudged(value))
        else:
            parent[path[-1]] = draw(anything)
    return document


def nudged(value: Any) -> st.SearchStrategy[Any]:
    """Values that are almost this one."""
    if isinstance(value, str):
        return st.sampled_from(
            [
                f"{value}\n",
                f" {value}",
                value[:-1],
                value + value,
                value.upper(),
                f"{value}\u2028",
                f"{value}é",
                f"{value}/",
                f"\ufeff{value}",
                f"{value}\x1f",
                f"{value}\x85",
            ]
        )
    if isinstance(value, bool):
        return st.sampled_from([int(value), str(value), not value])
    if isinstance(value, int | float):
        return st.sampled_from(
            [float(value), -value, value + 0.5, value * 1e6, str(value), 0, 0.0, 1.0, True]
        )
    if isinstance(value, list):
        return st.sampled_from([[], value + value, [*value, None], [value], {"0": value}])
    if isinstance(value, dict):
        return st.sampled_from([[value], {**value, "x-own": None}, {}, list(value.values())])
    return st.sampled_from([[], {}, 0, "", "null"])


@given(mutated())
def test_same_verdict_on_mutated_manifests(document: Any) -> None:
    by_schema, by_models = verdicts(document)
    assert by_schema == by_models


@given(mutated())
def test_a_manifest_that_is_accepted_survives_being_saved(document: Any) -> None:
    try:
        manifest = manifest_from(document)
    except (InvalidManifestError, reprocrate.UnreadableError):
        return
    assert manifest_from(manifest.to_dict()) == manifest


def test_schema_is_self_contained() -> None:
    text = json.dumps(schema_document("manifest"))
    assert '"$ref": "http' not in text
