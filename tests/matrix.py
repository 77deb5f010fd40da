"""Which sentence, property, word and keyword of the standard is covered by how many conformance cases.

`python tests/generated.py` writes it to `schema/1.0/conformance/MATRIX.md`; tests hold it to be complete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from reprocrate.standard import SchemaProblem, path_of, pointer_to, problems, schema_document, value_at
from reprocrate.validation import Level, find_rule
from reprocrate.validation.cases import Case, all_cases

REPOSITORY = Path(__file__).resolve().parent.parent
ANCHOR = re.compile(r"\[(RC[0-9]{4}|RQ[0-9]{2}|schema: [a-z_.$]+)\]")
SHAPE = re.compile(r"RC010[1-8]")
REFUSING = frozenset(
    {
        "additionalProperties",
        "const",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "oneOf",
        "pattern",
        "required",
        "type",
        "unevaluatedProperties",
        "uniqueItems",
    }
)
"""Keywords that can refuse a value."""

LEADING = frozenset({"$defs", "items", "patternProperties", "properties"})
"""Keywords that lead to other schemas; `additionalProperties` and `oneOf` do both."""

SILENT = frozenset(
    {"$id", "$ref", "$schema", "description", "examples", "meta:enum", "title", "x-obtained", "x-unit"}
)
"""Keywords that assert nothing."""

Node = Mapping[str, Any]


# Documents against the schema -------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A value of a document, and one place in the schema that speaks about it.

    Attributes:
        pointer: of the value in the document.
        place: JSON Pointer of the schema that judges it: `/$defs/run/properties/status`. A value that is
            judged by a reference has two: that of the property and that of the definition.
        value: the value.
    """

    pointer: str
    place: str
    value: Any


def uses(document: Any) -> Iterator[Use]:
    """Every value of a document with its places in the manifest's schema."""
    yield Use("", "", document)
    for name, text in members(document).items():
        yield from uses_within(name, text)


def members(document: Any) -> dict[str, str]:
    """The members of a document as JSON text; most of them are the same in hundreds of cases."""
    return {name: json.dumps(each) for name, each in document.items()} if isinstance(document, dict) else {}


@cache
def uses_within(name: str, text: str) -> tuple[Use, ...]:
    """The values of one member of a document with their places, and the member itself."""
    inner, keyword = _member(schema_document("manifest"), name)
    return tuple(_uses(inner, keyword, json.loads(text), (name,)))


def _uses(node: Any, place: str, value: Any, path: tuple[str | int, ...]) -> Iterator[Use]:
    if not isinstance(node, dict):
        return
    yield Use(pointer_to(path), place, value)
    if "$ref" in node:
        target = node["$ref"].removeprefix("#")
        yield from _uses(value_at(schema_document("manifest"), target), target, value, path)
    for index, branch in enumerate(node.get("oneOf", ())):
        if _is_of(branch.get("type"), value):
            yield from _uses(branch, f"{place}/oneOf/{index}", value, path)
    if isinstance(value, list) and "items" in node:
        for index, each in enumerate(value):
            yield from _uses(node["items"], f"{place}/items", each, (*path, index))
    elif isinstance(value, dict):
        for name, each in value.items():
            inner, keyword = _member(node, name)
            yield from _uses(inner, place + keyword, each, (*path, name))


def _member(node: Node, name: str) -> tuple[Any, str]:
    """What judges a member of an object, and the way there."""
    if name in node.get("properties", {}):
        return node["properties"][name], f"/properties{pointer_to([name])}"
    for pattern in node.get("patternProperties", ()):
        if re.search(pattern, name):
            return {}, f"/patternProperties{pointer_to([pattern])}"
    return node.get("additionalProperties"), "/additionalProperties"


def _is_of(kind: object, value: object) -> bool:
    kinds: dict[object, tuple[type, ...]] = {
        "array": (list,),
        "integer": (int,),
        "number": (int, float),
        "object": (dict,),
        "string": (str,),
    }
    return isinstance(value, kinds.get(kind, (object,)))


def nodes(node: Any = None, place: str = "") -> Iterator[tuple[str, Node]]:
    """Every schema within the manifest's schema, with its place."""
    node = schema_document("manifest") if node is None else node
    if not isinstance(node, dict):
        return
    yield place, node
    for keyword in sorted(LEADING & node.keys()):
        inner = node[keyword]
        if keyword == "items":
            yield from nodes(inner, f"{place}/items")
        else:
            for name, each in inner.items():
                yield from nodes(each, f"{place}/{keyword}{pointer_to([name])}")
    if isinstance(node.get("additionalProperties"), dict):
        yield from nodes(node["additionalProperties"], f"{place}/additionalProperties")
    for index, each in enumerate(node.get("oneOf", ())):
        yield from nodes(each, f"{place}/oneOf/{index}")


def keywords() -> list[str]:
    """The places of all keywords that can refuse a value.

    The types of a choice's alternatives are part of the choice: a value of none of them is refused by it.
    """
    return [
        f"{place}/{keyword}"
        for place, node in nodes()
        for keyword in node
        if keyword in REFUSING
        and not (keyword == "additionalProperties" and node[keyword] is not False)
        and not (keyword == "type" and "/oneOf/" in place)
    ]


def properties() -> list[str]:
    """The places of all properties."""
    return [place for place, _ in nodes() if place.rpartition("/")[0].endswith("/properties")]


def words() -> list[tuple[str, Any]]:
    """Each value of each enumeration, with the place of the enumeration."""
    return [(place, value) for place, node in nodes() for value in node.get("enum", ())]


# Cases ------------------------------------------------------------------------------------------------


class Coverage:
    """What the cases cover."""

    @cached_property
    def cases(self) -> list[Case]:
        return all_cases()

    @cached_property
    def documents(self) -> list[Case]:
        """Cases that have a document of this version."""
        return [
            case
            for case in self.cases
            if (case.data is None or case.document is not None)
            and not {"RC0001", "RC0002", "RC0023"} & codes_of(case)
        ]

    @cached_property
    def sound(self) -> list[Case]:
        """Cases in whose document there is no error."""
        return [
            case
            for case in self.documents
            if not any(rule and rule.level is Level.MUST for rule in map(find_rule, codes_of(case)))
        ]

    @cached_property
    def members(self) -> dict[tuple[str, str], set[str]]:
        """Each member that a document of a sound case has, as JSON text, with the cases that have it."""
        found: dict[tuple[str, str], set[str]] = {}
        for case in self.sound:
            for member in members(case.document).items():
                found.setdefault(member, set()).add(case.name)
        return found

    @cached_property
    def used(self) -> dict[str, set[str]]:
        """For each place in the schema the sound cases in whose document something stands there."""
        found = {"": {case.name for case in self.sound}}
        for member, cases in self.members.items():
            for place in {use.place for use in uses_within(*member)}:
                found.setdefault(place, set()).update(cases)
        return found

    @cached_property
    def spoken(self) -> dict[tuple[str, str], set[str]]:
        """For each place of an enumeration and each of its values the sound cases that use it."""
        enumerations = {place for place, _ in words()}
        found: dict[tuple[str, str], set[str]] = {}
        for member, cases in self.members.items():
            for use in uses_within(*member):
                if use.place in enumerations:
                    found.setdefault((use.place, repr(use.value)), set()).update(cases)
        return found

    @cached_property
    def faulted(self) -> dict[str, set[str]]:
        """For each place in the schema the cases that expect a finding at, or below, a value there."""
        found: dict[str, set[str]] = {}
        for case in self.documents:
            pointers = {pointer for _, pointer in case.expected}
            within = {
                "/".join(pointer.split("/")[:length])
                for pointer in pointers
                for length in range(1, pointer.count("/") + 2)
            }
            lacking = {pointer for code, pointer in case.expected if code == "RC0102"}
            for use in uses(case.document):
                if use.pointer in within:
                    found.setdefault(use.place, set()).add(case.name)
                if use.pointer in lacking and isinstance(use.value, dict):
                    node = value_at(schema_document("manifest"), use.place)
                    for name in node.get("required", ()) if isinstance(node, dict) else ():
                        if name not in use.value:
                            place = f"{use.place}/properties{pointer_to([name])}"
                            found.setdefault(place, set()).add(case.name)
        return found

    @cached_property
    def problems(self) -> dict[str, list[SchemaProblem]]:
        """What the schema says of the document of each case, by the case's name."""
        return {case.name: problems(case.document, "manifest") for case in self.documents}

    @cached_property
    def refused(self) -> dict[str, list[str]]:
        """For each keyword by its place the cases in which it refuses something, those made by hand first."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.problems, key=lambda name: ("/each-" in name, name)):
            for place in dict.fromkeys(problem.schema_pointer for problem in self.problems[name]):
                found.setdefault(place, []).append(name)
        return found

    @cached_property
    def by_rule(self) -> dict[str, tuple[int, int]]:
        """How many cases of both kinds a rule has."""
        found: dict[str, tuple[int, int]] = {}
        for case in self.cases:
            valid, invalid = found.get(case.name[:6], (0, 0))
            found[case.name[:6]] = (valid + case.is_valid, invalid + (not case.is_valid))
        return found

    def of_anchor(self, anchor: str) -> tuple[int, int]:
        """How many cases of both kinds a sentence with this anchor has; for a requirement: tests, and 0."""
        if anchor.startswith("RC"):
            return self.by_rule.get(anchor, (0, 0))
        if anchor.startswith("RQ"):
            return len(requirements().get(anchor, ())), 0
        place = place_of(anchor)
        return len(self.used.get(place, ())), len(self.faulted.get(place, ()))


@cache
def coverage() -> Coverage:
    """The coverage by the cases of this checkout."""
    return Coverage()


def codes_of(case: Case) -> set[str]:
    return {code for code, _ in case.expected}


def place_of(anchor: str) -> str:
    """The place in the schema that `schema: file.sha256` or `schema: file` means."""
    definition, *path = anchor.removeprefix("schema: ").split(".")
    return f"/$defs/{definition}" + "".join(f"/properties/{name}" for name in path)


@cache
def requirements() -> dict[str, list[str]]:
    """The tests that show that a requirement on programs is met, by its number."""
    found: dict[str, list[str]] = {}
    for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        for match in re.finditer(r"^\s*@pytest\.mark\.requirement\((.+?)\)$", text, re.MULTILINE):
            for number in re.findall(r'"(RQ[0-9]{2})"', match[1]):
                found.setdefault(number, []).append(path.relative_to(REPOSITORY).as_posix())
    return found


@cache
def chapters() -> dict[str, list[str]]:
    """The anchors of each chapter of the specification, sorted."""
    parts = re.split(r"^## (.+)$", (REPOSITORY / "spec.md").read_text("utf-8"), flags=re.MULTILINE)
    return {
        heading: sorted(set(ANCHOR.findall(text)))
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
        if ANCHOR.search(text) and heading not in ("Rules", "Terms")
    }


# Text -------------------------------------------------------------------------------------------------

HEAD = """# What the cases cover

Made by `python tests/generated.py`; tests hold it to be complete. *Valid* cases show what is allowed,
*invalid* ones what is not. A case counts for a property or a word if its manifest uses it and has no error,
and against a property if a finding is expected at it or within it. For requirements on programs, tests are
counted.

There are {cases} cases, {invalid} of them invalid ({share} %).
"""


def text(_old: str = "") -> str:
    """The matrix in Markdown."""
    found = coverage()
    cases = len(found.cases)
    invalid = sum(not case.is_valid for case in found.cases)
    parts: list[Callable[[Coverage], str]] = [_chapters, _properties, _words, _keywords]
    head = HEAD.format(cases=cases, invalid=invalid, share=round(100 * invalid / cases))
    return "\n".join([head, *(part(found) for part in parts)])


def _chapters(found: Coverage) -> str:
    lines = ["## Sentences of the specification", ""]
    lines += ["| Chapter | Held by | Valid | Invalid |", "|---|---|---|---|"]
    for chapter, anchors in chapters().items():
        for anchor in anchors:
            valid, invalid = found.of_anchor(anchor)
            counts = f"{valid} tests | " if anchor.startswith("RQ") else f"{valid} | {invalid}"
            lines.append(f"| {chapter} | `{anchor}` | {counts} |")
    return "\n".join([*lines, ""])


def _properties(found: Coverage) -> str:
    lines = ["## Properties", "", "| Property | Valid | Invalid |", "|---|---|---|"]
    lines += [
        f"| `{_short(place)}` | {len(found.used.get(place, ()))} | {len(found.faulted.get(place, ()))} |"
        for place in properties()
    ]
    return "\n".join([*lines, ""])


def _words(found: Coverage) -> str:
    lines = ["## Words", "", "| Property | Word | Valid |", "|---|---|---|"]
    lines += [
        f"| `{_short(place)}` | `{value}` | {len(found.spoken.get((place, repr(value)), ()))} |"
        for place, value in words()
    ]
    return "\n".join([*lines, ""])


def _keywords(found: Coverage) -> str:
    lines = ["## Keywords of the schema", "", "| Keyword | Cases | One that needs it |", "|---|---|---|"]
    for place in keywords():
        names = found.refused.get(place, [])
        lines.append(f"| `{place}` | {len(names)} | {names[0] if names else ''} |")
    return "\n".join([*lines, ""])


def _short(place: str) -> str:
    """`/$defs/run/properties/status` as `run.status`."""
    parts = [part for part in path_of(place) if part not in ("$defs", "properties")]
    return ".".join(parts).replace(".items", "[]")
