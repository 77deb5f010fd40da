"""`reprocrate migrate`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.options import Json, Quiet

Manifest = Annotated[
    Path, typer.Argument(help="A manifest, or a folder or bundle that holds one.", show_default="this folder")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="The file to write; by default one beside the original, such as reprocrate-1.0.json.",
    ),
]
InPlace = Annotated[
    bool,
    typer.Option(
        "--in-place",
        help="Put the new manifest in the original's place, and keep that as, say, reprocrate-0.9.json.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


def migrate(
    what: Manifest = Path(),
    output: Output = None,
    in_place: InPlace = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a manifest of an older version of the standard as one of the newest; the original is kept.

    What could not simply be carried over is listed, and stays listed in the new manifest under `migrated`. No
    file that exists is written over. Exit code 0: done, or nothing to do; 3: it is no sound manifest of a
    version that can be migrated.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.render.migration import migration_document, migration_text
    from reprocrate.workflow.migrating import migrate_manifest

    done = migrate_manifest(what, output, in_place=in_place)
    written = None if done.written is None else str(done.written)
    voice = Voice(quiet=quiet)
    if json:
        voice.json(migration_document(done.subject, done.migration, written, str(done.original)))
    elif not quiet:
        voice.show(migration_text(done.subject, done.migration, written, str(done.original)))
