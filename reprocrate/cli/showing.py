"""`reprocrate show`"""

from __future__ import annotations

from pathlib import Path

import typer

from reprocrate.cli.options import Json, What


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show")(show)


def show(what: What = Path(), json: Json = False) -> None:
    """Show what is in it: results with intervals, runs, data, environment, and what is missing."""
    from reprocrate.cli.voice import Voice
    from reprocrate.render.show import show_document, show_text
    from reprocrate.workflow.opening import open_what

    voice = Voice()
    opened = open_what(what)
    for problem in opened.problems:
        voice.warn(problem)
    if json:
        voice.json(show_document(opened.manifest))
    else:
        voice.show(show_text(opened.manifest))
