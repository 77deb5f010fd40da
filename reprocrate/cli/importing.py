"""`reprocrate import`"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.options import Json, Limit, Quiet
from reprocrate.cli.signing import PublicKey, Signature, require_signed

Bundle = Annotated[Path, typer.Argument(help="A bundle or crate folder.")]
Target = Annotated[
    Path | None,
    typer.Argument(help="Folder to make; it must not exist or be empty.", show_default="the bundle's name"),
]
Prepare = Annotated[bool, typer.Option("--prepare", help="Also build the environment, from wheels only.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    bundle: Bundle,
    folder: Target = None,
    prepare: Prepare = False,
    limit: Limit = None,
    signature: Signature = None,
    public_key: PublicKey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify every digest of a bundle and unpack it into a new folder. Nothing is run or built.

    A changed, missing or extra file stops it with exit code 1 and the file's name; so does a signature that
    does not hold.
    """
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.render.plan import plan_text
    from reprocrate.workflow.importing import import_bundle

    voice = Voice(quiet=quiet)
    limits = Limits.of(limit or ())
    require_signed(bundle, signature, public_key, voice)
    with voice.progress():
        imported = import_bundle(bundle, folder, voice, prepare=prepare, limits=limits)
    if json:
        voice.json(imported.to_json())
        return
    voice.show(plan_text(imported.plan.to_json()))
    voice.show(f"Imported to {imported.folder}: every digest is as recorded.")
    voice.show(f"Next: reprocrate rerun {shlex.quote(str(imported.folder))}")
