"""Reading a tar archive in Zstandard frames that may have been made to deceive.

The members are listed and judged before any of them is given out, without unpacking what lies in the midst
of large files where the table of frames tells where the next header is. Content is given out only from frames
that hold what that table says: what other programs unpack, which do not look at it, is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from reprocrate.bundle.admission import Limits, Problem, ProblemKind, names_problems
from reprocrate.bundle.formats import BadMemberError
from reprocrate.bundle.listing import Archive, Listing
from reprocrate.bundle.tar_listing import Stored, is_file, is_folder, judge, members, path_of
from reprocrate.bundle.zstd_frames import BrokenError, CutOffError
from reprocrate.bundle.zstd_stream import open_stream
from reprocrate.errors import UnreadableError
from reprocrate.files import could_not


class TarContainer(Archive[Stored]):
    """The members of a tar archive. What is asked for its first member alone does not read the others.

    Args:
        path: what to call it, and where it lies unless it is open.
        limits: how much it may hold.
        file: the file, where it is open already; closing the container closes it.

    Raises:
        UnreadableError: it is no tar archive, is cut off, contradicts itself or asks for too much.
        UnavailableError: it could not be read.
    """

    concurrent = False  # the stream is decompressed from its start to its end

    def __init__(self, path: Path, limits: Limits, file: BinaryIO | None = None) -> None:
        self._path = path
        self._limits = limits
        try:
            with ExitStack() as failing:
                self._file = file or failing.enter_context(path.open("rb"))
                self._stream = open_stream(self._file, path)
                failing.pop_all()
        except OSError as error:
            raise could_not("read", path, error) from error
        except BrokenError as error:
            raise self._unreadable(error) from None

    def problems(self) -> list[Problem]:
        """What makes the archive unsafe or contradictory, as far as its headers tell."""
        return list(self._listing.problems)

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a member in pieces of bounded size.

        Raises:
            BadMemberError: it is one of the problems, or its content is damaged.
            UnavailableError: the archive could not be read.
        """
        stored = self._member(path)
        left = stored.size
        try:
            for piece in self._stream.pieces(stored.offset, stored.size):
                yield piece
                left -= len(piece)
        except BrokenError as error:
            detail = f"cannot be read from {self._path.name}: {error}"
            raise BadMemberError(Problem(path, ProblemKind.DAMAGED, detail)) from None
        except OSError as error:
            raise could_not("read", self._path, error) from error
        if left:
            raise BadMemberError(Problem(path, ProblemKind.DAMAGED, "is cut off"))

    @cached_property
    def _first(self) -> Stored | None:
        """The first member, if it is a file and nothing in its header speaks against giving it out."""
        try:
            first = next(members(self._stream), None)
        except BrokenError:
            return None
        except OSError as error:
            raise could_not("read", self._path, error) from error
        if first is None or not is_file(first) or judge(path_of(first), first):
            return None
        return first

    def _path_of(self, stored: Stored) -> str:
        return path_of(stored)

    @cached_property
    def _listing(self) -> Listing[Stored]:
        try:
            self._stream.judge(self._limits)
            return self._listed()
        except BrokenError as error:
            raise self._unreadable(error) from None
        except OSError as error:
            raise could_not("read", self._path, error) from error

    def _listed(self) -> Listing[Stored]:
        listing: Listing[Stored] = Listing()
        paths: list[str] = []
        folders: list[str] = []
        size = 0
        for stored in members(self._stream):
            path = path_of(stored)
            size += stored.size
            self._limits.require(self._path, len(paths) + len(folders) + 1, size, 0)
            if is_folder(stored):
                folders += [path] if path not in ("", ".") else []
                continue
            paths.append(path)
            if problem := judge(path, stored):
                listing.refuse(problem)
            if is_file(stored):
                listing.files.setdefault(path, stored)
            elif not problem:
                listing.links.setdefault(path, stored.target.decode("utf-8", "surrogateescape"))
        for found in names_problems(paths, folders):
            listing.refuse(found)
        return listing

    def _unreadable(self, error: BrokenError) -> UnreadableError:
        if isinstance(error, CutOffError):
            return UnreadableError(f"{self._path} is cut off", str(error), "Download or copy it again")
        return UnreadableError(
            f"{self._path} is not a sound tar.zst file",
            str(error),
            "Get it again from where it was published",
        )
