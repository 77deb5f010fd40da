"""The conformance cases: manifests, and what must be said of them.

`schema/1.0/conformance/README.md` describes their form, which needs nothing of this package.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any, BinaryIO

from reprocrate.files import FileDigest, could_not, sha256_bytes
from reprocrate.finding import Location
from reprocrate.manifest.strict import read_text
from reprocrate.standard import path_of, shipped_folder
from reprocrate.validation.subject import Subject

CASE_NAME = "case.json"
FILES_NAME = "files"


@dataclass(frozen=True)
class Case:
    """One conformance case.

    Attributes:
        name: its path below `conformance`, without the ending.
        content: what the case says, as stored.
        folder: the folder of the files around its manifest, if it has any.
    """

    name: str
    content: dict[str, Any]
    folder: Traversable | None = None

    @property
    def says(self) -> str:
        """The case in a sentence."""
        return str(self.content["says"])

    @property
    def is_valid(self) -> bool:
        """Whether the case shows what the rule allows."""
        return "/valid/" in self.name

    @property
    def is_bare(self) -> bool:
        """Whether there is no manifest, but only files."""
        return bool(self.content.get("bare"))

    @property
    def expected(self) -> list[tuple[str, str]]:
        """Code and place (see `place_of`) of every finding that must be made, sorted."""
        return sorted(
            (each["code"], each["pointer"] if "pointer" in each else f"{each['file']}:{each['line']}")
            for each in self.content["expect"]
        )

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """What a policy sets for this case, by code and name."""
        return dict(self.content.get("parameters", {}))

    @property
    def data(self) -> bytes | None:
        """The manifest's bytes, where the case is about them; not kept, since they can be many."""
        if "bytes" not in self.content:
            return None
        return b"".join(map(_part, self.content["bytes"]))

    @cached_property
    def document(self) -> Any:
        """The manifest as plain JSON values; None where its bytes hold none."""
        data = self.data
        if data is not None:
            return read_text(data)[0]
        if self.is_bare or "manifest" in self.content:
            return self.content.get("manifest")
        base = json.loads(_conformance().joinpath(self.content["base"]).read_bytes())
        return patched(base, self.content.get("patch", []))

    def subject(self) -> Subject:
        """What is to be judged."""
        files = CaseFiles(self.folder) if self.folder else None
        required = tuple(self.content.get("requires", ()))
        if self.is_bare and files is not None:
            return replace(Subject.bare(self.name, files, self.size), required=required)
        data = self.data
        if data is not None:
            return Subject.of_bytes(self.name, data, files)
        return Subject(self.name, self.document, files, size=self.size, required=required)

    @property
    def size(self) -> int | None:
        """Bytes of the files around the manifest, where there are any."""
        return CaseFiles(self.folder).total_size() if self.folder else None


def place_of(location: Location) -> str:
    """A place as `Case.expected` has it: a pointer into the manifest, or a file with its line."""
    if location.pointer is None and location.line is not None:
        return f"{location.file}:{location.line}"
    return location.pointer or ""


class CaseFiles:
    """The files of a case, wherever the package is installed."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder

    def names(self) -> Iterator[str]:
        """Paths of all files, sorted."""
        return iter(sorted(_names(self._folder, "")))

    def total_size(self) -> int:
        """Bytes of all files."""
        return sum(len(self._bytes(path)) for path in self.names())

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._folder.joinpath(path).is_file()

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size."""
        data = self._bytes(path)
        return FileDigest(sha256_bytes(data), len(data))

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes."""
        return self._bytes(path)[:limit]

    def open(self, path: str) -> BinaryIO:
        """Its content as a file; those of cases are small."""
        return io.BytesIO(self._bytes(path))

    def _bytes(self, path: str) -> bytes:
        try:
            return self._folder.joinpath(path).read_bytes()
        except OSError as error:
            raise could_not("read", path, error) from error


def cases_of(code: str) -> list[Case]:
    """The cases of a rule, valid ones first, in the order of their names."""
    home = _conformance() / code
    return [case for kind in ("valid", "invalid") for case in _cases(home / kind, f"{code}/{kind}")]


def all_cases() -> list[Case]:
    """The cases of all rules that have any."""
    codes = sorted(each.name for each in _conformance().iterdir() if each.name.startswith("RC"))
    return [case for code in codes for case in cases_of(code)]


def patched(document: Any, operations: list[dict[str, Any]]) -> Any:
    """A document changed by a JSON Patch (RFC 6902) of `add`, `remove` and `replace`; the original is kept.

    Raises:
        LookupError: an operation names a place that is not there.
        ValueError: an operation is none of the three.
    """
    root = {"": copy.deepcopy(document)}
    for operation in operations:
        path = ["", *path_of(operation["path"])]
        parent: Any = root
        for part in path[:-1]:
            parent = parent[int(part) if isinstance(parent, list) else part]
        _operate(parent, path[-1], operation)
    return root[""]


def _part(part: dict[str, Any]) -> bytes:
    """One part of the bytes of a case: text or hexadecimal digits, once or several times."""
    once = bytes.fromhex(part["hex"]) if "hex" in part else str(part["text"]).encode()
    return once * int(part.get("times", 1))


def _operate(parent: Any, key: str, operation: dict[str, Any]) -> None:
    kind = operation["op"]
    if kind not in ("add", "remove", "replace"):
        raise ValueError(f"{kind} is not an operation that conformance cases use")
    if isinstance(parent, list) and kind == "add":
        parent.insert(len(parent) if key == "-" else int(key), operation["value"])
        return
    place: Any = int(key) if isinstance(parent, list) else key
    if kind != "add":
        parent[place]  # it must be there
    if kind == "remove":
        del parent[place]
    else:
        parent[place] = operation["value"]


def _cases(folder: Traversable, name: str) -> Iterator[Case]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        label = f"{name}/{entry.name.removesuffix('.json')}"
        if entry.is_dir():
            yield Case(label, json.loads(entry.joinpath(CASE_NAME).read_bytes()), entry / FILES_NAME)
        elif entry.name.endswith(".json"):
            yield Case(label, json.loads(entry.read_bytes()))


def _names(folder: Traversable, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _names(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name


def _conformance() -> Traversable:
    return shipped_folder() / "conformance"
