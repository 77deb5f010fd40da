"""Packing files into a bundle, the same files into the same bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from reprocrate.bundle.admission import (
    MAX_CHECKSUMS_BYTES,
    MAX_FILES,
    MAX_MANIFEST_BYTES,
    MAX_METADATA_BYTES,
    USUAL,
    folders_of,
    name_problem,
    names_problems,
    parents,
    printable,
)
from reprocrate.bundle.bag import PAYLOAD, bag_problems
from reprocrate.bundle.checksums import checksums_bytes
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.formats import WHOLE_BYTES, ArchiveWriter, Form, add_bytes
from reprocrate.bundle.layout import CHECKSUMS, MANIFEST, METADATA, payload_digest, storage_order
from reprocrate.bundle.links import links_problems
from reprocrate.bundle.tree import Tree
from reprocrate.bundle.writing import writing
from reprocrate.errors import IntegrityError, UsageError
from reprocrate.files import FileDigest, could_not

NO_TREE = Tree()

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""How a file is opened that may be a pipe: opening must not wait for anybody who writes into it."""


class Packed(NamedTuple):
    """A bundle that was written.

    Attributes:
        path: the file.
        payload_digest: the identity of the bundle (`layout.in_payload` says of which files).
        manifest_sha256: the digest of `reprocrate.json`.
        size: bytes of the file.
        files: how many files are in it, `manifest-sha256.txt` included.
        compressor: what compressed it, with its version: equal bytes are promised for an equal one.
    """

    path: Path
    payload_digest: str
    manifest_sha256: str
    size: int
    files: int
    compressor: str


def pack(
    entries: Iterable[Entry],
    target: Path,
    *,
    form: Form = Form.ZIP,
    tree: Tree = NO_TREE,
    bag: bool = False,
    progress: Callable[[int], None] = lambda _count: None,
) -> Packed:
    """Write a bundle: whole, or not at all.

    The bytes depend on the entries alone, not on their order, the clock, the time zone, the locale or the
    permissions of the files. Times are 1980-01-01, or SOURCE_DATE_EPOCH where that is set
    (https://reproducible-builds.org/specs/source-date-epoch/). `manifest-sha256.txt` is added, and
    `.reprocrate/tree.json` where there are links or empty folders.

    Args:
        entries: the files, `reprocrate.json` among them.
        target: the file to write; one that exists is replaced. A folder must not exist yet, or be empty.
        form: what to write.
        tree: symbolic links, and folders that would be empty.
        bag: whether to put the bundle into a BagIt bag.
        progress: called with the number of bytes just read.

    Raises:
        UsageError: a bundle cannot hold these names or links, or SOURCE_DATE_EPOCH is not a number.
        IntegrityError: a file is not what it is expected to be, or changes while it is packed.
        UnavailableError: a file could not be read, or the bundle not be written.
    """
    ordered = _admitted([*entries, *tree.entries()], tree, within=PAYLOAD if bag else "")
    digests: dict[str, str] = {}
    total = 0
    with writing(form, target, progress, bag=bag) as written:
        for step in _in_order(ordered, tree):
            match step:
                case Entry():
                    added = _add(written.archive, step)
                    digests[step.path] = added.sha256
                    total += added.size
                case (path, leads_to):
                    written.archive.add_link(path, leads_to)
                case _:
                    written.archive.add_folder(step)
        _add_listing(written.archive, digests)
        written.archive.finish()
        size = written.size()
        if form is not Form.FOLDER:
            _require_no_bomb(total, size)
    return Packed(
        path=target,
        payload_digest=payload_digest(digests.items()),
        manifest_sha256=digests[MANIFEST],
        size=size,
        files=len(digests) + 1,
        compressor=written.compressor,
    )


def _require_no_bomb(total: int, size: int) -> None:
    """Make sure that readers will not take `size` bytes, which hold files of `total` bytes, for a bomb."""
    if USUAL.is_expanded(total, size):
        raise UsageError(
            "the bundle cannot be packed",
            f"its files take more than {USUAL.expansion:,} times its own bytes, as those of a bomb do",
            "Leave out the files that are nearly empty, or take --format tar.zst",
        )


def _in_order(entries: Iterable[Entry], tree: Tree) -> Iterator[Entry | tuple[str, str] | str]:
    """What to write: files, links as pairs of path and target, and each folder before what is in it."""
    steps: list[Entry | tuple[str, str] | str] = [*entries, *tree.links.items(), *tree.folders]
    steps.sort(key=lambda step: storage_order(_path(step)))
    known = {""}
    for step in steps:
        path = _path(step)
        if path.rpartition("/")[0] not in known:
            folders = [folder for folder in parents(path) if folder not in known]
            known.update(folders)
            yield from reversed(folders)
        if not isinstance(step, str):
            yield step
        elif step not in known:
            known.add(step)
            yield step


def _path(step: Entry | tuple[str, str] | str) -> str:
    if isinstance(step, Entry):
        return step.path
    return step if isinstance(step, str) else step[0]


def _admitted(listed: list[Entry], tree: Tree, within: str) -> list[Entry]:
    """The entries, if a reader will take them in this folder of the archive."""
    paths = [entry.path for entry in listed]
    if CHECKSUMS in paths:
        raise UsageError(f"{CHECKSUMS} cannot be packed", "it is made while packing")
    problems = list(names_problems([*paths, CHECKSUMS, *tree.links], tree.folders))
    problems += links_problems(tree.links, paths, tree.folders)
    if within:
        problems += bag_problems(paths)
        problems += filter(None, (name_problem(within + path) for path in (*paths, *tree.links)))
    if problems:
        shown = "; ".join(map(str, problems[:10]))
        more = f"; and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise UsageError(
            f"{printable(problems[0].path)} cannot be packed", f"{shown}{more}", "Rename it or leave it out"
        )
    if MANIFEST not in paths:
        raise UsageError("the bundle cannot be packed", f"it has no {MANIFEST}")
    folders = folders_of(chain(paths, tree.links, tree.folders)).union(tree.folders)
    if len(paths) + len(tree.links) + 1 + len(folders) > MAX_FILES:
        raise UsageError("the bundle cannot be packed", f"it has more than {MAX_FILES} files and folders")
    return listed


def _add(archive: ArchiveWriter, entry: Entry) -> FileDigest:
    if isinstance(entry.source, bytes):
        digest = add_bytes(archive, entry.path, entry.source, executable=entry.executable)
    else:
        digest = _add_file(archive, entry, entry.source)
    if entry.expected_sha256 not in (None, digest.sha256):
        raise _changed(entry, f"its SHA-256 is {digest.sha256}, but {entry.expected_sha256} was recorded")
    if entry.path == MANIFEST and digest.size > MAX_MANIFEST_BYTES:
        raise _too_large(MANIFEST, MAX_MANIFEST_BYTES)
    if entry.path == METADATA and digest.size > MAX_METADATA_BYTES:
        raise _too_large(METADATA, MAX_METADATA_BYTES)
    return digest


def _add_file(archive: ArchiveWriter, entry: Entry, location: Path) -> FileDigest:
    """Add a file of the disk, and see at the end whether it stayed as it was."""
    try:
        descriptor = os.open(location, _READ)
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise UsageError(f"{location} cannot be packed", "it is not a file")
            size = before.st_size
            if size <= WHOLE_BYTES:
                data = _read_small(descriptor, size)
                digest = archive.add_small(entry.path, data, executable=entry.executable)
            else:
                with open(descriptor, "rb", buffering=0, closefd=False) as content:
                    digest = archive.add_large(entry.path, content, size, executable=entry.executable)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise _changed(entry, "it is gone") from error
    except OSError as error:
        raise could_not("read", location, error) from error
    if digest.size != size:
        raise _changed(entry, "its size changed while it was packed")
    if (before.st_mtime_ns, size) != (after.st_mtime_ns, after.st_size):
        raise _changed(entry, "it was written to while it was packed")
    return digest


def _read_small(descriptor: int, size: int) -> bytes:
    """A whole file, and a byte more if it grew."""
    data = os.read(descriptor, size + 1)
    while len(data) < size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    return data


def _too_large(path: str, limit: int) -> UsageError:
    return UsageError(f"{path} cannot be packed", f"it is larger than {limit >> 20} MiB")


def _changed(entry: Entry, why: str) -> IntegrityError:
    return IntegrityError(
        f"{printable(entry.path)} changed since it was recorded", why, "Restore the file, or run again"
    )


def _add_listing(archive: ArchiveWriter, digests: dict[str, str]) -> None:
    listing = checksums_bytes(digests.items())
    if len(listing) > MAX_CHECKSUMS_BYTES:
        raise UsageError("the bundle cannot be packed", f"its {CHECKSUMS} would exceed 256 MiB")
    add_bytes(archive, CHECKSUMS, listing)
