"""A rule explained, for the terminal and as a JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from reprocrate.render import words
from reprocrate.render.terminal import BAD, GOOD, SOFT, STRONG, heading, joined, stacked, text
from reprocrate.validation.explain import Example, Explanation

SCHEMA_VERSION = "1.0"

_FORCE = {
    "MUST": "a violation is an error",
    "SHOULD": "a violation is a warning",
    "MAY": "a violation is a note",
}


def explanation_text(explanation: Explanation) -> Group:
    """Everything about one rule, to be printed on a `rich.console.Console`."""
    level = explanation.level.value
    return stacked(
        joined(text(explanation.code, STRONG), f" {explanation.name}"),
        text(f"{level}: {_FORCE[level]}; since version {explanation.since} of the standard", SOFT),
        *_domains(explanation),
        text(""),
        text(explanation.text),
        text(""),
        joined(text("Judged: ", STRONG), words.sentence(explanation.judged)),
        joined(text("Why: ", STRONG), words.sentence(explanation.why)),
        joined(text("Fix: ", STRONG), words.sentence(explanation.fix)),
        *_parameters(explanation),
        *_example("Allowed", explanation.valid, GOOD),
        *_example("Not allowed", explanation.failing, BAD),
        *_specification(explanation),
    )


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """The same as plain JSON values, which `explanation.schema.json` describes."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(explanation)))
    return {"schema_version": SCHEMA_VERSION} | plain


def _domains(explanation: Explanation) -> Iterator[RenderableType]:
    """For whom the rule is, where it is not for all."""
    if explanation.domains:
        names = words.listing(explanation.domains)
        yield text(f"Only in {names}: by the experiment's keywords, `--domain` or a policy", SOFT)


def _parameters(explanation: Explanation) -> Iterator[RenderableType]:
    if explanation.parameters:
        settings = ", ".join(f"{name} ({value})" for name, value in explanation.parameters.items())
        yield joined(text("A policy may set: ", STRONG), settings)


def _example(title: str, example: Example | None, style: str) -> Iterator[RenderableType]:
    if example is None:
        return
    yield stacked(text(""), joined(text(f"{title}: ", style), words.sentence(words.plain(example.says))))
    yield _block(example.shown)
    for finding in example.findings:
        yield joined(text("Finding: ", style), finding)


def _specification(explanation: Explanation) -> Iterator[RenderableType]:
    yield heading(f"Specification, chapter {explanation.spec}")
    if explanation.paragraph:
        for paragraph in words.paragraphs(explanation.paragraph):
            yield text(paragraph)
    else:
        yield text("The text of the specification is not at hand.", SOFT)


def _block(value: str) -> RenderableType:
    """Lines as they are, set in by two columns."""
    return Text("\n".join(f"  {line}" for line in words.verbatim(value).split("\n")), overflow="fold")
