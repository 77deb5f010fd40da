"""What a store of files can do: the little that folders and stores of objects have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from reprocrate.deposit.sources import Window


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as its folder lists it.

    Attributes:
        size: its bytes.
        stamp: what is another as soon as the file is: the time of its last change, or an object's ETag.
    """

    size: int
    stamp: str


class Storage(Protocol):
    """A place for files. Paths are relative to it; each method raises UnavailableError where it fails."""

    @property
    def address(self) -> str:
        """Its address, without a slash at its end."""

    @property
    def names(self) -> Sequence[str]:
        """What users call it: its address, and other ways to write that."""

    @property
    def shows(self) -> Sequence[str]:
        """What it shows of who wrote a file, as sentences."""

    def read(self, path: str) -> bytes | None:
        """A small file; None if there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Write a small file, all or nothing."""

    def listed(self, folder: str) -> Mapping[str, Seen]:
        """The files in a folder, by name; none if there is no such folder."""

    def bring(self, path: str, content: Window) -> str:
        """Write a file, in pieces, and tell its SHA-256: of what is there, if that can be read at no cost."""

    def digest(self, path: str) -> str:
        """The SHA-256 of a file, which is read for that."""

    def copy(self, source: str, target: str, sha256: str) -> str:
        """Copy a file whose SHA-256 is known, and tell that of the copy, as `bring` does."""

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""

    def publish(self, draft: str, final: str, names: Sequence[str], last: Mapping[str, bytes]) -> None:
        """Make a folder of drafts a published one, so that at no moment a part of it is taken for all.

        Args:
            draft: the folder, which is gone then.
            final: where it is to be.
            names: its files.
            last: files that are written when all others are in place, in this order.
        """

    def clear(self, folder: str) -> None:
        """Remove the files of a folder, and the folder where there is such a thing."""
