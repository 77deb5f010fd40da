"""`pack --volume-size`: the packed bundle once more, as volumes beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from reprocrate.bundle import Form
from reprocrate.bundle.volumes import (
    remove_volumes,
    require_no_other_volumes,
    split_bundle,
    write_volumes,
)
from reprocrate.errors import UsageError
from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Progress, counter


class PackedInVolumes(NamedTuple):
    """What became of packing.

    Attributes:
        outcome: the bundle, or what stood in the way.
        volumes: the volumes beside it, and behind them their list; none where none were asked for, or where
            the bundle is no larger than one.
    """

    outcome: PackingOutcome
    volumes: tuple[Path, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The bundle as plain JSON values."""
        said = {"volumes": [str(path) for path in self.volumes]} if self.volumes else {}
        return self.outcome.to_json() | said


def pack_in_volumes(
    folder: Path, choice: PackingChoice, volume_bytes: int | None, progress: Progress
) -> PackedInVolumes:
    """Validate and pack a project, and put the bundle into volumes where it is larger than one may be.

    Raises:
        ReprocrateError: as `pack_project`.
        UsageError: what is packed is no file, the volumes would be too many, or other files have their names.
        UnavailableError: the volumes cannot be written; the bundle is complete all the same.
    """
    if volume_bytes is not None:
        if volume_bytes < 1:
            raise UsageError("--volume-size 0 makes no volumes", fix="Write 2GB or 500MiB")
        if choice.form is Form.FOLDER:
            raise UsageError(
                "--volume-size cannot go with --format dir",
                "a folder has no volumes",
                "Leave one of them out",
            )
        if choice.output:
            require_no_other_volumes(choice.output)
    outcome = pack_project(folder, choice, progress)
    packed = outcome.packed
    if volume_bytes is None or packed is None:
        return PackedInVolumes(outcome)
    if packed.size <= volume_bytes:
        remove_volumes(packed.path)
        progress.note(f"{packed.path} is no larger than one volume, so that none are written")
        return PackedInVolumes(outcome)
    count = counter(progress, "putting into volumes", 2 * packed.size)
    return PackedInVolumes(outcome, write_volumes(split_bundle(packed.path, volume_bytes, count), count))
