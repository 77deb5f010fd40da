"""`reprocrate export`"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.options import Json, Quiet
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.exports import Person

_ORCID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")

KindName = Annotated[
    str | None, typer.Argument(metavar="[KIND]", help="What to write; none lists what there is.")
]
What = Annotated[
    Path,
    typer.Argument(
        help="A bundle, an imported folder, a project, or for what is about a rerun: its folder "
        "(.reprocrate/reruns/ID) or what was packed from it.",
        show_default="this folder",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE|DIR", help="Where to write; this folder by default."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar='"NAME [ORCID]"',
        help="Who reran; may be repeated. By default the authors in the rerun's `reprocrate.toml`.",
    ),
]
Certificate = Annotated[
    str | None, typer.Option(metavar="YYYY-NNN", help="The number in CODECHECK's register.")
]
Report = Annotated[str | None, typer.Option(metavar="URL", help="Where the report is published.")]
Bundle = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The bundle that was rerun: in-toto then names its file, too."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    kind: KindName = None,
    what: What = Path(),
    output: Output = None,
    force: Force = False,
    by: By = None,
    certificate: Certificate = None,
    report: Report = None,
    bundle: Bundle = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write an experiment or a rerun as something else: a container recipe, a report, a statement.

    Without KIND it lists the kinds. What only a person can know is never invented: it is left out, or a
    marked gap, and told afterwards. A file that is there is not replaced without `--force`.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.exporting import ExportChoice, export_experiment

    voice = Voice(quiet=quiet)
    if kind is None:
        _list(voice, json=json)
        return
    if certificate is not None and not _is_certificate(certificate):
        raise UsageError(f"--certificate {certificate} is not of the form YYYY-NNN", fix="Such as 2026-001")
    choice = ExportChoice(output, force, tuple(map(_person, by or ())), certificate, report, bundle)
    done = export_experiment(kind, what, choice)
    if json:
        voice.json(done.to_json())
    else:
        for path in done.files:
            voice.show(f"Written to {path}")
    for note in done.notes:
        voice.note(note)
    for one in done.missing:
        voice.warn(f"still missing: {one}")


def _list(voice: Voice, *, json: bool) -> None:
    from reprocrate.exports import KINDS

    if json:
        voice.json(
            {
                "kinds": [
                    {"kind": name, "says": kind.says, "of_reruns": kind.of_reruns}
                    for name, kind in KINDS.items()
                ]
            }
        )
        return
    width = max(map(len, KINDS))
    for name, kind in KINDS.items():
        voice.show(f"{name:<{width}}  {kind.says}")


def _is_certificate(text: str) -> bool:
    year, _, number = text.partition("-")
    return len(year) == 4 and len(number) >= 3 and (year + number).isascii() and (year + number).isdigit()


def _person(text: str) -> Person:
    """A name, and an ORCID behind it if there is one.

    Raises:
        UsageError: there is no name, or the ORCID is none.
    """
    from reprocrate.exports import Person
    from reprocrate.standard.identity_formats import has_orcid_check_digit

    name, orcid = text.strip(), None
    words = name.split()
    last = words[-1].removeprefix("https://orcid.org/").strip("()<>") if words else ""
    if _ORCID.fullmatch(last):
        name, orcid = " ".join(words[:-1]), last
        if not has_orcid_check_digit(last):
            raise UsageError(
                f"--by: the ORCID {last} has a wrong check digit", fix="Correct it or leave it out"
            )
    if not name:
        raise UsageError(f'--by "{text}" has no name', fix='Such as "Ada Example 0000-0002-1825-0097"')
    return Person(name, orcid)
