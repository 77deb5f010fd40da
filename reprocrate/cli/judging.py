"""What `reprocrate validate` does once its arguments are understood; little is imported before that."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reprocrate.cli.exits import NO, YES, exit_code_of
from reprocrate.cli.known import Known
from reprocrate.cli.naming import named
from reprocrate.cli.reporting import Reporter
from reprocrate.cli.validate_arguments import Format, ValidateArguments
from reprocrate.cli.voice import Voice
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.bundle import Limits
    from reprocrate.validation.checklists.answers import FilledChecklist
    from reprocrate.workflow.judging import Demands
    from reprocrate.workflow.remote import Remote


class Prepared(NamedTuple):
    """What is to be judged and by what, where nothing speaks against beginning.

    Attributes:
        whats: what is to be judged, in turn.
        voice: who says what happens.
        demands: what it is judged by.
        limits: how much a bundle may hold.
        form: of the report.
        known: takes findings for a new baseline.
    """

    whats: tuple[Path | Remote, ...]
    voice: Voice
    demands: Demands
    limits: Limits
    form: Format
    known: Known


def judge(asked: ValidateArguments) -> int:
    """Judge what is asked for, hand over what comes of it, and return the exit code."""
    return judge_prepared(prepared(asked, asked_form(asked)), asked.output)


def asked_form(asked: ValidateArguments) -> Format:
    """The form that was asked for.

    Raises:
        UsageError: two were.
    """
    form = asked.form
    if not asked.json:
        return form
    if form not in (Format.TEXT, Format.JSON, Format.JSONL):
        raise UsageError(
            f"--json and --format {form.value} ask for two reports",
            "one is written",
            f"Leave one out; `--reports FOLDER` keeps a batch, to be told as {form.value} later",
        )
    return form if form is Format.JSONL else Format.JSON


def prepared(
    asked: ValidateArguments, form: Format, *, is_batch: bool = False, fix: bool = False
) -> Prepared:
    """Read what the arguments name, and see to it that they can be followed.

    Args:
        asked: the arguments.
        form: of the report.
        is_batch: whether several processes are to judge.
        fix: whether what is judged is to be corrected first.

    Raises:
        UsageError: they contradict each other, or what they name is not there.
        ReprocrateError: it cannot be read.
    """
    from reprocrate.bundle import Limits

    voice = Voice(quiet=asked.quiet)
    whats = tuple(named(one, asked.allow_address, voice) for one in asked.what or ["."])
    _refuse_many(is_batch or len(whats) > 1, asked.checklist_file, fix=fix)
    demands = _demands(asked)
    if asked.write_baseline or form is Format.SARIF:
        demands = demands._replace(fingerprints=True)
    limits = Limits.of(asked.limit)
    known = Known(asked.write_baseline)
    _require_signed(whats, asked.signature, asked.public_key, voice)
    return Prepared(whats, voice, demands, limits, form, known)


def judge_prepared(prepared: Prepared, output: Path | None) -> int:
    """Judge each, and hand it over; the answer is the exit code."""
    from reprocrate.workflow.validating import assess_each, assess_named

    whats, voice, known = prepared.whats, prepared.voice, prepared.known
    reporter = Reporter(prepared.form, output, voice, several=len(whats) > 1)
    worst = YES
    if len(whats) == 1:
        with voice.progress():
            report = known.add(assess_named(whats[0], voice, prepared.demands, prepared.limits))
        reporter.add(report, _place(whats[0]))
        worst = YES if report.valid else NO
    else:
        judged = assess_each(whats, voice, prepared.demands, prepared.limits)
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


def _require_signed(
    whats: Sequence[Path | Remote], signature: Path | None, public_key: Path | None, voice: Voice
) -> None:
    """Check the signature of what lies here, if that is asked for."""
    if signature is None and public_key is None:
        return
    from reprocrate.cli.signing import require_signed

    for one in whats:
        if isinstance(one, Path):
            require_signed(one, signature, public_key, voice)


def _demands(asked: ValidateArguments) -> Demands:
    """What is asked for by the options."""
    from reprocrate.validation import asked_domains
    from reprocrate.validation.selection import selection_of
    from reprocrate.workflow.judging import Demands

    policy = baseline = None
    if asked.policy:
        from reprocrate.validation.policy_file import read_policy

        policy = read_policy(asked.policy)
    if asked.baseline:
        from reprocrate.validation.baseline import read_baseline

        baseline = read_baseline(asked.baseline)
    return Demands(
        policy,
        selection_of(asked.select, asked.ignore),
        baseline,
        checklists=_filled(asked.checklist_file),
        asked=tuple(_known_checklist(each) for each in asked.checklist),
        domains=asked_domains(list(asked.domain)) if asked.domain else None,
    )


def _refuse_many(many: bool, checklist_file: Sequence[Path], *, fix: bool) -> None:
    """See to it that what belongs to one submission is not asked of many.

    Raises:
        UsageError: it is.
    """
    option = "--checklist-file" if checklist_file else "--fix" if fix else None
    if option and many:
        raise UsageError(
            f"{option} belongs to one submission", "several are to be judged", "Judge them in turn"
        )


def _filled(files: Sequence[Path]) -> tuple[FilledChecklist, ...]:
    """The checklists of files that the user names."""
    if not files:
        return ()
    from reprocrate.validation.checklists.carriers.search import read_checklist

    return tuple(map(read_checklist, files))


def _known_checklist(name: str) -> str:
    from reprocrate.validation.checklists.packs import pack_of

    return pack_of(name).id


def _place(what: Path | Remote) -> Path:
    """Where it lies; of what lies on the network nowhere."""
    return what if isinstance(what, Path) else Path(os.devnull)
