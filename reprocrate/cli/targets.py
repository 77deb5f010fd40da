"""Files that a command is to write in the end: whether it can is looked at before the work begins."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from reprocrate.errors import UsageError


def require_place(target: Path, option: str) -> None:
    """Make sure that a file can be written there, so that hours of work do not end in nothing.

    Args:
        target: the file.
        option: which option names it.

    Raises:
        UsageError: it is a folder, or lies in none.
        UnavailableError: the folder may not be written.
    """
    if target.is_dir():
        raise UsageError(f"{option} {target} is a folder", "one file is written", "Name a file in it")
    folder = target.absolute().parent
    if not folder.is_dir():
        raise UsageError(
            f"{option} {target} cannot be written",
            f"there is no folder {target.parent}",
            "Make it first, or name another place",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        from reprocrate.files import could_not

        raise could_not("write", target, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
