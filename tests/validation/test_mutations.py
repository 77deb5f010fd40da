"""Mutations of the schema: whatever is taken out of it, a conformance case fails.

Each keyword that refuses something is deleted, and so is each required name, each word of an enumeration,
each property, and each permission of private names. The findings about shape are then made anew for the cases
that may notice, and must differ from those that one of these cases expects.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reprocrate.standard import SchemaProblem, problems
from reprocrate.standard.problems import _judge
from reprocrate.validation.cases import Case
from reprocrate.validation.rules import structure

pytestmark = pytest.mark.thorough

CHUNKS = 16


@pytest.fixture(autouse=True)
def the_validator_decides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast one was made of the schema as it is written, and knows nothing of a mutation."""
    monkeypatch.setattr(
        sys.modules["reprocrate.standard.problems"], "_fast_judge", lambda *_: lambda _: False
    )


@cache
def matrix() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matrix", Path(__file__).parents[1] / "matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Mutation:
    """One thing taken out of the schema.

    Attributes:
        place: where it is written.
        kind: what sort of thing it is.
        part: the name or word that is taken out of the keyword; all of the keyword if there is none.
    """

    place: str
    kind: str
    part: Any = None

    @property
    def keyword(self) -> str:
        return self.place.rpartition("/")[2]


def mutations() -> list[Mutation]:
    found = [Mutation(place, "keyword") for place in matrix().keywords()]
    for place, node in matrix().nodes():
        found += [Mutation(f"{place}/required", "required name", name) for name in node.get("required", ())]
        found += [Mutation(f"{place}/enum", "word", word) for word in node.get("enum", ())]
        found += [Mutation(f"{place}/properties", "property", name) for name in node.get("properties", ())]
        found += [Mutation(f"{place}/patternProperties", "private names")] * ("patternProperties" in node)
    return found


@cache
def written() -> dict[str, list[dict[str, Any]]]:
    """Where the schema that judges, in which references are resolved, has a keyword of the written one."""
    judge, inlined = _judge("manifest", "1.0")
    seen: dict[int, Any] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict) and id(node) not in seen:
            seen[id(node)] = node
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(judge.schema)
    found: dict[str, list[dict[str, Any]]] = {}
    for identity, keyword in inlined._origins:
        if identity in seen:
            found.setdefault(inlined.place_of(seen[identity], keyword), []).append(seen[identity])
    return found


@contextmanager
def without(mutation: Mutation) -> Iterator[None]:
    """The schema without what the mutation takes out."""
    keyword, before = mutation.keyword, []
    judge: Any = _judge("manifest", "1.0")[0]
    outermost = judge._validators  # of the whole schema the validator keeps the keywords in a list of its own
    for node in written()[mutation.place]:
        before.append((node, node[keyword]))
        if mutation.part is None:
            del node[keyword]
        elif isinstance(node[keyword], dict):
            node[keyword] = {name: each for name, each in node[keyword].items() if name != mutation.part}
        else:
            node[keyword] = [each for each in node[keyword] if each != mutation.part]
    judge._validators = judge.evolve(schema=judge.schema)._validators
    try:
        yield
    finally:
        judge._validators = outermost
        for node, value in before:
            node[keyword] = value


def findings(found: list[SchemaProblem]) -> Counter[tuple[str, str]]:
    """The findings about shape that the schema's problems lead to, by the rules' own table of keywords."""
    return Counter((code_of(each.keyword), each.pointer) for each in found)


def code_of(keyword: str) -> str:
    groups = {
        "RC0101": structure._UNKNOWN,
        "RC0102": structure._MISSING,
        "RC0103": {"type"},
        "RC0104": {"const", "enum"},
        "RC0105": {"pattern"},
        "RC0106": structure._RANGE,
        "RC0107": structure._LENGTH,
    }
    return next((code for code, keywords in groups.items() if keyword in keywords), "RC0108")


def expected(case: Case) -> Counter[tuple[str, str]]:
    return Counter(pair for pair in case.expected if matrix().SHAPE.fullmatch(pair[0]))


@cache
def cases() -> dict[str, Case]:
    """Those that have a manifest."""
    return {case.name: case for case in matrix().coverage().documents if not case.is_bare}


@cache
def private() -> dict[str, list[str]]:
    """For each place in the schema the cases in which a private name stands there."""
    found: dict[str, list[str]] = {}
    for case in matrix().coverage().sound:
        for use in matrix().uses(case.document):
            if "/patternProperties/" in use.place:
                found.setdefault(use.place.partition("/patternProperties")[0], []).append(case.name)
    return found


def may_notice(mutation: Mutation) -> list[str]:
    """The names of the cases that may notice a mutation, those made by hand first."""
    coverage = matrix().coverage()
    above = mutation.place.rpartition("/")[0]
    wanted: Callable[[], Any] = {
        "keyword": lambda: coverage.refused.get(mutation.place, []),
        "required name": lambda: coverage.refused.get(mutation.place, []),
        "word": lambda: sorted(coverage.spoken.get((above, repr(mutation.part)), ())),
        "property": lambda: sorted(coverage.used.get(f"{mutation.place}/{mutation.part}", ())),
        "private names": lambda: private().get(above, []),
    }[mutation.kind]
    return [name for name in wanted() if name in cases()]


def noticed_by(mutation: Mutation) -> str | None:
    """The first case whose expectation is not met any more."""
    names = may_notice(mutation)
    with without(mutation):
        for name in names:
            if findings(problems(cases()[name].document, "manifest")) != expected(cases()[name]):
                return name
    return None


def test_without_a_mutation_every_case_is_as_expected() -> None:
    for name, case in cases().items():
        assert findings(matrix().coverage().problems[name]) == expected(case), name


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_is_taken_out_of_the_schema_is_noticed(chunk: int) -> None:
    chosen = mutations()[chunk::CHUNKS]
    assert len(chosen) > 50
    assert [each for each in chosen if noticed_by(each) is None] == []


def test_mutations_are_of_every_kind_of_keyword() -> None:
    made = Counter(each.kind for each in mutations())
    assert set(made) == {"keyword", "required name", "word", "property", "private names"}
    deleted = {each.keyword for each in mutations() if each.kind == "keyword"}
    assert deleted == {keyword for _, node in matrix().nodes() for keyword in node} & matrix().REFUSING - {
        "additionalProperties"  # true, or a schema whose own keywords are among those deleted
    }


def test_the_schema_is_as_before() -> None:
    document = next(iter(cases().values())).document
    before = problems({**document, "id": 3}, "manifest")
    noticed_by(Mutation("/properties/id/type", "keyword"))
    assert problems({**document, "id": 3}, "manifest") == before != []
