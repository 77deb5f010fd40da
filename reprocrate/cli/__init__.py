"""The command line: arguments in, one workflow call, one renderer, exit code out. One file per command."""

from __future__ import annotations

import gc
import sys

_OBJECTS_UNTIL_COLLECTION = 200_000
"""Python looks for cycles after every 700 new objects, a tenth of the time that importing a command takes."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION)
    from reprocrate.cli.app import run_app

    sys.exit(run_app(sys.argv[1:]))
