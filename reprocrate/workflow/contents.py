"""What of a project goes into its bundle, and where each file comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from reprocrate.assembly.pack_settings import Amount
from reprocrate.assembly.printed import files_of_tables
from reprocrate.bundle import Entry, layout
from reprocrate.capture.data.digests import Digests, digests_of_project
from reprocrate.capture.records import RUNS
from reprocrate.files import safe_relative
from reprocrate.manifest import manifest_from
from reprocrate.workflow.beside import add_reproduction
from reprocrate.workflow.choosing import (
    DataChoice,
    Decision,
    choose_data,
    choose_written,
    licence_decision,
)
from reprocrate.workflow.ignoring import NAME as IGNORE_NAME
from reprocrate.workflow.ignoring import Ignored
from reprocrate.workflow.inventory import ContentFiles, Contents, Kind, Left
from reprocrate.workflow.patches import paths_in_patch
from reprocrate.workflow.project import Project
from reprocrate.workflow.sources import Sources

__all__ = ["ContentFiles", "Contents", "DataChoice", "collect"]

_DOCUMENTS = (
    "reprocrate.toml",
    "README*",
    "LICEN[CS]E*",
    "COPYING*",
    "NOTICE*",
    "CITATION.cff",
    "codemeta.json",
)
_LISTS = {"outputs": Kind.OUTPUTS, "checkpoints": Kind.CHECKPOINTS, "artifacts": Kind.OUTPUTS}
_SINGLE = {"predictions": Kind.EVIDENCE, "histories": Kind.EVIDENCE}


def collect(
    project: Project,
    choice: DataChoice = "small",
    named: Collection[str] = (),
    digests: Digests | None = None,
) -> Contents:
    """Decide which files travel. The integrity rules report what should and cannot be found.

    Args:
        project: the project.
        choice: which data travels in general.
        named: ids of data sets that travel whatever else is said of them.
        digests: digests of files that were taken before.

    Raises:
        UsageError: there is no data set of such a name, or `.reprocrateignore` has an error.
        UnavailableError: a file could not be read.
    """
    document = project.manifest.to_dict()
    chosen = choose_data(document.get("data", []), project.settings, choice, named)
    sources = Sources(project.root, digests or digests_of_project(project.root))
    collector = _Collector(project, sources, Ignored.of(project.root))
    collector.close(document, chosen)
    collector.add_code(document)
    collector.add_data(document, chosen)
    collector.add_runs(document)
    collector.add_models(document)
    collector.add_locks(document)
    collector.add_documents(document)
    add_reproduction(project, collector.contents, _DOCUMENTS)
    contents = collector.contents
    contents.manifest = manifest_from(document, "the manifest to be packed")
    return contents


class _Collector:
    def __init__(self, project: Project, sources: Sources, ignored: Ignored) -> None:
        self._project = project
        self._sources = sources
        self._closed: dict[str, str] = {}
        self.ignored = ignored
        self.contents = Contents(project.manifest)

    def close(self, document: dict[str, Any], chosen: dict[str, Decision]) -> None:
        """Remember what must not be published, so that no copy of it is, whatever its name."""
        for data in document.get("data", []):
            if chosen[data["id"]].closed:
                what = f"data {data['id']}, which is not for everybody"
                self._closed |= {
                    file["sha256"]: what for file in data.get("files", []) if file.get("size", 0) > 0
                }

    def add_code(self, document: dict[str, Any]) -> None:
        """The trees that results rest on; of the others only the digests stay."""
        used = self._project.manifest.code_of_results
        for code in document.get("code", []):
            for file in code.get("files", []):
                if code["id"] not in used:
                    file["in_bundle"] = False
                elif line := self.ignored.line_for(file["path"]):
                    self._leave(file["path"], file, Kind.CODE, _named_in(line), code["id"])
                    self._tell_of_code(file["path"], line)
                elif source := self._sources.code(code, file):
                    self._add(_within(code.get("folder"), file["path"]), file, source, Kind.CODE)
            patch = code.get("patch")
            if patch and (self._project.root / patch["path"]).is_file():
                self._add_patch(code, patch)

    def _add_patch(self, code: dict[str, Any], patch: dict[str, Any]) -> None:
        """The difference to the commit, unless it has lines of a file that the author keeps out."""
        source = self._project.root / patch["path"]
        named = [path for path in paths_in_patch(source) if self.ignored.line_for(path)]
        if named:
            reason = f"it has lines of {named[0]}, which {IGNORE_NAME} names"
            self._leave(patch["path"], patch, Kind.CODE, reason, code["id"])
        else:
            self._add(patch["path"], patch, source, Kind.CODE)

    def _tell_of_code(self, path: str, line: int) -> None:
        ran = {one.configuration.name for one in self._project.records if path in one.imported} - {None}
        what = f"nobody can run {_some(sorted(map(str, ran)))} again without it" if ran else ""
        if what:
            warning = f"{path} stays behind, since line {line} of {IGNORE_NAME} names it: {what}"
            if warning not in self.contents.warnings:
                self.contents.warnings.append(warning)

    def add_data(self, document: dict[str, Any], chosen: dict[str, Decision]) -> None:
        """Data that may travel, and what is known of its items."""
        unlicensed = []
        for data in document.get("data", []):
            self._add_described(data)
            decision = chosen[data["id"]]
            added = [file for file in data.get("files", []) if self._add_data_file(data, file, decision)]
            if added:
                self.contents.warnings += decision.warnings
                unlicensed += [data["id"]] if decision.unlicensed else []
        if unlicensed:
            self.contents.warnings.append(
                f"no licence lets anybody pass on the data {_some(unlicensed)}: set `license` in [data.NAME]"
            )

    def _add_data_file(self, data: dict[str, Any], file: dict[str, Any], decision: Decision) -> bool:
        path, name = file["path"], data["id"]
        if not decision.travels:
            self._leave(path, file, Kind.DATA, decision.reason, name)
        elif file.get("root"):
            self._leave(path, file, Kind.DATA, "it lies outside of the project", name)
        elif line := self.ignored.line_for(path):
            self._leave(path, file, Kind.DATA, _named_in(line), name)
        else:
            file.pop("in_bundle", None)
            source = self._sources.data(file)
            return source is not None and self._add(path, file, source, Kind.DATA, name)
        return False

    def _add_described(self, data: dict[str, Any]) -> None:
        """What is known of a data set: its Croissant description, and the digests of its items.

        By these, items of two splits are told apart without the data.
        """
        for file in filter(
            None, [data.get("croissant"), *(s.get("digests") for s in data.get("splits", []))]
        ):
            source = self._sources.place(file["path"])
            is_wanted = file.get("in_bundle") is not False and "sha256" in file
            if is_wanted and self._sources.is_as_recorded(source, file):
                self._add(file["path"], file, source, Kind.DATA, data["id"])

    def add_runs(self, document: dict[str, Any]) -> None:
        """What runs wrote and printed, where it is still as they left it."""
        written = [one for run in document.get("runs", []) for one in _written(run)]
        chosen = self._chosen(written)
        for kind, file in written:
            path = file["path"]
            if file.get("in_bundle") is False:
                continue
            if path not in chosen[kind]:
                size = sum(one["size"] for each, one in written if each is kind)
                reason = _too_much(kind, self._amount(kind), size)
                self._leave(path, file, kind, reason)
            elif line := self.ignored.line_for(path):
                self._leave(path, file, kind, _named_in(line))
            elif not path.startswith(f"{RUNS}/") and layout.is_reserved(path):
                self._leave(path, file, kind, "a bundle has a file of its own in its place")
            elif self._sources.is_as_recorded(source := self._sources.place(path), file):
                self._add(path, file, source, kind)
            else:
                self._leave(path, file, kind, "changed or removed since it was written")
        self._add_logs(document)
        for service in document.get("services", []):
            if kept := service.get("cached_responses"):
                self._add_declared(kept, Kind.EVIDENCE, service["id"], Decision(True))

    def _chosen(self, written: Iterable[tuple[Kind, dict[str, Any]]]) -> dict[Kind, set[str]]:
        """The paths of each kind that travel by `[pack]`."""
        sizes: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
        for kind, file in written:
            if file.get("in_bundle") is not False:
                sizes[kind][file["path"]] = file["size"]
        return {kind: choose_written(found, self._amount(kind)) for kind, found in sizes.items()}

    def _amount(self, kind: Kind) -> Amount:
        settings = self._project.settings.pack
        amounts: dict[Kind, Amount] = {
            Kind.OUTPUTS: settings.outputs,
            Kind.CHECKPOINTS: settings.checkpoints,
        }
        return amounts.get(kind, "all")

    def _add_logs(self, document: dict[str, Any]) -> None:
        for run in document.get("runs", []):
            for file in run.get("logs", []):
                source = self._sources.place(file["path"])
                if line := self.ignored.line_for(file["path"]):
                    self._leave(file["path"], file, Kind.LOGS, _named_in(line))
                elif self._sources.is_as_recorded(source, file):
                    self._add(file["path"], file, source, Kind.LOGS)
                else:
                    self._leave(file["path"], file, Kind.LOGS, "changed or removed since it was written")

    def add_models(self, document: dict[str, Any]) -> None:
        """Weights that are released."""
        for model in document.get("models", []):
            if file := model.get("file"):
                fix = f"with another `license` of {model['id']} in [[models]]"
                decision = licence_decision(f"model {model['id']}", model.get("license"), fix)
                self._add_declared(file, Kind.MODELS, model["id"], decision)

    def _add_declared(self, file: dict[str, Any], kind: Kind, of: str, decision: Decision) -> None:
        """A file that the author names, with its size and digest where they are not given."""
        source = self._sources.place(file["path"])
        if file.get("in_bundle") is False or not source.is_file():
            return
        digest = self._sources.digest(source)
        file.setdefault("size", digest.size)
        file.setdefault("sha256", digest.sha256)
        line = self.ignored.line_for(file["path"])
        if line or not decision.travels:
            self._leave(file["path"], file, kind, _named_in(line) if line else decision.reason, of)
        elif self._add(file["path"], file, source, kind, of):
            self.contents.warnings += decision.warnings
            if decision.unlicensed and kind is Kind.MODELS:
                self.contents.warnings.append(
                    f"no licence lets anybody pass on the weights {of}: set their `license` in [[models]]"
                )

    def add_locks(self, document: dict[str, Any]) -> None:
        """The locks of all environments: those made for them, and those that were found beside what ran."""
        for environment in document.get("environments", []):
            if lock := environment.get("lock"):
                self._add(lock["path"], lock, self._project.root / lock["path"], Kind.ENVIRONMENT)
            for kept in environment.get("locks", []):
                if source := self._sources.kept(kept["sha256"]):
                    self._add(kept["path"], kept, source, Kind.ENVIRONMENT)

    def add_documents(self, document: dict[str, Any]) -> None:
        """What people read: the author's settings, readme, licence, citation, tables, and cards of models."""
        root = self._project.root
        named = list(files_of_tables(root, self._project.manifest))
        named += [model["card"] for model in document.get("models", []) if model.get("card")]
        found = [path for pattern in _DOCUMENTS for path in root.glob(pattern)]
        if self._project.reproduced:  # there such files are what the runs left, and nobody's word
            found = []
        for path in sorted({*found, *map(self._sources.place, named)}):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not layout.is_reserved(name):
                self._add_document(name, path)

    def _add_document(self, name: str, place: Path) -> None:
        try:
            path = safe_relative(name)
        except ValueError as error:
            self.contents.left.append(Left(name, Kind.DOCUMENTS, f"its name cannot travel: {error}"))
            return
        if path in self.contents.entries:
            self._sources.named(path, path)  # which tells of two forms of one name
            return
        reason = ""
        if not place.resolve().is_relative_to(self._project.root):
            reason = "it is a link that leads out of the project"
        elif line := self.ignored.line_for(path):
            reason = _named_in(line)
        elif self._closed and (closed := self._closed.get(self._sources.digest(place).sha256)):
            reason = f"it is a copy of a file of {closed}"
        if reason:
            self.contents.left.append(Left(path, Kind.DOCUMENTS, reason))
        else:
            self._add(path, {}, place, Kind.DOCUMENTS)

    def _add(self, path: str, file: dict[str, Any], source: Path | bytes, kind: Kind, of: str = "") -> bool:
        """Add a file, and say whether; of two with the same place and other bytes the first stays."""
        digest = file.get("sha256")
        closed = self._closed.get(digest or "")
        if closed and kind in (Kind.CODE, Kind.ENVIRONMENT):
            self.contents.warnings.append(f"{path} travels as code, and is a file of {closed}")
        elif closed:
            self._leave(path, file, kind, f"it is a copy of a file of {closed}", of)
            return False
        named = self._sources.named(path, file.get("path", path))
        entry = Entry(named, source, bool(file.get("executable")), digest)
        known = self.contents.entries.setdefault(path, entry)
        self.contents.kinds.setdefault(path, (kind, of))
        if known.expected_sha256 != digest:
            file["in_bundle"] = False
            return False
        return True

    def _leave(self, path: str, file: dict[str, Any], kind: Kind, reason: str, of: str = "") -> None:
        file["in_bundle"] = False
        self.contents.left.append(Left(path, kind, reason, of, file.get("size", 0)))


def _written(run: dict[str, Any]) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Every file that a run wrote, but for its logs, with what it is."""
    for name, kind in _LISTS.items():
        yield from ((kind, file) for file in run.get(name, []))
    for name, kind in _SINGLE.items():
        if name in run:
            yield kind, run[name]


def _too_much(kind: Kind, amount: str, size: int) -> str:
    key = f"[pack] {kind.value}"
    if amount == "none":
        return f'`{key} = "none"`'
    return f'all {kind.value} together are {size / 1e9:,.1f} GB (`{key} = "all"` takes them along)'


def _named_in(line: int) -> str:
    return f"line {line} of {IGNORE_NAME}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")


def _within(folder: str | None, path: str) -> str:
    return f"{folder}/{path}" if folder else path
