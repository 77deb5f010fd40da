"""What the operating system's errors mean to a user."""

from __future__ import annotations

import errno
import os

from reprocrate.errors import UnavailableError

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another place"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space or choose another place"),
    errno.EFBIG: ("the file would exceed the largest size allowed here", "Raise the limit (ulimit -f)"),
    errno.EROFS: ("the file system is read-only", "Choose another place"),
    errno.EACCES: ("permission denied", "Change the permissions or choose another place"),
    errno.EPERM: ("permission denied", "Change the permissions or choose another place"),
    errno.ENOENT: ("there is no such file or folder", "Check the path"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", ""),
    errno.EISDIR: ("it is a folder", ""),
    errno.ENAMETOOLONG: ("the path is too long for this system", "Choose a shorter one"),
}

_OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)


def is_of_the_machine(error: OSError) -> bool:
    """Whether an error tells of a full disk or a missing permission, wherever that comes up."""
    return error.errno in _OF_THE_MACHINE


def could_not(verb: str, path: str | os.PathLike[str], error: OSError) -> UnavailableError:
    """The error that tells a user why `path` could not be, say, written or read.

    Args:
        verb: what was tried, as in "could not <verb> <path>".
        path: the file or folder, as the user knows it.
        error: what the operating system answered.
    """
    known = _REASONS.get(error.errno or 0)
    why, fix = known or (error.strerror or type(error).__name__, "")
    return UnavailableError(f"could not {verb} {os.fspath(path)}", why, fix)
