"""Paths of the crosswalks' column `theirs`: whether a standard has them, and what they lead to in a document.

`schema/1.0/crosswalks/README.md` describes the notation.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"(?P<name>[^.\[\]{}]*)(?P<steps>(?:\[[^\]]*\]|\{[^}]*\})*)(?:\.|$)")
_STEP = re.compile(r"\[([^\]]*)\]|\{([^}]*)\}")
_XML = re.compile(r"/(?P<name>@?[A-Za-z]+)(?P<steps>(?:\[@[A-Za-z]+='[^']*'\])*)")


class UnknownPathError(Exception):
    """A standard has no such path; says where it ends."""


@dataclass(frozen=True)
class Token:
    name: str
    steps: tuple[str, ...]


def tokens(path: str) -> list[Token]:
    """The parts of a dotted path, each a name and what follows in brackets and braces."""
    found, place = [], 0
    while place < len(path):
        match = _TOKEN.match(path, place)
        if match is None or match.end() == place:
            raise UnknownPathError(f"{path} cannot be read from {path[place:]!r} on")
        found.append(Token(match["name"], tuple(each[0] for each in _STEP.finditer(match["steps"]))))
        place = match.end()
    return found


# Whether there is such a path -------------------------------------------------------------------------


def require(vocabulary: Mapping[str, Any], theirs: str) -> str:
    """Make sure that a standard has a path, and return class and name of the property that it ends with.

    Raises:
        UnknownPathError: it has not.
    """
    if theirs == ".":
        return ""
    if theirs.startswith("/"):
        return _require_xml(vocabulary, theirs)
    if "files" in vocabulary:
        return _require_in_file(vocabulary, theirs)
    if "root" in vocabulary:
        return _require(vocabulary, vocabulary["root"], tokens(theirs))
    first, *rest = tokens(theirs)
    if first.name not in vocabulary["types"]:
        raise UnknownPathError(f"there is no class {first.name}")
    return _require(vocabulary, first.name, rest)


def _require_in_file(vocabulary: Mapping[str, Any], theirs: str) -> str:
    file, _, path = theirs.partition("#")
    file = file.replace("{key}", "*")
    folder, _, name = file.rpartition("/")
    if name in vocabulary["values"].get("tags.key", ()):
        file = f"{folder}/*"
    if file not in vocabulary["files"]:
        raise UnknownPathError(f"there is no file {file}")
    return _require(vocabulary, vocabulary["files"][file], tokens(path))


def _require(vocabulary: Mapping[str, Any], kind: str, parts: list[Token]) -> str:
    types = vocabulary["types"]
    place = ""
    for part in parts:
        if kind == "{}" and part.name:
            kind = place = ""
        elif part.name or "" in types.get(kind, {}):
            if part.name not in types.get(kind, {}):
                raise UnknownPathError(f"{kind or 'a plain value'} has no {part.name}")
            place, kind = f"{kind}.{part.name}", types[kind][part.name]
        for step in part.steps:
            kind = _after(vocabulary, kind, step, place)
    return place


def _after(vocabulary: Mapping[str, Any], kind: str, step: str, place: str) -> str:
    if step.startswith("{"):
        if kind.endswith("{}"):
            return kind.removesuffix("{}")
        if kind and vocabulary["types"].get(kind) != {}:
            raise UnknownPathError(f"{place} is no mapping")
        return ""
    if not kind.endswith("[]"):
        if step[1:-1].isdecimal() and not kind:
            return kind
        raise UnknownPathError(f"{place} is no list")
    inner = kind.removesuffix("[]")
    name, equals, word = step[1:-1].partition("=")
    if equals:
        if name not in vocabulary["types"][inner]:
            raise UnknownPathError(f"{inner} has no {name} to choose by")
        if word not in vocabulary["values"].get(f"{inner}.{name}", [word]):
            raise UnknownPathError(f"{word} is no {name} of {inner}")
    return inner


def _require_xml(vocabulary: Mapping[str, Any], path: str) -> str:
    parts = list(_XML.finditer(path))
    if "".join(part[0] for part in parts) != path or parts[0]["name"] != vocabulary["root"]:
        raise UnknownPathError(f"{path} cannot be read")
    for before, part in itertools.pairwise(parts):
        if part["name"] not in vocabulary["types"].get(before["name"], {}):
            raise UnknownPathError(f"{before['name']} has no {part['name']}")
    for part in parts:
        for attribute, word in re.findall(r"\[@([A-Za-z]+)='([^']*)'\]", part["steps"]):
            known = vocabulary["values"].get(f"{part['name']}.@{attribute}", [word])
            if f"@{attribute}" not in vocabulary["types"][part["name"]] or word not in known:
                raise UnknownPathError(f"{part['name']} has no {attribute} {word}")
    return ".".join(part["name"] for part in parts[-2:])


# What a path leads to ---------------------------------------------------------------------------------


def values(document: Any, path: str) -> list[Any]:
    """What a dotted path leads to in a document of mappings and lists, in order."""
    found = [document]
    for part in tokens(path):
        if part.name:
            found = [each[part.name] for each in found if isinstance(each, Mapping) and part.name in each]
        for step in part.steps:
            found = [inner for each in found for inner in _step(each, step)]
    return found


def _step(value: Any, step: str) -> Iterator[Any]:
    inner = step[1:-1]
    if step.startswith("{"):
        if isinstance(value, Mapping):
            yield from value if inner == "key" else value.values()
        elif inner == "key":
            yield value
        return
    listed = value if isinstance(value, list) else [value]
    if inner.isdecimal():
        yield listed[int(inner)]
        return
    name, _, word = inner.partition("=")
    for each in listed:
        if not name or (isinstance(each, Mapping) and word in _texts(each.get(name))):
            yield each


def _texts(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def _classes(entity: Mapping[str, Any]) -> list[str]:
    return _texts(entity.get("@type", entity.get("type")))


class Graph:
    """Linked data as entities by class: `Class.property.property`, references followed, lists taken apart.

    A property value stands for its value, and of software softwareVersion for version, as Process Run Crate
    has it.
    """

    def __init__(self, document: Any) -> None:
        self._entities: list[Mapping[str, Any]] = []
        self._collect(document)
        self._named = {self._id(each): each for each in self._entities if len(each) > 1 and self._id(each)}

    def values(self, path: str) -> list[Any]:
        first, *rest = tokens(path)
        found: list[Any] = [each for each in self._entities if first.name in _classes(each)]
        found = self._chosen(found, first)
        for part in rest:
            inner = [self._named.get(self._id(each), each) for each in found if isinstance(each, Mapping)]
            names = ("softwareVersion", "version") if part.name == "version" else (part.name,)
            lists = [each[name] for each in inner for name in names if name in each]
            found = [each for value in lists for each in (value if isinstance(value, list) else [value])]
            found = self._chosen(found, part)
        return [self._plain(each) for each in found]

    def _plain(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        entity = self._named.get(self._id(value), value)
        is_value = "PropertyValue" in _classes(entity) and "value" in entity
        return entity["value"] if is_value else self._id(value)

    def _chosen(self, found: list[Any], part: Token) -> list[Any]:
        for step in part.steps:
            name, _, word = step[1:-1].partition("=")
            found = [self._named.get(self._id(each), each) for each in found if isinstance(each, Mapping)]
            found = [each for each in found if word in _texts(each.get(name))]
        return found

    def _collect(self, value: Any) -> None:
        if isinstance(value, Mapping):
            if "@type" in value or "type" in value:
                self._entities.append(value)
            for each in value.values():
                self._collect(each)
        elif isinstance(value, list):
            for each in value:
                self._collect(each)

    @staticmethod
    def _id(value: Any) -> str:
        return str(value.get("@id", value.get("id", ""))) if isinstance(value, Mapping) else ""
