"""The options of `reprocrate pack`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from reprocrate.errors import UsageError
from reprocrate.files import bytes_of

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


HELP = """Pack a project into one file, verified, that archives take and others can rerun.

Packing the same project twice gives the same bytes. The first time, the package index is asked for the
digests of the recorded packages, so that the environment can be built again; `--offline` leaves that out.

`--wheels` takes along the packages themselves, of those whose licence lets anyone pass them on. They are
fetched once and kept in the project.

Before it packs, it lists what goes in and what stays behind, and why. Data that is not open, or whose
licence forbids it, goes in only by its name: `--data NAME`, or `in_bundle = true` in `reprocrate.toml`.
Outputs and checkpoints travel up to 1 GB of each (`[pack]`). What `.reprocrateignore` names, written as a
`.gitignore` is, stays behind.

Logs travel masked, results in which a key stands stay behind, and where the code holds one nothing is
packed, unless `keep` of `[privacy]` in `reprocrate.toml` names the file.

For double-blind review, `--anonymous` takes identities out of the manifest, the documents and the logs,
and looks for them in everything else. After acceptance, `--reveal REVIEWED.crate.zip` packs the same with
the identities, so that `reprocrate validate` tells anybody that it is what was reviewed. Keep
`.reprocrate/anonymous/` until then.
"""
"""What `reprocrate pack --help` says first."""

Folder = Annotated[Path, typer.Argument(help="The project's folder.", show_default="this folder")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="The bundle to write.")]
Form = Annotated[
    Format,
    typer.Option(
        "--format",
        help="`zip` opens everywhere; `tar.zst` takes less time and room for much data; `dir` is a folder.",
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
        show_default=False,
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
VolumeSize = Annotated[
    str | None,
    typer.Option(
        "--volume-size",
        metavar="SIZE",
        help="If the bundle is larger, also write it as volumes of this size, NAME.crate.zip.001 and so on, "
        "and NAME.crate.zip.sha256 with their checksums, for archives and disks that take no larger files.",
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
Workflow = Annotated[
    bool,
    typer.Option(
        "--workflow",
        help="Name the program of the proposed configuration, or `main` of [code], as the crate's main "
        "workflow, as WorkflowHub demands.",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Do not ask a package index, neither for digests nor for wheels.")
]
Wheels = Annotated[
    bool,
    typer.Option("--wheels", help="Take along the wheels of the environment, to build it without an index."),
]
Platforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        metavar="NAME",
        help="Platform that wheels are for, such as linux-x86_64 or macos-arm64; may be repeated.",
        show_default="the one of the runs",
    ),
]
Redistributed = Annotated[
    list[str] | None,
    typer.Option(
        "--may-redistribute",
        metavar="PACKAGE",
        help="Take its wheels along though their licence does not plainly allow it; `*` is any text.",
        show_default=False,
    ),
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


def data_wanted(given: list[str] | None) -> tuple[DataChoice, tuple[str, ...]]:
    """What `--data` says: one word for data in general, and names.

    Raises:
        UsageError: it says several words.
    """
    all_given = given or []
    words = [word for word in get_args(DataChoice) if word in all_given]
    if words[1:]:
        raise UsageError(f"--data says {' and '.join(words)}", fix="Give one of all, small and none")
    names = tuple(dict.fromkeys(name for name in all_given if name not in words))
    return (words[0] if words else "small"), names


def size_given(size: str | None, option: str) -> int | None:
    """What `--max-size` or `--volume-size` says, in bytes.

    Raises:
        UsageError: it is no size.
    """
    if size is None:
        return None
    try:
        return bytes_of(size)
    except ValueError as error:
        raise UsageError(f"{option} {size} cannot be used", str(error), "Write 100MB or 1.5GiB") from None
