"""Start and stop a genuine InvenioRDM by hand.

python -m tests.genuine.inveniordm start FOLDER --python PY [--port N] [--flavour plain] [--rate-limit TEXT]
python -m tests.genuine.inveniordm stop FOLDER
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.genuine.inveniordm.instance import UNLIMITED, Instance, Server
from tests.genuine.inveniordm.processes import StartError


def main() -> int:
    """Do what the command line says, and return the exit code."""
    arguments = _arguments()
    if arguments.command == "stop":
        ended = Instance(arguments.folder, "").close()
        sys.stdout.write(f"stopped: {', '.join(ended) or 'nothing, for nothing ran'}\n")
        return 0
    instance = Instance(arguments.folder, arguments.python)
    try:
        instance.open()
        server = _served(instance, arguments)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"address: {server.url}\n")
    for name in sorted(server.tokens):
        sys.stdout.write(f"token:   {instance.folder / 'tokens' / name}\n")
    return 0


def _served(instance: Instance, arguments: argparse.Namespace) -> Server:
    try:
        return instance.serve(arguments.flavour, arguments.rate_limit, port=arguments.port)
    except BaseException:
        instance.close()
        raise


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.genuine.inveniordm", description=(__doc__ or "").splitlines()[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start it, and make it where the folder is absent")
    start.add_argument("folder", type=Path)
    start.add_argument("--python", required=True, help="a Python that has requirements.txt installed")
    start.add_argument("--port", type=int, default=5055)
    start.add_argument("--flavour", choices=("zenodo", "plain"), default="zenodo")
    start.add_argument(
        "--rate-limit",
        default=UNLIMITED,
        help='for each user, such as "5 per minute"; empty for the limits of Zenodo',
    )
    stop = commands.add_parser("stop", help="end what runs on a folder")
    stop.add_argument("folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
