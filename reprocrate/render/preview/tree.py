"""All files of a bundle with their sizes, as a tree of folders that can be folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reprocrate.render import words
from reprocrate.render.numbers import file_size
from reprocrate.render.preview.markup import Markup, element, file_link, joined

_MOST_LINES = 1000  # in all, about 200 kB
_MOST_IN_FOLDER = 100
_DEEPEST = 12
_OWN = ".reprocrate"


@dataclass(slots=True)
class _Folder:
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    folders: dict[str, _Folder] = field(default_factory=dict)
    count: int = 0
    size: int = 0


def file_tree(files: Mapping[str, int]) -> Markup:
    """Files by path, with their sizes in bytes: a list in which each folder is folded."""
    root = _Folder()
    for path, size in sorted(files.items()):
        *folders, name = path.split("/", _DEEPEST)
        at = root
        for folder in (None, *folders):
            at = at if folder is None else at.folders.setdefault(folder, _Folder())
            at.count += 1
            at.size += size
        at.files[name] = (path, size)
    left = [_MOST_LINES]
    return element("ul", *_lines(root, left), class_="tree")


def _lines(folder: _Folder, left: list[int]) -> Iterator[Markup]:
    """The project's own folders, then files, then what this tool added; as many as fit on the page."""
    names = sorted(folder.folders, key=lambda name: (name == _OWN, name))
    shown = 0
    for name in [name for name in names if name != _OWN]:
        if left[0] > 0 and shown < _MOST_IN_FOLDER:
            shown += 1
            left[0] -= 1
            yield _folded(name, folder.folders[name], left)
    for name, (path, size) in folder.files.items():
        if left[0] > 0 and shown < _MOST_IN_FOLDER:
            shown += 1
            left[0] -= 1
            yield element("li", file_link(path, name), _size(file_size(size)))
    if _OWN in folder.folders and left[0] > 0:
        shown += 1
        yield _folded(_OWN, folder.folders[_OWN], left)
    more = len(names) + len(folder.files) - shown
    if more > 0:
        yield element("li", f"and {more:,} more, named in ", file_link("manifest-sha256.txt"), class_="soft")


def _folded(name: str, folder: _Folder, left: list[int]) -> Markup:
    while not folder.files and len(folder.folders) == 1:  # a folder that holds but a folder gets no line
        ((inner, folder),) = folder.folders.items()
        name = f"{name}/{inner}"
    counted = f"{words.count_of(folder.count, 'file')}, {file_size(folder.size)}"
    return element(
        "li",
        element(
            "details",
            element("summary", joined(f"{name}/", _size(counted))),
            element("ul", *_lines(folder, left)),
        ),
    )


def _size(text: str) -> Markup:
    return element("span", f" {text}", class_="soft")
