"""The files that a rerun needs: the code that ran and the data that it read, not what it wrote (`given`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath

from reprocrate.bundle import layout
from reprocrate.files import place_of
from reprocrate.manifest import Code, Data, File, Manifest, Package
from reprocrate.rerun.work.selection import Task

Key = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Material:
    """One file that a run reads.

    Attributes:
        file: what the manifest says of it.
        source: where it lies in the bundle, relative to its root.
        root: the named place outside the project where the run looks for it; None for the project itself.
        data: id of the data it belongs to; None for code.
    """

    file: File
    source: str
    root: str | None = None
    data: str | None = None

    @property
    def key(self) -> Key:
        """What tells it from every other file: its data and its place in the bundle."""
        return self.data, self.source

    def lies_in(self, folder: Path) -> bool:
        """Whether an imported folder holds a file of this path and size."""
        place = place_of(folder, self.source)
        try:
            return place.is_file() and self.file.size in (None, place.stat().st_size)
        except OSError:
            return False


def code_materials(code: Code) -> Iterator[Material]:
    """The files of a source tree."""
    prefix = f"{code.folder}/" if code.folder else ""
    for file in code.files:
        yield Material(file, prefix + file.path)


def left_out(code: Code) -> list[str]:
    """The files of a source tree that its author left out of the bundle, while others travel."""
    if not any(file.travels for file in code.files):
        return []
    return [one.source for one in code_materials(code) if not one.file.travels]


def data_materials(data: Data, written: Iterable[str] = ()) -> Iterator[Material]:
    """The files of a data set, without those that the runs write themselves.

    Args:
        data: the data.
        written: paths, relative to the project, that the runs to be repeated write.
    """
    made = set(written)
    for file in data.files:
        root = file.root or data.root
        if root is None and file.path not in made:
            yield Material(file, file.path, None, data.id)
        elif root is not None:
            yield Material(file, f"{layout.EXTERNAL}{data.id}/{file.path}", root, data.id)


def brought_data(manifest: Manifest) -> list[Material]:
    """The files of data that do not come with the bundle; each has its place in an imported folder."""
    return [
        one
        for data in manifest.data
        for one in data_materials(data)
        if not one.file.travels and not (one.root is None and layout.is_reserved(one.source))
    ]


def code_of(manifest: Manifest, task: Task) -> Code | None:
    """The source tree that a run executed."""
    return manifest.find_code(task.recorded.code or task.configuration.code)


def data_of(manifest: Manifest, tasks: Iterable[Task]) -> tuple[Data, ...]:
    """The data that these runs read, in the manifest's order.

    A cheaper variant whose arguments name files of some data reads that data instead of the recorded: a
    stand-in for patients that may not travel, say.
    """
    named: set[str] = set()
    read: set[tuple[str | None, str]] = set()
    for task in tasks:
        instead = _named_by(task.variant.overrides, manifest) if task.variant else []
        if instead:
            named.update(instead)
            continue
        named.update(task.configuration.data)
        read.update((file.root, file.path) for file in task.recorded.inputs)
    return tuple(
        data
        for data in manifest.data
        if data.id in named or any((file.root or data.root, file.path) in read for file in data.files)
    )


def _named_by(arguments: Sequence[str], manifest: Manifest) -> list[str]:
    """Ids of the data that an argument names a file or folder of, alone or as in `--data=PATH`."""
    paths = {
        word.removeprefix("./").rstrip("/") for each in arguments for word in (each, each.partition("=")[2])
    }
    return [
        data.id
        for data in manifest.data
        if any(
            not paths.isdisjoint({file.path, *map(str, PurePosixPath(file.path).parents)} - {"."})
            for file in data.files
            if (file.root or data.root) is None
        )
    ]


def written_by(tasks: Iterable[Task]) -> frozenset[str]:
    """Paths, relative to the project, that these runs wrote."""
    return frozenset(file.path for task in tasks for file in task.recorded.written if file.root is None)


def output_folders(task: Task) -> tuple[str, ...]:
    """Folders of the project that a run wrote into and that it may expect to find.

    Where a program does not make `results/` itself, the author's project had it: a committed placeholder or
    an earlier result, neither of which is code or data. A folder named after the seed is left to the program,
    which may insist on making it.
    """
    found: dict[str, None] = {}
    named_after_seed = re.compile(rf"(?<![0-9.]){re.escape(str(task.recorded.seed))}(?![0-9])")
    for file in task.recorded.written:
        parts = PurePosixPath(file.path).parts[:-1] if file.root is None else ()
        common = tuple(takewhile(lambda part: not named_after_seed.search(part), parts))
        if common:
            found["/".join(common)] = None
    return tuple(found)


def source_folders(packages: Iterable[Package], code: Code) -> tuple[str, ...]:
    """Folders of the code (`.` for its root) from which packages were installed in place.

    A package that was installed from a folder is not on any index, but its source often is the project's
    own: then these folders on the search path stand for the installation.
    """
    return tuple(dict.fromkeys(place for one in packages if (place := source_folder(one, code)) is not None))


def source_folder(package: Package, code: Code) -> str | None:
    """The folder of the code that holds the module of a package installed from a folder, if there is one."""
    if not (package.editable or package.source == "local"):
        return None
    module = package.name.replace("-", "_")
    for file in code.files:
        parts = PurePosixPath(file.path).parts
        if parts[-1] == f"{module}.py":
            return PurePosixPath(*parts[:-1]).as_posix()
        if len(parts) > 1 and parts[-2:] == (module, "__init__.py"):
            return PurePosixPath(*parts[:-2]).as_posix()
    return None
