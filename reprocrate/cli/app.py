"""A command of the command line, and errors turned into one clear message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

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
    _prepare_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except ReprocrateError as error:
        _complain(str(error))
        return exit_code_of(error)
    except KeyboardInterrupt as end:
        how = end.args or _GOES_ON.get("".join(arguments[:1]), ())
        _complain(". ".join(["interrupted", *map(str, how)]))
        return INTERRUPTED
    except BrokenPipeError:
        return _without_a_reader()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer and rich end so
            return _without_a_reader()
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:
        if os.environ.get("REPROCRATE_DEBUG"):
            raise
        _complain(_what_happened(error))
        return NOT_DONE


def _without_a_reader() -> int:
    """The exit code where whoever read our output has gone: what was asked for could not be handed over."""
    _drop_output()
    return NOT_DONE


def _drop_output() -> None:
    """Let nothing of the output be written any more, so that Python does not try again when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _what_happened(error: Exception) -> str:
    """What to tell of an error that nobody foresaw where it came up."""
    from reprocrate.files import could_not, is_of_the_machine

    if isinstance(error, OSError) and is_of_the_machine(error):
        if error.filename is None:
            _drop_output()
            return str(could_not("write", "the output", error))
        return str(could_not("open", error.filename, error))
    return f"{type(error).__name__}: {error}. {_REPORT}."


def _prepare_streams() -> None:
    """A terminal that cannot show a character shows another; a closed stream shows nothing."""
    if sys.stdout is None:  # it was closed when Python started
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            with suppress(OSError, ValueError):
                stream.reconfigure(errors="replace")


def _run(arguments: Sequence[str]) -> int:
    """Run one command; those that are to begin at once do not wait for what only the others need."""
    code = None
    if arguments[:1] == ["run"]:
        code = _run_at_once(arguments[1:])
    elif arguments[:1] == ["validate"]:
        code = _validate_at_once(arguments[1:])
    if code is not None:
        return code
    from reprocrate.cli.commands import run_command

    return run_command(arguments)


def _run_at_once(arguments: Sequence[str]) -> int | None:
    from reprocrate.cli.run_arguments import parse

    asked = parse(arguments)
    if asked is None:
        return None
    from reprocrate.cli.launching import launch

    return launch(asked)


def _validate_at_once(arguments: Sequence[str]) -> int | None:
    from reprocrate.cli.validate_arguments import parse

    asked = parse(arguments)
    if asked is None:
        return None
    from reprocrate.cli.judging import judge

    return judge(asked)


def _complain(text: str) -> None:
    from reprocrate.render.words import cut_off, verbatim  # a reason may quote what a stranger wrote

    say_aside(f"reprocrate: {verbatim(cut_off(text))}")
