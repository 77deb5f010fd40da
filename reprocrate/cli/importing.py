"""`reprocrate import`"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.options import AllowAddress, Data, Fetch, Json, Limit, Quiet
from reprocrate.cli.signing import PublicKey, Signature, require_signed

Bundle = Annotated[Path, typer.Argument(help="A bundle or crate folder.")]
Target = Annotated[
    Path | None,
    typer.Argument(help="Folder to make; it must not exist or be empty.", show_default="the bundle's name"),
]
Prepare = Annotated[
    bool, typer.Option("--prepare", help="Also build the environment, from wheels only, and bring the data.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    bundle: Bundle,
    folder: Target = None,
    prepare: Prepare = False,
    limit: Limit = None,
    data: Data = None,
    fetch: Fetch = False,
    allow_address: AllowAddress = None,
    signature: Signature = None,
    public_key: PublicKey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify every digest of a bundle and unpack it into a new folder. Nothing is run or built.

    A changed, missing or extra file stops it with exit code 1 and the file's name; so does a signature that
    does not hold. With `--prepare` the environment is built, and data that did not come along is fetched from
    the addresses of the bundle after you agree (`--fetch`), each file checked by its SHA-256; what you have
    (`--data`) is checked and stays where it is.
    """
    from reprocrate.bundle import Limits
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.deposit.addresses import Reach
    from reprocrate.render.plan import plan_text
    from reprocrate.workflow.bringing import Bringing
    from reprocrate.workflow.importing import import_bundle

    voice = Voice(quiet=quiet)
    require_prepare(prepare, data, fetch)
    agrees = Consent(voice, fetch=fetch).agrees
    bringing = Bringing(tuple(data or ()), Reach.of(allow_address or ()), agrees)
    limits = Limits.of(limit or ())
    require_signed(bundle, signature, public_key, voice)
    with voice.progress():
        imported = import_bundle(bundle, folder, voice, prepare=prepare, limits=limits, bringing=bringing)
    if json:
        voice.json(imported.to_json())
        return
    voice.show(plan_text(imported.plan.to_json()))
    voice.show(f"Imported to {imported.folder}: every digest is as recorded.")
    again = shlex.join(
        ["reprocrate", "rerun", str(imported.folder), *(f"--data={one}" for one in data or ())]
    )
    voice.show(f"Next: {again}")


def require_prepare(prepare: bool, data: list[str] | None, fetch: bool) -> None:
    """Data is brought only where it is asked for."""
    option = "--data" if data else "--fetch" if fetch else None
    if option and not prepare:
        from reprocrate.errors import UsageError

        raise UsageError(f"{option} brings data, and `import` alone only unpacks", fix="Add --prepare")
