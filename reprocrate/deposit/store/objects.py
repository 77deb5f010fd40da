"""A store of objects, such as S3, or whatever else fsspec has an implementation for.

https://filesystem-spec.readthedocs.io/

An object is there once all of it has been sent, and has no other name meanwhile; objects are not renamed. So
what is published is what has a record, which is written when everything else is in place. Who may write is
told by the configuration of the store's own implementation, which is not looked at here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from reprocrate.deposit.sources import Window
from reprocrate.deposit.store.storage import Seen
from reprocrate.errors import ReprocrateError, UnavailableError
from reprocrate.files import CHUNK_BYTES

_BLOCK_BYTES = 16 << 20
"""Bytes of a part of a large object: what is held in memory. S3 takes 10,000 parts, of at least 5 MiB."""

_MOST_PARTS = 9_000
_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "created")
"""Under which names implementations tell what changes with an object."""


@dataclass(frozen=True, slots=True)
class Objects:
    """A folder of a store.

    Args:
        system: the implementation: an `fsspec.AbstractFileSystem`.
        root: the folder, as the implementation writes it.
        address: the same as an address.
    """

    system: Any
    root: str
    address: str

    @property
    def names(self) -> Sequence[str]:
        """Its address."""
        return (self.address,)

    @property
    def shows(self) -> Sequence[str]:
        """Stores keep who wrote an object, and tell it to some."""
        return (f"the owner of {self.address} is told which account wrote what is there",)

    def read(self, path: str) -> bytes | None:
        """A small object."""
        with self._asked("read", path):
            try:
                return bytes(self.system.cat_file(self._place(path)))
            except (FileNotFoundError, IsADirectoryError):
                return None

    def write(self, path: str, data: bytes) -> None:
        """Write a small object."""
        with self._asked("write", path):
            self.system.makedirs(self._place(path).rpartition("/")[0], exist_ok=True)
            self.system.pipe_file(self._place(path), data)

    def listed(self, folder: str) -> Mapping[str, Seen]:
        """The objects in a folder, as they are now."""
        with self._asked("list", folder):
            self.system.invalidate_cache()
            try:
                found = self.system.ls(self._place(folder), detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return {}
        return {
            str(one["name"]).rpartition("/")[2]: Seen(int(one.get("size") or 0), _stamp(one))
            for one in found
            if one.get("type") == "file"
        }

    def bring(self, path: str, content: Window) -> str:
        """Write an object in parts; its digest is that of what was handed over."""
        digest = hashlib.sha256()
        block = max(_BLOCK_BYTES, -(-content.len // _MOST_PARTS))
        with self._asked("write", path):
            self.system.makedirs(self._place(path).rpartition("/")[0], exist_ok=True)
            file = self.system.open(self._place(path), "wb", block_size=block)
            try:
                while piece := content.read(CHUNK_BYTES):
                    digest.update(piece)
                    file.write(piece)
            except BaseException:
                _discard(file)
                raise
            file.close()
        return digest.hexdigest()

    def digest(self, path: str) -> str:
        """The SHA-256 of an object, which is fetched for that."""
        digest = hashlib.sha256()
        with self._asked("read", path), self.system.open(self._place(path), "rb") as file:
            while piece := file.read(CHUNK_BYTES):
                digest.update(piece)
        return digest.hexdigest()

    def copy(self, source: str, target: str, sha256: str) -> str:
        """Let the store copy an object by itself."""
        with self._asked("copy", source):
            self.system.cp_file(self._place(source), self._place(target))
        return sha256

    def remove(self, path: str) -> None:
        """Remove an object."""
        with self._asked("remove", path), suppress(FileNotFoundError):
            self.system.rm_file(self._place(path))

    def publish(self, draft: str, final: str, names: Sequence[str], last: Mapping[str, bytes]) -> None:
        """Copy the objects, write the last ones, and only then remove the draft."""
        sizes = self.listed(draft)
        for name in names:
            self.copy(f"{draft}/{name}", f"{final}/{name}", "")
        arrived = self.listed(final)
        for name in arrived.keys() - {*names, *last}:
            self.remove(f"{final}/{name}")
        wrong = [name for name in names if name not in arrived or arrived[name].size != sizes[name].size]
        if wrong:
            raise UnavailableError(
                f"{self.address} does not copy {', '.join(wrong[:5])}",
                "what is there afterwards is missing or of another size",
                "Give the same command again",
            )
        for name, data in last.items():
            self.write(f"{final}/{name}", data)
        self.clear(draft)

    def clear(self, folder: str) -> None:
        """Remove the objects of a folder; a store of objects has no folders of its own."""
        for name in self.listed(folder):
            self.remove(f"{folder}/{name}")
        with suppress(Exception):  # there is none where it is a store of objects
            self.system.rmdir(self._place(folder))

    def _place(self, path: str) -> str:
        return f"{self.root}/{path}"

    @contextmanager
    def _asked(self, verb: str, path: str) -> Iterator[None]:
        """Tell whatever an implementation raises as what it means to the user."""
        try:
            yield
        except ReprocrateError:
            raise
        except Exception as error:  # each implementation has its own
            raise refused(f"could not {verb} {self.address}/{path}", error) from error


def refused(what: str, error: Exception) -> UnavailableError:
    """The error of an implementation, in one line."""
    said = " ".join(str(error).split())[:300] or "it gives no reason"
    if isinstance(error, PermissionError):
        fix = "Check the credentials in the environment or in the store's own configuration"
    else:
        fix = "Check the address, the network, and the store's own configuration; then try again"
    return UnavailableError(what, f"{type(error).__name__}: {said}", fix)


def _stamp(entry: Mapping[str, Any]) -> str:
    return next((str(entry[name]) for name in _STAMPS if entry.get(name)), "")


def _discard(file: Any) -> None:
    """Let nothing come of an object that was begun: to close it would make it one."""
    with suppress(Exception):  # not every implementation has it
        file.discard()
    with suppress(Exception):
        file.closed = True
