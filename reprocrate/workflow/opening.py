"""Opening whatever a user points at: a project, a manifest, a crate folder or a bundle, told by content."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reprocrate.bundle import USUAL, Bundle, Limits, bag, layout, open_bundle
from reprocrate.bundle.admission import MAX_CHECKSUMS_BYTES
from reprocrate.bundle.checksums import parse_checksums
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.errors import IntegrityError, ReprocrateError, UnreadableError, UsageError
from reprocrate.files import composed
from reprocrate.manifest import Manifest, load_manifest, parse_manifest
from reprocrate.workflow.foreign_crates import is_crate_file, is_crate_folder, is_metadata, open_foreign
from reprocrate.workflow.partial import IMPORTED, partial_of
from reprocrate.workflow.project import Project, find_project, is_project, open_project, refuse_unread
from reprocrate.workflow.reproduction import is_rerun, project_of

if TYPE_CHECKING:
    from reprocrate.workflow.remote import Remote

FORGED = "only `import` and `rerun` make such files, so somebody forged it"
"""Why a bundle must not hold what stands in a folder that it was unpacked to."""

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0{", b"\0\0\xfe\xff", b"\0\0\0{")
"""What JSON in UTF-16 or UTF-32 begins with: no manifest, but nothing else either."""

_ADDED_BY_US = (IMPORTED, ".reprocrate/environments/", ".reprocrate/fetching/", ".reprocrate/reruns/")


class Kind(StrEnum):
    """What a user pointed at."""

    PROJECT = "project"
    CRATE = "crate folder"  # a manifest with files around it, packed once or not
    BUNDLE = "bundle"
    MANIFEST = "manifest"
    FOREIGN = "crate of another project"  # a folder, an archive, or metadata alone


class Opened(NamedTuple):
    """An experiment that was opened.

    Attributes:
        kind: what it was read from.
        path: where that is: for a project its root.
        manifest: the experiment.
        project: settings and records, for a project.
        problems: what could not be read, in words.
        size: bytes of the remote file that it was read from; None for what lies here.
    """

    kind: Kind
    path: Path
    manifest: Manifest
    project: Project | None = None
    problems: tuple[str, ...] = ()
    size: int | None = None


def kind_of(what: Path) -> tuple[Kind, Path]:
    """What a path is, and where it begins: for a folder inside a project the project's root.

    A folder of volumes, one of them and the list beside them are the bundle that the volumes make.

    Raises:
        UsageError: there is nothing, or nothing that holds an experiment.
        UnreadableError: it is a file or a folder that cannot be read, or volumes are missing.
        IntegrityError: the sizes of volumes do not fit each other.
    """
    require_there(what)
    if what.is_file():
        return _kind_of_file(what), what
    if is_rerun(what) and not _is_unpacked(what):
        return Kind.PROJECT, project_of(what)
    if (what / layout.MANIFEST).is_file() and not is_project_itself(what):
        return Kind.CRATE, what
    if (what / bag.DECLARATION).is_file() and (what / bag.PAYLOAD / layout.MANIFEST).is_file():
        return Kind.CRATE, what
    if is_crate_folder(what) and not is_project(what):
        return Kind.FOREIGN, what
    try:
        return Kind.PROJECT, find_project(what)
    except UsageError:
        if volumes_at(what) is None:
            raise
        return Kind.BUNDLE, what


def require_there(what: Path) -> None:
    """Make sure that a path leads to a file or a folder, which can be read without waiting for anybody.

    Raises:
        UsageError: it does not.
        UnreadableError: it is a folder that may not be read.
    """
    try:
        there = what.exists()
    except (OSError, ValueError) as error:  # too long, or with a null character
        raise UsageError("there can be no such path", str(error)[:200], "Check the path") from error
    if not there:
        raise UsageError(f"{what} does not exist", fix="Check the path")
    if not what.is_file() and not what.is_dir():
        raise UsageError(
            f"{what} is a device, a pipe or a socket", "only files and folders are read", "Save it to a file"
        )
    if what.is_dir() and not os.access(what, os.R_OK | os.X_OK):
        raise UnreadableError(
            f"{what} cannot be looked into",
            "you have no permission to read this folder",
            f"Allow it (chmod u+rx {what.name or what}), or ask who owns it",
        )


def is_project_itself(folder: Path) -> bool:
    """Whether a folder is where an experiment was run, even if a bundle was unpacked over it."""
    return is_project(folder) and not _is_unpacked(folder)


def _is_unpacked(folder: Path) -> bool:
    """Whether a bundle was unpacked there."""
    return (folder / layout.CHECKSUMS).is_file() or (folder / layout.STANDARD).is_dir()


def open_what(what: Path | Remote) -> Opened:
    """The experiment that a path or an address holds. Nothing is executed.

    Of a remote one as little as possible is brought.

    Raises:
        UsageError: there is none.
        UnreadableError, IntegrityError: it cannot be read as what it is.
        UnavailableError: an address cannot be reached.
    """
    if not isinstance(what, Path):
        from reprocrate.workflow.remote import seen_remote  # most have no use for the network

        seen = seen_remote(what)
        kind = Kind.MANIFEST if seen.is_manifest else Kind.BUNDLE
        return Opened(kind, Path(seen.name), seen.manifest, size=None if seen.is_manifest else seen.size)
    kind, path = kind_of(what)
    if kind is Kind.PROJECT:
        project = open_project(path)
        refuse_unread(project)
        if not project.manifest.runs:
            raise UsageError(
                f"nothing has been run in {path}",
                "it has no run records",
                "Begin with `reprocrate run --seeds 0-4 -- COMMAND`",
            )
        return Opened(kind, path, project.manifest, project, project.problems)
    if kind is Kind.MANIFEST:
        return Opened(kind, path, load_manifest(path))
    if kind is Kind.FOREIGN:
        return Opened(kind, path, open_foreign(path))
    with open_imported(path) as bundle:
        data = bundle.manifest_bytes(check=False)
    return Opened(kind, path, parse_manifest(data, f"{layout.MANIFEST} in {path}"))


def open_imported(path: Path, limits: Limits = USUAL) -> Bundle:
    """A bundle or crate folder; in one that was imported, what was added since is left out of account.

    Data that does not come with the bundle may have been put where it belongs: it is no part of the bundle.

    Raises:
        ReprocrateError: as `open_bundle`.
    """
    part = partial_of(path)
    absent = part.not_brought if part else {}
    brought = _Brought(path) if (path / IMPORTED).is_file() else None

    def is_added(name: str) -> bool:
        return added_by_us(name) or (brought is not None and brought.holds(composed(name)))

    return open_bundle(path, skip=is_added, limits=limits, absent=absent)


class _Brought:
    """The data of an imported folder that does not come with its bundle, where it was put."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed: Collection[str] | None = None
        try:
            with (folder / layout.CHECKSUMS).open("rb") as file:
                self._listed = parse_checksums(file.read(MAX_CHECKSUMS_BYTES))[0].keys()
        except OSError:
            return  # what is wrong with it is told when it is checked

    def holds(self, path: str) -> bool:
        """Whether a file is such data; the manifest is read for it only if nothing else tells what it is."""
        if self._listed is None or path in self._listed or path.endswith("/") or path == layout.CHECKSUMS:
            return False
        return path in self._declared

    @cached_property
    def _declared(self) -> frozenset[str]:
        from reprocrate.rerun.work.materials import brought_data

        try:
            manifest = load_manifest(self._folder / layout.MANIFEST)
        except ReprocrateError:
            return frozenset()  # this too is told when it is checked
        return frozenset(one.source for one in brought_data(manifest))


def added_by_us(path: str) -> bool:
    """Whether a path of an imported folder was put there after unpacking."""
    return path.startswith(_ADDED_BY_US)


def forged(bundle: Bundle) -> list[str]:
    """What a bundle brings that only `import` and `rerun` make, however it is spelt.

    That is a built environment, or runs said to be done.
    """
    places = tuple(map(layout.spelling, _ADDED_BY_US))
    said = {*bundle.names(), *bundle.links, *(f"{path}/" for path in bundle.empty_folders)}
    with suppress(IntegrityError):  # a damaged list is told as such
        said |= bundle.checksums().keys()
    return sorted(path for path in said if layout.spelling(path).startswith(places))


def _kind_of_file(path: Path) -> Kind:
    if volumes_at(path) is not None:  # whatever its first bytes look like: they are from the midst of a file
        return Kind.FOREIGN if is_crate_file(path) else Kind.BUNDLE
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read", error.strerror or str(error)) from error
    if _looks_like_json(path, start[:64]):
        return Kind.FOREIGN if is_metadata(path, start) else Kind.MANIFEST
    return Kind.FOREIGN if is_crate_file(path) else Kind.BUNDLE


def _looks_like_json(path: Path, start: bytes) -> bool:
    """Whether a file is meant as JSON; where its first bytes tell nothing, its name does."""
    begun = start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) or start.startswith(_WIDE)
    return begun or (path.suffix == ".json" and not start.startswith(b"PK"))
