"""Arguments by which something may be named besides its path: the address or the DOI of a bundle."""

from __future__ import annotations

from typing import Annotated

import typer

from reprocrate.cli.panels import DATA

WhatOrAddress = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A project folder, a manifest, a crate folder, a bundle or one of its volumes, recognised by "
        "content; or the https:// address or the DOI of a bundle or of its record.",
        show_default="this folder",
    ),
]
AllowAddress = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-address",
        metavar="HOST[:PORT]",
        help="Let addresses lead to this host of a private network, also by plain http. Otherwise only "
        "public hosts are asked, and only by https. (REPROCRATE_DOI_RESOLVER names another resolver of DOIs "
        "than https://doi.org.)",
        rich_help_panel=DATA,
    ),
]
