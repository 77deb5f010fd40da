"""A rule explained: its text, and a case that it allows and one that it does not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reprocrate.errors import UnreadableError, UsageError
from reprocrate.finding import Location
from reprocrate.standard import path_of, specification
from reprocrate.validation.cases import Case, cases_of
from reprocrate.validation.families import find_rule, rule_codes
from reprocrate.validation.rule import Level, Need, Rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.validate import validate

MOST_LINES = 24
"""How many lines of a manifest a part of an example shows at most."""

WIDTH = 100
"""Width of the lines of an example."""

MOST_BYTES_SHOWN = 100_000
"""How much of a file is read to show a part of it."""

MOST_PARTS = 3
"""How many parts of a manifest an example shows at most."""


@dataclass(frozen=True, slots=True)
class Example:
    """One case of the conformance suite, short enough to be read.

    Attributes:
        says: the case in a sentence.
        shown: the parts of the manifest that the case is about, as JSON, each after its place.
        findings: what the rule says of it; nothing where it is allowed.
    """

    says: str
    shown: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one rule.

    Attributes:
        code: of the rule.
        name: the rule in a few words.
        level: how strongly it is demanded.
        text: the demand in one sentence.
        judged: to what it applies exactly, and at which place a finding is made.
        why: the reason for it.
        fix: what to do about a finding.
        since: version of the standard that it came with.
        spec: anchor of the chapter of the specification.
        paragraph: what that chapter says about it, if its text is at hand.
        parameters: what a policy may set, with the default.
        domains: the fields of research that it is for; none where it is for all.
        valid: a case that it allows.
        failing: a case that it does not.
    """

    code: str
    name: str
    level: Level
    text: str
    judged: str
    why: str
    fix: str
    since: str
    spec: str
    paragraph: str | None
    parameters: dict[str, Any]
    domains: tuple[str, ...]
    valid: Example | None
    failing: Example | None


def explain(code: str) -> Explanation:
    """Everything about the rule of a code.

    Raises:
        UsageError: there is no such rule.
    """
    rule = find_rule(code)
    if rule is None:
        raise UsageError(
            f"there is no rule {code}", fix=f"The rules are {rule_codes()[0]} to {rule_codes()[-1]}"
        )
    valid, failing = _examples(code)
    return Explanation(
        code=rule.code,
        name=rule.name,
        level=rule.level,
        text=rule.summary,
        judged=rule.judged,
        why=rule.why,
        fix=rule.fix,
        since=rule.since,
        spec=rule.spec,
        paragraph=_paragraph(rule),
        parameters=rule.parameters,
        domains=rule.domains,
        valid=valid,
        failing=failing,
    )


def _examples(code: str) -> tuple[Example | None, Example | None]:
    """The first case that a rule allows and the first that it does not."""
    cases = sorted(cases_of(code), key=lambda case: "/each-" in case.name)  # those made for people first
    failing = next((case for case in cases if not case.is_valid), None)
    valid = next((case for case in cases if case.is_valid), None)
    places = [place for _, place in failing.expected if place[:1] in ("", "/")] if failing else []
    return (_example(valid, code, places) if valid else None, _example(failing, code) if failing else None)


def _lines(subject: Subject, place: Location) -> str:
    """The lines of a file up to some behind the one that a finding is at, numbered."""
    text = subject.given_files.read(place.file or "", MOST_BYTES_SHOWN).decode("utf-8", "replace")
    lines = list(enumerate(text.splitlines(), start=1))
    first = max(0, (place.line or 1) - MOST_LINES // 2)
    return "\n".join(f"{number:4} {line}" for number, line in lines[first : first + MOST_LINES])


def _code(subject: Subject) -> str:
    """The files of a case, numbered line by line, each after its name."""
    parts = []
    for name in list(subject.given_files.names())[:MOST_PARTS]:
        lines = _lines(subject, Location(name, line=1))
        parts.append(f"{name}:\n{lines}")
    return "\n".join(parts)


def _example(case: Case, code: str, otherwise: Iterable[str] = ()) -> Example:
    """A case with the parts of its manifest that it changes; if it changes none, those at `otherwise`."""
    subject = case.subject()
    findings = validate(subject, only=[code], parameters=case.parameters).findings
    if "bytes" in case.content:
        return Example(case.says, _bytes(case), tuple(each.message for each in findings))
    changed = [
        operation["path"] for operation in case.content.get("patch", ()) if operation["op"] != "remove"
    ]
    places = [each.location.pointer or "" for each in findings[:1]] + changed
    parts: dict[str, str] = {}
    for place in places or otherwise:
        name, text = _part(case.document, path_of(place))
        if len(parts) < MOST_PARTS:
            parts.setdefault(name, text)
    shown = "\n".join(f"{name}: {text}" if name else text for name, text in parts.items() if text)
    rule = find_rule(code)
    if findings and findings[0].location.pointer is None and findings[0].location.line is not None:
        shown = f"{findings[0].location.file}:\n{_lines(subject, findings[0].location)}"
    elif rule is not None and rule.needs is Need.TREE and subject.files is not None:
        shown = _code(subject)
    if not shown and subject.files is not None:  # the case is about its files
        shown = "\n".join(sorted(subject.files.names())[:MOST_LINES])
    return Example(case.says, shown, tuple(each.message for each in findings))


def _bytes(case: Case) -> str:
    """The parts that the bytes of a case are put together from, each on a line."""
    lines = []
    for part in case.content["bytes"]:
        once = f"bytes {part['hex']}" if "hex" in part else json.dumps(part["text"], ensure_ascii=False)
        shown = once if len(once) <= WIDTH else f"{once[: WIDTH // 2]} ... {once[-WIDTH // 2 + 5 :]}"
        lines.append(f"{shown}, {part['times']:,} times" if "times" in part else shown)
    return "\n".join(lines)


def _part(document: Any, path: list[str]) -> tuple[str, str]:
    """The entry of a section that holds a place, or the part of it with the place if the entry is long."""
    value, taken, text = document, "", ""
    for depth, key in enumerate(path):
        if isinstance(value, list):
            index = min(int(key), len(value) - 1) if key != "-" else len(value) - 1
            if index < 0:
                break
            value, taken = value[index], f"{taken}/{index}"
        elif isinstance(value, dict) and key in value:
            value, taken = value[key], f"{taken}/{key}"
        else:
            break
        text = "\n".join(json_lines(value))
        if depth > 0 and text.count("\n") < MOST_LINES:
            break
    lines = text.splitlines()
    return taken, "\n".join([*lines[:MOST_LINES], "..."]) if len(lines) > MOST_LINES else text


def json_lines(value: Any, before: str = "", after: str = "", depth: int = 0) -> Iterator[str]:
    """JSON over several lines, in which what fits on one stays on one."""
    one = f"{'  ' * depth}{before}{json.dumps(value, ensure_ascii=False)}{after}"
    if len(one) <= WIDTH or not value or not isinstance(value, dict | list):
        yield one
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{'  ' * depth}{before}{opening}"
    pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    for index, (name, each) in enumerate(pairs):
        label = "" if name is None else f"{json.dumps(name, ensure_ascii=False)}: "
        yield from json_lines(each, label, "," if index < len(value) - 1 else "", depth + 1)
    yield f"{'  ' * depth}{closing}{after}"


def _paragraph(rule: Rule) -> str | None:
    """What a rule's chapter is about, and what it says of the properties that the rule names."""
    try:
        text = specification()
    except UnreadableError:
        return None
    purpose, *others = _chapter(text, rule.spec) or [""]
    named = set(_PROPERTY.findall(f"{rule.summary} {rule.judged}"))
    found = [purpose, *(each for each in others if named & set(_PROPERTY.findall(each)))]
    return "\n\n".join(found) or None


_PROPERTY = re.compile(r"`([a-z_]+)`")
_GENERATED = re.compile(r"<!-- ([a-z]+)\b.*?<!-- /\1 -->|^```.*?^```", re.DOTALL | re.MULTILINE)


def _chapter(text: str, anchor: str) -> list[str]:
    """The paragraphs of the chapter that an anchor names; its tables and examples are not among them."""
    for chapter in re.split(r"^## ", _GENERATED.sub("", text), flags=re.MULTILINE):
        heading, _, body = chapter.partition("\n")
        if re.sub(r"[^a-z0-9]+", "-", heading.lower()) == anchor:
            paragraphs = (each.strip() for each in re.split(r"\n\s*\n", body))
            return [each for each in paragraphs if each and not each.startswith("|")]
    return []
