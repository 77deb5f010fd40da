"""`reprocrate pack`"""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO
from reprocrate.cli.options import Json, Quiet


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
Workflow = Annotated[
    bool,
    typer.Option(
        "--workflow",
        help="Name the program of the proposed configuration, or `main` of [code], as the crate's main "
        "workflow, as WorkflowHub demands.",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Do not ask a package index for digests when the lock is made.")
]

_SECRETS = (
    "nothing was packed, because a bundle is made to be published. Make these secrets invalid where "
    "they were issued, read them from the environment, and run again; or list the files in `keep` "
    "of [privacy] in reprocrate.toml, if they hold none"
)


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
    workflow: Workflow = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pack a project into one file, verified, that archives take and others can rerun.

    Packing the same project twice gives the same bytes. The first time, the package index is asked for the
    digests of the recorded packages, so that the environment can be built again; `--offline` leaves that out.

    Logs travel masked, results in which a key stands stay behind, and where the code holds one nothing is
    packed, unless `keep` of `[privacy]` in `reprocrate.toml` names the file.
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
        workflow=workflow,
    )
    with voice.progress():
        outcome = pack_project(folder, choice, voice)
    for secret in outcome.secrets:
        voice.warn(secret)
    if outcome.secrets:
        voice.warn(_SECRETS)
        raise typer.Exit(NO)
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
