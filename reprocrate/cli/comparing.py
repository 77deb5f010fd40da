"""`reprocrate compare`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json
from reprocrate.cli.verdict_file import Html, require_page, write_page

Original = Annotated[Path, typer.Argument(help="The original: a bundle, crate folder, project or manifest.")]
Other = Annotated[Path, typer.Argument(help="What to hold against it, of any of these kinds.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(original: Original, other: Other, html: Html = None, json: Json = False) -> None:
    """Compare two experiments without running anything: the second is judged as a rerun of the first."""
    from reprocrate.cli.voice import Voice
    from reprocrate.render.verdict import verdict_text
    from reprocrate.workflow.comparing import compare_recorded

    voice = Voice()
    require_page(html)
    verdict = compare_recorded(original, other)
    document = verdict.to_json()
    write_page(html, document)
    if json:
        voice.json(document)
    else:
        voice.show(verdict_text(document))
    raise typer.Exit(YES if verdict.upheld else NO)
