"""What `reprocrate pack` is asked, and tells, about bundles for double-blind review."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reprocrate.cli.exits import NO
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.anonymous.anonymising import Anonymity


def anonymity(
    wanted: bool, allowed: Sequence[str] | None, redacted: Sequence[str] | None, reveal: Path | None
) -> Anonymity | None:
    """What the author wants of an anonymous bundle; None where none is wanted.

    Raises:
        UsageError: the options contradict each other.
    """
    from reprocrate.workflow.anonymous.anonymising import Anonymity

    if wanted and reveal:
        raise UsageError("--anonymous and --reveal cannot be combined", "one hides what the other shows")
    if (allowed or redacted) and not wanted:
        raise UsageError("--allow-identity and --redact need --anonymous", fix="Add --anonymous")
    return Anonymity(allowed or (), redacted or ()) if wanted else None


def tell_identities(voice: Voice, found: Sequence[str]) -> None:
    """Say what was found, if anything, and leave.

    Raises:
        Exit: something was found.
    """
    for each in found:
        voice.warn(each)
    if found:
        voice.warn(
            "nothing was packed, because these places may tell who you are. Change the files and run again; "
            "or have them changed in the bundle alone (--redact FILE), or let them travel as they are "
            "(--allow-identity FILE). In reprocrate.toml these are anonymous_redact and anonymous_keep of "
            "[privacy]"
        )
        raise typer.Exit(NO)
