"""`reprocrate validate`"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json, Quiet, What


class Format(StrEnum):
    """Forms of a report."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate")(validate)


def validate(
    what: What = Path(),
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="A venue's demands: a policy in TOML or JSON."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TEXT,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge shape, meaning, statistics and integrity. Exit code 0: no error; 1: errors.

    Nothing is executed, and the network is not touched. `reprocrate explain CODE` tells more about a finding.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.render.report import report_text
    from reprocrate.validation import read_policy, report_document
    from reprocrate.workflow.validating import assess

    voice = Voice(quiet=quiet)
    demands = read_policy(policy) if policy else None
    with voice.progress():
        report = assess(what, voice, demands)
    if json or format_ is Format.JSON:
        voice.json(report_document(report))
    else:
        voice.show(report_text(report))
    raise typer.Exit(YES if report.valid else NO)
