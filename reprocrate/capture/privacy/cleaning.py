"""The last pass over a record before it is written, so that no text in it names the machine or is secret.

Each part of the record takes care of itself where it knows best what a text is. This pass sees every text,
so that a field that is added later is never forgotten.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.privacy.secrets import MASK, forms, is_secret_name, triggers
from reprocrate.capture.record import CodeFile, DataFile, RunRecord, StoredFile
from reprocrate.files import tree_digest

_NO_CHARACTER = re.compile("[\\ud800-\\udfff]")
_FILES = (CodeFile, DataFile, StoredFile)


@dataclass(frozen=True)
class Cleaned:
    """A record that may travel.

    Attributes:
        record: the record.
        renamed: true names of the files that have another one in the record, by that.
    """

    record: RunRecord
    renamed: Mapping[str, str]


def cleaned(record: RunRecord, scrubber: Scrubber) -> Cleaned:
    """A record without anything that must not stand in it; the same object where nothing does."""
    names: list[str] = []
    texts = "\n".join(_texts(record, names))
    telling = _any_of(telling_words(scrubber), texts)
    in_names = _any_of((*forms(), *scrubber.hosts, *scrubber.names, "="), "\n".join(names))
    if telling is None and in_names is None:
        return Cleaned(record, {})
    cleaner = _Cleaner(scrubber, telling, in_names)
    found: RunRecord = cleaner.value(record)
    if found.code.files != record.code.files:
        digest = tree_digest((file.path, file.sha256) for file in found.code.files)
        found = replace(found, code=replace(found.code, tree_sha256=digest))
    return Cleaned(found, cleaner.renamed)


def telling_words(scrubber: Scrubber) -> Iterator[str]:
    """Words of which a text that must be changed holds one, in whatever letters."""
    yield from triggers()
    yield from (os.fspath(scrubber.project), *scrubber.homes, *scrubber.names, *scrubber.hosts)


def _any_of(words: Iterable[str], text: str) -> re.Pattern[str] | None:
    """What finds those of the words that stand in a text, in whatever letters; None where none does."""
    lower = text.lower()
    listed = [re.escape(word) for word in words if word.lower() in lower]
    if _NO_CHARACTER.search(text):
        listed.append(_NO_CHARACTER.pattern)
    return re.compile("|".join(listed), re.IGNORECASE) if listed else None


def _texts(value: Any, names: list[str]) -> Iterator[str]:
    """Every text of a record but for the names of files, which are added to `names`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, _FILES):
        names.append(value.path)
        if isinstance(value, DataFile):
            yield from (value.url or "", *value.read_by, *value.written_by)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner, names)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner, names)
    elif is_dataclass(value):
        for item in fields(value):
            yield from _texts(getattr(value, item.name), names)


class _Cleaner:
    """Cleans values; `telling` and `in_names` find the texts, and names of files, that may have to change."""

    def __init__(
        self, scrubber: Scrubber, telling: re.Pattern[str] | None, in_names: re.Pattern[str] | None
    ) -> None:
        self._scrubber = scrubber
        self._telling = telling
        self._in_names = in_names
        self.renamed: dict[str, str] = {}

    def value(self, value: Any) -> Any:
        """A value like this one, or itself."""
        if isinstance(value, str):
            changes = self._telling is not None and self._telling.search(value)
            return self._scrubber.recorded(value) if changes else value
        if isinstance(value, Mapping):
            return {self.value(name): self._named(name, inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            if self._telling is None and self._in_names is None and value and isinstance(value[0], _FILES):
                return value
            return type(value)([self.value(inner) for inner in value])
        if isinstance(value, DataFile):
            ids = {"read_by": self.value(value.read_by), "written_by": self.value(value.written_by)}
            return replace(value, path=self._file_name(value), url=self.value(value.url), **ids)
        if isinstance(value, _FILES):
            return replace(value, path=self._file_name(value))
        if is_dataclass(value) and not isinstance(value, type):
            changed = {item.name: self.value(getattr(value, item.name)) for item in fields(value)}
            return replace(value, **changed)
        return value

    def _named(self, name: Any, value: Any) -> Any:
        """The value of an entry of a table: one that is called like a secret is one."""
        if isinstance(name, str) and isinstance(value, str) and value and is_secret_name(name):
            return MASK
        return self.value(value)

    def _file_name(self, file: CodeFile | DataFile | StoredFile) -> str:
        if self._in_names is None or not self._in_names.search(file.path):
            return file.path
        if getattr(file, "root", None) is not None:
            return self._scrubber.file_name(self._scrubber.place(file.path))
        name = self._scrubber.file_name(file.path)
        if name == file.path:
            return name
        name = self._free(name, file.path)
        self.renamed[name] = file.path
        return name

    def _free(self, name: str, true: str) -> str:
        """The name, or one like it that no other file has."""
        number = 1
        free = name
        while self.renamed.get(free, true) != true:
            number += 1
            free = f"{name}-{number}"
        return free
