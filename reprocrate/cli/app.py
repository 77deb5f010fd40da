"""The application: commands by name, and errors turned into one clear message and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
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
from reprocrate.cli.exits import INTERRUPTED, NOT_DONE, exit_code_of
from reprocrate.errors import ReprocrateError

_ABOUT = """Record a machine-learning experiment, package it, and rerun it elsewhere with a verdict.

Begin with `reprocrate demo`, or in your own project with
`reprocrate run --seeds 0-4 -- python train.py --seed {seed}`, then `show`, `validate` and `pack`.
"""

_REPORT = (
    "This is a mistake of reprocrate, not yours. Run again with REPROCRATE_DEBUG=1 for the details to report"
)


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


def run_app(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; never a traceback for a user's mistake."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show a character shows another
            stream.reconfigure(errors="replace")
    try:
        make_app()(list(arguments))
    except ReprocrateError as error:
        _complain(str(error))
        return exit_code_of(error)
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; there is nobody to tell
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:
        import os

        if os.environ.get("REPROCRATE_DEBUG"):
            raise
        _complain(f"{type(error).__name__}: {error}. {_REPORT}.")
        return NOT_DONE
    return 0


def _complain(text: str) -> None:
    from reprocrate.render.words import cut_off, verbatim  # a reason may quote what a stranger wrote

    sys.stderr.write(f"reprocrate: {verbatim(cut_off(text))}\n")


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
