"""Walking a tree of files in a fixed order."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from reprocrate.files.reasons import could_not


class FileKind(StrEnum):
    """What an entry of a folder is, without following links."""

    FILE = "file"
    LINK = "link"
    OTHER = "other"


class TreeFile(NamedTuple):
    """One entry that `walk` found.

    Attributes:
        path: relative to the root, with forward slashes, otherwise as it is on the disk: it need not be
            NFC, safe or even decodable (`safe_relative` judges that).
        location: where it is.
        kind: file, symbolic link (to a file or folder), or other (socket, device, pipe).
        status: what `os.lstat` says of it.
    """

    path: str
    location: Path
    kind: FileKind
    status: os.stat_result

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.status.st_size

    @property
    def executable(self) -> bool:
        """Whether its owner may execute it."""
        return bool(self.status.st_mode & stat.S_IXUSR)


def walk(root: str | os.PathLike[str], skip: Callable[[str], bool] | None = None) -> Iterator[TreeFile]:
    """Everything under `root` that is not a folder, sorted by the UTF-8 bytes of its path.

    Links are reported, never followed. What disappears meanwhile is left out.

    Args:
        root: the folder.
        skip: says of a relative path whether to leave it out. A folder's path ends in `/`, and skipping
            it skips what is in it.

    Raises:
        UnavailableError: a folder could not be read.
    """
    pending = [_list_folder(Path(root), "", skip)]
    while pending:
        found = next(pending[-1], None)
        if found is None:
            pending.pop()
        elif isinstance(found, TreeFile):
            yield found
        else:
            folder, prefix = found
            pending.append(_list_folder(folder, prefix, skip))


def walk_readable(
    root: Path, enters: Callable[[os.DirEntry[str]], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything under `root` that is not a folder, with its path relative to it, in no order.

    Links are reported, never followed. A folder that cannot be read is left out, which fits where what is
    found only adds to what is known: `walk` tells of it.

    Args:
        root: the folder.
        enters: says of a folder below it whether to look into it.
    """
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(root / prefix) as listing:
                entries = list(listing)
        except OSError:
            continue
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if not _is_folder(entry):
                yield path, entry
            elif enters(entry):
                pending.append(f"{path}/")


def _list_folder(
    folder: Path, prefix: str, skip: Callable[[str], bool] | None
) -> Iterator[TreeFile | tuple[Path, str]]:
    """The files of one folder, and its folders as their place and path with a slash, in order."""
    try:
        with os.scandir(folder) as listing:
            entries = {f"{entry.name}/" if _is_folder(entry) else entry.name: entry for entry in listing}
    except FileNotFoundError:
        if prefix:
            return
        raise could_not("read", folder, FileNotFoundError(errno.ENOENT, "")) from None
    except OSError as error:
        raise could_not("read", folder, error) from error
    for name in sorted(entries, key=os.fsencode):
        path = prefix + name
        if skip is not None and skip(path):
            continue
        if name.endswith("/"):
            yield folder / name, path
        else:
            with suppress(FileNotFoundError):
                status = entries[name].stat(follow_symlinks=False)
                yield TreeFile(path, folder / name, _kind(status.st_mode), status)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _kind(mode: int) -> FileKind:
    if stat.S_ISREG(mode):
        return FileKind.FILE
    return FileKind.LINK if stat.S_ISLNK(mode) else FileKind.OTHER
