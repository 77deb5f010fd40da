"""A rule explained: its text, and a case that it allows and one that it does not."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from reprocrate.errors import UnreadableError, UsageError
from reprocrate.standard import path_of, shipped_bytes
from reprocrate.validation.cases import Case, cases_of
from reprocrate.validation.families import find_rule, rule_codes
from reprocrate.validation.rule import Level
from reprocrate.validation.validate import validate

LONGEST_EXAMPLE = 40
"""How many lines of a manifest an example shows at most."""


@dataclass(frozen=True, slots=True)
class Example:
    """One case of the conformance suite, short enough to be read.

    Attributes:
        says: the case in a sentence.
        shown: the part of the manifest that the case is about, as JSON, or the change that makes the case.
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
        why: the reason for it.
        fix: what to do about a finding.
        since: version of the standard that it came with.
        spec: anchor of the chapter of the specification.
        paragraph: what the specification says about it, if that is at hand.
        parameters: what a policy may set, with the default.
        valid: a case that it allows.
        failing: a case that it does not.
    """

    code: str
    name: str
    level: Level
    text: str
    why: str
    fix: str
    since: str
    spec: str
    paragraph: str | None
    parameters: dict[str, Any]
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
    cases = cases_of(code)
    return Explanation(
        code=rule.code,
        name=rule.name,
        level=rule.level,
        text=rule.summary,
        why=rule.why,
        fix=rule.fix,
        since=rule.since,
        spec=rule.spec,
        paragraph=_paragraph(code),
        parameters=rule.parameters,
        valid=next((_example(case, code) for case in cases if case.is_valid), None),
        failing=next((_example(case, code) for case in cases if not case.is_valid), None),
    )


def _example(case: Case, code: str) -> Example:
    findings = [each for each in validate(case.subject(), only=[code]).findings if each.code == code]
    pointers = [each.location.pointer or "" for each in findings]
    if not pointers:
        pointers = [operation["path"] for operation in case.content.get("patch", [])]
    return Example(
        case.says, _fragment(case.document, pointers[:1]), tuple(each.message for each in findings)
    )


def _fragment(document: Any, pointers: list[str]) -> str:
    """The smallest part of the manifest around a place that says something by itself, within its section."""
    path = path_of(pointers[0]) if pointers else []
    for depth in (2, 1, 3, 4, 5):
        part = path[:depth]
        text = _shown(document, part)
        if text and len(text.splitlines()) <= LONGEST_EXAMPLE:
            return text
    whole = _shown(document, path[:2]) or json.dumps(document, indent=2, ensure_ascii=False)
    lines = whole.splitlines()
    return "\n".join([*lines[:LONGEST_EXAMPLE], *(["..."] if len(lines) > LONGEST_EXAMPLE else [])])


def _shown(document: Any, path: list[str]) -> str:
    value = document
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ""
    label = "/".join(path)
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return f"{label}: {text}" if label else text


def _paragraph(code: str) -> str | None:
    """The paragraph of the specification whose anchor names the rule; without the anchor."""
    try:
        text = shipped_bytes("spec.md").decode()
    except UnreadableError:
        return None
    for paragraph in re.split(r"\n\s*\n", text):
        if code in paragraph and not paragraph.lstrip().startswith("|"):
            return re.sub(r"<a [^>]*></a>|<!--.*?-->|\{#[^}]*\}", "", paragraph).strip()
    return None
