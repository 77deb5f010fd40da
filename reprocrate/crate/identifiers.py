"""Identifiers of entities: what they are made from, and what may be read from them.

A file is identified by its path, percent-encoded (RFC 3986, section 2.1); a folder by its path with a slash
at the end; what is not a file by a fragment, so that no program takes it for one. Software is identified by
an absolute address, as Process Run Crate recommends: its page where it has one, else a name in our namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

from reprocrate.files import safe_relative

NAMES = "https://w3id.org/reprocrate/"
"""The namespace of names that are made from what they name; nothing has to be found at them."""

_URI_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"

_BEYOND_ASCII = re.compile(r"(?:%[89A-F][0-9A-F])+")

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


def tree_id(digest: str, path: str | None = None) -> str:
    """The name of a source tree, or of a file in it, by the tree's digest: the same wherever the tree is."""
    return f"{NAMES}tree/sha256/{digest}" + (f"/{quote(path)}" if path else "")


def experiment_id(manifest: str, *parts: str | int) -> str:
    """The name of something that only one experiment knows, by the id of its manifest."""
    return f"{NAMES}experiment/{quote(manifest.removeprefix('urn:uuid:'))}{fragment_id(*parts)}"


def native_id(identifier: str) -> str:
    """An identifier whose characters beyond ASCII are themselves, as in an IRI (RFC 3987, section 3.2)."""
    return _BEYOND_ASCII.sub(_decoded, identifier)


def address_id(address: str) -> str:
    """An address as an identifier: what no URI may hold is percent-encoded (RFC 3986, section 2)."""
    return quote(address, safe=_URI_CHARACTERS)


def path_of(identifier: str) -> str | None:
    """The path of the file or folder of the crate that an identifier names, as a manifest has it.

    None if it names no such thing: an address, a fragment, an absolute path, or a path that leaves the crate
    or is not safe on every system (`reprocrate.files.safe_relative`). Only what this returns may be opened.
    """
    if "?" in identifier or "#" in identifier:
        return None
    try:
        path = unquote_to_bytes(identifier.removeprefix("./")).decode()
        folder = "/" if path.endswith("/") else ""
        return safe_relative(path.removesuffix("/")) + folder
    except ValueError:
        return None


def _decoded(match: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(match[0]).decode()
    except UnicodeDecodeError:
        return match[0]
    return text if text.isprintable() else match[0]
