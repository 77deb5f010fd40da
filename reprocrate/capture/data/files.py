"""The data of a launch: which files it read and wrote, from the recorder's logs, and what they hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import source_from_cache
from pathlib import Path

from reprocrate.capture.code.source_names import SKIPPED_FOLDERS, is_program
from reprocrate.capture.data.digests import Digests
from reprocrate.capture.data.places import CACHES, TEMPORARY, Place, Places, may_hold_secrets
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import DataFile
from reprocrate.files import composed, safe_relative, walk_readable

Progress = Callable[[int, int], None]
"""Called with the bytes hashed so far and in all."""


@dataclass
class FileAccess:
    """What a launch did with files.

    Attributes:
        inputs: data that it read and had not written itself, by place.
        outputs: files that it wrote and left, by place.
        imported: files of the project that it imported or executed, relative to the project.
        foreign_code: code that it imported from outside the project and every installation.
        overwritten: outputs that it had read before, so that what they held is not known any more.
        gone: files that it read and that were removed, so that what they held is not known any more.
        withheld: files that are called as files with secrets are, and were therefore not recorded.
        left_out: files that could not be read afterwards, or whose names no manifest can hold.
        changing: files that changed while their digest was taken, which may be of no content they ever had.
    """

    inputs: dict[Place, Path] = field(default_factory=dict)
    outputs: dict[Place, Path] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    foreign_code: set[str] = field(default_factory=set)
    overwritten: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    changing: set[str] = field(default_factory=set)


def sort_accesses(processes: Sequence[Process], places: Places, started_ns: int) -> FileAccess:
    """What the processes of a launch that started at `started_ns` did with files.

    A file that was opened for reading and writing counts as written if it changed since the start.
    """
    found = FileAccess()
    written = {path for process in processes for path in process.written}
    for process in processes:
        written |= {path for path in process.updated if _changed_since(path, started_ns)}
    for path in sorted(_with_renamed_folders(written, places, started_ns)):
        _take_output(found, path, places)
    for path in sorted({path for process in processes for path in (*process.read, *process.updated)}):
        _take_read(found, path, places, written, started_ns)
    for process in processes:
        modules = map(str, process.end.get("modules") or ())
        found.imported |= {inside for path in modules if (inside := places.in_project(path)) is not None}
        found.overwritten |= {
            place.path
            for path in process.reread
            if (place := places.of_data(path)) in found.outputs and place is not None
        }
        found.gone |= {
            place.path
            for path in process.gone - written
            if (place := places.of_data(path)) is not None and place.root != TEMPORARY and not _exists(path)
        }
    found.imported -= {place.path for place in found.outputs if place.root is None}
    return found


def changed_files(project: Path, started_ns: int, known: Iterable[str]) -> dict[Place, Path]:
    """Files of the project that changed since a moment, by the time that no program can set.

    It finds what native code wrote without Python's knowledge. Files of the source tree (`known`) and of
    tools' own folders are left out.
    """
    source = set(known)
    return {
        Place(None, path): Path(entry.path)
        for path, entry in walk_readable(project, lambda folder: not _is_tools_folder(folder))
        if composed(path) not in source and not _is_ours(path) and _changed_since(entry.path, started_ns)
    }


def digested(
    files: dict[Place, Path], digests: Digests, report: Callable[[int], None], left_out: set[str]
) -> Iterator[tuple[Place, DataFile]]:
    """The files with their digests, by place and in that order.

    Args:
        files: the files by their place.
        digests: what hashes them.
        report: called with the size of each file after it was hashed.
        left_out: gets the names of those that cannot be read, or whose names no manifest can hold.
    """
    places = sorted(files, key=lambda place: (place.root or "", place.path))
    for place, digest in zip(places, digests.of_all([files[place] for place in places]), strict=True):
        path = _name_to_record(place.path)
        if digest is None or path is None:
            left_out.add(place.path.encode("unicode_escape").decode("ascii"))
            continue
        report(digest.size)
        yield place, DataFile(path, place.root, digest.size, digest.sha256)


def _name_to_record(path: str) -> str | None:
    try:
        return safe_relative(path)
    except ValueError:
        return None


def total_size(files: Iterable[Path]) -> int:
    """The size of these files together, in bytes, as far as they are there."""
    total = 0
    for path in files:
        with suppress(OSError):
            total += path.stat().st_size
    return total


def _with_renamed_folders(written: Iterable[str], places: Places, started_ns: int) -> Iterator[str]:
    """The paths, with the new files in place of a folder: who renamed it need not have written them."""
    for path in written:
        if not _is_folder(path):
            yield path
        elif places.in_project(path) is not None:
            for folder, _, names in os.walk(path):
                for name in names:
                    inside = os.path.join(folder, name)  # noqa: PTH118
                    if _changed_since(inside, started_ns):
                        yield inside


def _take_output(found: FileAccess, path: str, places: Places) -> None:
    place = places.of_data(path)
    if place is not None and place.root != TEMPORARY and place.root not in CACHES and _is_file(path):
        if may_hold_secrets(path):
            found.withheld.add(place.path)
        else:
            found.outputs[place] = Path(path)


def _take_read(found: FileAccess, path: str, places: Places, written: set[str], started_ns: int) -> None:
    source = _source_of(path)
    inside = places.in_project(source)
    if inside is not None and is_program(inside):
        if path not in written and _exists(source):
            found.imported.add(inside)
        return
    if places.is_foreign_code(source):
        found.foreign_code.add(Path(source).name)
        return
    if inside is not None and source.endswith((".so", ".pyd")):
        found.imported.add(inside)
        return
    place = places.of_data(path)
    if place is None or place in found.outputs or not _is_file(path):
        return
    if place.root == TEMPORARY and (path in written or _changed_since(path, started_ns)):
        return
    if may_hold_secrets(path):
        found.withheld.add(place.path)
    else:
        found.inputs[place] = Path(path)


def _source_of(path: str) -> str:
    """The source of compiled code; any other file is its own."""
    if path.endswith(".pyc"):
        with suppress(ValueError, NotImplementedError):
            return source_from_cache(path)
    return path


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _exists(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def _changed_since(path: str, moment_ns: int) -> bool:
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(status.st_mode) and status.st_ctime_ns >= moment_ns


def _is_tools_folder(entry: os.DirEntry[str]) -> bool:
    outputs_of_tools = ("build", "dist", "wandb", "mlruns", "lightning_logs", "outputs", "multirun")
    if entry.name in SKIPPED_FOLDERS and entry.name not in outputs_of_tools:
        return True
    return Path(entry, "pyvenv.cfg").is_file()


def _is_ours(path: str) -> bool:
    return path in ("reprocrate.json", "reprocrate.toml") or path.endswith((".pyc", ".swp", "~"))
