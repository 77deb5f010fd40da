"""Keeping the source tree of a launch a second time, after `.reprocrate/objects` was removed."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.code.objects import is_kept
from reprocrate.capture.code.tree import LARGEST_KEPT_BYTES, take_snapshot
from reprocrate.capture.record import CodeState
from reprocrate.errors import ReprocrateError


def keep_again(project: Path, state: CodeState, *, version_control: bool = True) -> bool:
    """Keep what version control cannot give back of a tree, where it is not kept; whether all of it is then.

    Args:
        project: the project's folder.
        state: the tree as it ran.
        version_control: whether git may be asked.
    """
    if _is_all_kept(project, state):
        return True
    try:
        take_snapshot(project, version_control=version_control)
    except ReprocrateError:
        return False
    return _is_all_kept(project, state)


def _is_all_kept(project: Path, state: CodeState) -> bool:
    if state.patch is not None and not is_kept(project, state.patch.sha256):
        return False
    if state.vcs is not None:
        return True
    return all(is_kept(project, file.sha256) for file in state.files if file.size <= LARGEST_KEPT_BYTES)
