"""What becomes of each property of a manifest when it is made for double-blind review.

`anonymity.csv` of the standard decides for every property of the schema: it is the one place to look when a
property is added.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from reprocrate.standard import schema_document, shipped_bytes

MARK = "removed-for-review"
"""What stands in the place of an identity: a word that no syntax takes for anything else."""

NOWHERE = f"https://{MARK}.invalid/"
"""What stands in the place of an address."""

NOBODY = "Anonymous"
"""The name of every author."""

UNTITLED = "Anonymous experiment"
"""The title where the authors gave none, and the name of their folder would stand there."""

REVIEWED = ".reprocrate/reviewed/"
"""Where a revealed bundle holds what was reviewed: manifest, list of checksums and salts."""

SALTS = REVIEWED + "salts.json"
"""The salts of a revealed bundle: `manifest`, and `files` by path, in hexadecimal digits."""

REVIEWED_MANIFEST = REVIEWED + "reprocrate.json"
REVIEWED_CHECKSUMS = REVIEWED + "manifest-sha256.txt"

_OF_THE_AUTHORS = ("new", "generated")


class Decision(StrEnum):
    """What becomes of a property."""

    KEEP = "keep"
    PARTS = "parts"
    TEXT = "text"
    TITLE = "title"
    BLANK = "blank"
    REMOVE = "remove"
    HIDE = "hide"
    WITH_ADDRESS = "with-address"
    OWN = "own"
    HOSTS = "hosts"
    DERIVED = "derived"
    ANONYMOUS = "anonymous"
    PROOF = "proof"


class Cleaner(Protocol):
    """Knows whom a text could name."""

    def text(self, text: str) -> str:
        """The text with `MARK` in the place of every identity."""

    def is_private(self, address: str) -> bool:
        """Whether an address, a bucket or the name of an image leads to the authors or to nobody else."""

    def is_private_host(self, host: str) -> bool:
        """Whether only the authors know this host."""


@cache
def decisions() -> Mapping[str, Decision]:
    """The decision on each property, named `object/property` as in `anonymity.csv`."""
    lines = shipped_bytes("anonymity.csv").decode().splitlines()
    return {row["property"]: Decision(row["action"]) for row in csv.DictReader(lines)}


@cache
def inside() -> Mapping[str, str]:
    """For each property that holds objects, what the names of their properties begin with."""
    schema = schema_document("manifest")
    found: dict[str, str] = {}

    def visit(node: Mapping[str, Any], name: str) -> None:
        for prop, value in node.get("properties", {}).items():
            key = f"{name}/{prop}"
            holds = value.get("items", value)
            if reference := holds.get("$ref"):
                found[key] = reference.rpartition("/")[2]
            elif "properties" in holds:
                found[key] = key
                visit(holds, key)

    visit(schema, "manifest")
    for name, definition in schema["$defs"].items():
        visit(definition, name)
    return found


def anonymous_document(document: Mapping[str, Any], cleaner: Cleaner, *, titled: bool) -> dict[str, Any]:
    """A manifest without what names its authors; what depends on redacted files is as it was.

    Args:
        document: the manifest as plain JSON values.
        cleaner: knows whom a text could name.
        titled: whether the authors gave the experiment its title.
    """
    return _Redaction(cleaner, titled).object(document, "manifest", owned=False)


class _Redaction:
    def __init__(self, cleaner: Cleaner, titled: bool) -> None:
        self._cleaner = cleaner
        self._titled = titled

    def object(self, value: Mapping[str, Any], name: str, *, owned: bool) -> dict[str, Any]:
        """An object whose properties are called `name/...`; `owned`: it is about data of the authors'."""
        if name == "data":
            owned = value.get("origin") in _OF_THE_AUTHORS
        made: dict[str, Any] = {}
        for prop, inner in value.items():
            new = self._property(f"{name}/{prop}", inner, owned=owned)
            if new is not None or inner is None:
                made[prop] = new
        hidden = [prop for prop in made if decisions().get(f"{name}/{prop}") is Decision.HIDE]
        if any(made[prop] != value[prop] for prop in hidden):
            follows = [prop for prop in made if decisions().get(f"{name}/{prop}") is Decision.WITH_ADDRESS]
            made |= dict.fromkeys(follows, MARK)
        return made

    def _property(self, key: str, value: Any, *, owned: bool) -> Any:
        """The new value; None where it is removed."""
        decision = decisions().get(key, Decision.TEXT)  # private properties and those of extensions
        if decision is Decision.PARTS:
            return self._parts(value, inside()[key], owned=owned)
        if decision is Decision.HIDE:
            return hidden(value) if owned or self._cleaner.is_private(value) else value
        if decision is Decision.OWN:
            return None if owned else self._cleaner.text(value)
        if decision is Decision.TITLE:
            return self._cleaner.text(value) if self._titled else UNTITLED
        if decision is Decision.HOSTS:
            return [host for host in value if not self._cleaner.is_private_host(host)] or None
        if decision is Decision.TEXT:
            return self._text(value)
        fixed = {Decision.REMOVE: None, Decision.BLANK: MARK, Decision.ANONYMOUS: NOBODY}
        return fixed.get(decision, value)

    def _parts(self, value: Any, name: str, *, owned: bool) -> Any:
        if isinstance(value, list):
            made = [self.object(each, name, owned=owned) for each in value]
            return made[:1] if name == "author" else made  # how many there are tells, too
        made_one = self.object(value, name, owned=owned)
        return made_one or None

    def _text(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._cleaner.text(value)
        if isinstance(value, list):
            return [self._text(each) for each in value]
        if isinstance(value, dict):
            return {name: self._text(each) for name, each in value.items()}
        return value


def hidden(address: str) -> str:
    """What stands in the place of an address: another one, which leads nowhere (RFC 2606)."""
    return NOWHERE if "://" in address else MARK


def host_of(address: str) -> str:
    """The host of an address, the bucket, or the registry of an image; empty where there is none."""
    try:
        if "://" in address:
            return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
    first, slash, _ = address.partition("/")
    return first.partition(":")[0].lower() if slash and ("." in first or ":" in first) else ""


_MADE_BY_PACKING = frozenset(
    {
        *("reprocrate.json", "ro-crate-metadata.json", "ro-crate-preview.html", "REPRODUCING.md"),
        *("manifest-sha256.txt", ".reprocrate/packed.json"),
    }
)


def made_by_packing(path: str) -> bool:
    """Whether packing makes a file of a bundle from the manifest, so that it follows from that."""
    made = (".reprocrate/standard/", "ro-crate-preview_files/", REVIEWED)
    return path in _MADE_BY_PACKING or path.startswith(made)


def may_change(path: tuple[str | int, ...]) -> bool:
    """Whether what is at a place of a manifest may be other than at the time of the review.

    That is what the experiment is called, who made it and where it is reported, and which version of a tool
    put the manifest together; and the locks, which are made anew where they lacked digests, and which a
    revealed bundle takes from the reviewed one. No result follows from any of it.
    """
    if path[:1] == ("environments",):
        return path[2:3] == ("lock",)
    return path[:1] in (("history",), ("experiment",)) or (
        path[:1] == ("code",) and path[2:] == ("repository",)
    )
