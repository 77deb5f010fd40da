"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.panels import DATA

What = Annotated[
    Path,
    typer.Argument(
        help="A project folder, a manifest, a crate folder or a bundle; recognised by content, not by name.",
        show_default="this folder",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        help="Let a bundle hold more than usual: files=2000000 (usual: 1000000), bytes=2TB (1 TiB) when "
        "unpacked, or expansion=5000 (500) times the size of the file.",
    ),
]
Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="NAME=PATH",
        help="Data that you have: its name or id in the manifest, and a folder or file that holds it. Files "
        "are found by path or content and checked by SHA-256; the runs get copies.",
        rich_help_panel=DATA,
    ),
]
Fetch = Annotated[
    bool,
    typer.Option(
        "--fetch",
        help="Fetch data, and packages of conda, from the addresses that the bundle names, by https.",
        rich_help_panel=DATA,
    ),
]
Margin = Annotated[
    list[str] | None,
    typer.Option("--margin", metavar="METRIC=VALUE", help="Your own equivalence margin; shown as yours."),
]
