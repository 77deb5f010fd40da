"""Files that a page or record offers, and which of them is the bundle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from reprocrate.errors import UnavailableError

BUNDLE_SUFFIXES = (".crate.zip", ".crate.tar.zst")
"""What names of bundles end in; others may be some, too."""

_MAYBE_SUFFIXES = (".zip", ".tar.zst")
MAYBE_TYPES = ("application/zip", "application/x-zip-compressed", "application/zstd")
"""Kinds of files of which bundles are."""

_SHOWN = 10
_NAME = re.compile(r"[^\w.+ -]+")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that can be brought.

    Attributes:
        url: where its bytes are.
        name: what it is called.
        size: its bytes, if that is told.
        md5: its MD5, if that is told.
        sha256: its SHA-256, if that is told.
        media_type: what kind of file it is said to be.
        address: how a user can name it alone; empty for its `url`.
        notes: what the user should know about where it was found.
    """

    url: str
    name: str
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None
    media_type: str = ""
    address: str = ""
    notes: tuple[str, ...] = ()


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
    """The one file that is a bundle by its name, or the one that may be one.

    Raises:
        UnavailableError: there is none, or several, which are named with how to choose.
    """
    for found in (_named(files, BUNDLE_SUFFIXES), _possible(files)):
        if len(found) == 1:
            return found[0]
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


def _named(files: Iterable[RemoteFile], suffixes: tuple[str, ...]) -> list[RemoteFile]:
    return [one for one in files if one.name.lower().endswith(suffixes)]


def _possible(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    return _named(files, _MAYBE_SUFFIXES) or [one for one in files if one.media_type in MAYBE_TYPES]


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
