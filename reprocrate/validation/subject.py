"""What is judged: a manifest, and where there are any, the files around it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from reprocrate.crate import METADATA
from reprocrate.files import FileDigest
from reprocrate.manifest import (
    VERSION,
    InvalidManifestError,
    Manifest,
    Section,
    brought_by_newer_minor,
    is_newer_minor,
    is_older,
    manifest_of_shape,
    other_major,
    shape_problems,
)
from reprocrate.manifest.strict import TextProblem, read_text
from reprocrate.manifest.values_given import value_problems
from reprocrate.standard import SchemaProblem
from reprocrate.validation.described import MAX_METADATA_BYTES, Described
from reprocrate.validation.evidence import Evidence
from reprocrate.validation.lineage import Lineage
from reprocrate.validation.places import sections_of

if TYPE_CHECKING:
    from reprocrate.validation.items import DataItems

_VERSION = re.compile(r"(0|[1-9][0-9]*)\.[0-9]+")

MANIFEST_NAME = "reprocrate.json"
"""The manifest's name beside the files that it describes."""


class Files(Protocol):
    """The files around a manifest, as they lie in a bundle: paths are relative to its root.

    A file is known by its name as it is, and by the path that a manifest has for it, in normal form C.

    Nothing that an implementation does may start a program, follow a link out of the folder, or use the
    network.
    """

    def names(self) -> Iterable[str]:
        """Paths of all files, as their names are."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size in bytes.

        Raises:
            UnavailableError: it cannot be read.
        """

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes from the start.

        Raises:
            UnavailableError: it cannot be read.
        """

    def open(self, path: str) -> BinaryIO:
        """Its content as a file to be closed, of any size; one in an archive is read from front to back only.

        Raises:
            ReprocrateError: it cannot be read, here or when it is read.
        """


@dataclass(frozen=True)
class Subject:
    """What is judged.

    Args:
        name: what the user calls it.
        document: the manifest as plain JSON values, whatever they are.
        files: the files around it, if they are to be judged as well.
        read_problems: why the text that it was read from holds no document, if so; None where the document
            was not read from a text.
        is_bare: whether there is no manifest at all, but only files.
    """

    name: str
    document: Any
    files: Files | None = None
    read_problems: tuple[TextProblem, ...] | None = None
    is_bare: bool = False

    @classmethod
    def bare(cls, name: str, files: Files) -> Subject:
        """A subject without a manifest, of which only files are judged."""
        return cls(name, None, files, is_bare=True)

    @classmethod
    def of(cls, manifest: Manifest, name: str = MANIFEST_NAME, files: Files | None = None) -> Subject:
        """A subject whose manifest is already a typed value."""
        return cls(name, manifest.to_dict(), files)

    @classmethod
    def of_bytes(cls, name: str, data: bytes, files: Files | None = None) -> Subject:
        """A subject whose manifest is given as it is stored, whatever these bytes are."""
        document, found = read_text(data)
        return cls(name, document, files, found)

    @cached_property
    def text_problems(self) -> tuple[TextProblem, ...]:
        """Why there is no document: what is wrong with its text, or what no text could say."""
        return value_problems(self.document) if self.read_problems is None else self.read_problems

    @cached_property
    def version(self) -> str | None:
        """The version that the manifest follows; None where it names none, as the schema says."""
        version = self.document.get("manifest_version") if isinstance(self.document, dict) else None
        return version if isinstance(version, str) and _VERSION.fullmatch(version) else None

    @cached_property
    def other_major(self) -> str | None:
        """The version, if it is of another major version than is known here, and cannot be migrated."""
        return other_major(self.document)

    @property
    def is_newer(self) -> bool:
        """Whether the manifest follows a newer minor version, which may have more than is known here."""
        return self.version is not None and is_newer_minor(self.version)

    @property
    def is_older(self) -> bool:
        """Whether the manifest follows an older version, whose shape alone is judged."""
        return self.version is not None and is_older(self.version)

    @cached_property
    def all_schema_problems(self) -> list[SchemaProblem]:
        """What the schema says against the document: the older version's, where it follows one."""
        return shape_problems(self.document, self.version or VERSION)

    @property
    def schema_problems(self) -> list[SchemaProblem]:
        """What is wrong with the document's shape, without what a newer minor version may have brought."""
        return self._read[1]

    @property
    def manifest(self) -> Manifest | None:
        """The manifest as a typed value; None where the document's shape does not allow it."""
        return self._read[0]

    @property
    def well_formed(self) -> Manifest:
        """The manifest, for rules that are applied only where there is one.

        Raises:
            LookupError: there is none.
        """
        if self.manifest is None:
            raise LookupError("there is no well-formed manifest")
        return self.manifest

    @property
    def given_files(self) -> Files:
        """The files, for rules that are applied only where they are given.

        Raises:
            LookupError: there are none.
        """
        if self.files is None:
            raise LookupError("there are no files")
        return self.files

    @cached_property
    def sections(self) -> tuple[tuple[str, Section], ...]:
        """Every part of the manifest with its pointer, which several rules walk through."""
        return tuple(sections_of(self.well_formed))

    @cached_property
    def evidence(self) -> Evidence:
        """Which runs results rest on, and with which values."""
        return Evidence(self.well_formed)

    @cached_property
    def lineage(self) -> Lineage:
        """Which run wrote what another one read."""
        return Lineage(self.well_formed)

    @cached_property
    def items(self) -> tuple[DataItems, ...]:
        """What the files of the splits hold, for each data set that names any; read once for all rules."""
        from reprocrate.validation.items import DataItems  # most manifests name none

        return tuple(
            DataItems(self.given_files, data, f"/data/{number}")
            for number, data in enumerate(self.well_formed.data)
            if any(split.files for split in data.splits)
        )

    @cached_property
    def described(self) -> Described | None:
        """What the metadata of the crate around the manifest says; None where there is none.

        Raises:
            UnreadableError: it is not the metadata of an RO-Crate.
            UnavailableError: it cannot be read.
        """
        files = self.given_files
        if not files.exists(METADATA):
            return None
        data = files.read(METADATA, MAX_METADATA_BYTES + 1)
        return Described(data, self.well_formed, files.names())

    @cached_property
    def _read(self) -> tuple[Manifest | None, list[SchemaProblem]]:
        found = self.all_schema_problems
        if self.is_newer:
            found = [each for each in found if not brought_by_newer_minor(each, self.document)]
        if found or self.is_older:
            return None, found
        try:
            return manifest_of_shape(self.document, self.version or VERSION, self.name, undecided=True), []
        except InvalidManifestError as error:
            # The tests hold models and schema equal. If they are not, that must not look like a pass.
            return None, [SchemaProblem(each.pointer, "model", each.reason, "") for each in error.problems]
