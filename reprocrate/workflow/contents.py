"""What of a project goes into its bundle, and where each file comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from reprocrate.bundle import Entry, layout
from reprocrate.capture.data.digests import digests_of_project
from reprocrate.capture.records.loading import RUNS
from reprocrate.files import FileDigest, composed, sha256_bytes
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.workflow.project import Project
from reprocrate.workflow.sources import Sources

SMALL_BYTES = 100_000_000
"""Data up to this size in all travels by default."""

_DOCUMENTS = (
    "reprocrate.toml",
    "README*",
    "LICEN[CS]E*",
    "COPYING*",
    "NOTICE*",
    "CITATION.cff",
    "codemeta.json",
)

DataChoice = Literal["all", "small", "none"]


@dataclass(slots=True)
class Contents:
    """The files of a bundle, by path, and the manifest that says which of them travel.

    Attributes:
        manifest: the project's manifest with `in_bundle` set.
        entries: what is packed, without the bundle's own files.
        notes: what was left out, and why.
    """

    manifest: Manifest
    entries: dict[str, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def collect(project: Project, choice: DataChoice = "small") -> Contents:
    """Decide what travels. The integrity rules report what should and cannot be found."""
    document = project.manifest.to_dict()
    collector = _Collector(project, Sources(project.root))
    collector.add_code(document)
    collector.add_data(document, choice)
    collector.add_runs(document)
    collector.add_locks(document)
    collector.add_documents(document)
    manifest = manifest_from(document, "the manifest to be packed")
    return Contents(manifest, collector.entries, collector.notes)


class _Collector:
    def __init__(self, project: Project, sources: Sources) -> None:
        self._project = project
        self._sources = sources
        self._digests = digests_of_project(project.root)
        self.entries: dict[str, Entry] = {}
        self.notes: list[str] = []

    def add_code(self, document: dict[str, Any]) -> None:
        """The trees that results rest on; of the others only the digests stay."""
        used = _code_of_results(self._project.manifest)
        for code in document.get("code", []):
            for file in code.get("files", []):
                if code["id"] not in used:
                    file["in_bundle"] = False
                elif source := self._sources.code(code, file):
                    self._add(_within(code.get("folder"), file["path"]), file, source)
            patch = code.get("patch")
            if patch and (self._project.root / patch["path"]).is_file():
                self._add(patch["path"], patch, self._project.root / patch["path"])

    def add_data(self, document: dict[str, Any], choice: DataChoice) -> None:
        """Data that may travel, while all of it is small, and what is known of its items."""
        sets = document.get("data", [])
        free = [data for data in sets if not _stays(data)]
        total = sum(file.get("size", 0) for data in free for file in data.get("files", []))
        for data in sets:
            self._add_digests(data)
            stays = _stays(data)
            travels = choice != "none" and not stays and (choice == "all" or total <= SMALL_BYTES)
            for file in data.get("files", []):
                source = self._sources.data(file) if travels else None
                if source is None and (travels is False or file.get("root")):
                    file["in_bundle"] = False
                if source:
                    outside = layout.EXTERNAL + data["id"] + "/" if file.get("root") else ""
                    self._add(outside + file["path"], file, source)
            if not travels and data.get("files"):
                self.notes.append(
                    f"data {data['id']} stays behind: {_why_not(data, choice, total, stays=stays)}"
                )

    def _add_digests(self, data: dict[str, Any]) -> None:
        """The digests of a data set's items: by them items of two splits are told apart without the data."""
        for split in data.get("splits", []):
            listed = split.get("digests")
            if listed and listed.get("in_bundle") is not False:
                source = self._sources.place(listed["path"])
                if "sha256" in listed and self._is_as_recorded(source, listed):
                    self._add(listed["path"], listed, source)

    def add_runs(self, document: dict[str, Any]) -> None:
        """What runs wrote and printed, where it is still as they left it."""
        for run in document.get("runs", []):
            for file in _written(run):
                if file.get("in_bundle") is False:
                    continue
                source = self._sources.place(file["path"])
                is_allowed = file["path"].startswith(f"{RUNS}/") or not layout.is_reserved(file["path"])
                if self._is_as_recorded(source, file) and is_allowed:
                    self._add(file["path"], file, source)
                else:
                    file["in_bundle"] = False
                    self.notes.append(
                        f"{file['path']} has changed since run {run['id']}: its bytes stay behind"
                    )
            for file in run.get("logs", []):
                source = self._sources.place(file["path"])
                if self._is_as_recorded(source, file):
                    self._add(file["path"], file, source)
                else:
                    file["in_bundle"] = False
                    self.notes.append(f"{file['path']} is not as the run left it: it stays behind")

    def add_locks(self, document: dict[str, Any]) -> None:
        """The locks of all environments: those made for them, and those that were found beside what ran."""
        for environment in document.get("environments", []):
            if lock := environment.get("lock"):
                self._add(lock["path"], lock, self._project.root / lock["path"])
            for kept in environment.get("locks", []):
                if source := self._sources.kept(kept["sha256"]):
                    self._add(kept["path"], kept, source)

    def add_documents(self, document: dict[str, Any]) -> None:
        """What people read: the author's settings, readme, licence, citation, and the files of tables."""
        tables = [table["file"] for table in document.get("tables", []) if table.get("file")]
        found = [path for pattern in _DOCUMENTS for path in self._project.root.glob(pattern)]
        for path in sorted([*found, *(self._project.root / name for name in tables)]):
            name = path.relative_to(self._project.root).as_posix()
            if path.is_file() and not layout.is_reserved(name):
                form = composed(name)
                self.entries.setdefault(form, Entry(self._sources.named(form, form), path))

    def _add(self, path: str, file: dict[str, Any], source: Path | bytes) -> None:
        """Add a file; of two with the same place and other bytes the first stays."""
        named = self._sources.named(path, file["path"])
        known = self.entries.setdefault(
            path, Entry(named, source, bool(file.get("executable")), file.get("sha256"))
        )
        if known.expected_sha256 != file.get("sha256"):
            file["in_bundle"] = False

    def _is_as_recorded(self, source: Path, file: dict[str, Any]) -> bool:
        if not source.is_file() or source.stat().st_size != file["size"]:
            return False
        recorded: str = file["sha256"]
        return self._digests.of(source).sha256 == recorded


def _code_of_results(manifest: Manifest) -> set[str]:
    """Ids of the trees that results rest on, or would if a metric was declared; else of the newest run's."""
    counting = {name for result in manifest.results for name in result.runs} or {
        run.id for run in manifest.runs if run.status == "ok"
    }
    used = {run.code for run in manifest.runs if run.code and run.id in counting}
    used |= {each.code for each in manifest.configurations if each.code}
    return used or {run.code for run in manifest.runs[-1:] if run.code}


def _written(run: dict[str, Any]) -> list[dict[str, Any]]:
    """Every file that a run wrote, but for its logs."""
    lists = [run.get(name, []) for name in ("outputs", "checkpoints", "artifacts")]
    single = [run[name] for name in ("predictions", "histories") if name in run]
    return [*(file for files in lists for file in files), *single]


def _stays(data: dict[str, Any]) -> bool:
    """Whether the author keeps a data set out of the bundle, by its access or by name."""
    return any(file.get("in_bundle") is False for file in data.get("files", []))


def _why_not(data: dict[str, Any], choice: DataChoice, total: int, *, stays: bool) -> str:
    if choice == "none":
        return "asked for with --data none"
    level = data.get("access", {}).get("level", "open")
    if stays:
        return "reprocrate.toml says so" if level == "open" else f"its access is {level}"
    return f"all open data together is {total / 1e6:.0f} MB (--data all takes it along)"


def _within(folder: str | None, path: str) -> str:
    return f"{folder}/{path}" if folder else path


class ContentFiles:
    """The files of a bundle to be, as validation sees them.

    Args:
        contents: the files.
        root: the project.
    """

    def __init__(self, contents: Contents, root: Path) -> None:
        self._entries = contents.entries
        self._digests = digests_of_project(root)

    def names(self) -> Iterator[str]:
        """Paths of all files, as their names are."""
        return (entry.path for entry in self._entries.values())

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return composed(path) in self._entries

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size."""
        source = self._entries[composed(path)].source
        if isinstance(source, bytes):
            return FileDigest(sha256_bytes(source), len(source))
        return self._digests.of(source)

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes."""
        source = self._entries[composed(path)].source
        if isinstance(source, bytes):
            return source[:limit]
        with source.open("rb") as file:
            return file.read(limit)
