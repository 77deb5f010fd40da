"""The files behind a record, which whoever compares hands in: a manifest alone has only their digests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from reprocrate.manifest import File, Run


class Evidence(Protocol):
    """Where the files of one side can be read."""

    def read(self, file: File, limit: int) -> bytes | None:
        """The bytes of a file as they were recorded; `None` where they are not there, or are others.

        Args:
            file: one that the manifest names.
            limit: the most bytes to accept; a larger file counts as not there.
        """


class NoEvidence:
    """A side of which nothing but the manifest is there."""

    def read(self, file: File, limit: int) -> bytes | None:  # noqa: ARG002
        """Nothing."""
        return None


def place_within(run: Run, file: File) -> tuple[str | None, str]:
    """Where a file stands, with a folder that is called as the run left open."""
    return file.root, "/".join("" if part == run.id else part for part in file.path.split("/"))


def counterpart(recorded: Run, file: File, again: Run) -> File | None:
    """What the rerun wrote at the place of a file of the recorded run, whatever it calls it there."""
    place = place_within(recorded, file)
    return next((one for one in files_of(again) if place_within(again, one) == place), None)


def files_of(run: Run) -> Iterator[File]:
    """Every file that a run left, logs included."""
    yield from run.written
    yield from run.logs
