"""Files that a page or record offers, and which of them is the bundle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from reprocrate.bundle.layout import MANIFEST
from reprocrate.bundle.volume_list import LIST_SUFFIX, require_numbered, sizes_problem, volume_name
from reprocrate.bundle.volume_set import BUNDLE_SUFFIXES
from reprocrate.errors import IntegrityError, UnavailableError

_MAYBE_SUFFIXES = (".zip", ".tar.zst")
MAYBE_TYPES = ("application/zip", "application/x-zip-compressed", "application/zstd")
"""Kinds of files of which bundles are."""

_SHOWN = 10
_NAME = re.compile(r"[^\w.+ -]+")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that can be brought, in one piece or as volumes.

    Attributes:
        url: where its bytes are.
        name: what it is called.
        size: its bytes, if that is told.
        md5: its MD5, if that is told.
        sha256: its SHA-256, if that is told.
        media_type: what kind of file it is said to be.
        address: how a user can name it alone; empty for its `url`.
        notes: what the user should know about where it was found.
        volumes: in their order, where it has no bytes of its own: its `url` is that of the first then.
        checksums: the list of checksums beside the volumes.
        manifest: the copy of the bundle's manifest that lies beside it.
        member: where the archive gives out a file of it alone, with `{}` for its path; empty where it does
            not.
    """

    url: str
    name: str
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None
    media_type: str = ""
    address: str = ""
    notes: tuple[str, ...] = ()
    volumes: tuple[RemoteFile, ...] = ()
    checksums: RemoteFile | None = None
    manifest: RemoteFile | None = None
    member: str = ""


def may_be_bundle(file: RemoteFile) -> bool:
    """Whether a file may be a bundle, by its name or kind."""
    return file.name.lower().endswith(_MAYBE_SUFFIXES) or file.media_type in MAYBE_TYPES


def name_in(url: str) -> str:
    """The name of a file by the last part of its address."""
    return file_name(unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]))


def file_name(text: str) -> str:
    """A name that a file may have on any system, made from what somebody else called it."""
    name = _NAME.sub("_", text.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return name.lstrip(".-")[:150] or "bundle"


def bundle_among(files: Sequence[RemoteFile], where: str) -> RemoteFile:
    """The one file that is a bundle by its name, or the one that may be one; it may be in volumes.

    Raises:
        UnavailableError: there is none, or several, which are named with how to choose.
        UnreadableError: it is in volumes, of which some are missing.
    """
    known = [*files, *_in_volumes(files)]
    for found in (_named(known, BUNDLE_SUFFIXES), _possible(known)):
        if len(found) == 1:
            copies = [one for one in files if one.name == MANIFEST]
            beside = copies[0] if len(copies) == 1 else None
            return replace(_complete(found[0], where), manifest=beside)
        if found:
            raise UnavailableError(
                f"{where} holds {len(found)} files that may be the bundle",
                _listed(f"{one.name} ({one.address or one.url})" for one in found),
                "Name one of them by its address",
            )
    if not files:
        raise UnavailableError(f"{where} holds no file that can be had", "none is offered there")
    raise UnavailableError(
        f"{where} holds no bundle",
        f"its files are {_listed(one.name for one in files)}",
        "A bundle ends in .crate.zip or .crate.tar.zst; look at the page for where it is",
    )


def bundle_of(file: RemoteFile, files: Sequence[RemoteFile], where: str) -> RemoteFile:
    """The file that was named, or the bundle that it is a volume of, or the list of checksums beside it.

    Raises:
        UnreadableError: some of the volumes are missing.
    """
    for one in _in_volumes(files):
        if file in one.volumes or file == one.checksums:
            return _complete(one, where)
    return file


def volumes_as_one(
    name: str, volumes: Sequence[RemoteFile], checksums: RemoteFile | None = None
) -> RemoteFile:
    """The bundle that volumes make together.

    Args:
        name: what it is called.
        volumes: in their order.
        checksums: the list beside them.
    """
    sizes = [one.size for one in volumes if one.size is not None]
    return RemoteFile(
        volumes[0].url,
        name,
        size=sum(sizes) if len(sizes) == len(volumes) else None,
        address=(checksums or volumes[0]).address,
        volumes=tuple(volumes),
        checksums=checksums,
    )


def _in_volumes(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    """The bundles of which volumes are there, but for those that are there as one file, too."""
    found: dict[str, dict[int, RemoteFile]] = {}
    for one in files:
        if of := volume_name(one.name):
            found.setdefault(of.bundle, {})[of.number] = one
    by_name = {one.name: one for one in files}
    return [
        volumes_as_one(name, [them[number] for number in sorted(them)], by_name.get(f"{name}{LIST_SUFFIX}"))
        for name, them in found.items()
        if name not in by_name
    ]


def _complete(file: RemoteFile, where: str) -> RemoteFile:
    """The same, if all volumes up to the last one are there, with sizes that fit each other."""
    if file.volumes:
        names = [one.name for one in file.volumes]
        require_numbered(
            file.name, names, None, f"in {where}", "Ask whoever published it for what is missing"
        )
        sizes = [one.size for one in file.volumes if one.size is not None]
        if len(sizes) == len(names) and (problem := sizes_problem(names, sizes)):
            raise IntegrityError(
                f"the volumes of {file.name} in {where} do not fit each other",
                problem,
                "Tell whoever published it",
            )
    return file


def _named(files: Iterable[RemoteFile], suffixes: tuple[str, ...]) -> list[RemoteFile]:
    return [one for one in files if one.name.lower().endswith(suffixes)]


def _possible(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    return _named(files, _MAYBE_SUFFIXES) or [one for one in files if one.media_type in MAYBE_TYPES]


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
