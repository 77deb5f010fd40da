"""Conformance cases that follow from the manifest's schema: `python tests/schema_cases.py` writes them.

For each keyword by which the schema refuses something, and each place in the full golden manifest that it
stands for, a value that it refuses. The cases `RC01xx/invalid/each-SECTION.json` are made so, and so is
`RC0101/valid/each-object.json`, with a private property in every object that may have some. All other cases
are written by hand. `--check` compares.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.standard import pointer_to
from reprocrate.standard.inlined import InlinedSchema
from reprocrate.validation.explain import json_lines

CONFORMANCE = Path(__file__).resolve().parent.parent / "schema" / "1.0" / "conformance"
GOLDEN = "golden/full.json"
NAMELESS = "golden/anonymous.json"
"""What only an anonymous manifest has, no other can: it is the golden one of this section."""

SAYS = {
    "RC0101": "Every object of {section} has a property that the standard does not know.",
    "RC0102": "Required properties of {section} are absent.",
    "RC0103": "Values in {section} are of other types than the standard gives them.",
    "RC0104": "Words in {section} are not among those that the standard lists.",
    "RC0105": "Texts in {section} do not have their form.",
    "RC0106": "Numbers in {section} are out of their bounds.",
    "RC0107": "Texts and lists in {section} are empty or have too many entries.",
}
OF_ANOTHER_TYPE = {
    "array": {},
    "boolean": "yes",
    "integer": "many",
    "number": "much",
    "object": [],
    "string": 17,
}

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Refusal:
    """One change to the golden manifest, and the finding that it must lead to."""

    code: str
    operation: dict[str, Any]
    path: Path_
    pointer: str

    @property
    def section(self) -> str:
        alone = len(self.path) == 1 and self.path[0] != "anonymous"
        return "sections" if alone else str(self.path[0]).lstrip("$")

    def excludes(self, other: Refusal) -> bool:
        """Whether one of the two changes takes away the place of the other."""
        shorter, longer = sorted((self.path, other.path), key=len)
        return longer[: len(shorter)] == shorter


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file would change")
    check = parser.parse_args(arguments).check
    wanted = dict(files())
    present = {path: path.read_text("utf-8") for path in CONFORMANCE.glob("RC01*/*/each-*.json")}
    differing = sorted(
        path for path in wanted.keys() | present.keys() if wanted.get(path) != present.get(path)
    )
    if check:
        for path in differing:
            sys.stdout.write(
                f"{path.relative_to(CONFORMANCE)} is out of date: run `python tests/schema_cases.py`\n"
            )
        return 1 if differing else 0
    for path in differing:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    return 0


def files() -> Iterator[tuple[Path, str]]:
    """Every file with its content."""
    golden = json.loads((CONFORMANCE / GOLDEN).read_text("utf-8"))
    nameless = json.loads((CONFORMANCE / NAMELESS).read_text("utf-8"))
    groups: dict[tuple[str, str], list[list[Refusal]]] = {}
    of_the_nameless = [each for each in refusals(nameless) if each.path[0] == "anonymous"]
    for refusal in [*refusals(golden), *of_the_nameless]:
        batches = groups.setdefault((refusal.code, refusal.section), [])
        for batch in batches:
            if not any(refusal.excludes(other) for other in batch):
                batch.append(refusal)
                break
        else:
            batches.append([refusal])
    for (code, section), batches in groups.items():
        for number, batch in enumerate(batches, start=1):
            name = f"each-{section}" + (f"-{number}" if number > 1 else "")
            yield CONFORMANCE / code / "invalid" / f"{name}.json", content(code, section, batch)
    valid = CONFORMANCE / "RC0101" / "valid"
    yield valid / "each-object.json", private_names(GOLDEN, golden)
    yield valid / "each-object-anonymous.json", private_names(NAMELESS, {"anonymous": nameless["anonymous"]})


def private_names(base: str, golden: Any) -> str:
    """The case in which every object that may have private properties has one."""
    operations = {
        place: {"op": "add", "path": pointer_to((*path, "x-note")), "value": None}
        for node, _, path, place in reversed(list(walk(InlinedSchema("manifest").schema, golden)))
        if "patternProperties" in node
    }
    case = {
        "says": "Every object of the standard has a private property.",
        "base": base,
        "patch": list(operations.values())[::-1],
        "expect": [],
    }
    return "\n".join(json_lines(case)) + "\n"


def content(code: str, section: str, batch: list[Refusal]) -> str:
    case = {
        "says": SAYS[code].format(section="the document" if section == "sections" else section),
        "base": NAMELESS if section == "anonymous" else GOLDEN,
        "patch": [refusal.operation for refusal in batch],
        "expect": [{"code": code, "pointer": refusal.pointer} for refusal in batch],
    }
    return "\n".join(json_lines(case)) + "\n"


def refusals(golden: Any) -> Iterator[Refusal]:
    """One for each keyword and each place in the schema's tree, at the first value that stands there."""
    seen: set[Path_] = set()
    for node, value, path, place in walk(InlinedSchema("manifest").schema, golden):
        if place not in seen:
            seen.add(place)
            yield from refused(node, value, path)


def walk(
    node: Any, value: Any, path: Path_ = (), place: Path_ = ()
) -> Iterator[tuple[Any, Any, Path_, Path_]]:
    """Each value of a document with its schema, its path, and its path in the schema's tree."""
    yield node, value, path, place
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from walk(node["items"], each, (*path, index), (*place, "*"))
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in node.get("properties", {}):
                yield from walk(node["properties"][name], each, (*path, name), (*place, name))
            elif isinstance(node.get("additionalProperties"), dict):
                yield from walk(node["additionalProperties"], each, (*path, name), (*place, "*"))


def refused(node: Any, value: Any, path: Path_) -> Iterator[Refusal]:
    if node.get("unevaluatedProperties") is False:
        inner = (*path, "colour")
        operation = {"op": "add", "path": pointer_to(inner), "value": "red"}
        yield Refusal("RC0101", operation, inner, pointer_to(inner))
    for name in node.get("required", ()):
        inner = (*path, name)
        yield Refusal("RC0102", {"op": "remove", "path": pointer_to(inner)}, inner, pointer_to(path))
    if path:
        for code, wrong in wrong_values(node, value):
            operation = {"op": "replace", "path": pointer_to(path), "value": wrong}
            yield Refusal(code, operation, path, pointer_to(path))


def wrong_values(node: Any, value: Any) -> Iterator[tuple[str, Any]]:
    kinds = node.get("type")
    if isinstance(kinds, str):
        yield "RC0103", OF_ANOTHER_TYPE[kinds]
    elif kinds:
        yield "RC0103", [] if "string" in kinds else "none"
    if "enum" in node:
        yield "RC0104", "unheard-of"
    if "pattern" in node:
        yield "RC0105", next(text for text in ("?", "../up") if not fits(node["pattern"], text))
    for keyword, wrong in (("minimum", -1), ("exclusiveMinimum", 0), ("maximum", 1), ("exclusiveMaximum", 0)):
        if keyword in node:
            yield "RC0106", node[keyword] + wrong
    if "minLength" in node or "minItems" in node:
        yield "RC0107", type(value)()
    if "maxItems" in node:
        yield "RC0107", value + value


def fits(pattern: str, text: str) -> bool:
    from reprocrate.standard import ecma_pattern

    return ecma_pattern(pattern).search(text) is not None


if __name__ == "__main__":
    sys.exit(main())
