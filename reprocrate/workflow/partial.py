"""Folders to which a part of a bundle was imported: what one claim needs, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.rerun.plan import Scope

IMPORTED = ".reprocrate/imported.json"
"""Marks a folder that a bundle was unpacked to; what `import` and `rerun` add lies beside it."""

_MAX_BYTES = 512 << 20


class Partial(NamedTuple):
    """Which part of a bundle a folder holds.

    Attributes:
        claim: id of the claim whose rerun needs it.
        not_brought: files and links of the bundle that are not there, with the bytes of each; None for links.
    """

    claim: str
    not_brought: Mapping[str, int | None]

    def __str__(self) -> str:
        return f"only what the claim {self.claim} needs was brought"

    def narrowed(self, scope: Scope) -> Scope:
        """What can be run again here of what is asked for: what the claim rests on.

        Raises:
            UsageError: it is about another claim.
        """
        for claim in scope.claims:
            if claim != self.claim:
                raise UsageError(
                    f'what the claim "{claim}" needs was not brought', str(self), "Import the whole bundle"
                )
        return replace(scope, claims=(self.claim,))


def imported_note(folder: Path) -> dict[str, object]:
    """What `import` noted of the bundle that it unpacked here; nothing where that is not known any more."""
    try:
        with (folder / IMPORTED).open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def partial_of(folder: Path) -> Partial | None:
    """Which part of a bundle an imported folder holds; None if it holds all of it, or was not imported."""
    part = imported_note(folder).get("partial")
    if not isinstance(part, dict):
        return None
    claim, paths = part.get("claim"), part.get("not_brought")
    if not isinstance(claim, str) or not isinstance(paths, dict):
        return None
    return Partial(claim, {path: size if isinstance(size, int) else None for path, size in paths.items()})
