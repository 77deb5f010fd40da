"""What is judged: a manifest, and where there are any, the files around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from reprocrate.crate import METADATA
from reprocrate.files import FileDigest
from reprocrate.finding import JudgedDomain
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
from reprocrate.manifest.garbage import seldom_collected
from reprocrate.manifest.strict import TextProblem, read_text
from reprocrate.manifest.values_given import value_problems
from reprocrate.standard import SchemaProblem
from reprocrate.validation.described import MAX_METADATA_BYTES, Described
from reprocrate.validation.domains import domains_of
from reprocrate.validation.evidence import Evidence
from reprocrate.validation.lineage import Lineage
from reprocrate.validation.places import (
    Declared,
    Values,
    declared_files,
    fields_among,
    sections_of,
    values_in,
)

if TYPE_CHECKING:
    from reprocrate.validation.items import DataItems
    from reprocrate.validation.printed_tables.matching import Printings
    from reprocrate.validation.shown import ShownCell
    from reprocrate.validation.source import Source
    from reprocrate.validation.submission import Submission

T = TypeVar("T")

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
        size: bytes of what was given: of the one file, or of all files of a folder; None if not known.
        asked_domains: the fields of research by whose rules it is to be judged; None for those that the
            manifest shows by itself.
        required: names of the items that a policy requires of the files.
    """

    name: str
    document: Any
    files: Files | None = None
    read_problems: tuple[TextProblem, ...] | None = None
    is_bare: bool = False
    size: int | None = None
    asked_domains: tuple[JudgedDomain, ...] | None = None
    required: tuple[str, ...] = ()

    @classmethod
    def bare(cls, name: str, files: Files, size: int | None = None) -> Subject:
        """A subject without a manifest, of which only files are judged."""
        return cls(name, None, files, is_bare=True, size=size)

    @classmethod
    def of(cls, manifest: Manifest, name: str = MANIFEST_NAME, files: Files | None = None) -> Subject:
        """A subject whose manifest is already a typed value."""
        return cls(name, manifest.to_dict(), files)

    @classmethod
    def of_bytes(cls, name: str, data: bytes, files: Files | None = None, size: int | None = None) -> Subject:
        """A subject whose manifest is given as it is stored, whatever these bytes are."""
        with seldom_collected():
            document, found = read_text(data)
        return cls(name, document, files, found, size=size)

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

    @cached_property
    def manifest(self) -> Manifest | None:
        """The manifest as a typed value; None where the document's shape does not allow it."""
        return self._read[0]

    @cached_property
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
    def domains(self) -> tuple[JudgedDomain, ...]:
        """The fields of research by whose own rules it is judged; none where there is no manifest to tell."""
        if self.asked_domains is not None or self.is_bare:
            return self.asked_domains or ()
        is_readable = not self.text_problems and not self.other_major
        return domains_of(self.well_formed) if is_readable and self.manifest else ()

    @cached_property
    def submission(self) -> Submission:
        """The files as a submission that is looked through, whether or not there is a manifest.

        Raises:
            LookupError: there are none.
        """
        from reprocrate.validation.submission import Submission  # most subjects are not asked for it

        return Submission(self.given_files)

    @cached_property
    def sections(self) -> tuple[tuple[str, Section], ...]:
        """Every part of the manifest with its pointer, which several rules walk through."""
        return tuple(sections_of(self.well_formed))

    @cached_property
    def by_kind(self) -> dict[type[Section], list[tuple[str, Section]]]:
        """The parts of the manifest with their pointers, by the model that they are of."""
        found: dict[type[Section], list[tuple[str, Section]]] = {}
        for place, section in self.sections:
            found.setdefault(type(section), []).append((place, section))
        return found

    def having(self, *names: str) -> Iterator[tuple[str, Any]]:
        """Each property of some names that is given anywhere in the manifest, as its pointer and value.

        One that is an empty list counts as not given.
        """
        for kind, entries in self.by_kind.items():
            for name in fields_among(kind, names):
                for place, section in entries:
                    value = getattr(section, name)
                    if value is not None and value != ():
                        yield f"{place}/{name}", value

    def once(self, find: Callable[[Subject], T]) -> T:
        """What a function finds in this subject: called for the first of the rules that ask, and kept."""
        if find not in self._found:
            self._found[find] = find(self)
        found: T = self._found[find]
        return found

    @cached_property
    def declared(self) -> tuple[Declared, ...]:
        """Every file that the manifest declares, in its order."""
        return tuple(declared_files(self.well_formed))

    @cached_property
    def values(self) -> Values:
        """What the document holds anywhere; rules look here first, and for places only where it is there."""
        return values_in(self.document)

    @cached_property
    def evidence(self) -> Evidence:
        """Which runs results rest on, and with which values."""
        return Evidence(self.well_formed)

    @cached_property
    def lineage(self) -> Lineage:
        """Which run wrote what another one read."""
        return Lineage(self.well_formed)

    @cached_property
    def source(self) -> Source:
        """The author's code: the source trees that the manifest lists, or else all that is not vendored.

        Raises:
            UnavailableError: a folder cannot be read.
        """
        from reprocrate.validation.source import Place, Source  # only where there are files

        listed = [each for each in self.manifest.code if each.files] if self.manifest else []
        places = [Place(each.folder or "", tuple(file.path for file in each.files)) for each in listed]
        return Source(self.given_files, places or [Place()])

    @cached_property
    def printings(self) -> Printings | None:
        """The printed tables that the manifest names; None where there are no files, or none is named."""
        if self.files is None or not any(table.file for table in self.well_formed.tables):
            return None
        from reprocrate.validation.printed_tables.matching import Printings
        from reprocrate.validation.printed_tables.sources import reading

        return Printings(self.well_formed, reading(self.files.exists, self.files.read, self.files.names))

    @cached_property
    def shown(self) -> tuple[ShownCell, ...]:
        """The cells of tables that show a figure of a result."""
        if not self.well_formed.tables:
            return ()
        from reprocrate.validation.shown import shown_cells

        return tuple(shown_cells(self.well_formed, self.printings))

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
    def _found(self) -> dict[Callable[[Subject], Any], Any]:
        return {}

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
