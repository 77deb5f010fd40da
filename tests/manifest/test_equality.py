"""The schema and the models give the same verdict, on thousands of mutated manifests in each run.

The manifests of the conformance suite are changed in one to three places, by small steps for the most part:
another type, a word more or less, a bound and what lies next to it, a name that is almost right. Each chunk
of them has a seed of its own, so that a failure can be repeated. A manifest on which the two disagree is cut
down to what the disagreement needs, and shown with its place.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pytest
from pydantic import ValidationError

from reprocrate.manifest import Manifest
from reprocrate.manifest.construction import construct
from reprocrate.manifest.section import Section
from reprocrate.standard import pointer_to, problems, shipped_folder
from reprocrate.standard.inlined import InlinedSchema
from reprocrate.validation.cases import all_cases

CHUNKS = 24
EACH_TIME = 4
"""How many of them are judged each time; the others are when `-m thorough` asks for them."""
IN_A_CHUNK = 500
LEAST_SHARE = 0.2

Path = tuple[str | int, ...]

NUMBERS: list[Any] = [0, 1, -1, 2, 100, 200, 0.0, -0.0, 1.0, 3.0, 0.5, -0.5, 1.0000000000000002]
NUMBERS += [1e300, 5e-324, 2**53 - 1, 2**53, -(2**53) + 1, -(2**53), 2.0**53, 2.0**60, 2**63, 2**64, 10**30]
NUMBERS += [-(10**300)]  # what is beyond a double is refused before there is a document
TEXTS = ["", " ", "a", "x-y", "é", "e\u0301", "\u2028", "\x00", "\x7f", "\U0001f642", "\ufeff", "null"]
TEXTS += ["../a", "a/..", "a//b", "/a", "a\\b", "a/", ".", "CON", "1.0", "1.0\n", "sd", "ok", "true", "-0"]
TEXTS += ["9007199254740993", "-1" + "0" * 20, "1" + "0" * 999, "1" + "0" * 1000, "2026-01-01T00:00:00Z"]
TEXTS += ["https://a@b", "https://a", "10.1234/x", "0000-0002-1825-0097", "a" * 200, "a" * 201, "p/" * 2048]
TEXTS += ["a" * 4096, "a" * 4097, "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10", "sha256:" + "0" * 64]
OTHERS: list[Any] = [None, True, False, [], {}, [None], [[]], {"": None}, {"id": "a"}, ["a", "a"], [0, 1]]
NAMES = ["x-own", "x-", "x", "X-own", "ext:own", "Ext:own", "ext1:", "1ext:own", "own", "", "id", "name"]
NAMES += ["value", "kind", "status", "schema_url", "$schema", "$ref", "manifest_version", "é", "x-\u2028"]
AROUND = ["\n", " ", "\u2028", "é", "/", "\ufeff", "\x1f", "\x85", "\u00a0", ".", "-", "0", "Z", "\x00"]


# Manifests --------------------------------------------------------------------------------------------


@cache
def manifests() -> list[Any]:
    """All golden and base manifests, and those of the conformance cases that differ from them."""
    folders = [shipped_folder() / "conformance" / name for name in ("golden", "base")]
    files = [file for folder in folders for file in folder.iterdir() if file.name.endswith(".json")]
    texts = {file.read_text("utf-8") for file in files}
    for case in all_cases():
        if isinstance(case.document, dict) and "/each-" not in case.name:
            texts.add(json.dumps(case.document))
    return [json.loads(text) for text in sorted(texts)]


def part_of(document: Any, chance: random.Random) -> Any:
    """A manifest with some of its sections only, and a few entries of each, so that many can be judged."""
    kept = {name: value for name, value in document.items() if not isinstance(value, (list, dict))}
    sections = [name for name in document if name not in kept]
    for name in chance.sample(sections, min(len(sections), chance.randint(1, 4))):
        value = document[name]
        kept[name] = chance.sample(value, min(len(value), 2)) if isinstance(value, list) else value
    kept["experiment"] = document.get("experiment", {})
    return copy.deepcopy(kept)


@cache
def lexicon() -> tuple[list[str], list[str]]:
    """Every word of the standard's enumerations, and every name of a property."""
    words: set[str] = set()
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            words.update(each for each in node.get("enum", ()) if isinstance(each, str))
            names.update(node.get("properties", ()))
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(InlinedSchema("manifest").schema)
    return sorted(words), sorted(names)


# Mutations --------------------------------------------------------------------------------------------


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(each, (*path, key))


def at(document: Any, path: Path) -> Any:
    for part in path:
        document = document[part]
    return document


def mutated(document: Any, chance: random.Random) -> Any:
    """The document with one to three changes; the original may change, too."""
    root = {"": document}
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        places = [path for path in paths(root) if len(path) > 1]
        if not places:
            break
        path = chance.choice(evenly(places, root, chance))
        change(at(root, path[:-1]), path[-1], chance)
    return root[""]


def evenly(places: list[Path], root: Any, chance: random.Random) -> list[Path]:
    """Places of one depth, or of one kind of value: else nearly all changes were at the texts of runs."""
    if chance.random() < 0.4:
        depth = chance.choice(sorted({len(path) for path in places}))
        return [path for path in places if len(path) == depth]
    kinds = {path: kind_of(at(root, path)) for path in places}
    kind = chance.choice(sorted(set(kinds.values())))
    return [path for path in places if kinds[path] == kind]


def kind_of(value: Any) -> str:
    return "number" if isinstance(value, int | float) else type(value).__name__


def change(parent: Any, key: str | int, chance: random.Random) -> None:
    """One change of a member or an entry."""
    value = parent[key]
    kind = chance.random()
    if kind < 0.15 and isinstance(parent, dict):
        del parent[key]
    elif kind < 0.15 and isinstance(parent, list):
        chance.choice([parent.pop, lambda index: parent.insert(index, copy.deepcopy(parent[index]))])(key)
    elif kind < 0.25 and isinstance(parent, dict):
        name = chance.choice(NAMES) if chance.random() < 0.6 else chance.choice(lexicon()[1])
        parent[name] = anything(chance)
    elif kind < 0.32 and isinstance(parent, dict):
        name = str(key)
        parent[chance.choice([name.upper(), name + " ", name[:-1], f"x-{name}", f"rings:{name}"])] = (
            parent.pop(key)
        )
    elif kind < 0.75:
        parent[key] = nudged(value, chance)
    else:
        parent[key] = anything(chance)


def anything(chance: random.Random) -> Any:
    pool = chance.choice([NUMBERS, TEXTS, OTHERS, lexicon()[0]])
    return copy.deepcopy(chance.choice(pool))


def nudged(value: Any, chance: random.Random) -> Any:
    """A value that is almost this one."""
    if isinstance(value, bool):
        return chance.choice([int(value), str(value).lower(), not value, float(value), not value])
    if isinstance(value, str):
        return near_text(value, chance)
    if isinstance(value, int | float) and abs(value) < 1e300:
        return near_number(value, chance)
    if isinstance(value, list):
        return near_list(value, chance)
    if isinstance(value, dict):
        entries = [[value], list(value.values()), list(value), {**value, "x-own": anything(chance)}, {}]
        return chance.choice([*entries, dict(reversed(value.items()))])
    return anything(chance)


def near_text(value: str, chance: random.Random) -> str:
    around = chance.choice(AROUND)
    middle = len(value) // 2
    longer = [value + around, around + value, value[:middle] + around + value[middle:], value * 2]
    shorter = [value[:-1], value[1:], value[:middle] + value[middle + 1 :], value.strip()]
    other = [
        "",
        value * 300,
        value.upper(),
        value.lower(),
        value.swapcase(),
        value[::-1],
        value.replace("0", "١"),
    ]
    return chance.choice(
        [*longer, *shorter, *other, chance.choice(lexicon()[0]), chance.choice(lexicon()[0])]
    )


def near_number(value: float, chance: random.Random) -> Any:
    near = [value + 1, value - 1, value + 0.5, -value, -value, value * 10, -1, -1, 0, 1, -0.0]
    same = [float(value), str(value), int(value), bool(value)]
    return chance.choice([*near, *same, chance.choice(NUMBERS)])


def near_list(value: list[Any], chance: random.Random) -> Any:
    first = copy.deepcopy(value[:1])
    forms = [[], [], value + first, value[:1], value[::-1], [*value, None], [*value, anything(chance)]]
    return chance.choice([*forms, [value], {"0": value}, value[:1] * 300, first[0] if first else None])


# Verdicts ---------------------------------------------------------------------------------------------


def by_models(document: Any) -> bool:
    try:
        Manifest.model_validate(document, context={"lenient": False})
    except ValueError:
        return False
    return True


def disagree(document: Any) -> bool:
    return by_models(document) is bool(problems(document, "manifest"))


def shrunk(document: Any) -> Any:
    """The document without everything that the disagreement does not need."""
    again = True
    while again:
        again = False
        for path in sorted(paths(document), key=len):
            smaller = copy.deepcopy(document)
            try:
                del at(smaller, path[:-1])[path[-1]]
            except (LookupError, TypeError):
                continue
            if disagree(smaller):
                document, again = smaller, True
                break
    return document


def explained(document: Any) -> str:
    """What both say of a document, in few lines."""
    small = shrunk(document)
    said = [f"  schema: {each.pointer or 'all'}: {each.message}" for each in problems(small, "manifest")]
    try:
        Manifest.model_validate(small, context={"lenient": False})
    except ValidationError as error:
        said += [f"  models: {pointer_to(each['loc'])}: {each['msg']}" for each in error.errors()]
    except ValueError as error:
        said.append(f"  models: {error}")
    who = "models accept" if said and said[0].startswith("  schema") else "schema accepts"
    return "\n".join([f"only the {who} {json.dumps(small)[:1000]}", *said])


@pytest.mark.parametrize(
    "chunk",
    [pytest.param(each, marks=pytest.mark.thorough if each >= EACH_TIME else ()) for each in range(CHUNKS)],
)
def test_schema_and_models_give_the_same_verdict(chunk: int) -> None:
    chance = random.Random(f"manifests {chunk}")
    accepted = 0
    for _ in range(IN_A_CHUNK):
        document = mutated(part_of(chance.choice(manifests()), chance), chance)
        if disagree(document):
            pytest.fail(explained(document))
        if by_models(document):
            accepted += 1
            assert_made_alike(document)
    assert LEAST_SHARE < accepted / IN_A_CHUNK < 1 - LEAST_SHARE


def test_cases_are_made_into_what_the_models_make_of_them() -> None:
    """Every section of a case that the models accept, each once: most cases share nearly all of them."""
    seen: set[str] = set()
    for case in all_cases():
        document = case.document
        if not isinstance(document, dict) or document.get("manifest_version") != "1.0":
            continue
        kept = {name: value for name, value in document.items() if is_new((name, value), seen)}
        part = {name: document[name] for name in ("manifest_version", "id", "experiment") if name in document}
        if kept and by_models(part | kept):
            assert_made_alike(part | kept)
    assert len(seen) > 1000


def is_new(member: Any, seen: set[str]) -> bool:
    text = json.dumps(member)
    new = text not in seen
    seen.add(text)
    return new


def assert_made_alike(document: Any) -> None:
    """What is made of an accepted document without the models' validation is what they make of it."""
    made = construct(Manifest, document)
    by_the_models = Manifest.model_validate(document, context={"lenient": False})
    assert difference(made, by_the_models) is None, json.dumps(document)[:1000]
    assert made == by_the_models


def difference(made: Any, wanted: Any, place: str = "") -> str | None:
    """Where two values first differ in type, value, or what was given of a section."""
    if type(made) is not type(wanted):
        return f"{place}: {made!r} and {wanted!r} are of different types"
    if isinstance(made, Section):
        for name in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
            if getattr(made, name) != getattr(wanted, name):
                return f"{place}: {name}"
        made, wanted = dict(made), dict(wanted)
    if isinstance(made, dict):
        if list(made) != list(wanted):
            return f"{place}: {list(made)} and {list(wanted)}"
        made, wanted = tuple(made.values()), tuple(wanted.values())
    if isinstance(made, tuple):
        found = (difference(*pair, f"{place}/{n}") for n, pair in enumerate(zip(made, wanted, strict=True)))
        return next(filter(None, found), None)
    return None if made == wanted else f"{place}: {made!r} and {wanted!r}"


def test_there_are_ten_thousand_manifests_from_many_sources() -> None:
    assert CHUNKS * IN_A_CHUNK >= 10_000
    assert len(manifests()) > 100


# The test itself --------------------------------------------------------------------------------------


def test_mutations_reach_the_kinds_of_refusal() -> None:
    """Not to be vacuous: what is refused is refused by many keywords of the schema."""
    chance = random.Random("reach")
    refusing: set[str] = set()
    for _ in range(2500):
        document = mutated(part_of(chance.choice(manifests()), chance), chance)
        refusing |= {each.keyword for each in problems(document, "manifest")}
    bounds = {"exclusiveMinimum", "maxLength", "minItems", "minLength", "minimum"}
    assert refusing >= bounds | {"enum", "oneOf", "pattern", "required", "type", "unevaluatedProperties"}


def test_a_disagreement_is_found_and_cut_down(monkeypatch: pytest.MonkeyPatch) -> None:
    document = copy.deepcopy(next(each for each in manifests() if "orcid" in json.dumps(each)))
    document["experiment"]["authors"][0]["orcid"] = "nonsense"
    assert not disagree(document)
    monkeypatch.setitem(globals(), "problems", partial(blind_to, "/orcid", problems))
    assert disagree(document)
    small = shrunk(document)
    assert small["experiment"].keys() == {"title", "authors"}
    assert small["experiment"]["authors"][0]["orcid"] == "nonsense"
    assert small.keys() == {"manifest_version", "id", "experiment"}
    said = explained(document).splitlines()
    assert said[0].startswith("only the schema accepts {")
    assert said[1].startswith("  models: /experiment/authors/0/orcid: ")


def blind_to(ending: str, judge: Any, document: Any, name: str) -> list[Any]:
    """A schema that says nothing about some places."""
    return [each for each in judge(document, name) if not each.pointer.endswith(ending)]
