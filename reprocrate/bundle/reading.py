"""Opening a bundle, checking every digest in it, and unpacking it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from reprocrate.bundle.admission import (
    MAX_CHECKSUMS_BYTES,
    MAX_MANIFEST_BYTES,
    Problem,
    ProblemKind,
    printable,
)
from reprocrate.bundle.checksums import parse_checksums
from reprocrate.bundle.extraction import Staging
from reprocrate.bundle.folder import FolderContainer
from reprocrate.bundle.formats import BadMemberError, Container, Member
from reprocrate.bundle.layout import CHECKSUMS, MANIFEST, payload_digest
from reprocrate.bundle.zip_reader import ZipContainer
from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.files import could_not, sha256_bytes

_SHOWN = 10
_SinkFor = Callable[[Member], AbstractContextManager[Callable[[bytes], object]]]

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_STARTS = {
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF file",
    b"<": "a web page",
    b"{": "a JSON file",
}


def open_bundle(path: Path, *, skip: Callable[[str], bool] = lambda _path: False) -> Bundle:
    """Open a bundle, recognised by its content: a ZIP file or a folder with `reprocrate.json` at its root.

    Nothing of it is trusted yet; `Bundle.verify` or `Bundle.extract` check it.

    Args:
        path: the file or folder.
        skip: for a folder, says of a relative path (a folder's ends in `/`) whether it is none of the
            bundle's business, such as what was built there after unpacking.

    Raises:
        UsageError: there is nothing at this path.
        UnreadableError: it is no bundle, or is cut off or broken.
        UnavailableError: it could not be read.
    """
    container: Container
    if path.is_dir():
        container = FolderContainer(path, skip)
    else:
        _check_is_zip(path)
        container = ZipContainer(path)
    try:
        return Bundle(path, container)
    except BaseException:
        container.close()
        raise


def _check_is_zip(path: Path) -> None:
    try:
        if path.exists() and not path.is_file():
            raise UnreadableError(f"{path} is not a bundle", "it is neither a file nor a folder")
        with path.open("rb") as file:
            start = file.read(512)
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist", fix="Check the path") from None
    except OSError as error:
        raise could_not("read", path, error) from error
    if not start:
        raise UnreadableError(f"{path} is empty", "a bundle is a ZIP file", "Download or copy it again")
    if not start.startswith(_ZIP_STARTS):
        looks = next((kind for magic, kind in _OTHER_STARTS.items() if start.lstrip().startswith(magic)), "")
        why = f"it is {looks}, not a ZIP file" if looks else "it is not a ZIP file"
        raise UnreadableError(f"{path} is not a bundle", why, "Name a .crate.zip file or its unpacked folder")


class Bundle:
    """An open bundle; use it in a `with` statement, or call `close`.

    Attributes:
        path: the file or folder.
        members: its files, sorted by the UTF-8 bytes of their paths.
    """

    def __init__(self, path: Path, container: Container) -> None:
        self.path = path
        self._container = container
        self.members: tuple[Member, ...] = tuple(
            sorted(container.members, key=lambda member: member.path.encode("utf-8", "surrogateescape"))
        )
        self._by_path = {member.path: member for member in self.members}
        self._checksums: tuple[dict[str, str], list[Problem]] | None = None
        if MANIFEST not in self._by_path:
            raise UnreadableError(f"{path} is not a bundle", self._why_without_manifest())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    @property
    def total_size(self) -> int:
        """Bytes that it takes when unpacked."""
        return sum(member.size for member in self.members)

    def names(self) -> tuple[str, ...]:
        """The paths of its files, sorted by their UTF-8 bytes."""
        return tuple(member.path for member in self.members)

    def checksums(self) -> dict[str, str]:
        """The SHA-256 by path, as `manifest-sha256.txt` lists them.

        Raises:
            IntegrityError: the list is missing or damaged.
        """
        checksums, problems = self._listed()
        if problems:
            raise self._not_intact(problems)
        return checksums

    def payload_digest(self) -> str:
        """The identity of the bundle, from its list of checksums: true if `verify` finds nothing.

        Raises:
            IntegrityError: the list is missing or damaged.
        """
        return payload_digest(self.checksums().items())

    def manifest_bytes(self, *, check: bool = True) -> bytes:
        """The content of `reprocrate.json`; see `read`."""
        return self.read(MANIFEST, MAX_MANIFEST_BYTES, check=check)

    def read(self, path: str, limit: int, *, check: bool = True) -> bytes:
        """The content of one file.

        Args:
            path: one of `names`.
            limit: the most bytes to accept.
            check: whether to compare it with the list of checksums.

        Raises:
            KeyError: there is no such file.
            IntegrityError: it is not what the list of checksums says, not in it, or damaged.
            UnreadableError: it is larger than `limit`.
        """
        member = self._by_path[path]
        pieces: list[bytes] = []
        size = 0
        try:
            for piece in self._container.stream(member.path):
                size += len(piece)
                if size > limit:
                    raise UnreadableError(
                        f"{path} in {self.path} is too large", f"the limit is {limit} bytes"
                    )
                pieces.append(piece)
        except BadMemberError as error:
            raise self._not_intact([error.problem]) from None
        data = b"".join(pieces)
        if check and path != CHECKSUMS:
            expected = self.checksums().get(path)
            if expected != sha256_bytes(data):
                raise self._not_intact([_changed(path) if expected else _extra(path)])
        return data

    def digest(self, path: str) -> str:
        """The SHA-256 of one file as it is, whatever the list of checksums says.

        Raises:
            IntegrityError: it is damaged.
        """
        found = hashlib.sha256()
        try:
            for piece in self._container.stream(path):
                found.update(piece)
        except BadMemberError as error:
            raise self._not_intact([error.problem]) from None
        return found.hexdigest()

    def verify(self, progress: Callable[[int], None] = lambda _count: None) -> list[Problem]:
        """Check the structure and every digest, and name all that is wrong.

        Args:
            progress: called with the number of bytes just checked.

        Raises:
            UnavailableError: the bundle could not be read.
        """
        problems = self._structure_problems()
        refused = {problem.path for problem in problems}
        problems += self._check_contents(_unused, refused, progress)
        return _in_order(problems)

    def require_intact(self, progress: Callable[[int], None] = lambda _count: None) -> None:
        """Check everything, and stop if anything is wrong.

        Raises:
            IntegrityError: it names the first ten files that are changed, missing, extra or unsafe.
        """
        if problems := self.verify(progress):
            raise self._not_intact(problems)

    def extract(self, target: Path, progress: Callable[[int], None] = lambda _count: None) -> None:
        """Unpack into a folder that does not exist yet or is empty, all or nothing.

        Everything is checked before the folder gets its name.

        Raises:
            UsageError: the target exists and is not an empty folder, or lies in the bundle itself.
            IntegrityError: something is changed, missing, extra or unsafe; nothing was unpacked.
            UnavailableError: it could not be written, or the bundle not be read.
        """
        if self.path.is_dir() and target.resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"{target} lies in {self.path}", "a bundle cannot be unpacked into itself")
        if self._structure_problems():
            self.require_intact(progress)
        with Staging(target, self.total_size) as staging:
            problems = self._check_contents(staging.create, set(), progress)
            if problems:
                raise self._not_intact(_in_order(problems))
            staging.publish()

    def _structure_problems(self) -> list[Problem]:
        """All that is wrong without looking at the content of files."""
        checksums, problems = self._listed()
        problems = [*self._container.problems(), *problems]
        if CHECKSUMS not in self._by_path:
            return problems
        for path in checksums.keys() - self._by_path.keys():
            problems.append(Problem(path, ProblemKind.MISSING, "is missing"))
        for path in self._by_path.keys() - checksums.keys() - {CHECKSUMS}:
            problems.append(_extra(path))
        return problems

    def _check_contents(
        self, sink_for: _SinkFor, refused: set[str], progress: Callable[[int], None]
    ) -> list[Problem]:
        """Read each file that is not refused to its end, hand it on, and compare its digest."""
        checksums, _ = self._listed()
        problems = []
        for member in self.members:
            if member.path in refused:
                continue
            digest = hashlib.sha256()
            try:
                with sink_for(member) as sink:
                    for piece in self._container.stream(member.path):
                        digest.update(piece)
                        sink(piece)
                        progress(len(piece))
            except BadMemberError as error:
                problems.append(error.problem)
            else:
                if checksums.get(member.path, digest.hexdigest()) != digest.hexdigest():
                    problems.append(_changed(member.path))
        return problems

    def _listed(self) -> tuple[dict[str, str], list[Problem]]:
        """The list of checksums and what is wrong with it, read once."""
        if self._checksums is None:
            self._checksums = self._read_list()
        return self._checksums

    def _read_list(self) -> tuple[dict[str, str], list[Problem]]:
        if CHECKSUMS not in self._by_path:
            return {}, [Problem(CHECKSUMS, ProblemKind.MISSING, "is missing")]
        data = bytearray()
        try:
            for piece in self._container.stream(CHECKSUMS):
                data += piece
                if len(data) > MAX_CHECKSUMS_BYTES:
                    detail = f"is larger than {MAX_CHECKSUMS_BYTES >> 20} MiB"
                    return {}, [Problem(CHECKSUMS, ProblemKind.DAMAGED, detail)]
        except BadMemberError as error:
            return {}, [error.problem]
        return parse_checksums(bytes(data))

    def _why_without_manifest(self) -> str:
        why = f"it has no {MANIFEST}"
        inner = next((path for path in self._by_path if path.endswith(f"/{MANIFEST}")), "")
        if inner.count("/") == 1:
            return (
                f"{why} at its root, but one in {printable(inner.split('/')[0])}/, which should be the root"
            )
        return why

    def _not_intact(self, problems: list[Problem]) -> IntegrityError:
        shown = "; ".join(map(str, problems[:_SHOWN]))
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        return IntegrityError(
            f"{self.path} is not what was packed ({count})",
            shown + more,
            "Get the bundle again from where it was published",
        )


def _unused(_member: Member) -> AbstractContextManager[Callable[[bytes], object]]:
    return nullcontext(len)


def _changed(path: str) -> Problem:
    return Problem(path, ProblemKind.CHANGED, f"has changed: its SHA-256 is not the one in {CHECKSUMS}")


def _extra(path: str) -> Problem:
    return Problem(path, ProblemKind.EXTRA, f"is extra: {CHECKSUMS} does not list it")


def _in_order(problems: list[Problem]) -> list[Problem]:
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (problem.path.encode("utf-8", "surrogateescape"), problem.kind))
