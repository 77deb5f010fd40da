"""`reprocrate validate`"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.exits import NO, YES, exit_code_of
from reprocrate.cli.options import Json, Limit, Quiet, Whats
from reprocrate.cli.panels import KNOWN, OUTPUT
from reprocrate.cli.reporting import Format, Reporter
from reprocrate.cli.signing import PublicKey, Signature, require_signed
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.finding import Report
    from reprocrate.validation.checklists.answers import FilledChecklist
    from reprocrate.workflow.judging import Demands

Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULES",
        help="Apply these rules alone: codes, beginnings such as RC06, or families such as seeds. Reading, "
        "structure, integrity and security are always judged.",
        rich_help_panel=KNOWN,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="RULES",
        help="Do not count what these rules find; the report tells how much it is. Reading, structure, "
        "integrity and security cannot be ignored.",
        rich_help_panel=KNOWN,
    ),
]
KnownBefore = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Do not count the findings that this file lists, and tell which of them are gone.",
        rich_help_panel=KNOWN,
    ),
]
WriteBaseline = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline",
        metavar="FILE",
        help="List what is found in this file, for `--baseline`, and count it as known from now on.",
        rich_help_panel=KNOWN,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the report there instead of printing it; of `--format html` about several, the folder.",
        rich_help_panel=OUTPUT,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate")(validate)


def validate(
    what: Whats = None,
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy",
            metavar="NAME|FILE",
            help="A venue's demands: a policy by name (`reprocrate policy list`), or its file.",
        ),
    ] = None,
    checklist_file: Annotated[
        list[Path] | None,
        typer.Option(
            "--checklist-file",
            metavar="FILE",
            help="A filled checklist that lies elsewhere: LaTeX, PDF, Markdown, CSV, an OpenReview note.",
        ),
    ] = None,
    checklist: Annotated[
        list[str] | None,
        typer.Option(
            "--checklist",
            metavar="VENUE",
            help="Say what the evidence shows for a venue's checklist, such as neurips-2026.",
        ),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            "--domain",
            metavar="NAME",
            help="Judge by the rules of this field too, such as reinforcement-learning, whatever the "
            "keywords say; several times for several, none for none.",
            show_default="by the experiment's keywords",
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="Form of the report.", rich_help_panel=OUTPUT)
    ] = Format.TEXT,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    baseline: KnownBefore = None,
    write_baseline: WriteBaseline = None,
    limit: Limit = None,
    signature: Signature = None,
    public_key: PublicKey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge shape, meaning, statistics and integrity. Exit code 0: no error; 1: errors.

    Nothing is executed, and the network is not touched. `reprocrate explain CODE` tells more about a finding.

    Several things are judged in turn. As JSON, there is then one report on each line, in the order of the
    arguments; what cannot be judged has a report that says why. The exit code is the largest of all.
    """
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.validation import asked_domains, read_policy
    from reprocrate.validation.baseline import read_baseline
    from reprocrate.validation.selection import selection_of
    from reprocrate.workflow.judging import Demands

    voice = Voice(quiet=quiet)
    demands = Demands(
        read_policy(policy) if policy else None,
        selection_of(select or (), ignore or ()),
        read_baseline(baseline) if baseline else None,
        fingerprints=bool(write_baseline) or format_ is Format.SARIF,
        checklists=_filled(checklist_file, what),
        asked=tuple(_known_checklist(each) for each in checklist or ()),
        domains=asked_domains(domain) if domain else None,
    )
    limits = Limits.of(limit or ())
    whats = what or [Path()]
    reporter = Reporter(Format.JSON if json else format_, output, voice, several=len(whats) > 1)
    for each in whats:
        require_signed(each, signature, public_key, voice)
    known = _Known(write_baseline)
    raise typer.Exit(_judge(whats, voice, demands, limits, reporter, known))


def _filled(files: Sequence[Path] | None, what: Sequence[Path] | None) -> tuple[FilledChecklist, ...]:
    """The checklists of files that the user names."""
    if not files:
        return ()
    from reprocrate.validation.checklists.carriers.search import read_checklist

    if what and len(what) > 1:
        raise UsageError(
            "--checklist-file belongs to one submission",
            f"{len(what)} are to be judged",
            "Judge them in turn",
        )
    return tuple(map(read_checklist, files))


def _known_checklist(name: str) -> str:
    from reprocrate.validation.checklists.packs import pack_of

    return pack_of(name).id


def _judge(
    whats: Sequence[Path], voice: Voice, demands: Demands, limits: Limits, reporter: Reporter, known: _Known
) -> int:
    """Judge each, and hand it over; the answer is the exit code."""
    from reprocrate.workflow.validating import assess, assess_each

    if len(whats) == 1:
        with voice.progress():
            report = known.add(assess(whats[0], voice, demands, limits))
        reporter.add(report, whats[0])
        worst = YES if report.valid else NO
    else:
        worst = YES
        judged = assess_each(whats, voice, demands, limits)
        for what, (found, error) in zip(whats, judged, strict=True):
            report = known.add(found)
            if error is not None:
                voice.warn(str(error))
                worst = max(worst, exit_code_of(error))
            elif not report.valid:
                worst = max(worst, NO)
            reporter.add(report, what)
    known.write(voice)
    reporter.finish()
    return worst


class _Known:
    """Takes reports for a new baseline, if one is to be written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._reports: list[Report] = []

    def add(self, report: Report) -> Report:
        """Take a report; what can stand in the baseline does not count in the answer."""
        if self._path is None or report.failure:
            return report
        from reprocrate.validation.baseline import baseline_of, known_by

        self._reports.append(report)
        return known_by(baseline_of(self._path, [report]), report)

    def write(self, voice: Voice) -> None:
        """Write it.

        Raises:
            UnavailableError: it could not be written.
        """
        if self._path is None:
            return
        from reprocrate.files import write_atomically
        from reprocrate.validation.baseline import baseline_bytes, baseline_of

        made = baseline_of(self._path, self._reports)
        write_atomically(self._path, baseline_bytes(made))
        count = sum(each.count for known in made.subjects.values() for each in known)
        voice.note(f"{self._path} lists {count} finding{'' if count == 1 else 's'} as known")
