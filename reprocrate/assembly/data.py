"""The data that runs read, as the manifest lists it: declared, in caches, elsewhere, over the network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from reprocrate.assembly.cached import Cached, cached
from reprocrate.assembly.data_settings import DataSettings
from reprocrate.assembly.inputs import FileRoles, Key, files_of, matches
from reprocrate.assembly.remote import on_the_hub, remote_places, remote_section
from reprocrate.assembly.sections import Section, without_nothing
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.data.digests import digests_of_project
from reprocrate.capture.record import DataFile, RunRecord
from reprocrate.files import place_of, sha256_file


@dataclass
class DataSections:
    """The manifest's data entries.

    Attributes:
        sections: the entries; those that the author declared come first.
        of_file: the id of the entry that holds a file.
        of_address: the id of the entry that holds what was read at an address.
    """

    sections: list[Section] = field(default_factory=list)
    of_file: dict[Key, str] = field(default_factory=dict)
    of_address: dict[str, str] = field(default_factory=dict)


def make_data(
    project: Path, settings: ProjectSettings, records: Sequence[RunRecord], roles: FileRoles
) -> DataSections:
    """The manifest's data entries.

    What was read without being declared is one entry for each data set of a cache, for each place on the
    network, else for each folder.
    """
    entries = _Entries(settings)
    for record in records:
        for file in record.inputs:
            if roles.is_data(file.root, file.path):
                entries.take(file, None if file.root else roles.declared_as(file.path))
    for name, declared in settings.data.items():
        for file in _unread_files(project, declared, entries.files[name]):
            entries.files[name][None, file.path] = file
    made = DataSections()
    for name, members in entries.files.items():
        section = _section(project, name, settings.data.get(name), members.values())
        made.sections.append(without_nothing(entries.known.get(name, {})) | section)
        made.of_file |= dict.fromkeys(members, name)
    _add_remote(made, settings, records, entries)
    return made


class _Entries:
    """Sorts files into entries."""

    def __init__(self, settings: ProjectSettings) -> None:
        self._settings = settings
        self.files: dict[str, dict[Key, DataFile]] = {name: {} for name in settings.data}
        self.known: dict[str, Section] = {}
        self._ids: dict[tuple[str, str, str | None], str] = {}

    def take(self, file: DataFile, declared: str | None) -> None:
        """One file that was read."""
        source = None if declared else cached(file.root, file.path, file.sha256)
        if declared is not None:
            name = declared
        elif source is not None:
            name = self.id_of(file.root or "", source)
        else:
            name = self._folder_name(file)
        members = self.files.setdefault(name, {})
        before = members.get((file.root, file.path))
        url = (source.file_url if source else None) or file.url or (before.url if before else None)
        members[file.root, file.path] = replace(file, url=url)

    def id_of(self, root: str, source: Cached) -> str:
        """The id of a data set of a cache; of another version of it, another id."""
        key = (root, source.name, source.version)
        if key not in self._ids:
            name = plain_id(f"{root}-{source.name}")
            if name in self._ids.values() and source.version:
                name = plain_id(f"{name}-{source.version[:12]}")
            self._ids[key] = name
            described = {"name": source.name, "kind": source.kind, "origin": "existing"}
            self.known[name] = described | {"version": source.version, "source": _source(source)}
        return self._ids[key]

    def _folder_name(self, file: DataFile) -> str:
        parts = PurePosixPath(file.path).parts
        words = [file.root] if file.root else []
        words += parts[:-1] if len(parts) > 1 else [PurePosixPath(file.path).stem]
        name = plain_id("-".join(words))
        declared = self._settings.data.get(name)
        if declared is None or not (declared.files or declared.remote):
            return name  # what the author says by that name, without files, is said of these
        return f"{name}-files"


def plain_id(text: str) -> str:
    """An identifier that is like a text."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-_")[:200] or "data"  # no dot: TOML would split it


def _add_remote(
    made: DataSections, settings: ProjectSettings, records: Sequence[RunRecord], entries: _Entries
) -> None:
    """What was read over the network; what the author declared as remote data is that."""
    by_id = {section["id"]: section for section in made.sections}
    declared = {one.remote.uri.rstrip("/"): name for name, one in settings.data.items() if one.remote}

    def note(name: str, addresses: Iterable[str], section: Section) -> None:
        if name not in by_id:
            by_id[name] = {"id": name}
            made.sections.append(by_id[name])
        for key, value in section.items():
            by_id[name].setdefault(key, value)
        made.of_address |= dict.fromkeys(addresses, name)

    for record in records:
        for one in record.remote:
            source = on_the_hub(one)
            if source is not None:
                name = entries.id_of("huggingface", source)
                remote = {"uri": source.url, "revision": source.version, "verified": False}
                section = entries.known[name] | {"remote": without_nothing(remote)}
                note(name, [one.uri], without_nothing(section))
    for uri, members in remote_places(records).items():
        name = next(
            (name for start, name in declared.items() if f"{uri}/".startswith(f"{start}/")),
            plain_id(uri.partition("://")[2]),
        )
        note(name, [one.uri for one in members], {"remote": remote_section(uri, members)})


def _source(source: Cached) -> Section | None:
    return {"url": source.url} if source.url else None


def _unread_files(project: Path, declared: DataSettings, known: Mapping[Key, DataFile]) -> Iterable[DataFile]:
    """Declared files that no launch was seen to read."""
    for pattern in declared.files:
        for name in files_of(project, pattern):
            if (None, name) not in known:
                digest = digests_of_project(project).of(place_of(project, name))
                yield DataFile(name, None, digest.size, digest.sha256)


def _section(project: Path, name: str, declared: DataSettings | None, files: Iterable[DataFile]) -> Section:
    known: Section = {}
    if declared:
        known = declared.model_dump(mode="json", exclude_defaults=True, exclude={"files", "in_bundle"})
    stays = {"in_bundle": False} if declared and not declared.travels else {}
    listed = sorted(files, key=lambda file: (file.root or "", file.path))
    if known:
        paths = [file.path for file in listed]
        known["splits"] = [_split(project, split, paths) for split in known.get("splits", [])]
    roots = {file.root for file in listed}
    return {
        "id": name,
        **known,
        "root": next(iter(roots)) if len(roots) == 1 else None,
        "files": [_file(file) | stays for file in listed],
    }


def _file(file: DataFile) -> Section:
    section = {"path": file.path, "size": file.size, "sha256": file.sha256, "root": file.root}
    return section | ({"url": file.url} if file.url else {})


def _split(project: Path, split: Section, paths: Sequence[str]) -> Section:
    """A split with its files by their paths, and with what its file of digests says of it.

    A pattern that no file of the data matches stays as it is, for validation to tell of. Where nobody made
    the file of digests yet, nothing is said of it.
    """
    if "files" in split:
        found = [
            [path for path in paths if matches(path, pattern)] or [pattern] for pattern in split["files"]
        ]
        split = split | {"files": list(dict.fromkeys(path for each in found for path in each))}
    listed = split.get("digests", {})
    if not listed or "sha256" in listed or not (place := place_of(project, listed["path"])).is_file():
        return split
    digest = sha256_file(place)
    items = sum(bool(line.strip()) for line in place.read_bytes().splitlines())
    return {"count": items} | split | {"digests": listed | {"size": digest.size, "sha256": digest.sha256}}
