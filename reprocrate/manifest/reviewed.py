"""Whether a manifest with identities is the one that was reviewed without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.manifest.anonymity import MARK, NOBODY, NOWHERE, UNTITLED, Decision, decisions, inside

Path = tuple[str | int, ...]

_MAY_BE_ABSENT = frozenset({Decision.REMOVE, Decision.OWN, Decision.HOSTS, Decision.PROOF})
_NOTHING = object()


def identity_removed(revealed: Any, reviewed: Any, redacted: frozenset[str]) -> Iterator[Path]:
    """Every place at which two manifests differ in more than in the identities that one of them lacks.

    Args:
        revealed: the manifest with identities, as plain JSON values.
        reviewed: the one without.
        redacted: the places of the files of the bundle whose bytes are others in it.

    Yields:
        paths in the manifest with identities; of what only the other one has, the path there.
    """
    yield from _Comparison(redacted).objects(revealed, reviewed, "manifest", ())


class _Comparison:
    def __init__(self, redacted: frozenset[str]) -> None:
        self._redacted = redacted

    def objects(self, ours: Any, theirs: Any, name: str, path: Path, folder: str = "") -> Iterator[Path]:
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            yield path
            return
        may_differ = self._is_redacted(ours, theirs, name, folder)
        if name == "code":
            folder = str(ours["folder"]) + "/" if ours.get("folder") else ""
        for prop in [*ours, *(theirs.keys() - ours.keys())]:
            key = f"{name}/{prop}"
            decision = decisions().get(key, Decision.TEXT)
            mine, other = ours.get(prop, _NOTHING), theirs.get(prop, _NOTHING)
            if mine is _NOTHING or other is _NOTHING:
                if decision is Decision.DERIVED and other is _NOTHING and ours.get("in_bundle") is False:
                    continue  # of a document that did not travel the digest would have told
                if decision is not Decision.PROOF and not self._may_lack(key, decision, mine, other):
                    yield (*path, prop)
            elif decision is Decision.DERIVED and may_differ:
                continue
            else:
                yield from self._values(key, decision, mine, other, (*path, prop), folder)

    def _may_lack(self, key: str, decision: Decision, mine: Any, other: Any) -> bool:
        """Whether the reviewed manifest may lack this property, or have it alone."""
        if other is not _NOTHING:
            return key == "experiment/authors" and bool(other == [{"name": NOBODY}])
        if decision is Decision.PARTS and isinstance(mine, dict):
            name = inside()[key]
            return all(
                self._may_lack(f"{name}/{p}", decisions().get(f"{name}/{p}", Decision.TEXT), v, _NOTHING)
                for p, v in mine.items()
            )
        return decision in _MAY_BE_ABSENT

    def _values(
        self, key: str, decision: Decision, mine: Any, other: Any, path: Path, folder: str
    ) -> Iterator[Path]:
        if decision is Decision.PARTS:
            yield from self._parts(inside()[key], mine, other, path, folder)
        elif decision in (Decision.TEXT, Decision.TITLE, Decision.OWN):
            if not _is_cleaned(mine, other) and not (decision is Decision.TITLE and other == UNTITLED):
                yield path
        elif decision in (Decision.BLANK, Decision.HIDE, Decision.WITH_ADDRESS):
            if other not in (MARK, NOWHERE, mine):
                yield path
        elif decision is Decision.HOSTS:
            if not isinstance(other, list) or not isinstance(mine, list) or not set(other) <= set(mine):
                yield path
        elif decision is not Decision.PROOF and not _same(mine, other):
            yield path

    def _parts(self, name: str, mine: Any, other: Any, path: Path, folder: str) -> Iterator[Path]:
        if name == "author" and other == [{"name": NOBODY}]:
            return
        if isinstance(mine, list):
            if not isinstance(other, list) or len(mine) != len(other):
                yield path
                return
            for index, (left, right) in enumerate(zip(mine, other, strict=True)):
                yield from self.objects(left, right, name, (*path, index), folder)
        else:
            yield from self.objects(mine, other, name, path, folder)

    def _is_redacted(
        self, ours: Mapping[str, Any], theirs: Mapping[str, Any], name: str, folder: str
    ) -> bool:
        """Whether what follows from the bytes of a file may be other than it was."""
        if name == "code":
            inner = f"{ours['folder']}/" if ours.get("folder") else ""
            return any(self._is_place(inner + str(file.get("path"))) for file in _entries(ours)) or any(
                "sha256" not in file for file in _entries(theirs)
            )
        return self._is_place(folder + str(ours.get("path")))

    def _is_place(self, place: str) -> bool:
        return place in self._redacted or any(
            each.startswith(".reprocrate/external/") and each.endswith("/" + place) for each in self._redacted
        )


def _entries(code: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = code.get("files", [])
    return [file for file in listed if isinstance(file, dict)] if isinstance(listed, list) else []


def _is_cleaned(mine: Any, other: Any) -> bool:
    """Whether one text is the other but for what `MARK` stands for."""
    if isinstance(mine, str) and isinstance(other, str) and MARK in other:
        return _fits(mine, other.split(MARK))
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(_is_cleaned, mine, other))
    if isinstance(mine, dict) and isinstance(other, dict):
        return mine.keys() == other.keys() and all(_is_cleaned(mine[k], other[k]) for k in mine)
    return _same(mine, other)


def _fits(text: str, parts: list[str]) -> bool:
    """Whether a text is made of these parts, with at least one letter between each two."""
    first, *middle, last = parts
    if not text.startswith(first):
        return False
    place = len(first) + 1
    for part in middle:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part) + 1
    return text.endswith(last) and len(text) - len(last) >= place


def _same(mine: Any, other: Any) -> bool:
    """Whether two JSON values are the same: true is not 1, but 1 is 1.0."""
    if isinstance(mine, bool) is not isinstance(other, bool):
        return False
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(_same, mine, other))
    if isinstance(mine, dict) and isinstance(other, dict):
        return mine.keys() == other.keys() and all(_same(mine[k], other[k]) for k in mine)
    return bool(mine == other)
