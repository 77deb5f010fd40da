"""`reprocrate pack`"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.anonymity import anonymity, tell_identities
from reprocrate.cli.exits import NO
from reprocrate.cli.options import Json, Quiet

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice


class DataChoice(StrEnum):
    """Which data travels."""

    ALL = "all"
    SMALL = "small"
    NONE = "none"


class Format(StrEnum):
    """What a bundle is written as."""

    ZIP = "zip"
    TAR_ZST = "tar.zst"
    DIR = "dir"


class RoCrate(StrEnum):
    """Which version of RO-Crate the bundle's metadata follows."""

    CHECKED = "1.1"
    NEWEST = "1.3"


Folder = Annotated[Path, typer.Argument(help="The project's folder.", show_default="this folder")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="The bundle to write.")]
Form = Annotated[
    Format,
    typer.Option(
        "--format",
        help="`zip` opens everywhere; `tar.zst` is several times faster and smaller; `dir` is a folder.",
    ),
]
Bag = Annotated[
    bool, typer.Option("--bagit", help="Put the bundle into a BagIt bag, for archives that demand it.")
]
Data = Annotated[
    DataChoice,
    typer.Option(help="Data to take along: `small` is up to 100 MB in all, and never what is not open."),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse to pack on any error, not only shape and integrity.")
]
Crate = Annotated[
    RoCrate,
    typer.Option(
        "--ro-crate",
        help="RO-Crate version: 1.1 with Process Run Crate 0.5, which most tools read, or 1.3 with 0.6.",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Do not ask a package index for digests when the lock is made.")
]
Anonymous = Annotated[
    bool,
    typer.Option(
        "--anonymous",
        help="For double-blind review: nothing tells who made it; stops where something is left that may.",
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-identity", metavar="FILE", help="With --anonymous: let a file or glob travel as it is."
    ),
]
Redact = Annotated[
    list[str] | None,
    typer.Option(
        "--redact", metavar="FILE", help="With --anonymous: replace identities in a file or glob, too."
    ),
]
Reveal = Annotated[
    Path | None,
    typer.Option(
        metavar="REVIEWED",
        help="After review: what that anonymous bundle held, with identities and with proof that it is it.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pack")(pack)


def pack(
    folder: Folder = Path(),
    output: Output = None,
    format_: Form = Format.ZIP,
    data: Data = DataChoice.SMALL,
    strict: Strict = False,
    offline: Offline = False,
    ro_crate: Crate = RoCrate.CHECKED,
    bagit: Bag = False,
    anonymous: Anonymous = False,
    allow_identity: Allow = None,
    redact: Redact = None,
    reveal: Reveal = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pack a project into one file, verified, that archives take and others can rerun.

    Packing the same project twice gives the same bytes. The first time, the package index is asked for the
    digests of the recorded packages, so that the environment can be built again; `--offline` leaves that out.

    Logs travel masked, results in which a key stands stay behind, and where the code holds one nothing is
    packed, unless `keep` of `[privacy]` in `reprocrate.toml` names the file.

    For double-blind review, `--anonymous` takes identities out of the manifest, the documents and the logs,
    and looks for them in everything else. After acceptance, `--reveal REVIEWED.crate.zip` packs the same with
    the identities, so that `reprocrate validate` tells anybody that it is what was reviewed. Keep
    `.reprocrate/anonymous/` until then.
    """
    from reprocrate import bundle
    from reprocrate.cli.voice import Voice
    from reprocrate.render.report import report_text
    from reprocrate.workflow.packing import PackingChoice, pack_project

    voice = Voice(quiet=quiet)
    choice = PackingChoice(
        output,
        data.value,
        strict=strict,
        offline=offline,
        ro_crate=ro_crate.value,
        form=bundle.Form(format_.value),
        bag=bagit,
        anonymous=anonymity(anonymous, allow_identity, redact, reveal),
        reveal=reveal,
    )
    with voice.progress():
        outcome = pack_project(folder, choice, voice)
    _tell_secrets(voice, outcome.secrets)
    tell_identities(voice, outcome.identities)
    if outcome.packed is None:
        voice.show(report_text(outcome.report))
        voice.warn("nothing was packed, because of the errors above. Correct them and pack again.")
        raise typer.Exit(NO)
    packed = outcome.packed
    if not outcome.report.valid:
        voice.warn(
            "packed, but validation found errors that readers will see; `reprocrate validate` lists them"
        )
    if json:
        voice.json(outcome.to_json())
        return
    voice.show(f"{packed.path}  {packed.files} files, {packed.size:,} bytes")
    voice.show(f"payload sha256 {packed.payload_digest}")
    voice.show(f"Next: reprocrate import {shlex.quote(packed.path.name)}   (anywhere), then reprocrate rerun")


def _tell_secrets(voice: Voice, found: Sequence[str]) -> None:
    """Say what was found, if anything, and leave."""
    for secret in found:
        voice.warn(secret)
    if found:
        voice.warn(
            "nothing was packed, because a bundle is made to be published. Make these secrets invalid where "
            "they were issued, read them from the environment, and run again; or list the files in `keep` "
            "of [privacy] in reprocrate.toml, if they hold none"
        )
        raise typer.Exit(NO)
