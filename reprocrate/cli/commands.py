"""The application: its commands by name."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from reprocrate.cli import (
    comparing,
    demo,
    explaining,
    importing,
    init,
    migrating,
    packing,
    planning,
    rerunning,
    running,
    showing,
    validating,
)

_ABOUT = """Record a machine-learning experiment, package it, and rerun it elsewhere with a verdict.

Begin with `reprocrate demo`, or in your own project with
`reprocrate run --seeds 0-4 -- python train.py --seed {seed}`, then `show`, `validate` and `pack`.
"""


def make_app() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        name="reprocrate",
        help=_ABOUT,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for module in (init, running, showing, validating, explaining, packing, planning, importing, rerunning):
        module.register(app)
    comparing.register(app)
    migrating.register(app)
    demo.register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from reprocrate import __version__

        sys.stdout.write(f"reprocrate {__version__}\n")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the application itself."""
