"""Policies for the terminal and as JSON documents: what there is, and what one asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType

from reprocrate.errors import ReprocrateError
from reprocrate.finding import Severity
from reprocrate.render import words
from reprocrate.render.terminal import BAD, SOFT, STRONG, hanging, heading, joined, stacked, text
from reprocrate.validation import Policy, find_rule

SCHEMA_VERSION = "1.0"

_OFF = "off"
_WEIGHTS = {
    "error": "Not valid without",
    "warning": "A warning without",
    "note": "A note without",
    _OFF: "Left out",
}


def policies_text(known: Iterable[tuple[str, Policy | ReprocrateError]]) -> Group:
    """Every policy in a line or two."""
    return stacked(*(hanging(text("-", SOFT), _line(name, each)) for name, each in known))


def policies_document(policies: Iterable[tuple[str, Policy | ReprocrateError]]) -> dict[str, Any]:
    """Policies as plain JSON values, which `policies.schema.json` describes."""
    return {"schema_version": SCHEMA_VERSION, "policies": [_document(name, each) for name, each in policies]}


def policy_text(policy: Policy) -> Group:
    """What one policy asks for, with those that it extends."""
    return stacked(
        joined(text(words.plain(policy.id), STRONG), f": {words.plain(policy.name)}" if policy.name else ""),
        words.plain(policy.description) if policy.description else None,
        *(f"{title}: {words.plain(value)}" for title, value in _facts(policy)),
        *(part for weight in _WEIGHTS for part in _levels(policy, weight)),
        *_parameters(policy),
        text(""),
        text("What it does not name weighs what the standard says.", SOFT),
    )


def _line(name: str, policy: Policy | ReprocrateError) -> RenderableType:
    if isinstance(policy, ReprocrateError):
        return joined(text(name, BAD), f": {words.verbatim(str(policy))}")
    about = policy.description or policy.name or ""
    return joined(text(words.plain(name), STRONG), f": {words.plain(about)}" if about else "")


def _facts(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.venue:
        yield "Venue", policy.venue + (f", {policy.year}" if policy.year else "")
    if policy.source:
        yield "Source", policy.source
    yield "Standard", policy.standard
    if policy.extends:
        yield "Builds on", ", ".join(policy.extends)
    if policy.checklist:
        yield "Checklist", policy.checklist
    if policy.domains is not None:
        yield "Domains", ", ".join(policy.domains) or "none, whatever the keywords say"
    if policy.requires:
        yield "Requires", ", ".join(policy.requires)


def _levels(policy: Policy, weight: str) -> Iterator[RenderableType]:
    codes = sorted(code for code, level in policy.levels.items() if _word(level) == weight)
    if codes:
        yield heading(_WEIGHTS[weight])
    for code in codes:
        rule = find_rule(code)
        if rule is not None:
            own = rule.level.severity.value
            standard = "" if own == weight else f" (standard: {own})"
            yield hanging(text(code, SOFT), f"{rule.name}{standard}")


def _parameters(policy: Policy) -> Iterator[RenderableType]:
    if policy.parameters:
        yield heading("Settings")
    for code, values in sorted(policy.parameters.items()):
        rule = find_rule(code)
        defaults = rule.parameters if rule else {}
        for name, value in values.items():
            yield hanging(
                text(code, SOFT), f"{name} = {_value(value)} (standard: {_value(defaults.get(name))})"
            )


def _value(value: object) -> str:
    """A setting as TOML has it."""
    return str(value) if type(value) in (int, float) else json.dumps(value, ensure_ascii=False)


def _word(level: Severity | None) -> str:
    return level.value if level else _OFF


def _document(name: str, policy: Policy | ReprocrateError) -> dict[str, Any]:
    if isinstance(policy, ReprocrateError):
        return {"name": name, "failure": str(policy)}
    about = {
        "title": policy.name,
        "description": policy.description,
        "venue": policy.venue,
        "year": policy.year,
        "source": policy.source,
        "checklist": policy.checklist,
    }
    return {
        "name": name,
        "id": policy.id,
        "standard": policy.standard,
        **{key: value for key, value in about.items() if value},
        "extends": list(policy.extends),
        **({} if policy.domains is None else {"domains": list(policy.domains)}),
        **({"requires": list(policy.requires)} if policy.requires else {}),
        "levels": {code: _word(level) for code, level in sorted(policy.levels.items())},
        "parameters": {code: dict(values) for code, values in sorted(policy.parameters.items())},
    }
