"""`reprocrate import`"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.addresses import AllowAddress
from reprocrate.cli.naming import named
from reprocrate.cli.options import Data, Fetch, Json, Limit, Quiet
from reprocrate.cli.signing import PublicKey, Signature, require_signed

if TYPE_CHECKING:
    from reprocrate.workflow.importing import Imported

Bundle = Annotated[
    str,
    typer.Argument(
        help="A bundle, one of its volumes or a crate folder; or the https:// address or the DOI of a bundle "
        "or of its record."
    ),
]
Target = Annotated[
    Path | None,
    typer.Argument(help="Folder to make; it must not exist or be empty.", show_default="the bundle's name"),
]
ClaimOption = Annotated[
    str | None,
    typer.Option(
        "--claim",
        metavar="ID",
        help="Bring only what the rerun of this claim needs: code, data, environment and metadata.",
    ),
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
    claim: ClaimOption = None,
    prepare: Prepare = False,
    allow_address: AllowAddress = None,
    limit: Limit = None,
    data: Data = None,
    fetch: Fetch = False,
    signature: Signature = None,
    public_key: PublicKey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify every digest of a bundle and unpack it into a new folder. Nothing is run or built.

    A changed, missing or extra file stops it with exit code 1 and the file's name; so does a signature that
    does not hold. With `--prepare` the environment is built, and data that did not come along and packages of
    conda are fetched from the addresses of the bundle after you agree (`--fetch`), each file checked by its
    digest; what you have (`--data`) is checked and stays where it is.

    A bundle may lie on the network: `reprocrate import 10.5281/zenodo.123`, or an https:// address such as
    that of a record, also with the key of a link for reviewers. A DOI is followed to its archive (InvenioRDM
    such as Zenodo, or any that names its files by FAIR Signposting or in its metadata at DataCite). What the
    archive states of sizes and digests is checked, a manifest beside the bundle is compared with it, and
    volumes are read as one. What has arrived lies beside the folder as `NAME.download.part`, or a file for
    each volume; after an interruption the same command goes on from there. The variable
    REPROCRATE_DOI_RESOLVER names another resolver than https://doi.org, such as
    https://handle.test.datacite.org for DOIs of a sandbox.
    """
    from reprocrate.bundle import Limits
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.deposit.addresses import Reach
    from reprocrate.render.plan import plan_text
    from reprocrate.workflow.bringing import Bringing
    from reprocrate.workflow.importing import import_bundle

    voice = Voice(quiet=quiet)
    _require_prepare(prepare, data, fetch)
    consent = Consent(voice, {"fetch": fetch})
    bringing = Bringing(tuple(data or ()), Reach.of(allow_address or ()), consent.agrees)
    limits = Limits.of(limit or ())
    what = named(bundle, allow_address, voice)

    def signed(file: Path) -> None:
        require_signed(file, signature, public_key, voice)

    check = signed if signature or public_key else None
    with voice.progress():
        imported = import_bundle(
            what, folder, voice, prepare=prepare, limits=limits, claim=claim, check=check, data=bringing
        )
    consent.tell_unneeded()
    if json:
        voice.json(imported.to_json())
        return
    voice.show(plan_text(imported.plan.to_json()))
    for line in _ended(imported, data or ()):
        voice.show(line)


def _ended(imported: Imported, data: Sequence[str]) -> Iterator[str]:
    """What was done, and what comes next."""
    if imported.claim is None:
        yield f"Imported to {imported.folder}: every digest is as recorded."
    else:
        yield (
            f"Imported to {imported.folder}: what the claim {imported.claim} needs; every digest of it is as "
            f"recorded. Not brought: {imported.not_brought} other files."
        )
    given = [f"--data={one}" for one in data]
    yield f"Next: {shlex.join(['reprocrate', 'rerun', str(imported.folder), *given])}"


def _require_prepare(prepare: bool, data: list[str] | None, fetch: bool) -> None:
    """Data is brought only where it is asked for."""
    option = "--data" if data else "--fetch" if fetch else None
    if option and not prepare:
        from reprocrate.errors import UsageError

        raise UsageError(f"{option} brings data, and `import` alone only unpacks", fix="Add --prepare")
