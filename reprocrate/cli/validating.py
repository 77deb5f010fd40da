"""`reprocrate validate`"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reprocrate.cli.addresses import AllowAddress
from reprocrate.cli.batch import Asked, Column, Each, From, Jobs, MemoryLimit, Reports, TimeLimit
from reprocrate.cli.exits import YES
from reprocrate.cli.options import Json, Limit, Quiet
from reprocrate.cli.signing import PublicKey, Signature
from reprocrate.cli.validate_arguments import Format, ValidateArguments
from reprocrate.cli.validate_options import (
    Checklist,
    ChecklistFile,
    Domain,
    Fix,
    Form,
    Ignore,
    KnownBefore,
    Output,
    PolicyName,
    Select,
    Whats,
    WriteBaseline,
)
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.cli.judging import Prepared
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.remote import Remote


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate")(validate)


def validate(
    what: Whats = None,
    policy: PolicyName = None,
    checklist_file: ChecklistFile = None,
    checklist: Checklist = None,
    domain: Domain = None,
    fix: Fix = False,
    form: Form = Format.TEXT,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    baseline: KnownBefore = None,
    write_baseline: WriteBaseline = None,
    limit: Limit = None,
    signature: Signature = None,
    public_key: PublicKey = None,
    allow_address: AllowAddress = None,
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

    Nothing is executed, and the network is not touched unless an address is named. What has no manifest is
    looked through. `reprocrate explain CODE` tells more about a finding.

    Several things are judged in turn. As JSON, there is then one report on each line (`jsonl`: of one, too),
    in their order; what cannot be judged has one that says why. The exit code is the largest of all.
    """
    asked = ValidateArguments(
        what=tuple(what or ()),
        policy=policy,
        checklist_file=tuple(checklist_file or ()),
        checklist=tuple(checklist or ()),
        domain=tuple(domain or ()),
        form=form,
        output=output,
        select=tuple(select or ()),
        ignore=tuple(ignore or ()),
        baseline=baseline,
        write_baseline=write_baseline,
        limit=tuple(limit or ()),
        signature=signature,
        public_key=public_key,
        allow_address=tuple(allow_address or ()),
        json=json,
        quiet=quiet,
    )
    batch = Asked(each, from_, column, jobs, time_limit, memory_limit, reports)
    raise typer.Exit(_followed(asked, batch, fix=fix))


def _followed(asked: ValidateArguments, batch: Asked, *, fix: bool) -> int:
    """Do what is asked for; the answer is the exit code."""
    from reprocrate.cli.judging import asked_form, judge_prepared, prepared

    form = asked_form(asked)
    is_batch = form is Format.CSV or batch.is_batch(asked.what)
    ready = prepared(asked, form, is_batch=is_batch, fix=fix)
    if is_batch:
        return _judge_batch(ready, asked, batch)
    if fix:
        _fix(ready.whats[0], ready.voice)
    return judge_prepared(ready, asked.output)


def _judge_batch(ready: Prepared, asked: ValidateArguments, batch: Asked) -> int:
    """Hand over a batch as it comes; the answer is the exit code."""
    from reprocrate.cli.batch import exit_code_of_outcome, judged_batch
    from reprocrate.cli.reporting import Reporter

    voice, demands, known = ready.voice, ready.demands, ready.known
    judged = judged_batch(_paths(ready.whats) if asked.what else (), batch, demands, ready.limits, voice)
    reporter = Reporter(ready.form, asked.output, voice, several=True, policy=demands.policy_id)
    worst = YES
    for each in judged:
        worst = max(worst, exit_code_of_outcome(each.outcome.value))
        if known.is_wanted:
            known.add(each.report)
        reporter.add_judged(each)
    known.write(voice)
    reporter.finish()
    return worst


def _paths(whats: Sequence[Path | Remote]) -> list[Path]:
    """Only paths, as a batch takes them.

    Raises:
        UsageError: there is an address among them.
    """
    paths = [one for one in whats if isinstance(one, Path)]
    if len(paths) < len(whats):
        raise UsageError(
            "a batch is of files", "one of its arguments is an address", "Judge that one by itself"
        )
    return paths


def _fix(what: Path | Remote, voice: Voice) -> None:
    """Correct what is certain, and say what was corrected."""
    from reprocrate.workflow.fixing import fix

    if not isinstance(what, Path):
        raise UsageError("--fix corrects files that are here", f"{what} is an address", "Import it first")
    done = fix(what)
    for each in done.made:
        was = "" if each.old is None else f", was {each.old}"
        voice.note(f"corrected {'.'.join(map(str, each.path))}: {each.new}{was}")
    for said in done.left:
        voice.warn(f"not corrected: {said}")
    if done.file is not None:
        voice.note(f"{done.file} was written anew")
