"""A command of the command line, and errors turned into one clear message and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

from reprocrate.cli.aside import say_aside
from reprocrate.cli.exits import INTERRUPTED, NOT_DONE, exit_code_of
from reprocrate.errors import ReprocrateError

_REPORT = (
    "This is a mistake of reprocrate, not yours. Run again with REPROCRATE_DEBUG=1 for the details to report"
)

_GOES_ON = {
    "rerun": ("What is done is kept: the same command goes on where this one stopped",),
    "pack": ("No half bundle is left: the same command makes a whole one",),
}
"""What is said of commands that were interrupted, unless they say better how to go on."""


def run_app(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; never a traceback for a user's mistake."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows another; a closed stream shows nothing.
        if isinstance(stream, TextIOWrapper):
            with suppress(OSError, ValueError):
                stream.reconfigure(errors="replace")
    try:
        return _run(arguments)
    except ReprocrateError as error:
        _complain(str(error))
        return exit_code_of(error)
    except KeyboardInterrupt as end:
        how = end.args or _GOES_ON.get("".join(arguments[:1]), ())
        _complain(". ".join(["interrupted", *map(str, how)]))
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


def _run(arguments: Sequence[str]) -> int:
    """Run one command; `run` in a way that does not wait for what only the others need."""
    if arguments[:1] == ["run"]:
        from reprocrate.cli.run_arguments import parse

        asked = parse(arguments[1:])
        if asked is not None:
            from reprocrate.cli.launching import launch

            return launch(asked)
    from reprocrate.cli.commands import run_command

    return run_command(arguments)


def _complain(text: str) -> None:
    from reprocrate.render.words import cut_off, verbatim  # a reason may quote what a stranger wrote

    say_aside(f"reprocrate: {verbatim(cut_off(text))}")
