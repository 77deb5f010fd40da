"""`--html FILE`: the verdict as a page, of the commands that give one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from reprocrate.errors import UsageError

Html = Annotated[
    Path | None,
    typer.Option(
        "--html", metavar="FILE", help="Also write the verdict to this file, as a page for a browser."
    ),
]


def require_page(path: Path | None) -> None:
    """Refuse a place where no page can be, before hours are spent on a verdict.

    Raises:
        UsageError: its name is not that of a page, or there is no such folder.
    """
    if path is None:
        return
    if path.suffix.lower() not in (".html", ".htm") or path.is_dir():
        raise UsageError(
            f"--html {path} cannot be the page", "its name does not end in .html", "Give it such a name"
        )
    if not path.parent.is_dir():
        raise UsageError(
            f"--html {path} cannot be written", f"there is no folder {path.parent}", "Make it first"
        )


def write_page(path: Path | None, document: Mapping[str, Any]) -> None:
    """Write the page of a verdict, where one was asked for.

    Raises:
        UnavailableError: it could not be written; what was there before is untouched.
    """
    if path is not None:
        from reprocrate.files import write_atomically
        from reprocrate.render.verdict_page import verdict_page

        write_atomically(path, verdict_page(document))
