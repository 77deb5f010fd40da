"""The arguments of `reprocrate validate`, read before anything heavy is imported."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from reprocrate.cli.plain_arguments import Options

MOST_IN_TURN = 100
"""More paths than these are a batch, which several processes judge."""


class Format(StrEnum):
    """Forms of a report."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"
    HTML = "html"


class ValidateArguments(NamedTuple):
    """What stands on the command line of `validate`, but for what makes a batch and what corrects."""

    what: tuple[str, ...] = ()
    policy: str | None = None
    checklist_file: tuple[Path, ...] = ()
    checklist: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    form: Format = Format.TEXT
    output: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: Path | None = None
    write_baseline: Path | None = None
    limit: tuple[str, ...] = ()
    signature: Path | None = None
    public_key: Path | None = None
    allow_address: tuple[str, ...] = ()
    json: bool = False
    quiet: bool = False


_PATHS = ("output", "baseline", "write_baseline", "signature", "public_key")
_OPTIONS = Options(
    switches={"--json": "json", "--quiet": "quiet", "-q": "quiet"},
    values={
        "--policy": "policy",
        "--output": "output",
        "-o": "output",
        "--baseline": "baseline",
        "--write-baseline": "write_baseline",
        "--signature": "signature",
        "--public-key": "public_key",
    },
    lists={
        "--checklist-file": "checklist_file",
        "--checklist": "checklist",
        "--domain": "domain",
        "--select": "select",
        "--ignore": "ignore",
        "--limit": "limit",
        "--allow-address": "allow_address",
    },
    choices={"--format": ("form", tuple(form.value for form in Format if form is not Format.CSV))},
)
"""A table in CSV is made of a batch, which this is not for."""


def parse(arguments: Sequence[str]) -> ValidateArguments | None:
    """The arguments after `validate`; None where they are not plainly what they seem, or ask for a batch."""
    found: dict[str, Any] = {}
    what: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            what += rest
        elif not word.startswith("-"):
            what.append(word)
        elif not _OPTIONS.take(found, word, rest):
            return None
    if len(what) > MOST_IN_TURN:
        return None
    for name in _PATHS:
        if name in found:
            found[name] = Path(found[name])
    if "form" in found:
        found["form"] = Format(found["form"])
    found["checklist_file"] = tuple(map(Path, found.get("checklist_file", ())))
    return ValidateArguments(what=tuple(what), **found)
