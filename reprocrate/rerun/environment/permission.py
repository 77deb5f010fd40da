"""What a build may ask of the network beyond the user's own package index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reprocrate.deposit.addresses import Reach

Agrees = Callable[[str, str], bool]
"""Whether the user agrees to what an option stands for, after a question."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be asked, and who is asked before it is."""

    reach: Reach
    agrees: Agrees
