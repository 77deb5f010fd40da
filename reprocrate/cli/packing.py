"""`reprocrate pack`"""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from reprocrate.cli.exits import NO
from reprocrate.cli.options import Json, Quiet
from reprocrate.errors import UsageError
from reprocrate.files import bytes_of

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.packing import PackingOutcome

DataChoice = Literal["all", "small", "none"]
"""Words of `--data`; everything else is the name of a data set."""


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
    list[str] | None,
    typer.Option(
        "--data",
        metavar="all|small|none|NAME",
        help="Data to take along. `small`, the default, is the smallest data sets up to 100 MB in all, and "
        "never what is not open; a NAME is that data set, whatever its access; may be repeated.",
    ),
]
MaxSize = Annotated[
    str | None,
    typer.Option(
        "--max-size",
        metavar="SIZE",
        help="Stop, and say what to leave out, if the files are larger before compression: 100MB, 1.5GiB. "
        "k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Only show what would be packed, and what stays behind; write nothing."),
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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pack")(pack)


def pack(
    folder: Folder = Path(),
    output: Output = None,
    format_: Form = Format.ZIP,
    data: Data = None,
    max_size: MaxSize = None,
    dry_run: DryRun = False,
    strict: Strict = False,
    offline: Offline = False,
    ro_crate: Crate = RoCrate.CHECKED,
    bagit: Bag = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pack a project into one file, verified, that archives take and others can rerun.

    Packing the same project twice gives the same bytes. The first time, the package index is asked for the
    digests of the recorded packages, so that the environment can be built again; `--offline` leaves that out.

    Before it packs, it lists what goes in and what stays behind, and why. Data that is not open, or whose
    licence forbids it, goes in only by its name: `--data NAME`, or `in_bundle = true` in `reprocrate.toml`.
    Outputs and checkpoints travel up to 1 GB of each (`[pack]`). What `.reprocrateignore` names, written as a
    `.gitignore` is, stays behind.

    Logs travel masked, results in which a key stands stay behind, and where the code holds one nothing is
    packed, unless `keep` of `[privacy]` in `reprocrate.toml` names the file.
    """
    from reprocrate import bundle
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.packing import PackingChoice, pack_project

    voice = Voice(quiet=quiet)
    words, names = _of_data(data or [])
    choice = PackingChoice(
        output,
        words,
        strict=strict,
        offline=offline,
        ro_crate=ro_crate.value,
        form=bundle.Form(format_.value),
        bag=bagit,
        named=names,
        most=_bytes(max_size),
        dry=dry_run,
    )
    with voice.progress():
        outcome = pack_project(folder, choice, voice)
    packed = outcome.packed
    if packed is None:
        raise _told(outcome, voice, json=json)
    if not outcome.report.valid:
        voice.warn(
            "packed, but validation found errors that readers will see; `reprocrate validate` lists them"
        )
    if json:
        voice.json(outcome.to_json())
        return
    voice.show(f"{packed.path}  {packed.files} files, {packed.size:,} bytes")
    voice.show(f"payload sha256 {packed.payload_digest}")
    voice.show(f"Next: reprocrate import {shlex.quote(str(packed.path))}   (anywhere), then reprocrate rerun")


def _told(outcome: PackingOutcome, voice: Voice, *, json: bool) -> typer.Exit:
    """Say why nothing was packed, and what would have been."""
    from reprocrate.render.report import report_text

    listing = outcome.listing
    if json and listing is not None:
        voice.json(outcome.to_json())
    for line in listing.lines() if listing and not json else ():
        voice.note(line)
    for warning in (*outcome.secrets, *(listing.warnings if listing else ())):
        voice.warn(warning)
    if outcome.secrets:
        voice.warn(
            "nothing was packed, because a bundle is made to be published. Make these secrets invalid where "
            "they were issued, read them from the environment, and run again; or list the files in `keep` "
            "of [privacy] in reprocrate.toml, if they hold none"
        )
    elif listing is None:
        voice.show(report_text(outcome.report))
        voice.warn("nothing was packed, because of the errors above. Correct them and pack again.")
    elif outcome.proposal:
        first, *others = outcome.proposal.shown()
        voice.warn(f"nothing was packed: {first}")
        for line in others:
            voice.show(line) if not json else None
    else:
        return typer.Exit()
    return typer.Exit(NO)


def _of_data(given: list[str]) -> tuple[DataChoice, tuple[str, ...]]:
    """What `--data` says: one word for data in general, and names."""
    words = [word for word in get_args(DataChoice) if word in given]
    if words[1:]:
        raise UsageError(f"--data says {' and '.join(words)}", fix="Give one of all, small and none")
    names = tuple(dict.fromkeys(name for name in given if name not in words))
    return (words[0] if words else "small"), names


def _bytes(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return bytes_of(text)
    except ValueError as error:
        raise UsageError(f"--max-size {text} cannot be used", str(error), "Write 100MB or 1.5GiB") from None
