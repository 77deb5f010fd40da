"""The shipped schemas, and what they say against documents."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from reprocrate import UnreadableError, standard
from reprocrate.standard import (
    SchemaProblem,
    ecma_pattern,
    path_of,
    pointer_to,
    problems,
    python_pattern,
    schema_bytes,
    schema_document,
    schema_url,
    shipped_bytes,
    shipped_folder,
    value_at,
)
from reprocrate.standard.inlined import InlinedSchema

ENDING = ".schema.json"
NAMES = sorted(
    file.name.removesuffix(ENDING) for file in shipped_folder().iterdir() if file.name.endswith(ENDING)
)
MINIMAL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/minimal.json"))


def said(document: Any, name: str = "manifest") -> list[tuple[str, str]]:
    return [(problem.pointer, problem.message) for problem in problems(document, name)]


def with_experiment(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(MINIMAL)
    document["experiment"].update(changes)
    return document


# Shipped files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_shipped_schema_is_valid_and_named_by_its_address(name: str) -> None:
    schema = json.loads(schema_bytes(name))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == schema_url(name) == f"https://w3id.org/reprocrate/schema/1.0/{name}.schema.json"
    assert schema_document(name) == schema


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_and_reference_of_a_shipped_schema_can_be_used(name: str) -> None:
    inlined = json.dumps(InlinedSchema(name).schema)
    assert '"$ref"' not in inlined
    for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', schema_bytes(name).decode()):
        ecma_pattern(json.loads(pattern))


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_a_schema_fit_it(name: str) -> None:
    count = 0
    pending: list[Any] = [InlinedSchema(name).schema]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            if isinstance(node.get("examples"), list):
                for example in node["examples"]:
                    count += 1
                    assert list(Draft202012Validator(node).iter_errors(example)) == []
            pending += [each for key, each in node.items() if key not in ("examples", "enum", "const")]
    assert count > 0


def test_schemas_are_the_repositorys(repository: Path) -> None:
    for name in NAMES:
        assert schema_bytes(name) == (repository / "schema" / "1.0" / f"{name}.schema.json").read_bytes()


def test_what_is_not_shipped_is_named() -> None:
    with pytest.raises(UnreadableError, match=r"no file colour\.schema\.json"):
        schema_bytes("colour")
    with pytest.raises(UnreadableError, match=r"version 7\.0 of the standard is not known"):
        schema_bytes("manifest", "7.0")


def test_specification_is_at_hand() -> None:
    assert standard.specification().startswith("# ")


def test_jsonschema_is_imported_only_to_judge() -> None:
    code = (
        "import sys; from reprocrate import standard; standard.schema_document('manifest');"
        "assert 'jsonschema' not in sys.modules; standard.problems({}, 'manifest');"
        "assert 'jsonschema' in sys.modules and 'requests' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# Problems ---------------------------------------------------------------------------------------------


def test_valid_document_has_no_problem() -> None:
    assert problems(MINIMAL, "manifest") == []


def test_problem_names_the_place_in_document_and_schema() -> None:
    (problem,) = problems(with_experiment(authors=[{"name": "Ada", "orcid": "1"}]), "manifest")
    assert problem == SchemaProblem(
        "/experiment/authors/0/orcid",
        "pattern",
        '"orcid" has the wrong form: "1". Needed: ORCID without its address; the last digit is a check digit '
        '(ISO 7064 MOD 11-2). Example: "0000-0002-1825-0097"',
        "/$defs/author/properties/orcid/pattern",
    )


def test_every_problem_is_told_in_the_order_of_the_document() -> None:
    authors = [{"name": "Ada", "orcid": "x"} for _ in range(11)]
    found = problems(with_experiment(authors=authors, keywords=[""]), "manifest")
    pointers = [problem.pointer for problem in found]
    assert pointers == [*(f"/experiment/authors/{i}/orcid" for i in range(11)), "/experiment/keywords/0"]
    assert found == problems(with_experiment(authors=authors, keywords=[""]), "manifest")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"titel": "x"}, 'unknown property "titel" of Experiment (did you mean "title"?)'),
        ({"zzz": "x"}, 'unknown property "zzz" of Experiment'),
        ({"title": 3}, '"title" must be text, not 3'),
        ({"title": ["a"]}, '"title" must be text, not a list'),
        ({"title": ""}, '"title" must not be empty'),
        ({"authors": "Ada"}, '"authors" must be a list, not the text "Ada"'),
        ({"authors": ["Ada"]}, 'entry 0 must be an object, not the text "Ada"'),
        ({"authors": [{"nam": "Ada"}]}, 'missing property "name" (is "nam" meant for it?)'),
        (
            {"status": "withdrwn"},
            '"status" must be "current", "corrected" or "withdrawn", not "withdrwn"',
        ),
        ({"license": "not one"}, '"license" has the wrong form: "not one". Needed: SPDX licence expression'),
    ],
)
def test_sentence_says_what_is_wrong(changes: dict[str, Any], expected: str) -> None:
    assert any(message.startswith(expected) for _, message in said(with_experiment(**changes)))


def test_long_values_are_cut_short() -> None:
    ((_, message),) = said(with_experiment(license="x " * 10_000))
    assert len(message) < 250


def manifest_with_seed(value: Any) -> dict[str, Any]:
    seeds = [{"value": value, "how": "declared"}]
    run = {"id": "r", "configuration": "c", "command": ["x"], "status": "ok", "seeds": seeds}
    return {**MINIMAL, "runs": [run]}


@pytest.mark.parametrize(
    ("value", "keyword", "message"),
    [
        (1.5, "oneOf", '"value" must be a whole number or text, not 1.5'),
        ([], "oneOf", '"value" must be a whole number or text, not a list'),
        (2**60, "maximum", f'"value" must be at most 9007199254740991, not {2**60}'),
        ("12", "pattern", '"value" has the wrong form: "12". Needed: A seed; beyond 2^53 - 1 in magnitude'),
    ],
)
def test_of_several_forms_the_one_that_was_meant_is_explained(value: Any, keyword: str, message: str) -> None:
    (problem,) = problems(manifest_with_seed(value), "manifest")
    assert (problem.pointer, problem.keyword) == ("/runs/0/seeds/0/value", keyword)
    assert problem.message.startswith(message)


def test_wrong_form_is_explained_by_the_form_not_by_the_meaning_of_the_property() -> None:
    document = {**MINIMAL, "models": [{"id": "m", "card": "../card.md"}]}
    (problem,) = problems(document, "manifest")
    assert "Needed: Path relative to the root of the project or bundle: forward slashes" in problem.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_value_is_judged(document: Any) -> None:
    found = problems(document, "manifest")
    assert found
    assert all(
        problem.message and problem.pointer == pointer_to(path_of(problem.pointer)) for problem in found
    )


def test_verdict_is_that_of_jsonschema_where_patterns_agree() -> None:
    plain = Draft202012Validator(schema_document("manifest"))
    for document in (
        MINIMAL,
        with_experiment(title=1),
        with_experiment(x=1),
        {},
        [],
        manifest_with_seed(True),
    ):
        assert bool(problems(document, "manifest")) == (not plain.is_valid(document))


def test_schema_that_refers_to_another_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = {
        "outer": {
            "$id": schema_url("outer"),
            "type": "object",
            "properties": {
                "seed": {"$ref": schema_url("inner") + "#/$defs/seed", "title": "Own title"},
                "both": {"$ref": "#/$defs/both", "required": ["b"]},
            },
            "$defs": {"both": {"type": "object", "required": ["a"]}},
        },
        "inner": {"$id": schema_url("inner"), "$defs": {"seed": {"type": "integer", "title": "Seed"}}},
    }
    monkeypatch.setattr("reprocrate.standard.inlined.schema_document", lambda name, _: documents[name])
    inlined = InlinedSchema("outer")
    seed = inlined.schema["properties"]["seed"]
    assert seed == {"type": "integer", "title": "Own title"}
    assert inlined.place_of(seed, "type") == f"{schema_url('inner')}#/$defs/seed/type"
    assert inlined.place_of(seed, "title") == "/properties/seed/title"
    assert not Draft202012Validator(inlined.schema).is_valid({"both": {"b": 1}})
    assert not Draft202012Validator(inlined.schema).is_valid({"both": {"a": 1}})
    assert Draft202012Validator(inlined.schema).is_valid({"both": {"a": 1, "b": 1}})


def test_schema_that_goes_in_circles_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    circle = {"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}
    monkeypatch.setattr("reprocrate.standard.inlined.schema_document", lambda *_: circle)
    with pytest.raises(ValueError, match="circle"):
        InlinedSchema("circle")


# Patterns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^a$", "a\n", False),
        ("a$", "ba", True),
        (r"^\d$", "٣", False),
        (r"^\w+$", "é", False),
        (r"^\s$", "\ufeff", True),
        (r"^\s$", "\x1f", False),
        (r"^\S$", "\x85", True),
        (r"^[^\s@]+$", "a\u3000b", False),
        (r"^[^\s@]+$", "a\x1cb", True),
        ("^.$", "\u2028", False),
        ("^.$", "\x85", True),
        (r"^\$[$.]$", "$.", True),
        (r"^[[^]$", "[", True),
        (r"^[\]a]$", "]", True),
        ("^(?!b).*$", "ab", True),
        (r"^\x41\u0042$", "AB", True),
    ],
)
def test_pattern_means_what_it_means_in_ecma_262(pattern: str, text: str, matches: bool) -> None:
    assert bool(ecma_pattern(pattern).search(text)) is matches


@pytest.mark.parametrize(
    "pattern",
    [r"(?<year>\d+)", r"(?P<year>\d+)", r"\p{L}", r"\bword", r"(?i)a", r"\u{1F600}", r"[\S]", r"\cA", r"\A"],
)
def test_pattern_that_the_dialects_do_not_share_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="ECMA-262"):
        python_pattern(pattern)


# Pointers ---------------------------------------------------------------------------------------------


@given(st.lists(st.text()))
def test_pointer_and_path_are_inverse(path: list[str]) -> None:
    assert path_of(pointer_to(path)) == path


def test_pointer_names_a_value() -> None:
    document = {"a/b": [{"~": 1}]}
    assert value_at(document, "/a~1b/0/~0") == 1
    assert value_at(document, "") == document
    for absent in ("/a", "/a~1b/1", "/a~1b/-", "/a~1b/0/~0/x"):
        with pytest.raises(LookupError):
            value_at(document, absent)
    with pytest.raises(ValueError, match="no JSON Pointer"):
        path_of("a")


# Annotations ------------------------------------------------------------------------------------------

OBTAINED = {"captured", "asked", "on-demand"}
QUESTIONS = {
    "title": {"/experiment/title"},
    "authors": {"/experiment/authors"},
    "licence": {"/experiment/license", "/code/license"},
    "data": {"/data/license", "/data/source"},
    "direction": {"/metrics/direction"},
    "claims": {"/claims"},
    "paper": {"/experiment/paper"},
}
"""What an author is asked, at most: seven questions, with the places that the answers fill."""


def fields(node: Any, path: str = "", inherited: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each property of an inlined schema: its place without indexes, its schema, and how it is obtained."""
    node = node.get("items", node) if node.get("type") == "array" else node
    for name, each in node.get("properties", {}).items():
        obtained = each.get("x-obtained") or each.get("items", {}).get("x-obtained") or inherited
        yield f"{path}/{name}", each, obtained
        yield from fields(each, f"{path}/{name}", obtained)


FIELDS = list(fields(InlinedSchema("manifest").schema))


def test_every_field_has_a_title_a_description_and_a_source() -> None:
    lacking = [
        (path, key) for path, node, _ in FIELDS for key in ("title", "description") if not node.get(key)
    ]
    assert lacking == []
    assert [path for path, _, obtained in FIELDS if obtained not in OBTAINED] == []
    ends = [path for path, node, _ in FIELDS if not node["description"].endswith((".", ")"))]
    assert ends == []


def test_every_field_that_is_not_plain_shows_an_example() -> None:
    def is_plain(node: dict[str, Any]) -> bool:
        entries = node.get("items", node)
        return (
            node.get("type") == "boolean"
            or "enum" in entries
            or "properties" in entries
            or bool(entries.get("examples"))
        )

    assert [path for path, node, _ in FIELDS if not is_plain(node) and not node.get("examples")] == []


def test_every_word_of_an_enumeration_is_explained() -> None:
    for path, node, _ in FIELDS:
        if "enum" in node:
            assert list(node["meta:enum"]) == [str(value) for value in node["enum"]], path
            assert all(node["meta:enum"].values()), path


def test_every_measured_number_has_a_unit() -> None:
    amounts = re.compile(r"(_s|_bytes|_kwh|minutes|count|count_of|size|trials|trials_completed|world_size)$")
    assert [path for path, node, _ in FIELDS if amounts.search(path) and "x-unit" not in node] == []


def test_an_author_is_asked_at_most_seven_questions() -> None:
    asked = {path for path, _, obtained in FIELDS if obtained == "asked" and path != "/experiment"}
    places = {place for each in QUESTIONS.values() for place in each}
    assert {
        path for path in asked if not any(f"{path}/".startswith(f"{place}/") for place in places)
    } == set()
    assert places <= asked


@pytest.mark.parametrize("name", [name for name in NAMES if name != "manifest"])
def test_words_of_the_manifest_are_taken_over_whole(name: str) -> None:
    """What another document says "as in the manifest" knows every word of the manifest."""

    def words(node: Any) -> Iterator[tuple[str, set[Any]]]:
        if isinstance(node, dict):
            if isinstance(node.get("enum"), list):
                yield str(node.get("description", "")), set(node["enum"])
            for each in node.values():
                yield from words(each)
        elif isinstance(node, list):
            for each in node:
                yield from words(each)

    known = [each for _, each in words(schema_document("manifest"))]
    for description, taken in words(schema_document(name)):
        if "s in the manifest" in description:
            assert taken - {None} in known, (description, taken)
