"""What of a bundle's files must not be published: secrets, and what names the author's machine.

Logs travel masked. A result or data file in which a secret stands stays behind, since its bytes are what
the record says they are. Where code, a patch, a lock or a document holds one, nothing is packed: these cannot
stay behind. The author may consent, by `keep` of `[privacy]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from reprocrate.bundle import Entry
from reprocrate.capture.privacy.masking import masked_log
from reprocrate.capture.privacy.scrubber import Scrubber, machine_scrubber
from reprocrate.capture.privacy.secrets import lines_with_secrets
from reprocrate.capture.records.keeping import load_private
from reprocrate.files import sha256_file
from reprocrate.manifest import manifest_from
from reprocrate.workflow.inventory import Contents
from reprocrate.workflow.project import Project
from reprocrate.workflow.secret_warnings import is_kept

SCREENED_BYTES = 10_000_000
"""Larger files are no text that a person writes secrets into."""

MASKED = ".reprocrate/masked"
"""Where masked copies of logs lie until they are packed."""

_OUTPUTS = ("outputs", "checkpoints", "artifacts")
_SINGLE = ("predictions", "histories")
_MOST_LINES = 3
_PATCHED = re.compile(r"^(?:\+\+\+|---) [ab]/(?P<path>.+)$")


class Screened(NamedTuple):
    """What may be packed.

    Attributes:
        contents: the files that travel, with notes about those that do not.
        secrets: what looks like a secret in files that cannot stay behind, as sentences that name the place.
    """

    contents: Contents
    secrets: tuple[str, ...] = ()


def screen(project: Project, contents: Contents, masked: Path | None = None) -> Screened:
    """Look at what is to be packed.

    Args:
        project: the project.
        contents: what is to be packed.
        masked: the folder for masked copies of logs; one of the project where it is None.

    Raises:
        UnavailableError: a masked log could not be written.
    """
    document = contents.manifest.to_dict()
    screening = _Screening(project, dict(contents.entries), masked or project.root / MASKED)
    screening.mask_logs(document)
    screening.leave_behind(_results_and_data(document))
    secrets = tuple(screening.secrets(document))
    notes = [*contents.notes, *screening.notes, *screening.tell_homes()]
    changed = contents.manifest
    if screening.changed:
        changed = manifest_from(document, "the manifest to be packed")
    return Screened(replace(contents, manifest=changed, entries=screening.entries, notes=notes), secrets)


@dataclass
class _Screening:
    project: Project
    entries: dict[str, Entry]
    masked: Path
    notes: list[str] = field(default_factory=list)
    changed: bool = False
    _seen: set[str] = field(default_factory=set)

    def mask_logs(self, document: dict[str, Any]) -> None:
        """Put masked copies in the place of the logs that need it."""
        listed: dict[str, list[dict[str, Any]]] = {}
        run_of = {}
        for run in document.get("runs", []):
            for file in run.get("logs", []):
                listed.setdefault(file["path"], []).append(file)
                run_of[file["path"]] = run["id"]
        for path, files in sorted(listed.items()):
            entry = self.entries.get(path)
            self._seen.add(path)
            if entry is None or not isinstance(entry.source, Path) or self._is_kept(path):
                continue
            self._mask(entry, entry.source, files, self._scrubbers(run_of[path]))

    def _mask(
        self, entry: Entry, source: Path, files: list[dict[str, Any]], scrubbers: Iterable[Scrubber]
    ) -> None:
        found = masked_log(source, self.masked / entry.path.removeprefix(".reprocrate/"), scrubbers)
        if found is None:
            return
        digest = sha256_file(found.path)
        for file in files:
            file |= {"sha256": digest.sha256, "size": digest.size}
        self.entries[entry.path] = Entry(entry.path, found.path, entry.executable, digest.sha256)
        self.changed = True
        self.notes.append(
            f"{entry.path} travels masked: {found.what} in {found.lines} line{'s'[: found.lines > 1]}, "
            f"the first of them line {found.first}"
        )

    def _scrubbers(self, run: str) -> Iterator[Scrubber]:
        """Of the machine that it ran on, and of this one."""
        if (there := load_private(self.project.root, run).scrubber) is not None:
            yield there
        yield machine_scrubber(self.project.root)

    def leave_behind(self, listed: Iterable[dict[str, Any]]) -> None:
        """Take out what may stay behind and holds a secret."""
        for file in listed:
            path = file["path"]
            self._seen.add(path)
            if file.get("in_bundle") is False or path not in self.entries:
                continue
            found = [] if self._is_kept(path) else _found_in(self.entries[path])
            if found:
                del self.entries[path]
                file["in_bundle"] = False
                self.changed = True
                self.notes.append(f"{path} stays behind: {_told(found)}")

    def secrets(self, document: dict[str, Any]) -> Iterator[str]:
        """What looks like a secret in everything else."""
        patches = {code["patch"]["path"] for code in document.get("code", []) if code.get("patch")}
        for path, entry in sorted(self.entries.items()):
            if path in self._seen or self._is_kept(path):
                continue
            if path in patches:
                lines = [each for each in _found_in_patch(entry) if not self._is_kept(each[0])]
                for file, line, kind in lines[:_MOST_LINES]:
                    looks = f"looks like a secret: {kind} (line {line} of {path})"
                    yield f"{file}, changed since the commit, holds what {looks}"
            elif found := _found_in(entry):
                yield f"{path} holds what looks like a secret: {_told(found)}"

    def tell_homes(self) -> Iterator[str]:
        """Files that travel as they are and name the author's home folder."""
        homes = [f"{home}/".encode() for home in machine_scrubber(self.project.root).homes if home != "/root"]
        naming = [
            path
            for path, entry in sorted(self.entries.items())
            if not self._is_kept(path) and any(home in _text_bytes(entry) for home in homes)
        ]
        if naming:
            shown = ", ".join(naming[:_MOST_LINES]) + (" and others" if naming[_MOST_LINES:] else "")
            yield f"your home folder is named in {shown}: they travel as they are"

    def _is_kept(self, path: str) -> bool:
        return is_kept(path, self.project.settings.privacy.keep)


def _results_and_data(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for run in document.get("runs", []):
        for name in _OUTPUTS:
            yield from run.get(name, [])
        yield from (run[name] for name in _SINGLE if name in run)
    for data in document.get("data", []):
        yield from data.get("files", [])


def _found_in(entry: Entry) -> list[tuple[int, str]]:
    return lines_with_secrets(_text_bytes(entry).decode(errors="replace"))


def _found_in_patch(entry: Entry) -> Iterator[tuple[str, int, str]]:
    text = _text_bytes(entry).decode(errors="replace")
    lines = text.splitlines()
    for number, kind in lines_with_secrets(text):
        names = (match["path"] for line in reversed(lines[:number]) if (match := _PATCHED.match(line)))
        yield next(names, entry.path), number, kind


def _text_bytes(entry: Entry) -> bytes:
    """The bytes of a text; nothing of a large file or one of no text."""
    source = entry.source
    if isinstance(source, bytes):
        data = source
    else:
        if source.stat().st_size > SCREENED_BYTES:
            return b""
        data = source.read_bytes()
    return b"" if len(data) > SCREENED_BYTES or b"\0" in data[:8192] else data


def _told(found: list[tuple[int, str]]) -> str:
    lines = ", ".join(f"{kind} in line {line}" for line, kind in found[:_MOST_LINES])
    return lines + (f" and {len(found) - _MOST_LINES} more" if found[_MOST_LINES:] else "")
