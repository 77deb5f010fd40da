"""Options of `validate`: what is asked for, what counts, and what becomes of the reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.panels import KNOWN, OUTPUT
from reprocrate.cli.validate_arguments import Format

Whats = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WHAT",
        help="Project folders, manifests, crate folders, bundles, or folders and archives without a "
        "manifest; recognised by content, not by name. Or the https:// address or the DOI of a bundle.",
        show_default="this folder",
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        help="A venue's demands: a policy by name (`reprocrate policy list`), or its file.",
    ),
]
ChecklistFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--checklist-file",
        metavar="FILE",
        help="A filled checklist that lies elsewhere: LaTeX, Typst, PDF, Markdown, CSV, an OpenReview note.",
    ),
]
Checklist = Annotated[
    list[str] | None,
    typer.Option(
        "--checklist",
        metavar="VENUE",
        help="Say what the evidence shows for a venue's checklist, such as neurips-2026.",
    ),
]
Domain = Annotated[
    list[str] | None,
    typer.Option(
        "--domain",
        metavar="NAME",
        help="Judge by the rules of this field too, such as reinforcement-learning, whatever the "
        "keywords say; several times for several, none for none.",
        show_default="by the experiment's keywords",
    ),
]
Fix = Annotated[
    bool,
    typer.Option(
        "--fix",
        help="First correct what is certain, in reprocrate.toml or a manifest that is not packed: the "
        "spelling of licences, the form of ORCIDs and DOIs, digests that are missing.",
    ),
]
Form = Annotated[Format, typer.Option("--format", help="Form of the report.", rich_help_panel=OUTPUT)]
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
