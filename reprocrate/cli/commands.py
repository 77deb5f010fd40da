"""The application: its commands by name."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from reprocrate.cli import (
    comparing,
    converting,
    demo,
    explaining,
    exporting,
    importing,
    init,
    migrating,
    packing,
    planning,
    policies,
    publishing,
    rerunning,
    running,
    showing,
    signing,
    validating,
)
from reprocrate.cli.exits import MISUSED, YES
from reprocrate.errors import UsageError

_ABOUT = """Record a machine-learning experiment, package it, and rerun it elsewhere with a verdict.

Begin with `reprocrate demo`, or in your own project with
`reprocrate run --seeds 0-4 -- python train.py --seed {seed}`, then `show`, `validate` and `pack`.
"""

_Mistake: type[Exception] = typer.BadParameter.__bases__[0]
"""Of every kind, in the arguments; typer has no public name for it."""

# What the package that reads the arguments says of a wrong one, and what is said instead.
_WORDS = (
    (r"^Invalid value: ", ""),
    (r"^Invalid value for '(.*?)'( / .*?)?: ", r"\1: "),
    (r"^Got unexpected extra arguments?(\(s\))? \((.*)\)$", r"there are more arguments than it takes: \2"),
    (r"'(-[-\w]+)'", r"\1"),
    (r"Value error, ", ""),
    (r"Input should be a valid integer.*|.* is not a valid (int|integer)\.?$", "this is not a whole number"),
    (r" \(Possible options: ([^,)]*)\)$", r". Did you mean \1?"),
    (r" \(Possible options: (.*)\)$", r". Did you mean one of \1?"),
)


class _Interrupted(BaseException):
    """The user interrupted; under this name typer lets it through, and does not end without a word."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as end:
            raise _Interrupted(*end.args) from None


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    Raises:
        UsageError: there is no such command or option, or a value of one makes no sense.
        KeyboardInterrupt: it was interrupted; its text, if it has one, tells how to go on.
    """
    try:
        code = make_app()(list(arguments), prog_name="reprocrate", standalone_mode=False)
    except _Interrupted as end:
        raise KeyboardInterrupt(*end.args) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    except _Mistake as error:
        return _misused(error, arguments)
    return code if isinstance(code, int) else YES


def _misused(error: Exception, arguments: Sequence[str]) -> int:
    """What is said of a mistake in the arguments, in a line; help where there are no arguments at all."""
    context = getattr(error, "ctx", None)
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{said}\n" if said else "")  # else typer has shown it
        return MISUSED
    for wrong, right in _WORDS:
        said = re.sub(wrong, right, said)
    path = context.command_path if context is not None else " ".join(["reprocrate", *arguments[:1]])
    raise UsageError(said[:1].lower() + said[1:], fix=f"`{path} --help` tells what there is")


def make_app() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        name="reprocrate",
        cls=_Commands,
        help=_ABOUT,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for module in (init, running, showing, validating, explaining, packing, publishing, planning):
        module.register(app)
    importing.register(app)
    rerunning.register(app)
    policies.register(app)
    comparing.register(app)
    exporting.register(app)
    signing.register(app)
    converting.register(app)
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
