"""`reprocrate demo`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json, Quiet

Folder = Annotated[
    Path | None, typer.Argument(help="Folder to work in.", show_default="a new temporary folder")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(folder: Folder = None, json: Json = False, quiet: Quiet = False) -> None:
    """The whole loop on a small example: record, validate, pack, import, rerun, verdict.

    A small network and logistic regression on handwritten digits, with five seeds each. It takes a minute or
    two and needs a package index for scikit-learn. Nothing outside of one folder is written.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.render.show import show_text
    from reprocrate.render.verdict import verdict_text
    from reprocrate.workflow.demo import demonstrate

    voice = Voice(quiet=quiet)
    with voice.progress():
        shown = demonstrate(folder, voice)
    if json:
        voice.json(shown.verdict.to_json())
    else:
        voice.show(show_text(shown.manifest))
        voice.show(verdict_text(shown.verdict.to_json()))
        voice.show(f"Bundle   {shown.packed.path}")
        voice.show(f"Preview  {shown.preview}")
    raise typer.Exit(YES if shown.verdict.upheld else NO)
