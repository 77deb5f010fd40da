"""`reprocrate show`"""

from __future__ import annotations

import typer

from reprocrate.cli.addresses import AllowAddress, WhatOrAddress
from reprocrate.cli.naming import named
from reprocrate.cli.options import Json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show")(show)


def show(what: WhatOrAddress = ".", allow_address: AllowAddress = None, json: Json = False) -> None:
    """Show what is in it: results with intervals, runs, data, environment, and what is missing.

    Of a bundle at an address or DOI only the manifest is brought.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.render.show import show_document, show_text
    from reprocrate.workflow.opening import open_what

    voice = Voice()
    opened = open_what(named(what, allow_address, voice))
    for problem in opened.problems:
        voice.warn(problem)
    if json:
        voice.json(show_document(opened.manifest))
    else:
        voice.show(show_text(opened.manifest))
