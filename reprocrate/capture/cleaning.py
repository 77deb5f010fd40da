"""The last pass over a record before it is written, so that no text in it names the machine or is secret.

Each part of the record takes care of itself where it knows best what a text is. This pass sees every text,
so that a field that is added later is never forgotten.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from reprocrate.capture.privacy import Scrubber
from reprocrate.capture.record import CodeFile, DataFile, RunRecord, StoredFile
from reprocrate.capture.secrets import MASK, is_secret_name, triggers
from reprocrate.files import tree_digest

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
    every = "\n".join(_texts(record))
    lower = every.lower()
    telling = [word for word in telling_words(scrubber) if word in every or word in lower]
    if not telling:
        return Cleaned(record, {})
    cleaner = _Cleaner(scrubber, re.compile("|".join(map(re.escape, telling)), re.IGNORECASE))
    found: RunRecord = cleaner.value(record)
    if found.code.files != record.code.files:
        digest = tree_digest((file.path, file.sha256) for file in found.code.files)
        found = replace(found, code=replace(found.code, tree_sha256=digest))
    return Cleaned(found, cleaner.renamed)


def telling_words(scrubber: Scrubber) -> Iterator[str]:
    """Words of which a text that must be changed holds one, in whatever letters."""
    yield from triggers()
    yield from (os.fspath(scrubber.project), *scrubber.homes, *scrubber.names, *scrubber.hosts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif is_dataclass(value):
        for item in fields(value):
            yield from _texts(getattr(value, item.name))


class _Cleaner:
    def __init__(self, scrubber: Scrubber, telling: re.Pattern[str]) -> None:
        self._scrubber = scrubber
        self._telling = telling
        self.renamed: dict[str, str] = {}

    def value(self, value: Any) -> Any:
        """A value like this one, or itself."""
        if isinstance(value, str):
            return self._scrubber.recorded(value) if self._telling.search(value) else value
        if isinstance(value, Mapping):
            return {self.value(name): self._named(name, inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)([self.value(inner) for inner in value])
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
        if not self._telling.search(file.path):
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
