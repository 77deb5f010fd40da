"""The files of the standard that travel in the package."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprocrate.errors import UnreadableError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

HOME = "https://w3id.org/reprocrate/schema/"
"""What every identifier of a shipped schema starts with; `<version>/<name>.schema.json` follows."""

NEWEST = "1.0"
"""The newest version of the standard that is known here."""


def _package() -> Traversable:
    """The folder of this package."""
    folder = Path(__file__).parents[1]
    if folder.is_dir():
        return folder
    import importlib.resources  # takes a while to import, for packages that lie in an archive

    return importlib.resources.files("reprocrate")


def shipped_folder(version: str = NEWEST) -> Traversable:
    """The folder that holds one version of the standard.

    Raises:
        UnreadableError: that version is not shipped.
    """
    folder = _package() / "schema" / version
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
    file = _package() / "spec.md"
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
