"""Symbolic links and empty folders of a project, as far as they can travel.

A link travels as a link where it leads, over others too, to something that travels. One that a file of the
bundle lies behind is no link there: what was read through it, `data/current/points.csv` say, is a file of
its own by the manifest. One that leads out of the project is never followed.

An empty folder travels, and so does one whose files stay behind: a script that writes to `out/` without
making it runs again, and a reader sees where data belongs.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PureWindowsPath

from reprocrate.bundle import layout
from reprocrate.bundle.admission import name_problem, parents
from reprocrate.bundle.links import links_problems
from reprocrate.capture.code.git import ignored_paths
from reprocrate.capture.code.source_names import SKIPPED_FOLDERS
from reprocrate.files import composed, place_of
from reprocrate.manifest import Manifest
from reprocrate.workflow.ignoring import NAME as IGNORE_NAME
from reprocrate.workflow.ignoring import Ignored
from reprocrate.workflow.inventory import Contents, Kind, Left

_WHERE_RESULTS_LIE = {"build", "dist", "wandb", "mlruns", "lightning_logs", "outputs", "multirun"}
_WHY = (
    ("out of the bundle", "leads out of the project"),
    ("in a loop", "goes round in a loop"),
    ("not in the bundle", "leads to nothing that travels"),
    ("whole bundle", "leads to the whole project"),
)
_NOT_ENTERED = SKIPPED_FOLDERS - _WHERE_RESULTS_LIE


def with_tree(root: Path, contents: Contents) -> Contents:
    """The same contents, with the links and empty folders of the project that can travel with its files.

    Args:
        root: the project.
        contents: all files that travel; which stay behind is read from the manifest.

    Raises:
        UsageError, UnavailableError: `.reprocrateignore` cannot be read.
    """
    files, ignored = [entry.path for entry in contents.entries.values()], Ignored.of(root)
    seen, empty = _look(root)
    taken = {layout.spelling(path) for path in files}
    occupied = taken.union(layout.spelling(above) for path in files for above in parents(path))
    links: dict[str, str] = {}
    left: list[Left] = []
    for text, target in sorted(seen.items()):
        path = _safe(text)
        if not path or layout.spelling(path) in occupied or _is_below(path, taken):
            continue
        line = ignored.line_for(composed(path))
        if why := f"line {line} of {IGNORE_NAME}" if line else _never(target):
            left.append(Left(path, Kind.LINKS, why))
        else:
            links[path] = target
    empty -= ignored_paths(root, empty)
    empty = {path for path in empty if not ignored.line_for(composed(f"{path}/"))}
    folders = {
        path
        for text in empty.union(_folders_of(root, _left_behind(contents.manifest)))
        if (path := _safe(text)) and layout.spelling(path) not in occupied and not _is_below(path, taken)
        if path not in links and not _is_below(path, links)
    }
    left += _taken_away(links, files, folders)
    above = {each for path in (*files, *links, *folders) for each in parents(path)}
    return replace(contents, links=links, folders=sorted(folders - above), left=[*contents.left, *left])


def _look(root: Path) -> tuple[dict[str, str], set[str]]:
    """The links of a project, target by path, and its empty folders; without what tools put beside it."""
    links: dict[str, str] = {}
    empty: set[str] = set()
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(root / prefix) as listing:
                entries = list(listing)
        except OSError:  # what cannot be read has no links that could travel
            continue
        if not entries and prefix:
            empty.add(prefix.rstrip("/"))
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if entry.is_symlink():
                with suppress(OSError):
                    links[path] = os.readlink(entry.path).replace(os.sep, "/")  # noqa: PTH115 - as it is
            elif entry.is_dir(follow_symlinks=False) and _is_entered(entry):
                pending.append(f"{path}/")
    return links, empty


def _is_entered(folder: os.DirEntry[str]) -> bool:
    if folder.name.startswith(".") or folder.name in _NOT_ENTERED:
        return False
    return not Path(folder, "pyvenv.cfg").is_file()


def _folders_of(root: Path, files: Iterable[str]) -> Iterator[str]:
    """The folders that files of the project really lie in; the named ones where a link leads out of it."""
    inside = f"{root}{os.sep}"
    for folder in {path.rpartition("/")[0] for path in files} - {""}:
        real = os.path.realpath(place_of(root, folder))
        yield real[len(inside) :].replace(os.sep, "/") if real.startswith(inside) else folder


def _safe(text: str) -> str | None:
    """The path as a bundle has it; None where a bundle cannot have it."""
    return None if name_problem(text) or layout.is_reserved(text) else text


def _is_below(path: str, places: Collection[str]) -> bool:
    return any(above in places or layout.spelling(above) in places for above in parents(path))


def _never(target: str) -> str:
    """Why a link with this target never travels, if so."""
    is_absolute = target.startswith("/") or PureWindowsPath(target).is_absolute()
    return "has an absolute path" if is_absolute else ""


def _taken_away(links: dict[str, str], files: Collection[str], folders: Collection[str]) -> Iterator[Left]:
    """Take away links that lead to nothing that travels, until all that are there lead to something."""
    while problems := list(links_problems(links, files, folders)):
        for problem in problems:
            del links[problem.path]
            why = next((words for said, words in _WHY if said in problem.detail), problem.detail)
            yield Left(problem.path, Kind.LINKS, why)


def _left_behind(manifest: Manifest) -> Iterator[str]:
    """The paths of files of the project that runs wrote or read, and that stay behind."""
    for run in manifest.runs:
        for file in (*run.outputs, *run.checkpoints, *run.artifacts, run.predictions, run.histories):
            if file and file.root is None and not file.travels:
                yield file.path
    for data in manifest.data:
        for file in data.files:
            if (file.root or data.root) is None and not file.travels:
                yield file.path
