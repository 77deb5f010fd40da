"""`reprocrate validate`"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.batch import Asked, Column, Each, From, Jobs, MemoryLimit, Reports, TimeLimit
from reprocrate.cli.exits import NO, YES, exit_code_of
from reprocrate.cli.options import Json, Limit, Quiet, Whats
from reprocrate.cli.signing import PublicKey, Signature, require_signed

if TYPE_CHECKING:
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.finding import Report
    from reprocrate.workflow.judging import Demands


class Format(StrEnum):
    """Forms of a report."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate")(validate)


def validate(
    what: Whats = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="A venue's demands: a policy in TOML or JSON."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TEXT,
    limit: Limit = None,
    signature: Signature = None,
    public_key: PublicKey = None,
    each: Each = False,
    from_: From = None,
    column: Column = None,
    jobs: Jobs = None,
    time_limit: TimeLimit = None,
    memory_limit: MemoryLimit = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge shape, meaning, statistics and integrity. Exit code 0: no error; 1: errors.

    Nothing is executed, and the network is not touched. `reprocrate explain CODE` tells more about a finding.

    A folder or an archive without a manifest is looked through: what it has, and what it lacks.

    Several things are judged in turn. As JSON, there is then one report on each line, in the order of the
    arguments; what cannot be judged has a report that says why. The exit code is the largest of all.
    """
    from reprocrate.bundle import Limits
    from reprocrate.cli.batch import judged_batch, print_batch
    from reprocrate.cli.voice import Voice
    from reprocrate.validation import read_policy
    from reprocrate.workflow.judging import Demands
    from reprocrate.workflow.validating import assess

    voice = Voice(quiet=quiet)
    demands = Demands(read_policy(policy) if policy else None)
    limits = Limits.of(limit or ())
    as_json = json or format_ is Format.JSON
    for one in what or [Path()]:
        require_signed(one, signature, public_key, voice)
    asked = Asked(each, from_, column, jobs, time_limit, memory_limit, reports)
    if format_ is Format.CSV or asked.is_batch(what or ()):
        form = "json" if json else format_.value
        raise typer.Exit(print_batch(judged_batch(what or (), asked, demands, limits, voice), voice, form))
    if what and len(what) > 1:
        raise typer.Exit(_several(what, voice, demands, limits, as_json=as_json))
    with voice.progress():
        report = assess(what[0] if what else Path(), voice, demands, limits)
    _print(report, voice, as_json)
    raise typer.Exit(YES if report.valid else NO)


def _several(what: Sequence[Path], voice: Voice, demands: Demands, limits: Limits, *, as_json: bool) -> int:
    """Judge and print each; the answer is the exit code."""
    from reprocrate.workflow.validating import assess_each

    worst = YES
    for report, error in assess_each(what, voice, demands, limits):
        if error is not None:
            voice.warn(str(error))
            worst = max(worst, exit_code_of(error))
        elif not report.valid:
            worst = max(worst, NO)
        if as_json or error is None:
            _print(report, voice, as_json, several=True)
    return worst


def _print(report: Report, voice: Voice, as_json: bool, *, several: bool = False) -> None:
    from reprocrate.render.report import report_text
    from reprocrate.validation import report_document

    if as_json:
        voice.json(report_document(report), on_one_line=several)
    else:
        voice.show(report_text(report))
        if several:
            voice.show("")
