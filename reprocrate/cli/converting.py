"""`reprocrate convert`"""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.options import Json, Limit, Quiet


class Source(StrEnum):
    """What can be converted."""

    RO_CRATE = "ro-crate"


What = Annotated[
    Path, typer.Argument(help="What to convert: a crate folder, an archive with one, or metadata alone.")
]
From = Annotated[
    Source,
    typer.Option("--from", help="What it is: `ro-crate`, a crate of any project, of RO-Crate 1.0 to 1.3."),
]
Output = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="The folder to write reprocrate.json to.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("convert")(convert)


def convert(
    what: What,
    kind: From,
    output: Output = Path(),
    limit: Limit = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a manifest of what another program recorded.

    Only `reprocrate.json` is written: nothing is copied, changed, executed or fetched, and no file that
    exists is written over. All that the crate says stays in the manifest, under `x-ro-crate`, beside what
    could be mapped. `show`, `validate` and `plan` read such a crate without this.

    Example: `reprocrate convert --from ro-crate their-crate.zip -o their-manifest`
    """
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.converting import convert_crate

    converters = {Source.RO_CRATE: convert_crate}
    voice = Voice(quiet=quiet)
    done = converters[kind](what, output, Limits.of(limit or ()))
    document = done.to_json()
    if json:
        voice.json(document)
        return
    found = ", ".join(f"{count} {name}" for name, count in document["found"].items() if count)
    voice.show(f"{done.path}  {found or 'no run and no file'}")
    voice.show(f"Next: reprocrate show {shlex.quote(str(done.path))}")
