"""A ZIP file of any origin, read in place."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from reprocrate.bundle.admission import Limits, ProblemKind
from reprocrate.bundle.formats import BadMemberError
from reprocrate.bundle.plain.contents import MOST_FILES, Contents, Seen, is_looked_at, leads_out, unavailable
from reprocrate.bundle.plain.forms import PlainForm
from reprocrate.bundle.zip_listing import judge
from reprocrate.bundle.zip_reader import ZipContainer
from reprocrate.bundle.zip_records import Stored
from reprocrate.errors import UnavailableError


class _Zip(ZipContainer):
    """A ZIP file whose members are given out whatever they are called: they are only looked at."""

    @property
    def stored(self) -> list[Stored]:
        """The entries of its table."""
        return self._table

    def given(self, path: str, stored: Stored) -> Iterator[bytes]:
        """The content of a member in pieces, as far as it is what the table says."""
        return self._content(path, stored)


class ZipContents(Contents):
    """The files in a ZIP file.

    Args:
        path: the ZIP file.
        limits: how much it may hold.

    Raises:
        UnreadableError: it is no ZIP file, or cut off, or asks for too much.
        UnavailableError: it cannot be read.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._zip = _Zip(path, limits)
        self._stored: dict[str, Stored] = {}
        seen = Seen()
        try:
            for stored in self._zip.stored:
                self._take(stored, seen)
        except BaseException:
            self._zip.close()
            raise
        super().__init__(PlainForm.ZIP, {name: each.size for name, each in self._stored.items()}, seen)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def pieces(self, path: str) -> Iterator[bytes]:
        """The content of a member in pieces."""
        try:
            yield from self._zip.given(path, self._stored[path])
        except BadMemberError as error:
            raise unavailable(path, f"it {error.problem.detail}") from None
        except OSError as error:
            raise unavailable(path, error.strerror or str(error)) from error

    def _take(self, stored: Stored, seen: Seen) -> None:
        path, problem = judge(stored)
        path = path.replace("\\", "/")
        if path.endswith("/"):
            return
        if stat.S_ISLNK(stored.mode):
            seen.links += 1
            if leads_out(path, self._target(path, stored)):
                seen.outward.append(path)
        elif problem is not None and problem.kind is ProblemKind.UNSAFE:
            seen.others += 1
        elif len(self._stored) >= MOST_FILES:
            seen.is_whole = False
        elif is_looked_at(path, seen):
            seen.encrypted += problem is not None and problem.kind is ProblemKind.ENCRYPTED
            if problem is not None:
                seen.unreadable[path] = f"it {problem.detail}"
            self._stored.setdefault(path, stored)

    def _target(self, path: str, stored: Stored) -> str:
        try:
            pieces = self._zip.given(path, stored)
            return next(pieces, b"")[:4096].decode("utf-8", "replace")
        except (BadMemberError, UnavailableError, OSError):
            return ""
