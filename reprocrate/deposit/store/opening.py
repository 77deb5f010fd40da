"""A store of files by its address."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from reprocrate.deposit.archives import Place
from reprocrate.deposit.store.deposits import StoreArchive
from reprocrate.deposit.store.folders import Folder
from reprocrate.deposit.store.objects import Objects, refused
from reprocrate.errors import UnavailableError, UsageError

_INSTALL = "pip install 'reprocrate[store]'"


def store(place: Place) -> StoreArchive:
    """The store at an address: `file:///folder`, or any other scheme that fsspec knows.

    Raises:
        UsageError: it is no address of a folder, or there is no such folder.
        UnavailableError: what is needed for it is not installed, or it cannot be reached.
    """
    if place.text.partition("://")[0].lower() in ("file", "local"):
        return StoreArchive(Folder(_folder(place.text)))
    return StoreArchive(_objects(place.text))


def _folder(text: str) -> Path:
    parts = urlsplit(text)
    path = Path(url2pathname(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_absolute() or parts.query or parts.fragment:
        raise UsageError(
            f"{text} is no address of a folder",
            "it has three slashes, and then the path: file:///srv/archive",
            f"Write {Path(unquote(parts.netloc + parts.path)).absolute().as_uri()}, if you mean that",
        )
    root = Path(os.path.normpath(path))
    if not root.is_dir():
        raise UsageError(
            f"there is no folder {root}", "an archive is not made by the way", f"Make it: mkdir {root}"
        )
    return root


def _objects(text: str) -> Objects:
    try:
        import fsspec
    except ImportError as error:
        raise UnavailableError(f"{text} cannot be opened", "fsspec is not installed", _INSTALL) from error
    if any(sign in text for sign in ("?", "#", "::")) or text.endswith("://"):
        raise UsageError(f"{text} is no address of a folder", fix="Write it like s3://bucket/folder")
    scheme = text.partition("://")[0]
    try:
        system, root = fsspec.core.url_to_fs(text)
        root = root.rstrip("/")
        top = root.partition("/")[0] or "/"
        missing = not _may_exist(system, top)
    except ImportError as error:
        raise UnavailableError(f"{text} cannot be opened", str(error), _needed(scheme)) from error
    except ValueError as error:
        raise UsageError(f"{text} is no address that fsspec knows", str(error)) from error
    except Exception as error:  # each implementation has its own
        raise refused(f"{text} cannot be opened", error) from error
    if missing:
        raise UsageError(
            f"there is no {scheme}://{top}", "an archive is not made by the way", "Make it first"
        )
    return Objects(system, root, text.rstrip("/"))


def _needed(scheme: str) -> str:
    return "pip install 'reprocrate[s3]'" if scheme in ("s3", "s3a") else f"Install it, for {scheme}"


def _may_exist(system: Any, top: str) -> bool:
    """Whether a bucket is there, as far as one may ask for that."""
    try:
        return bool(system.exists(top))
    except PermissionError:
        return True
