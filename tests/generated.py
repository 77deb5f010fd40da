"""Text that is made from other files: `python tests/generated.py` writes it, `--check` compares.

In spec.md, what stands between `<!-- fields:NAME -->` and `<!-- /fields -->` is the table of the fields of
`$defs/NAME` in the manifest's schema (`manifest` for the whole of it). Between `<!-- forms -->` and
`<!-- /forms -->` stand its definitions of plain values. Between `<!-- requirements -->` and
`<!-- /requirements -->` stand the demands of the rules of that chapter, and between `<!-- rules -->` and
`<!-- /rules -->` the table of all rules. In the README of the crosswalks, what stands between
`<!-- coverage -->` and `<!-- /coverage -->` says which section has counterparts in which standard.
`schema/1.0/conformance/MATRIX.md` says what the conformance cases cover. The profile crate, of which the rest
is written by hand, says how large its files are.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
SCHEMA = REPOSITORY / "schema" / "1.0" / "manifest.schema.json"
PROFILE = SCHEMA.parent / "profile"
MATRIX_SCRIPT = REPOSITORY / "tests" / "matrix.py"

Node = Mapping[str, Any]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file would change")
    check = parser.parse_args(arguments).check
    changed = False
    for path, generate in GENERATED.items():
        old = path.read_text("utf-8") if path.exists() else ""
        new = generate(old)
        if new == old:
            continue
        changed = True
        if check:
            name = path.relative_to(REPOSITORY).as_posix()
            sys.stdout.writelines(
                difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, f"{name} (generated)")
            )
        else:
            path.write_text(new, "utf-8")
    if check and changed:
        print("Generated text is out of date: run `python tests/generated.py` and commit the result.")
        return 1
    return 0


def specification(text: str) -> str:
    """spec.md with its tables of fields, its lists of demands and its table of rules made anew."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    chapters = re.split(r"(?m)^(?=## )", text)
    text = "".join(_filled(each, "requirements", demands(_slug(each))) for each in chapters)
    text = re.sub(
        r"(<!-- fields:([a-z_]+) -->\n).*?(<!-- /fields -->)",
        lambda match: match[1] + field_table(schema, match[2]) + match[3],
        text,
        flags=re.DOTALL,
    )
    text = _filled(text, "forms", form_table(schema))
    return _filled(text, "rules", rule_table() if "<!-- rules -->" in text else "")


def _filled(text: str, block: str, content: str) -> str:
    pattern = rf"(<!-- {block} -->\n).*?(<!-- /{block} -->)"
    return re.sub(pattern, lambda match: match[1] + content + match[2], text, flags=re.DOTALL)


def _slug(chapter: str) -> str:
    """The anchor of a chapter's heading, as Markdown renderers make it."""
    heading = chapter.partition("\n")[0].removeprefix("## ")
    return re.sub(r"[^a-z0-9]+", "-", heading.lower())


def crosswalks(text: str) -> str:
    """The README of the crosswalks with its overview made anew."""
    return _filled(text, "coverage", coverage_table() if "<!-- coverage -->" in text else "")


def coverage_matrix(_old: str) -> str:
    """The table of what the conformance cases cover; `matrix.py` beside this file makes it."""
    matrix = importlib.util.spec_from_file_location("matrix", MATRIX_SCRIPT)
    if matrix is None or matrix.loader is None:
        raise FileNotFoundError(MATRIX_SCRIPT)
    module = sys.modules[matrix.name] = importlib.util.module_from_spec(matrix)
    sys.path.insert(0, str(REPOSITORY))
    matrix.loader.exec_module(module)
    return str(module.text())


CROSSWALKS = SCHEMA.parent / "crosswalks"


def profile_crate(text: str) -> str:
    """The metadata of the profile crate, one entity in a line, with the size of each of its files."""
    document = json.loads(text)
    for entity in document["@graph"]:
        if entity["@type"] == "File":
            entity["contentSize"] = str((PROFILE / entity["@id"]).stat().st_size)
    entities = [
        json.dumps(dict(sorted(entity.items(), key=_identity_first)), ensure_ascii=False)
        for entity in document["@graph"]
    ]
    lines = ",\n".join(entities)
    context = json.dumps(document["@context"])
    return f'{{"@context": {context},\n"@graph": [\n{lines}\n]}}\n'


def _identity_first(item: tuple[str, Any]) -> tuple[bool, str]:
    return not item[0].startswith("@"), item[0]


GENERATED: dict[Path, Callable[[str], str]] = {
    REPOSITORY / "spec.md": specification,
    CROSSWALKS / "README.md": crosswalks,
}
if MATRIX_SCRIPT.exists():
    GENERATED[SCHEMA.parent / "conformance" / "MATRIX.md"] = coverage_matrix
if PROFILE.exists():
    GENERATED[PROFILE / "ro-crate-metadata.json"] = profile_crate


# Fields -----------------------------------------------------------------------------------------------


def field_table(schema: Node, name: str) -> str:
    """The fields of one object of the schema, those of nested objects under dotted names."""
    section = schema if name == "manifest" else schema["$defs"][name]
    obtained = section.get("x-obtained", "")
    return _table(
        [("Field", "Type", "Required", "Obtained", "Meaning"), *_rows(schema, section, "", obtained)]
    )


def form_table(schema: Node) -> str:
    """The values that have a name of their own in the schema, with an example of each."""
    rows = [("Form", "Meaning", "Example")]
    for name, node in schema["$defs"].items():
        if node.get("type") != "object" and "meta:enum" not in node:
            examples = ", ".join(f"`{json.dumps(each)}`" for each in node.get("examples", []))
            rows.append((name.replace("_", " "), _meaning(name, node, {}), examples))
    return _table(rows)


def _rows(schema: Node, section: Node, prefix: str, inherited: str) -> Iterator[tuple[str, ...]]:
    required = section.get("required", ())
    for key, node in section.get("properties", {}).items():
        target = _target(schema, node)
        obtained = node.get("x-obtained", target.get("x-obtained", inherited))
        must = "yes" if key in required else ""
        yield f"`{prefix}{key}`", _type(node), must, obtained, _meaning(key, node, target)
        if node.get("type") == "object":
            yield from _rows(schema, node, f"{prefix}{key}.", obtained)
        elif node.get("type") == "array":
            yield from _rows(schema, node.get("items", {}), f"{prefix}{key}[].", obtained)


def _target(schema: Node, node: Node) -> Node:
    """The definition that a field, or each entry of a list, refers to; empty where it refers to none."""
    reference = node.get("$ref") or node.get("items", {}).get("$ref", "")
    found: Node = schema["$defs"].get(reference.removeprefix("#/$defs/"), {})
    return found


def _meaning(key: str, node: Node, target: Node) -> str:
    referred = target if "$ref" in node else {}
    text = str(node.get("description") or referred.get("description") or node.get("title", ""))
    unit = node.get("x-unit") or referred.get("x-unit")
    if unit and unit not in text.lower():
        text = f"{text.removesuffix('.')} ({unit})."
    values = node.get("meta:enum", referred.get("meta:enum", {}))
    return " ".join([text, "; ".join(f"`{value}`: {meaning}" for value, meaning in values.items())]).strip()


def _type(node: Node) -> str:
    """The type of a field in words; the name of a definition stands for it."""
    if "$ref" in node:
        return str(node["$ref"]).rpartition("/")[2].replace("_", " ")
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        if "meta:enum" in node:  # the meaning lists them
            return "word" if all(isinstance(value, str) for value in node["enum"]) else "number"
        return ", ".join(
            f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`" for value in node["enum"]
        )
    for union in ("anyOf", "oneOf"):
        if union in node:
            return " or ".join(_type(branch) for branch in node[union])
    kind = node.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type(node['items'])}" if isinstance(node.get("items"), dict) else "list"
    return str(kind)


# Rules ------------------------------------------------------------------------------------------------


def demands(chapter: str) -> str:
    """The demands of a chapter's rules, in the order of the codes."""
    return "".join(f"- {_demand(each.summary, each.code)}\n" for each in _rules() if each.spec == chapter)


def _demand(summary: str, code: str) -> str:
    return f"{summary.removesuffix('.')} [{code}](#{code.lower()})."


def rule_table() -> str:
    """Every rule of the validator: its code, its level, its name, and how it is judged."""
    rows = [("Code", "Level", "Rule", "How it is judged")]
    for each in _rules():
        name = f"[{each.name}](#{each.spec})"
        rows.append((f'<a id="{each.code.lower()}"></a>`{each.code}`', each.level.value, name, each.judged))
    return _table(rows)


@cache
def _rules() -> tuple[Any, ...]:
    sys.path.insert(0, str(REPOSITORY))  # the rules of this checkout, installed or not
    from reprocrate.validation import all_rules

    return all_rules()


# Crosswalks -------------------------------------------------------------------------------------------


def coverage_table() -> str:
    """For each section of a manifest and each standard, how many properties go which way."""
    arrows = {"export": "→", "import": "←", "both": "↔", "reference": "•"}
    counts: dict[str, dict[str, Counter[str]]] = {}
    for file in sorted(CROSSWALKS.glob("*.csv")):
        if file.stem == "values":
            continue
        with file.open(encoding="utf-8", newline="") as lines:
            ways = {
                (row["ours"], row["direction"]) for row in csv.DictReader(lines) if row["loss"] != "drops"
            }
        for ours, direction in ways:
            section = counts.setdefault(ours.split("/")[1], {})
            section.setdefault(file.stem, Counter())[arrows[direction]] += 1
    standards = sorted({name for section in counts.values() for name in section})
    schema = json.loads(SCHEMA.read_text("utf-8"))
    rows = [("Section", *standards)]
    for name in schema["properties"]:
        if name not in ("$schema", "manifest_version"):
            cells = (counts.get(name, {}).get(standard, Counter()) for standard in standards)
            rows.append(
                (f"`{name}`", *(" ".join(f"{cell[a]}{a}" for a in "↔→←•" if cell[a]) for cell in cells))
            )
    return _table(rows)


# Markdown ---------------------------------------------------------------------------------------------


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head, *body = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body, ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
