"""`reprocrate compare`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json, Margin
from reprocrate.cli.verdict_file import Html, require_page, write_page

Original = Annotated[Path, typer.Argument(help="The original: a bundle, crate folder, project or manifest.")]
MOST_INDENTED = 1000
"""More results are written on one line: nobody reads them so, and it takes a tenth of the time."""

Other = Annotated[Path, typer.Argument(help="What to hold against it, of any of these kinds.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    original: Original, other: Other, margin: Margin = None, html: Html = None, json: Json = False
) -> None:
    """Compare two experiments without running anything: the second is judged as a rerun of the first.

    Each result and each claim of the first gets a verdict, as after `reprocrate rerun`. Learning curves, and
    the files that runs wrote, are compared beside it where both sides have them.

    Exit code 0: upheld; 1: not upheld or undecided; 3: one of the two cannot be read.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.manifest.garbage import without_collection
    from reprocrate.render.verdict import verdict_text
    from reprocrate.workflow.comparing import compare_recorded

    voice = Voice()
    require_page(html)
    verdict = compare_recorded(original, other, tuple(margin or ()))
    with without_collection():
        document = verdict.to_json()
    write_page(html, document)
    if json:
        voice.json(document, on_one_line=len(verdict.results) > MOST_INDENTED)
    else:
        voice.show(verdict_text(document))
    raise typer.Exit(YES if verdict.upheld else NO)
