"""The options of `pack` about wheels, as one wish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.workflow.wheelhouse import WheelsWanted


def wheels_wanted(
    wanted: bool, platforms: Sequence[str] | None, may_redistribute: Sequence[str] | None
) -> WheelsWanted | None:
    """What is wanted of wheels; None where they stay behind.

    Raises:
        UsageError: an option says something about wheels that nobody wants.
    """
    from reprocrate.workflow.wheelhouse import WheelsWanted

    if wanted:
        return WheelsWanted(tuple(platforms or ()), tuple(may_redistribute or ()))
    if platforms or may_redistribute:
        option = "--platform" if platforms else "--may-redistribute"
        raise UsageError(f"{option} speaks of wheels, but none are wanted", fix="Add --wheels")
    return None
