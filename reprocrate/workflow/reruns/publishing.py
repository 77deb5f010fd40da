"""A reproduction packed as soon as its rerun has ended."""

from __future__ import annotations

import shlex
from pathlib import Path

from reprocrate.bundle import Form, require_target
from reprocrate.errors import UnavailableError
from reprocrate.workflow.interruption import going_on
from reprocrate.workflow.progress import Progress


def require_place(target: Path) -> None:
    """Make sure before a long rerun that its bundle can be written.

    Raises:
        UsageError: it cannot be written there.
    """
    require_target(target, Form.ZIP)


def pack_reproduction(folder: Path, target: Path, progress: Progress) -> Path:
    """Pack what a rerun left, and say where.

    Args:
        folder: the rerun's.
        target: the bundle to write.
        progress: who listens.

    Raises:
        UsageError: nothing was run.
        UnavailableError: it cannot be packed; the rerun itself is kept.
    """
    from reprocrate.workflow.packing import PackingChoice, pack_project  # few reruns are packed

    again = shlex.join(["reprocrate", "pack", str(folder), "-o", str(target)])
    with going_on(f"The rerun is done and its verdict written: `{again}` packs it"):
        outcome = pack_project(folder, PackingChoice(output=target), progress)
    if outcome.packed is None:
        raise UnavailableError(
            "the rerun is done, but it could not be packed",
            f"`reprocrate pack {folder}` says why",
            "Correct that and pack again; nothing has to be run again",
        )
    return outcome.packed.path
