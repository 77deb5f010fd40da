"""The command line: arguments in, one workflow call, one renderer, exit code out. One file per command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from reprocrate.cli.app import run_app

    sys.exit(run_app(sys.argv[1:]))
