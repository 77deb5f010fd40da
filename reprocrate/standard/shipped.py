"""The files of the standard that travel in the package."""

from __future__ import annotations

import importlib.resources
import json
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from reprocrate.errors import UnreadableError

HOME = "https://w3id.org/reprocrate/schema/"
"""What every identifier of a shipped schema starts with; `<version>/<name>.schema.json` follows."""

NEWEST = "1.0"
"""The newest version of the standard that is known here."""

Shipped = Traversable
"""A file or folder of the standard, wherever the package is installed."""


def shipped_folder(version: str = NEWEST) -> Shipped:
    """The folder that holds one version of the standard.

    Raises:
        UnreadableError: that version is not shipped.
    """
    folder = importlib.resources.files("reprocrate") / "schema" / version
    if not folder.is_dir():
        raise UnreadableError(
            f"version {version} of the standard is not known here",
            f"the newest that this reprocrate has is {NEWEST}",
            "Install a newer reprocrate",
        )
    return folder


def shipped_bytes(path: str, version: str = NEWEST) -> bytes:
    """A file of the standard, by its path in the version's folder, such as `context.jsonld`.

    Raises:
        UnreadableError: there is no such file.
    """
    file = shipped_folder(version).joinpath(path)
    if not file.is_file():
        raise UnreadableError(f"the standard {version} has no file {path}")
    return file.read_bytes()


def specification() -> str:
    """The text of the standard, in Markdown.

    Raises:
        UnreadableError: the package was installed without it.
    """
    file = importlib.resources.files("reprocrate") / "spec.md"
    if not file.is_file():
        raise UnreadableError("this reprocrate was installed without the specification, spec.md")
    return file.read_text("utf-8")


def schema_bytes(name: str, version: str = NEWEST) -> bytes:
    """A shipped schema as it is stored.

    Args:
        name: `manifest`, `report` and the like.
        version: of the standard.

    Raises:
        UnreadableError: there is no such schema.
    """
    return shipped_bytes(f"{name}.schema.json", version)


@cache
def schema_document(name: str, version: str = NEWEST) -> dict[str, Any]:
    """A shipped schema as plain JSON values, read once; not to be changed.

    Raises:
        UnreadableError: there is no such schema.
    """
    document: dict[str, Any] = json.loads(schema_bytes(name, version))
    return document


def schema_url(name: str, version: str = NEWEST) -> str:
    """The identifier of a schema: what stands in `$schema` of a document that follows it."""
    return f"{HOME}{version}/{name}.schema.json"
