"""The files behind a record that was opened: from its folder, or out of its bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reprocrate.bundle import Bundle, open_bundle
from reprocrate.errors import IntegrityError, UnreadableError
from reprocrate.files import place_of
from reprocrate.manifest import File
from reprocrate.rerun.compare import Evidence, NoEvidence
from reprocrate.rerun.execute.running import WORK
from reprocrate.workflow.opening import Kind, Opened, added_by_us


class FolderEvidence:
    """Files below some folders, of which the first that has a file as it was recorded is taken."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(roots)

    def read(self, file: File, limit: int) -> bytes | None:
        """The bytes of a file, if they are the recorded ones; a link is not followed out of the folder."""
        if file.root is not None:
            return None
        for root in self._roots:
            place = place_of(root, file.path)
            try:
                inside = place.resolve().is_relative_to(root.resolve())
                if not inside or not place.is_file() or place.stat().st_size > limit:
                    continue
                content = place.read_bytes()
            except OSError:
                continue
            if is_recorded(file, content):
                return content
        return None


class BundleEvidence:
    """Files in a bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def read(self, file: File, limit: int) -> bytes | None:
        """The bytes of a file, if they are the recorded ones."""
        if file.root is not None:
            return None
        try:
            content = self._bundle.read(file.path, limit, check=False)
        except (KeyError, IntegrityError, UnreadableError):
            return None
        return content if is_recorded(file, content) else None


@contextmanager
def evidence_of(opened: Opened) -> Iterator[Evidence]:
    """Where the files of what was opened can be read; of a manifest alone there are none."""
    if opened.kind is Kind.BUNDLE:
        with open_bundle(opened.path, skip=added_by_us) as bundle:
            yield BundleEvidence(bundle)
    elif opened.kind in (Kind.PROJECT, Kind.CRATE):
        yield FolderEvidence([opened.path, opened.path / WORK])
    elif opened.kind is Kind.MANIFEST:
        yield FolderEvidence([opened.path.parent, opened.path.parent / WORK])
    else:
        yield NoEvidence()


def is_recorded(file: File, content: bytes) -> bool:
    """Whether bytes are those that a manifest names."""
    return file.sha256 is None or hashlib.sha256(content).hexdigest() == file.sha256
