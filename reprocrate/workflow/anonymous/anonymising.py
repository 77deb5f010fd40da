"""Making the contents of a bundle anonymous: its manifest, its documents, and a look at all the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from reprocrate.bundle import Entry
from reprocrate.errors import UsageError
from reprocrate.files import sha256_bytes, tree_digest
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.manifest.anonymity import MARK, NOBODY, anonymous_document
from reprocrate.validation.places import declared_files
from reprocrate.workflow.anonymous.documents import Redaction, redaction_of
from reprocrate.workflow.anonymous.gathering import gather
from reprocrate.workflow.anonymous.identities import Identities
from reprocrate.workflow.anonymous.keeping import Review, Salts, manifest_bytes, salts_of
from reprocrate.workflow.anonymous.scanning import in_manifest, sightings
from reprocrate.workflow.contents import Contents
from reprocrate.workflow.project import Project
from reprocrate.workflow.secret_warnings import is_kept

MANIFEST = "reprocrate.json"


class Anonymity(NamedTuple):
    """What the author wants of an anonymous bundle.

    Attributes:
        allowed: files, folders or globs that travel as they are, whatever they show; `reprocrate.json` stands
            for the manifest.
        redacted: those in which identities are replaced though they are no documents.
    """

    allowed: Sequence[str] = ()
    redacted: Sequence[str] = ()


class Anonymised(NamedTuple):
    """Contents that show nobody.

    Attributes:
        contents: what travels.
        review: what the author keeps.
        identities: what looks like an identity and was not allowed, as sentences that name the place.
    """

    contents: Contents
    review: Review
    identities: tuple[str, ...] = ()


def anonymised(project: Project, contents: Contents, wanted: Anonymity, data: str) -> Anonymised:
    """Take identities out of what is to be packed, and look for what is left of them.

    Args:
        project: the project.
        contents: what an ordinary bundle would hold.
        wanted: what the author allows.
        data: which data travels, as a word and names, which a revealed bundle repeats.

    Raises:
        UsageError: a file that is to be redacted is no text.
        UnavailableError: the secret behind the salts could not be kept, or a file not be read.
    """
    privacy = project.settings.privacy
    identities = gather(project, contents.manifest)
    work = _Work(
        project,
        contents.manifest,
        identities,
        kept=(*wanted.allowed, *privacy.anonymous_keep),
        redacted=(*wanted.redacted, *privacy.anonymous_redact),
        entries=dict(contents.entries),
    )
    work.leave_patches()
    work.redact()
    manifest = work.manifest(salts_of(project.root))
    notes = [note for note in contents.notes if not note.startswith("your home folder is named in")]
    notes += work.notes()
    made = replace(contents, manifest=manifest, entries=work.entries, notes=notes)
    review = Review(data, contents.manifest, work.originals)
    return Anonymised(made, review, tuple(work.left(manifest, contents.tree.entries())))


@dataclass
class _Work:
    project: Project
    before: Manifest
    who: Identities
    kept: tuple[str, ...]
    redacted: tuple[str, ...]
    entries: dict[str, Entry]
    originals: dict[str, bytes] = field(default_factory=dict)

    def leave_patches(self) -> None:
        """Patches stay behind: they are about a commit that nobody may know, and the tree travels whole."""
        for code in self.before.code:
            if code.patch:
                self.entries.pop(code.patch.path, None)

    def redact(self) -> None:
        """Take identities out of the documents, the logs, and what the author names."""
        found = _Roles(self.before)
        for path, entry in sorted(self.entries.items()):
            how = self._redaction(path, found)
            if how is None or is_kept(path, self.kept):
                continue
            data = entry.source if isinstance(entry.source, bytes) else entry.source.read_bytes()
            new = self._redacted(path, data, how)
            if new != data:
                self.originals[path] = data
                self.entries[path] = entry._replace(source=new, expected_sha256=sha256_bytes(new))

    def _redaction(self, path: str, found: _Roles) -> Redaction | None:
        if path in found.logs:
            return _log
        if is_kept(path, self.redacted):
            return _everything
        if path in found.results and path not in found.tables:
            return None  # its bytes are what a run wrote or read
        return redaction_of(path, is_lock=path in found.locks)

    def _redacted(self, path: str, data: bytes, how: Redaction) -> bytes:
        text = data.decode(errors="surrogateescape")
        if "\0" in text[:8192]:
            if is_kept(path, self.redacted):
                raise UsageError(
                    f"{path} cannot be redacted",
                    "it is no text",
                    "Leave it out of the bundle, or let it travel as it is with --allow-identity",
                )
            return data
        new = how(text, self.who)
        if path.endswith(".py") and _is_python(text) and not _is_python(new):
            raise UsageError(
                f"{path} cannot be redacted",
                "it would be no Python any more: an identity stands where no text does, as in a name",
                "Change the file and run again, or let it travel as it is with --allow-identity",
            )
        return new.encode(errors="surrogateescape")

    def manifest(self, salts: Salts) -> Manifest:
        """The manifest of what travels now."""
        titled = self.project.settings.experiment.title is not None
        document = anonymous_document(self.before.to_dict(), self.who, titled=titled)
        document["experiment"]["authors"] = [{"name": NOBODY}]
        self._set_digests(document)
        document["anonymous"] = {
            "manifest_sha256_salted": salts.digest(MANIFEST, manifest_bytes(self.before)),
            "redacted": [
                {"path": path, "sha256_salted": salts.digest(path, data)}
                for path, data in sorted(self.originals.items(), key=lambda pair: pair[0].encode())
            ],
        }
        return manifest_from(document, "the anonymous manifest")

    def _set_digests(self, document: dict[str, Any]) -> None:
        """Give the entries of redacted files the digests that these have now, and trees theirs."""
        now: dict[tuple[str, str], tuple[int, str]] = {}
        places = {declared.pointer: declared.place for declared in declared_files(self.before)}
        for pointer, place in places.items():
            if place in self.originals:
                entry = _at(document, pointer)
                if entry is not None and entry.get("in_bundle") is not False:
                    source = self.entries[place].source
                    data = source if isinstance(source, bytes) else source.read_bytes()
                    old = sha256_bytes(self.originals[place])
                    if entry.get("sha256") in (None, old):
                        now[entry["path"], old] = (len(data), sha256_bytes(data))
                        _set(entry, *now[entry["path"], old])
        for run in document.get("runs", []):  # what was read has no place of its own
            for file in run.get("inputs", []):
                if (changed := now.get((file["path"], file.get("sha256", "")))) is not None:
                    _set(file, *changed)
        for code in document.get("code", []):
            _set_tree(code)

    def left(self, manifest: Manifest, more: Iterable[Entry]) -> Iterator[str]:
        """What still looks like an identity, in the files and in what else there is to pack."""
        searched = [entry for path, entry in sorted(self.entries.items()) if not is_kept(path, self.kept)]
        searched += [entry for entry in more if not is_kept(entry.path, self.kept)]
        yield from sightings(searched, self.who)
        if not is_kept(MANIFEST, self.kept):
            yield from in_manifest(manifest.to_dict(), self.who)

    def notes(self) -> Iterator[str]:
        """What was changed."""
        if self.originals:
            shown = ", ".join(sorted(self.originals)[:8])
            more = f" and {len(self.originals) - 8} more" if len(self.originals) > 8 else ""
            yield f"identities were removed from {shown}{more}"


class _Roles:
    """What the files of a manifest are, by their places in the bundle."""

    def __init__(self, manifest: Manifest) -> None:
        self.logs: set[str] = {file.path for run in manifest.runs for file in run.logs}
        self.tables = {table.file for table in manifest.tables if table.file}
        self.locks: set[str] = set()
        self.results: set[str] = set()
        for declared in declared_files(manifest):
            section = declared.pointer.split("/")[1]
            if section == "environments":
                self.locks.add(declared.place)
            elif section != "code" and declared.place not in self.logs:
                self.results.add(declared.place)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _everything(text: str, identities: Identities) -> str:
    """A text without identities, wherever they stand."""
    return identities.text(text)


def _log(text: str, identities: Identities) -> str:
    """A log without identities, and without names of users that are too short to be looked for elsewhere."""
    text = identities.text(text)
    for name in sorted(identities.users | identities.hosts):
        if len(name) > 2:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", MARK, text)
    return text


def _at(document: Any, pointer: str) -> dict[str, Any] | None:
    """The object at a pointer; None where it was removed."""
    value = document
    for part in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(part)]
        else:
            value = value.get(part)
            if value is None:
                return None
    return value if isinstance(value, dict) else None


def _set_tree(code: dict[str, Any]) -> None:
    """The digest of a tree as its files are now.

    The digest of a document that does not travel tells whoever guesses a name whether it stands there, so it
    goes; and it would follow from the digest of the tree that was.
    """
    files = code.get("files", [])
    for file in files:
        if file.get("in_bundle") is False and redaction_of(file["path"]) is not None:
            file.pop("sha256", None)
            file.pop("size", None)
    known = [(file["path"], file["sha256"]) for file in files if "sha256" in file]
    if files:
        code["tree_sha256"] = tree_digest(known)


def _set(file: dict[str, Any], size: int, sha256: str) -> None:
    file["sha256"] = sha256
    if "size" in file:
        file["size"] = size
