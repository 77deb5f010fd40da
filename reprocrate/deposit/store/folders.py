"""A folder of this machine, or one that is mounted there, as a store of files."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reprocrate.deposit.sources import Window
from reprocrate.deposit.store.storage import Seen
from reprocrate.errors import UnavailableError
from reprocrate.files import (
    CHUNK_BYTES,
    atomic_file,
    could_not,
    open_regular,
    remove_leftovers,
    sha256_file,
    sync_folder,
    write_atomically,
)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder.

    Args:
        root: where it is, as an absolute path.
    """

    root: Path

    @property
    def address(self) -> str:
        """`file:///...` (RFC 8089)."""
        return self.root.as_uri()

    @property
    def names(self) -> Sequence[str]:
        """Its address and its path."""
        return self.address, str(self.root)

    @property
    def shows(self) -> Sequence[str]:
        """Each file has an owner."""
        return (f"whoever sees {self.root} is told by the system to which account its files belong",)

    def read(self, path: str) -> bytes | None:
        """A small file."""
        place = self.root / path
        try:
            with open_regular(place) as file:
                return b"".join(iter(lambda: file.read(CHUNK_BYTES), b""))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise could_not("read", place, error) from error

    def write(self, path: str, data: bytes) -> None:
        """Write a small file, onto the disk."""
        write_atomically(self._made(path), data)

    def listed(self, folder: str) -> Mapping[str, Seen]:
        """The regular files in a folder; what a killed process left goes first."""
        place = self.root / folder
        remove_leftovers(place)
        try:
            with os.scandir(place) as entries:
                found = {one.name: one.stat(follow_symlinks=False) for one in entries}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise could_not("read", place, error) from error
        return {
            name: Seen(status.st_size, str(status.st_mtime_ns))
            for name, status in found.items()
            if stat.S_ISREG(status.st_mode)
        }

    def bring(self, path: str, content: Window) -> str:
        """Write a file onto the disk, and read it once more."""
        place = self._made(path)
        with atomic_file(place) as file:
            while piece := content.read(CHUNK_BYTES):
                file.write(piece)
        return sha256_file(place).sha256

    def digest(self, path: str) -> str:
        """The SHA-256 of a file."""
        return sha256_file(self.root / path).sha256

    def copy(self, source: str, target: str, sha256: str) -> str:  # noqa: ARG002
        """Copy a file; what is told is what the copy has, not what the other one had."""
        place = self._made(target)
        here = self.root / source
        with _reported("copy", here), open_regular(here) as original, atomic_file(place) as file:
            shutil.copyfileobj(original, file, CHUNK_BYTES)
        return sha256_file(place).sha256

    def remove(self, path: str) -> None:
        """Remove a file."""
        with _reported("remove", self.root / path), suppress(FileNotFoundError):
            (self.root / path).unlink()

    def publish(self, draft: str, final: str, names: Sequence[str], last: Mapping[str, bytes]) -> None:
        """Rename the folder: it is there as a whole, or not at all."""
        here, there = self.root / draft, self.root / final
        for name, data in last.items():
            self.write(f"{draft}/{name}", data)
        strangers = self._entries(here) - {*names, *last}
        if strangers:
            raise UnavailableError(
                f"{here} holds what does not belong to the deposit: {', '.join(sorted(strangers)[:5])}",
                fix="Move it away, and give the same command again",
            )
        sync_folder(here)
        try:
            here.rename(there)
        except OSError as error:
            raise could_not("publish", there, error) from error
        sync_folder(self.root)
        sync_folder(here.parent)

    def clear(self, folder: str) -> None:
        """Remove a folder of files."""
        for name in self.listed(folder):
            self.remove(f"{folder}/{name}")
        with suppress(OSError):
            (self.root / folder).rmdir()

    def _entries(self, place: Path) -> set[str]:
        remove_leftovers(place)
        with _reported("read", place):
            return set(os.listdir(place))  # noqa: PTH208 - only the names

    def _made(self, path: str) -> Path:
        """A path whose folder is there."""
        place = self.root / path
        with _reported("write", place.parent):
            place.parent.mkdir(exist_ok=True, parents=True)
        return place


@contextmanager
def _reported(verb: str, place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise could_not(verb, place, error) from error
