"""What there is of a file that is being downloaded, under a name that says so, so that it can go on."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from reprocrate.errors import UnavailableError
from reprocrate.files import CHUNK_BYTES, could_not, write_atomically

try:
    import fcntl
except ImportError:  # Windows lets nobody else write what is open
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".part"
"""What the name of an incomplete file ends in; a small note beside it says what it is a part of."""


class About(NamedTuple):
    """What an incomplete file is a part of.

    Attributes:
        address: SHA-256 of the address, which itself may hold a key of the user's.
        validator: what tells this version of the file from others (RFC 9110, 13.1.5); empty if nothing does.
        total: bytes of the whole; None if that is not known.
    """

    address: str
    validator: str = ""
    total: int | None = None


class Partial:
    """The incomplete file; use it in a `with` statement. It stays when the block ends, unless published.

    Args:
        target: what it will be.
        address: where it is from.
        algorithms: the digests that will be asked for, such as `sha256`.

    Raises:
        UnavailableError: it could not be written, or another process is writing it.
    """

    def __init__(self, target: Path, address: str, algorithms: tuple[str, ...]) -> None:
        self._target = target
        self.path = target.with_name(target.name + SUFFIX)
        self._note = target.with_name(f"{target.name}{SUFFIX}.json")
        self._algorithms = algorithms
        self._published = False
        self._address = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(os.open(self.path, flags, 0o666), "r+b", buffering=0)  # noqa: PTH123, SIM115
        except OSError as error:
            raise could_not("write", self.path, error) from error
        try:
            self._hold()
            self.about = self._read_about()
            self._resume()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            os.fsync(self._file.fileno())
        if not self.size and not self._published:  # nothing came that is worth keeping
            self.remove()
        self._file.close()

    def append(self, piece: bytes) -> None:
        """Add what follows.

        Raises:
            UnavailableError: it could not be written; what is there is kept.
        """
        try:
            left = memoryview(piece)
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            raise could_not("write", self.path, error) from error
        self.size += len(piece)
        for digest in self._digests.values():
            digest.update(piece)

    def restart(self, about: About | None = None) -> None:
        """Begin anew."""
        try:
            self._file.seek(0)
            self._file.truncate()
        except OSError as error:
            raise could_not("write", self.path, error) from error
        self._begin()
        self.describe(about or About(self._address))

    def describe(self, about: About) -> None:
        """Note what it is a part of."""
        self.about = about._replace(address=self._address)
        write_atomically(self._note, json.dumps(self.about._asdict()).encode() + b"\n")

    def digest(self, algorithm: str) -> str:
        """The digest of what is there, in hexadecimal digits."""
        return str(self._digests[algorithm].hexdigest())

    def remove(self) -> None:
        """Leave nothing."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)

    def publish(self) -> None:
        """Give the complete file its name.

        Raises:
            UnavailableError: that was not possible.
        """
        try:
            os.fsync(self._file.fileno())
            self.path.replace(self._target)
        except OSError as error:
            raise could_not("write", self._target, error) from error
        self._published = True
        with suppress(OSError):
            self._note.unlink(missing_ok=True)

    def _hold(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnavailableError(
                f"{self._target} is being downloaded by another process", fix="Wait until that has ended"
            ) from None
        except OSError:
            return  # a file system without locks

    def _read_about(self) -> About:
        with suppress(OSError, ValueError, RecursionError):
            found = json.loads(self._note.read_bytes()[:4096])
            if isinstance(found, dict) and found.get("address") == self._address:
                total, validator = found.get("total"), found.get("validator")
                return About(
                    self._address,
                    validator if isinstance(validator, str) else "",
                    total if isinstance(total, int) else None,
                )
        return About("")

    def _resume(self) -> None:
        """Take what is there into account, if it is a part of what is wanted."""
        self._begin()
        if not self.about.address:
            self.restart()
            return
        try:
            while piece := self._file.read(CHUNK_BYTES):
                self.size += len(piece)
                for digest in self._digests.values():
                    digest.update(piece)
        except OSError as error:
            raise could_not("read", self.path, error) from error

    def _begin(self) -> None:
        self.size = 0
        self._digests: dict[str, Any] = {
            name: hashlib.new(name, usedforsecurity=False) for name in self._algorithms
        }
