"""Opening a bundle, checking every digest in it, and unpacking it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

from reprocrate.bundle import cores
from reprocrate.bundle.admission import (
    MAX_CHECKSUMS_BYTES,
    MAX_MANIFEST_BYTES,
    USUAL,
    Limits,
    Problem,
    ProblemKind,
    printable,
)
from reprocrate.bundle.checking import Check, SinkFor, changed, extra, in_order, metadata_problems, missing
from reprocrate.bundle.checksums import parse_checksums
from reprocrate.bundle.formats import BadMemberError, Container, Member
from reprocrate.bundle.layout import CHECKSUMS, MANIFEST, TREE, payload_digest
from reprocrate.bundle.part import Part
from reprocrate.bundle.recognition import open_container
from reprocrate.bundle.tree import MAX_TREE_BYTES, Tree, parse_tree
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.files import sha256_bytes

_SHOWN = 10
NOTHING: Mapping[str, int | None] = MappingProxyType({})


def open_bundle(
    path: Path,
    *,
    skip: Callable[[str], bool] = lambda _path: False,
    limits: Limits = USUAL,
    file: BinaryIO | None = None,
    absent: Mapping[str, int | None] = NOTHING,
) -> Bundle:
    """Open a bundle, recognised by its content: a file, a volume, or a folder with `reprocrate.json` in it.

    Nothing of it is trusted yet; `Bundle.verify` or `Bundle.extract` check it.

    Args:
        path: the file or folder.
        skip: for a folder, says of a relative path (a folder's ends in `/`) whether it is none of the
            bundle's business, such as what was built there after unpacking.
        limits: how much it may hold.
        file: what to read instead, such as a remote file; `path` is only its name then. Closing the bundle
            closes it.
        absent: files and links of which it is known that they were not brought with the others, with the
            bytes of each; None for a link.

    Raises:
        UsageError: there is nothing at this path.
        UnreadableError: it is no bundle, is cut off or broken, or holds more than is allowed.
        UnavailableError: it could not be read.
    """
    container = open_container(path, skip, limits, file)
    try:
        in_folder = file is None and path.is_dir() and volumes_at(path) is None
        return Bundle(path, container, absent, in_folder=in_folder)
    except BaseException:
        container.close()
        raise


class Bundle:
    """An open bundle; use it in a `with` statement, or call `close`.

    Attributes:
        path: the file or folder.
        absent: files and links that were not brought with the others, with the bytes of each.
    """

    def __init__(
        self,
        path: Path,
        container: Container,
        absent: Mapping[str, int | None] = NOTHING,
        *,
        in_folder: bool = False,
    ) -> None:
        self.path = path
        self._in_folder = in_folder
        self.absent = absent
        self._container = container
        if not container.has(MANIFEST):
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

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Its files, sorted by the UTF-8 bytes of their paths."""
        found = self._container.members
        return tuple(sorted(found, key=lambda member: member.path.encode("utf-8", "surrogateescape")))

    @property
    def links(self) -> Mapping[str, str]:
        """Its symbolic links: target by path."""
        return self._container.links

    @property
    def empty_folders(self) -> tuple[str, ...]:
        """The folders without a file, as its own list names them."""
        return self._tree[0].folders

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
        checksums, problems = self._listed
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
        if not self._container.has(path):
            raise KeyError(path)
        expected = self.checksums().get(path) if check and path != CHECKSUMS else None
        try:
            data = self._content(path, limit)
        except BadMemberError as error:
            raise self._not_intact([error.problem]) from None
        if check and path != CHECKSUMS and expected != sha256_bytes(data):
            raise self._not_intact([changed(path) if expected else extra(path)])
        return data

    def pieces(self, path: str) -> Generator[bytes, None, None]:
        """One file as it is, whatever the list of checksums says, in pieces of bounded size.

        Raises:
            IntegrityError: it is damaged.
        """
        try:
            yield from self._container.stream(path)
        except BadMemberError as error:
            raise self._not_intact([error.problem]) from None

    def digest(self, path: str) -> str:
        """The SHA-256 of one file as it is, whatever the list of checksums says.

        Raises:
            IntegrityError: it is damaged.
        """
        found = hashlib.sha256()
        for piece in self.pieces(path):
            found.update(piece)
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
        return in_order(problems)

    def require_intact(self, progress: Callable[[int], None] = lambda _count: None) -> None:
        """Check everything, and stop if anything is wrong.

        Raises:
            IntegrityError: it names the first ten files that are changed, missing, extra or unsafe.
        """
        if problems := self.verify(progress):
            raise self._not_intact(problems)

    def extract(
        self,
        target: Path,
        progress: Callable[[int], None] = lambda _count: None,
        only: Collection[str] | None = None,
    ) -> None:
        """Unpack into a folder that does not exist yet or is empty, all or nothing.

        Everything is checked before the folder gets its name.

        Args:
            target: the folder.
            progress: called with the number of bytes just written.
            only: unpack only these files, and links among them, and check no others.

        Raises:
            UsageError: the target exists and is not an empty folder, or lies in the bundle itself.
            IntegrityError: something is changed, missing, extra or unsafe; nothing was unpacked.
            UnavailableError: it could not be written, or the bundle not be read.
        """
        if self._in_folder and target.resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"{target} lies in {self.path}", "a bundle cannot be unpacked into itself")
        if only is None and self._structure_problems():
            self.require_intact(progress)
        part = Part(self.members, self.links, only)
        if problems := part.problems(self._listed, self._tree):
            raise self._not_intact(in_order(problems))
        from reprocrate.bundle.extraction import Staging  # not for who only reads a manifest

        with Staging(target, part.size) as staging:
            problems = self._check_contents(staging.create, part.refused, progress)
            if problems:
                raise self._not_intact(in_order(problems))
            for folder in self._tree[0].folders:
                staging.add_folder(folder)
            for path, leads_to in part.links.items():
                staging.add_link(path, leads_to)
            staging.publish()

    def _structure_problems(self) -> list[Problem]:
        """All that is wrong without looking at the content of files."""
        checksums, problems = self._listed
        problems = [*self._container.problems(), *problems, *self._tree[1]]
        there = {member.path for member in self.members}
        problems += metadata_problems(self.members)
        tree = self._tree[0].without(self.absent.keys())
        problems += tree.problems(self.links, there)
        if CHECKSUMS not in there:
            return problems
        problems += map(missing, checksums.keys() - there - self.absent.keys())
        problems += [extra(path) for path in there - checksums.keys() - {CHECKSUMS}]
        return problems

    def _check_contents(
        self, sink_for: SinkFor, refused: set[str], progress: Callable[[int], None]
    ) -> list[Problem]:
        """Read each file that is not refused to its end, hand it on, and compare its digest."""
        check = Check(self._container, self._listed[0], sink_for, progress)
        return check.run(refused, cores.workers())

    @cached_property
    def _listed(self) -> tuple[dict[str, str], list[Problem]]:
        """The list of checksums and what is wrong with it."""
        if not self._container.has(CHECKSUMS):
            return {}, [Problem(CHECKSUMS, ProblemKind.MISSING, "is missing")]
        try:
            return parse_checksums(self._content(CHECKSUMS, MAX_CHECKSUMS_BYTES))
        except UnreadableError:
            detail = f"is larger than {MAX_CHECKSUMS_BYTES >> 20} MiB"
            return {}, [Problem(CHECKSUMS, ProblemKind.DAMAGED, detail)]
        except BadMemberError as error:
            return {}, [error.problem]

    @cached_property
    def _tree(self) -> tuple[Tree, list[Problem]]:
        """The links and empty folders that it states, and what is wrong with how it does."""
        if not self._container.has(TREE):
            return Tree(), []
        try:
            return parse_tree(self._content(TREE, MAX_TREE_BYTES))
        except UnreadableError as error:
            return Tree(), [Problem(TREE, ProblemKind.DAMAGED, error.why)]
        except BadMemberError as error:
            return Tree(), [error.problem]

    def _content(self, path: str, limit: int) -> bytes:
        """The content of a file.

        Raises:
            BadMemberError: it is damaged.
            UnreadableError: it is larger than `limit` bytes.
        """
        pieces: list[bytes] = []
        size = 0
        for piece in self._container.stream(path):
            size += len(piece)
            if size > limit:
                raise UnreadableError(f"{path} in {self.path} is too large", f"the limit is {limit} bytes")
            pieces.append(piece)
        return b"".join(pieces)

    def _why_without_manifest(self) -> str:
        why = f"it has no {MANIFEST}"
        paths = (member.path for member in self._container.members)
        inner = next((path for path in paths if path.endswith(f"/{MANIFEST}")), "")
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
