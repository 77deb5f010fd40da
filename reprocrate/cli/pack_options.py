"""The options of `reprocrate pack`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
