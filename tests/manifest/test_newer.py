"""Manifests of a newer minor version: what is not known here is kept, and nothing is decided by it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from reprocrate.manifest import (
    InvalidManifestError,
    NewerWordError,
    manifest_from,
    manifest_of_shape,
    parse_manifest,
)
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.render.show import show_document, show_text
from reprocrate.standard import problems, shipped_bytes
from reprocrate.standard.inlined import InlinedSchema
from reprocrate.standard.pointers import pointer_to
from reprocrate.validation import Subject, validate

FULL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))
NEWER = FULL | {"manifest_version": "1.7"}
WORD = "quantum"


def word_places(node: Any, value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document a word of a list stands."""
    if "enum" in node and isinstance(value, str):
        yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from word_places(node.get("properties", {}).get(name, {}), each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from word_places(node.get("items", {}), each, (*path, index))


def one_for_each_list(places: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    general = {tuple(part for part in path if isinstance(part, str)): path for path in reversed(places)}
    return sorted(general.values(), key=str)


PLACES = one_for_each_list(list(word_places(InlinedSchema("manifest").schema, FULL)))
EACH = pytest.mark.parametrize("path", PLACES, ids=pointer_to)


def with_word(path: tuple[Any, ...], word: Any = WORD) -> dict[str, Any]:
    document = copy.deepcopy(NEWER)
    parent: Any = document
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = word
    return document


def test_every_list_of_words_is_reached() -> None:
    assert len(PLACES) > 30


@EACH
def test_word_that_is_not_known_is_kept_byte_for_byte(path: tuple[Any, ...]) -> None:
    data = canonical_bytes(with_word(path)) + b"\n"
    assert parse_manifest(data).to_bytes() == data


@EACH
def test_word_that_is_not_known_is_a_fault_in_our_own_version(path: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidManifestError) as caught:
        manifest_from(with_word(path) | {"manifest_version": "1.0"})
    assert [each.pointer for each in caught.value.problems] == [pointer_to(path)]


@EACH
def test_word_is_still_text(path: tuple[Any, ...]) -> None:
    for other in (7, [], {}, None, True):
        with pytest.raises(InvalidManifestError):
            manifest_from(with_word(path, other))


@EACH
def test_rules_that_depend_on_the_word_are_not_applied_and_the_others_are(path: tuple[Any, ...]) -> None:
    report = validate(Subject("newer", with_word(path)))
    assert [(each.code, each.location.pointer) for each in report.findings] == [
        ("RC0001", "/manifest_version")
    ]
    assert "0 unknown properties and 1 unknown words" in report.findings[0].message
    reasons = {each.reason for each in report.not_assessed} - {
        "only the manifest was given, not the files around it"
    }
    assert reasons <= {f'it depends on the word "{WORD}", which a newer version of the standard explains'}
    assert len(report.assessed) > len(report.not_assessed)


@EACH
def test_what_is_shown_does_not_stumble_over_the_word(path: tuple[Any, ...]) -> None:
    manifest = manifest_from(with_word(path))
    assert show_text(manifest) is not None
    assert show_document(manifest)["manifest"]["version"] == "1.7"


def test_an_unknown_status_does_not_count_as_failed() -> None:
    report = validate(Subject("newer", with_word(("runs", 0, "status"))))
    # RC1002: no result rests on a run that did not end well.
    assert "RC1002" in {each.code for each in report.not_assessed}


def test_an_undecided_word_can_be_shown_but_not_compared() -> None:
    run = manifest_of_shape(with_word(("runs", 0, "status")), "1.7", undecided=True).runs[0]
    word: Any = run.status
    assert f"{word}" == WORD
    assert run.model_dump()["status"] == WORD
    for decide in (
        lambda: word == "ok",
        lambda: word != "ok",
        lambda: word in ("ok", "failed"),
        lambda: word in {"ok", "failed"},
        lambda: {"ok": 1}.get(word),
    ):
        with pytest.raises(NewerWordError, match=WORD):
            decide()
    assert word is not None
    assert (word == None, word != None) == (False, True)  # noqa: E711


def test_every_object_keeps_properties_that_are_not_known_byte_for_byte() -> None:
    def grown(node: Any, value: Any) -> Any:
        if isinstance(value, list):
            return [grown(node.get("items", {}), each) for each in value]
        if not isinstance(value, dict) or "properties" not in node:
            return value
        inner = {name: grown(node["properties"].get(name, {}), each) for name, each in value.items()}
        return {**inner, "sinceSeven": [None, {"a": 1.5}]}

    document = grown(InlinedSchema("manifest").schema, NEWER)
    data = canonical_bytes(document) + b"\n"
    assert parse_manifest(data).to_bytes() == data
    unknown = [each for each in problems(document, "manifest") if each.keyword == "unevaluatedProperties"]
    report = validate(Subject("newer", document))
    assert f"{len(unknown)} unknown properties and 0 unknown words" in report.findings[0].message


def test_empty_lists_stay() -> None:
    document = {**NEWER, "services": [], "experiment": {**NEWER["experiment"], "keywords": []}}
    data = canonical_bytes(document) + b"\n"
    assert parse_manifest(data).to_bytes() == data
