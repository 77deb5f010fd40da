"""`reprocrate validate`"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reprocrate.cli.addresses import AllowAddress, named
from reprocrate.cli.batch import Asked, Column, Each, From, Jobs, MemoryLimit, Reports, TimeLimit
from reprocrate.cli.exits import NO, YES, exit_code_of
from reprocrate.cli.known import Known
from reprocrate.cli.options import Json, Limit, Quiet
from reprocrate.cli.reporting import Format, Reporter
from reprocrate.cli.signing import PublicKey, Signature, require_signed
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
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.validation.checklists.answers import FilledChecklist
    from reprocrate.workflow.batch.running import Judged
    from reprocrate.workflow.judging import Demands
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
    from reprocrate.bundle import Limits
    from reprocrate.cli.batch import judged_batch
    from reprocrate.cli.voice import Voice

    voice = Voice(quiet=quiet)
    asked = Asked(each, from_, column, jobs, time_limit, memory_limit, reports)
    form = _form(form, json=json)
    is_batch = form is Format.CSV or asked.is_batch(what or ())
    whats = [named(one, allow_address, voice) for one in what or ["."]]
    _refuse_many(is_batch or len(whats) > 1, checklist_file, fix=fix)
    demands = _demands(policy, (select, ignore), baseline, (checklist_file, checklist), domain)
    if write_baseline or form is Format.SARIF:
        demands = replace(demands, fingerprints=True)
    limits = Limits.of(limit or ())
    known = Known(write_baseline)
    _require_signed(whats, signature, public_key, voice)
    if is_batch:
        judged = judged_batch(_paths(whats) if what else (), asked, demands, limits, voice)
        reporter = Reporter(form, output, voice, several=True, policy=demands.policy_id)
        raise typer.Exit(_hand_over(judged, reporter, known))
    if fix:
        _fix(whats[0], voice)
    reporter = Reporter(form, output, voice, several=len(whats) > 1)
    raise typer.Exit(_judge(whats, voice, demands, limits, reporter, known))


def _require_signed(
    whats: Sequence[Path | Remote], signature: Path | None, public_key: Path | None, voice: Voice
) -> None:
    """Check the signature of what lies here, if that is asked for."""
    for one in whats:
        if isinstance(one, Path):
            require_signed(one, signature, public_key, voice)


def _form(form: Format, *, json: bool) -> Format:
    """The form that was asked for.

    Raises:
        UsageError: two were.
    """
    if not json:
        return form
    if form not in (Format.TEXT, Format.JSON, Format.JSONL):
        raise UsageError(
            f"--json and --format {form.value} ask for two reports",
            "one is written",
            f"Leave one out; `--reports FOLDER` keeps a batch, to be told as {form.value} later",
        )
    return form if form is Format.JSONL else Format.JSON


def _demands(
    policy: str | None,
    chosen: tuple[list[str] | None, list[str] | None],
    baseline: Path | None,
    checklists: tuple[list[Path] | None, list[str] | None],
    domain: list[str] | None,
) -> Demands:
    """What is asked for by the options."""
    from reprocrate.validation import asked_domains, read_policy
    from reprocrate.validation.baseline import read_baseline
    from reprocrate.validation.selection import selection_of
    from reprocrate.workflow.judging import Demands

    select, ignore = chosen
    files, venues = checklists
    return Demands(
        read_policy(policy) if policy else None,
        selection_of(select or (), ignore or ()),
        read_baseline(baseline) if baseline else None,
        checklists=_filled(files),
        asked=tuple(_known_checklist(each) for each in venues or ()),
        domains=asked_domains(domain) if domain else None,
    )


def _refuse_many(many: bool, checklist_file: list[Path] | None, *, fix: bool) -> None:
    """See to it that what belongs to one submission is not asked of many.

    Raises:
        UsageError: it is.
    """
    option = "--checklist-file" if checklist_file else "--fix" if fix else None
    if option and many:
        raise UsageError(
            f"{option} belongs to one submission", "several are to be judged", "Judge them in turn"
        )


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


def _filled(files: Sequence[Path] | None) -> tuple[FilledChecklist, ...]:
    """The checklists of files that the user names."""
    if not files:
        return ()
    from reprocrate.validation.checklists.carriers.search import read_checklist

    return tuple(map(read_checklist, files))


def _known_checklist(name: str) -> str:
    from reprocrate.validation.checklists.packs import pack_of

    return pack_of(name).id


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


def _judge(
    whats: Sequence[Path | Remote],
    voice: Voice,
    demands: Demands,
    limits: Limits,
    reporter: Reporter,
    known: Known,
) -> int:
    """Judge each, and hand it over; the answer is the exit code."""
    from reprocrate.workflow.validating import assess_each, assess_named

    worst = YES
    if len(whats) == 1:
        with voice.progress():
            report = known.add(assess_named(whats[0], voice, demands, limits))
        reporter.add(report, _place(whats[0]))
        worst = YES if report.valid else NO
    else:
        judged = assess_each(whats, voice, demands, limits)
        for what, (found, error) in zip(whats, judged, strict=True):
            report = known.add(found)
            if error is not None:
                voice.warn(str(error))
                worst = max(worst, exit_code_of(error))
            elif not report.valid:
                worst = max(worst, NO)
            reporter.add(report, _place(what))
    known.write(voice)
    reporter.finish()
    return worst


def _place(what: Path | Remote) -> Path:
    """Where it lies; of what lies on the network nowhere."""
    return what if isinstance(what, Path) else Path(os.devnull)


def _hand_over(judged: Iterator[Judged], reporter: Reporter, known: Known) -> int:
    """Hand over a batch as it comes; the answer is the exit code."""
    from reprocrate.cli.batch import exit_code_of_outcome

    worst = YES
    for each in judged:
        worst = max(worst, exit_code_of_outcome(each.outcome.value))
        if known.is_wanted:
            known.add(each.report)
        reporter.add_judged(each)
    known.write(reporter.voice)
    reporter.finish()
    return worst
