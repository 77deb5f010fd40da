"""`convert`: what another program recorded as a manifest of the standard."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.bundle import USUAL, Limits, layout
from reprocrate.errors import UsageError
from reprocrate.files import could_not
from reprocrate.manifest import Manifest, save_manifest
from reprocrate.workflow.foreign_crates import is_crate_folder, open_foreign
from reprocrate.workflow.opening import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written.

    Attributes:
        path: the file of the manifest.
        manifest: what is in it.
    """

    path: Path
    manifest: Manifest

    def to_json(self) -> dict[str, Any]:
        """What was written and how much was found, as plain JSON values."""
        sections = ("code", "data", "environments", "configurations", "runs", "metrics", "results")
        counts = {name: len(getattr(self.manifest, name)) for name in sections}
        return {"path": str(self.path), "id": self.manifest.id, "found": counts}


def convert_crate(what: Path, folder: Path, limits: Limits = USUAL) -> Converted:
    """Write the manifest of a crate of another project. Nothing of the crate is copied or changed.

    Files whose digest the crate does not state are read for it.

    Args:
        what: the crate: a folder, an archive, or its metadata alone.
        folder: where `reprocrate.json` is to lie; it is made where it does not exist.
        limits: how much an archive may hold.

    Raises:
        UsageError: it is no such crate, or there is a manifest already.
        UnreadableError: its metadata cannot be read, or not be kept in a manifest.
        UnavailableError: it cannot be read, or the manifest not be written.
    """
    kind, path = kind_of(what)
    if kind is not Kind.FOREIGN:
        raise UsageError(
            f"{what} cannot be converted from an RO-Crate",
            f"it is a {kind.value}, with a manifest of its own",
            "`reprocrate show` and `reprocrate validate` read it as it is",
        )
    target = folder / layout.MANIFEST
    if os.path.lexists(target):
        raise UsageError(
            f"{target} is already there", "it is not written over", "Name another folder with -o"
        )
    if is_crate_folder(folder):
        raise UsageError(
            f"nothing is written to {folder}",
            "it is a crate, whose metadata does not know of a manifest",
            "Name another folder with -o",
        )
    manifest = open_foreign(path, digests=True, limits=limits)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("make", folder, error) from error
    save_manifest(manifest, target)
    return Converted(target, manifest)
