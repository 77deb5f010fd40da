"""The options of `reprocrate publish`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.deposit.archive import Access

HELP = """Deposit a bundle, or a project that is packed for it, at an archive, under a DOI.

`reprocrate publish --to zenodo` begins a draft, reserves its DOI, writes that into the bundle's metadata
and page, sends the bundle, and beside it the manifest, the metadata and the page, and compares what has
arrived. It stays a draft that only you see until you give the same command with `--publish`, which cannot be
taken back. Try it with `--to zenodo-sandbox` first.

After any failure the same command goes on: there is one record and one DOI, and what has arrived is not sent
again. What was begun stands in `NAME.deposit.jsonl` beside the bundle. The DOI is added to `reprocrate.toml`.

The token is read from ZENODO_TOKEN, ZENODO_SANDBOX_TOKEN or, for an archive given by its address,
REPROCRATE_TOKEN; or else from your keyring (`keyring set reprocrate zenodo.org`, with `reprocrate[keyring]`).
It needs the scopes deposit:write and deposit:actions. REPROCRATE_ZENODO and REPROCRATE_ZENODO_SANDBOX name
other addresses for the two.

For double-blind review, `--anonymous` deposits a bundle that names nobody as a draft, and prints a link
for reviewers; after acceptance `--reveal REVIEWED.crate.zip --publish` publishes it with names, under the
same DOI.
"""
"""What `reprocrate publish --help` says first."""

_WHO = "Who sees it"
_WHAT = "What is sent"

What = Annotated[Path, typer.Argument(help="A bundle, or a project's folder.", show_default="this folder")]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="ARCHIVE",
        help="`zenodo`, `zenodo-sandbox`, the https:// address of any archive that runs InvenioRDM, or a "
        "store of files: file:///folder, s3://bucket/folder.",
        show_default=False,
    ),
]
Publish = Annotated[
    bool, typer.Option("--publish", help="Publish it, which cannot be taken back. Without it stays a draft.")
]
NewVersionOf = Annotated[
    str | None,
    typer.Option("--new-version-of", metavar="DOI", help="Make it a new version of what has this DOI."),
]
NewVersion = Annotated[
    bool, typer.Option("--new-version", help="Make it a new version of what was published last.")
]
Restricted = Annotated[
    bool,
    typer.Option("--restricted", help="Give the files to nobody without permission.", rich_help_panel=_WHO),
]
Embargo = Annotated[
    str | None,
    typer.Option(
        "--embargo-until",
        metavar="DATE",
        help="Give the files to everybody from this day on, as YYYY-MM-DD.",
        rich_help_panel=_WHO,
    ),
]
EmbargoReason = Annotated[
    str | None,
    typer.Option("--embargo-reason", metavar="TEXT", help="Why, for its page.", rich_help_panel=_WHO),
]
Community = Annotated[
    list[str] | None,
    typer.Option(
        "--community",
        metavar="NAME",
        help="Ask a community to include it, by its name in addresses; may be repeated.",
        rich_help_panel=_WHO,
    ),
]
Review = Annotated[
    bool,
    typer.Option(
        "--review",
        help="Hand the draft to the community, which publishes it if it accepts it.",
        rich_help_panel=_WHO,
    ),
]
Link = Annotated[
    bool,
    typer.Option(
        "--link", help="Print an address by which whoever has it sees the draft.", rich_help_panel=_WHO
    ),
]
LinkUntil = Annotated[
    str | None,
    typer.Option("--link-until", metavar="DATE", help="The last day of that address.", rich_help_panel=_WHO),
]
VolumeSize = Annotated[
    str | None,
    typer.Option(
        "--volume-size",
        metavar="SIZE",
        help="Send a larger bundle as volumes of this size, such as 10GB, which `import` joins.",
        rich_help_panel=_WHAT,
    ),
]
AsIs = Annotated[
    bool,
    typer.Option(
        "--as-is",
        help="Send the bundle byte for byte, without its DOI in it: one that is signed, say.",
        rich_help_panel=_WHAT,
    ),
]
Anew = Annotated[
    bool, typer.Option("--anew", help="Leave what was begun as it is, and begin another deposit.")
]


def access_wanted(restricted: bool, until: str | None, reason: str | None) -> Access:
    """Who may have the files.

    Raises:
        UsageError: the options contradict each other, or name no day to come.
    """
    from reprocrate.deposit.archive import Access

    if restricted and until:
        raise UsageError("--restricted and --embargo-until cannot be combined", "an embargo ends by itself")
    if reason and not until:
        raise UsageError("--embargo-reason needs --embargo-until", fix="Add the day")
    return Access(restricted, day_wanted(until, "--embargo-until"), reason or "")


def day_wanted(text: str | None, option: str) -> date | None:
    """A day to come.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no day", fix="Write it as 2027-06-30") from None
    if day <= datetime.now().astimezone().date():
        raise UsageError(f"{option} {text} is over", fix="Give a day to come")
    return day
