"""Files of a submission as texts, within limits."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.errors import ReprocrateError, UnavailableError
from reprocrate.validation.subject import Files

MOST_TEXT_BYTES = 4 << 20
"""A larger file is no source of a paper."""
MOST_ALL_BYTES = 64 << 20
"""How much is read of one submission in search of checklists."""


class Sources:
    """The files of a submission, read one after the other until the limit is reached."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._names = frozenset(files.names())
        self._left = MOST_ALL_BYTES
        self._texts: dict[str, bytes] = {}

    @property
    def names(self) -> frozenset[str]:
        """Paths of all files."""
        return self._names

    def find(self, candidates: Iterable[str]) -> str | None:
        """The first of these paths that is a file of the submission; what lies outside is none."""
        return next((path for path in candidates if path in self._names), None)

    def data(self, path: str, limit: int = MOST_TEXT_BYTES) -> bytes:
        """A file's bytes.

        Raises:
            UnavailableError: it cannot be read, or is too large.
        """
        if path in self._texts:
            return self._texts[path]
        try:
            data = self._files.read(path, limit + 1)
        except ReprocrateError as error:  # a damaged member of a bundle
            raise UnavailableError(f"{path} is not read", error.why or error.what) from error
        self._left -= len(data)
        if len(data) > limit:
            raise UnavailableError(f"{path} is not read", f"it is larger than {limit >> 20} MB")
        if self._left < 0:
            raise UnavailableError(
                f"{path} is not read",
                f"more than {MOST_ALL_BYTES >> 20} MB were read in search of checklists",
            )
        if limit == MOST_TEXT_BYTES:  # texts are looked at more than once
            self._texts[path] = data
        return data

    def text(self, path: str) -> str:
        """A file's text, with plain line ends.

        Raises:
            UnavailableError: it cannot be read, or is no text.
        """
        data = self.data(path)
        if b"\0" in data[:8192]:
            raise UnavailableError(f"{path} is not read", "it holds bytes that are no text")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        return text.replace("\r\n", "\n").replace("\r", "\n")
