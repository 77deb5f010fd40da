"""Identifiers of entities: what they are made from, and what may be read from them.

A file is identified by its path, percent-encoded (RFC 3986, section 2.1); a folder by its path with a slash
at the end; what is not a file by a fragment, so that no program takes it for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

from reprocrate.files import safe_relative

_URI_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"

Reference = dict[str, str]
"""How one entity names another: `{"@id": ...}`."""

ROOT: Reference = {"@id": "./"}
"""The root data entity."""


def reference(identifier: str) -> Reference:
    """What stands in a property that points to the entity."""
    return {"@id": identifier}


def once(references: Iterable[Reference]) -> list[Reference]:
    """The references without repetition, in order."""
    return [reference(identifier) for identifier in dict.fromkeys(item["@id"] for item in references)]


def file_id(path: str) -> str:
    """The identifier of a file of the crate."""
    return quote(path)


def folder_id(path: str) -> str:
    """The identifier of a folder of the crate; the path has no slash at the end."""
    return f"{quote(path)}/"


def fragment_id(*parts: str | int) -> str:
    """The identifier of something that is no file, such as `#run/20261122T223000Z-9f3c`."""
    return "#" + "/".join(quote(str(part), safe="") for part in parts)


def address_id(address: str) -> str:
    """An address as an identifier: what no URI may hold is percent-encoded (RFC 3986, section 2)."""
    return quote(address, safe=_URI_CHARACTERS)


def path_of(identifier: str) -> str | None:
    """The path of the file or folder of the crate that an identifier names.

    None if it names no such thing: an address, a fragment, an absolute path, or a path that leaves the crate
    or is not safe on every system (`reprocrate.files.safe_relative`). Only what this returns may be opened.
    """
    if "?" in identifier or "#" in identifier:
        return None
    try:
        path = unquote_to_bytes(identifier.removeprefix("./")).decode()
        return path if safe_relative(path.removesuffix("/")) == path.removesuffix("/") else None
    except ValueError:
        return None
