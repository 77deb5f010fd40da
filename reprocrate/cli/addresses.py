"""What may be named besides a path: the address or the DOI of a bundle."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.panels import DATA

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.remote import Remote

WhatOrAddress = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A project folder, a manifest, a crate folder or a bundle, recognised by content; or the "
        "https:// address or the DOI of a bundle.",
        show_default="this folder",
    ),
]
AllowAddress = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-address",
        metavar="HOST[:PORT]",
        help="Let addresses lead to this host of a private network, also by plain http. Otherwise only "
        "public hosts are asked, and only by https.",
        rich_help_panel=DATA,
    ),
]


def named(what: str, allowed: list[str] | None, voice: Voice) -> Path | Remote:
    """The path that a text is, or what lies at the address or DOI that it is. A path that exists is a path.

    Raises:
        UsageError: it is an address that cannot be read, or a host that is allowed is none.
    """
    from reprocrate.deposit.addresses import Reach
    from reprocrate.deposit.references import reference_in

    reach = Reach.of(allowed or ())
    reference = None if os.path.lexists(what) else reference_in(what)
    if reference is None:
        return Path(what)
    from reprocrate.workflow.remote import Remote

    return Remote(reference, reach, voice)
