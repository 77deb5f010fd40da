"""What nobody expects in a bundle: caches, very large files, and pointers where data should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from reprocrate.assembly.settings import ProjectSettings
from reprocrate.files import read_regular
from reprocrate.render.numbers import file_size
from reprocrate.workflow.ignoring import NAME
from reprocrate.workflow.inventory import Contents, Kind, kind_of_entry

LARGE_BYTES = 100_000_000
"""A file larger than this that the author did not declare is told."""

NOTABLE_BYTES = 10_000_000
"""A file larger than this is told if it makes up more than half of the bundle."""

_CACHES = frozenset(
    {
        *("__pycache__", ".ipynb_checkpoints", ".cache", "node_modules", ".venv", "venv", ".mypy_cache"),
        *(".pytest_cache", ".ruff_cache", ".tox", ".nox", ".eggs", ".dvc", "wandb", "site-packages"),
    }
)
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
"""What a file of Git LFS begins with, whose content was not fetched (its specification says so)."""

_LONGEST_POINTER = 1024
_FETCHED = (Kind.DATA, Kind.MODELS, Kind.CHECKPOINTS, Kind.OUTPUTS)
_MOST_NAMES = 3


def surprises(contents: Contents, sizes: Mapping[str, int], settings: ProjectSettings) -> Iterator[str]:
    """What the author may not want to publish, or not so, as sentences.

    Args:
        contents: the project's files.
        sizes: the bytes of each of them, by path.
        settings: the author's part.
    """
    yield from _caches(contents, sizes)
    yield from _large(contents, sizes, settings)
    yield from _pointers(contents, sizes)


def _caches(contents: Contents, sizes: Mapping[str, int]) -> Iterator[str]:
    found: dict[str, list[int]] = {}
    for path in contents.entries:
        if path.startswith(".reprocrate/"):
            continue
        parts = PurePosixPath(path).parts[:-1]
        place = next((number for number, part in enumerate(parts) if part in _CACHES), None)
        if place is not None:
            found.setdefault("/".join(parts[: place + 1]), []).append(sizes[path])
    for folder, held in sorted(found.items()):
        yield (
            f"{folder}/ is a tool's own folder, and {file_size(sum(held))} of it travel. "
            f"If nobody needs them, add the line /{folder}/ to {NAME}"
        )


def _large(contents: Contents, sizes: Mapping[str, int], settings: ProjectSettings) -> Iterator[str]:
    total = sum(sizes.values())
    for path, size in sorted(sizes.items()):
        kind, of = kind_of_entry(contents, path)
        declared = (kind is Kind.DATA and of in settings.data) or kind in (Kind.MODELS, Kind.OWN)
        if declared or size <= NOTABLE_BYTES:
            continue
        if size > LARGE_BYTES:
            yield f"{path} is large: {file_size(size)} ({kind.value})"
        elif size * 2 > total:
            yield f"{path} is more than half of the bundle: {file_size(size)} ({kind.value})"


def _pointers(contents: Contents, sizes: Mapping[str, int]) -> Iterator[str]:
    found = []
    for path, entry in sorted(contents.entries.items()):
        if not len(_POINTER) < sizes[path] <= _LONGEST_POINTER:
            continue
        if kind_of_entry(contents, path)[0] in _FETCHED and isinstance(entry.source, Path):
            with suppress(OSError):
                if read_regular(entry.source, _LONGEST_POINTER).startswith(_POINTER):
                    found.append(path)
    if found:
        names = ", ".join(found[:_MOST_NAMES]) + (" and others" if found[_MOST_NAMES:] else "")
        yield f"{names}: only what Git LFS has in place of it, not its content (`git lfs pull` fetches that)"
