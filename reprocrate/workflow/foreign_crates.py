"""Crates of other projects: found by their content, read, and seen as a manifest with files around it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reprocrate import __version__
from reprocrate.bundle import USUAL, Limits, Problem, layout
from reprocrate.bundle.bag import DECLARATION
from reprocrate.bundle.formats import BadMemberError, Container, Member
from reprocrate.bundle.recognition import open_container
from reprocrate.errors import IntegrityError, ReprocrateError, UnavailableError, UnreadableError, UsageError
from reprocrate.files import CHUNK_BYTES, FileDigest, PieceReader, could_not
from reprocrate.finding import Finding, Location, Report, Severity
from reprocrate.manifest import Manifest
from reprocrate.manifest.strict import MAX_BYTES

if TYPE_CHECKING:
    from reprocrate.workflow.judging import Demands

METADATA_NAMES = (layout.METADATA, "ro-crate-metadata.jsonld")
"""What the metadata of an attached crate is called; the second is the name of RO-Crate 1.0."""

_DETACHED = ("-ro-crate-metadata.json", *METADATA_NAMES)
"""What the name of a file with metadata alone ends in (RO-Crate 1.2, "detached")."""

_BAG = "data/"
_UNSAFE = "RC0706"
_TOOL = ("reprocrate", __version__)
_MOST_SEEN = 100_000
_KINDS = (b'"@graph"', b'"@context"')


def is_json(path: Path) -> bool:
    """Whether a file begins as metadata alone does."""
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def is_metadata(path: Path, start: bytes) -> bool:
    """Whether a JSON file is the metadata of a crate, told by its content.

    Args:
        path: the file.
        start: its first bytes.
    """
    if path.name.endswith(_DETACHED):
        return True
    if not any(kind in start for kind in _KINDS):
        return False
    with path.open("rb") as file:  # a manifest that was made of a crate holds that crate's metadata
        return b'"manifest_version"' not in file.read(MAX_BYTES)


def is_crate_folder(folder: Path) -> bool:
    """Whether a folder has the metadata of a crate, and no manifest."""
    if (folder / layout.MANIFEST).is_file() or (folder / _BAG / layout.MANIFEST).is_file():
        return False
    places = ("", _BAG) if (folder / DECLARATION).is_file() else ("",)
    return any((folder / place / name).is_file() for place in places for name in METADATA_NAMES)


def is_crate_file(path: Path) -> bool:
    """Whether a file that is no JSON holds a crate without a manifest."""
    try:
        container = open_container(path, _is_in_repository, USUAL)
    except ReprocrateError:
        return False  # whoever opens it as a bundle says what is wrong with it
    try:
        return not container.has(layout.MANIFEST) and _metadata_in(container) is not None
    except ReprocrateError:
        return False
    finally:
        container.close()


class ForeignCrate:
    """The files of an open crate, as validation sees them; to be closed.

    Args:
        path: the folder, the archive, or the metadata alone.
        limits: how much an archive may hold.

    Raises:
        UsageError, UnreadableError, UnavailableError: it cannot be read as one.

    Attributes:
        metadata: path of its metadata.
        problems: what makes it unsafe to unpack.
    """

    def __init__(self, path: Path, limits: Limits = USUAL) -> None:
        self._path = path
        self._is_alone = path.is_file() and is_json(path)
        self._container: Container = (
            _Alone(path) if self._is_alone else open_container(path, _is_in_repository, limits)
        )
        found = path.name if self._is_alone else _metadata_in(self._container)
        if found is None:
            self.close()
            raise UnreadableError(f"{path} is no RO-Crate", f"it has no {layout.METADATA}")
        self.metadata = found
        self._digests: dict[str, str | None] = {}
        self._root = found.rpartition("/")[0] + "/" if "/" in found else ""
        self._sizes = {
            member.path.removeprefix(self._root): member.size
            for member in self._container.members
            if member.path.startswith(self._root) and member.path != found
        }
        self.problems: list[Problem] = [] if path.is_dir() else self._container.problems()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def manifest(self, *, digests: bool, strict: bool = False) -> Manifest:
        """What it says, as a manifest.

        Args:
            digests: whether files whose digest it does not state are read for it; else only code is.
            strict: whether a file that it describes and that is not there counts as one that should be.

        Raises:
            UnreadableError: its metadata cannot be read.
        """
        from reprocrate.crate.foreign import CrateFiles, read_foreign  # not to tell that something is none

        files = CrateFiles(
            self._sizes,
            self._sha256,
            are_complete=strict and not self._is_alone,
            digests_all=digests,
        )
        name = str(self._path) if self._is_alone else f"{self.metadata} in {self._path}"
        return read_foreign(self._content(self.metadata, MAX_BYTES), files, name, _TOOL)

    def names(self) -> Iterable[str]:
        """Paths of all files but the metadata, relative to the root of the crate."""
        return self._sizes

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._sizes

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size.

        Raises:
            UnavailableError: it cannot be read.
        """
        found = self._sha256(path)
        if found is None:
            raise UnavailableError(f"{path} in {self._path} cannot be read", "it is damaged")
        return FileDigest(found, self._sizes[path])

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes from the start."""
        pieces: list[bytes] = []
        for piece in self._pieces(self._root + path):
            pieces.append(piece)
            if sum(map(len, pieces)) >= limit:
                break
        return b"".join(pieces)[:limit]

    def open(self, path: str) -> BinaryIO:
        """Its content as a file, from front to back."""
        return BufferedReader(PieceReader(self._pieces(self._root + path)))

    def _sha256(self, path: str) -> str | None:
        if path not in self._digests:
            self._digests[path] = self._read_for_digest(path)
        return self._digests[path]

    def _read_for_digest(self, path: str) -> str | None:
        digest = hashlib.sha256()
        with suppress(ReprocrateError):
            for piece in self._pieces(self._root + path):
                digest.update(piece)
            return digest.hexdigest()
        return None

    def _content(self, path: str, limit: int) -> bytes:
        pieces, size = [], 0
        for piece in self._pieces(path):
            size += len(piece)
            if size > limit:
                raise UnreadableError(
                    f"{path} in {self._path} is too large", f"the limit is {limit >> 20} MiB"
                )
            pieces.append(piece)
        return b"".join(pieces)

    def _pieces(self, path: str) -> Iterator[bytes]:
        try:
            yield from self._container.stream(path)
        except BadMemberError as error:
            raise IntegrityError(f"{self._path} is damaged", str(error.problem)) from None


def open_foreign(path: Path, *, digests: bool = False, limits: Limits = USUAL) -> Manifest:
    """What a crate of another project says, as a manifest. Nothing is executed, no address is asked.

    Raises:
        UnreadableError: its metadata cannot be read.
        UnavailableError: a file cannot be read.
    """
    with closing(ForeignCrate(path, limits)) as crate:
        return crate.manifest(digests=digests)


def foreign_cannot_be_rerun(what: Path) -> UsageError:
    """What is said to whoever wants to import or rerun such a crate."""
    return UsageError(
        f"{what} is a crate of another project, not a bundle",
        "it has no manifest and no list of checksums to verify it by",
        "`reprocrate show` and `reprocrate plan` tell what is in it and what a rerun would need",
    )


def assess_foreign(path: Path, name: str, demands: Demands, limits: Limits) -> Report:
    """Judge what a crate of another project says, and whether its files are as it says.

    Raises:
        UnreadableError: its metadata cannot be read.
        UnavailableError: a file cannot be read.
    """
    from reprocrate.validation import Subject
    from reprocrate.workflow.foreign_reports import about_crate
    from reprocrate.workflow.judging import judge

    with closing(ForeignCrate(path, limits)) as crate:
        manifest = crate.manifest(digests=True, strict=True)
        report = judge(Subject.of(manifest, name, crate), demands)
        report = about_crate(report, manifest, crate.metadata)
        told = {finding.message for finding in report.findings if finding.code == _UNSAFE}
        unsafe = [problem for problem in crate.problems if str(problem) not in told]
        return report.with_findings(
            Finding(_UNSAFE, Severity.ERROR, str(problem), Location(problem.path)) for problem in unsafe
        )


class _Alone:
    """Metadata without anything around it, as if it lay alone in an archive."""

    concurrent = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.members: Sequence[Member] = ()
        self.links: Mapping[str, str] = {}

    def has(self, path: str) -> bool:
        """Whether this is its name."""
        return path == self._path.name

    def problems(self) -> list[Problem]:
        """None."""
        return []

    def stream(self, _path: str) -> Iterator[bytes]:
        """The metadata in pieces."""
        try:
            with self._path.open("rb") as file:
                while piece := file.read(CHUNK_BYTES):
                    yield piece
        except OSError as error:
            raise could_not("read", self._path, error) from error

    def close(self) -> None:
        """Nothing is open."""


def _is_in_repository(path: str) -> bool:
    return path.endswith("/") and path.rstrip("/").rpartition("/")[2] == ".git"


def _metadata_in(container: Container) -> str | None:
    """The path of a crate's metadata: at the root, in a bag, or in the one folder that all files are in."""
    tops = {member.path.partition("/")[0] for member in container.members[:_MOST_SEEN]}
    inner = [f"{top}/{place}" for top in tops for place in ("", _BAG)] if len(tops) == 1 else []
    there = (place + name for place in ("", _BAG, *inner) for name in METADATA_NAMES)
    return next((path for path in there if container.has(path)), None)
