"""A project's files as `init` looks at them: some of very many, the beginning of very large ones."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reprocrate.capture.code.source_names import SKIPPED_FOLDERS

LONGEST_READ_BYTES = 200_000
_MOST_ENTRIES = 20_000
_MOST_IN_A_FOLDER = 5_000
_DEEPEST = 6
_RESULTS_OF_TOOLS = frozenset({"outputs", "multirun", "wandb", "mlruns", "lightning_logs"})


@dataclass(slots=True)
class Tree:
    """Files of a project.

    Attributes:
        root: the project's folder.
        files: paths relative to it with sizes in bytes, sorted.
        folders: its folders, those of tools too, sorted.
        is_whole: whether all files were looked at.
    """

    root: Path
    files: dict[str, int] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    is_whole: bool = True

    def text(self, path: str) -> str:
        """The beginning of a text file; nothing where it is none, or cannot be read."""
        return read_start(self.root / path)

    def named(self, *suffixes: str) -> Iterator[str]:
        """Files with one of these suffixes, those nearest to the top first."""
        found = [path for path in self.files if path.lower().endswith(suffixes)]
        yield from sorted(found, key=lambda path: (path.count("/"), path))

    def top(self, *patterns: str) -> Iterator[str]:
        """Files at the top whose names match one of these patterns, in the order of the patterns."""
        for pattern in patterns:
            for path in self.files:
                if "/" not in path and PurePosixPath(path.upper()).match(pattern.upper()):
                    yield path

    def below(self, folder: str) -> dict[str, int]:
        """Files in a folder and in those below it."""
        return {path: size for path, size in self.files.items() if path.startswith(f"{folder}/")}


def look_at(root: Path) -> Tree:
    """The files of a project; of a project of very many, those nearest to the top."""
    tree = Tree(root)
    pending = deque([("", 0)])
    found: list[tuple[str, int]] = []
    while pending:
        prefix, depth = pending.popleft()
        entries, is_whole = _entries(root / prefix)
        tree.is_whole = tree.is_whole and is_whole
        for entry in entries:
            path = f"{prefix}{entry.name}"
            with suppress(OSError, UnicodeError):
                path.encode()
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    found.append((path, status.st_size))
                elif stat.S_ISDIR(status.st_mode):
                    tree.folders.append(path)
                    if depth < _DEEPEST and entry.name not in SKIPPED_FOLDERS - _RESULTS_OF_TOOLS:
                        pending.append((f"{path}/", depth + 1))
        if len(found) > _MOST_ENTRIES:
            tree.is_whole = False
            break
    tree.files = dict(sorted(found))
    tree.folders.sort()
    return tree


def read_start(path: Path) -> str:
    """The beginning of a text file; nothing where it is no file, no text, or cannot be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # a pipe would keep us waiting
            return ""
        with path.open("rb") as handle:
            data = handle.read(LONGEST_READ_BYTES)
    except OSError:
        return ""
    return "" if b"\0" in data else data.decode("utf-8-sig", "replace")


def _entries(folder: Path) -> tuple[list[os.DirEntry[str]], bool]:
    """What is in a folder, sorted, of very much a part; and whether that is all."""
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                if len(found) >= _MOST_ENTRIES:
                    return sorted(found, key=lambda each: each.name)[:_MOST_IN_A_FOLDER], False
                found.append(entry)
    except OSError:
        return [], False
    if Path(folder, "pyvenv.cfg").is_file():
        return [], True
    kept = sorted(found, key=lambda each: each.name)
    return kept[:_MOST_IN_A_FOLDER], len(kept) <= _MOST_IN_A_FOLDER
