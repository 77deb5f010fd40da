"""The accepted bundle: the reviewed one with its identities, and what proves that it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reprocrate.bundle import Bundle, Entry, Tree, layout, open_bundle
from reprocrate.bundle.tree import MAX_TREE_BYTES, parse_tree
from reprocrate.errors import IntegrityError, UsageError
from reprocrate.files import composed, sha256_bytes, sha256_file
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.manifest.anonymity import (
    REVIEWED_CHECKSUMS,
    REVIEWED_MANIFEST,
    SALTS,
    made_by_packing,
    may_change,
)
from reprocrate.manifest.reviewed import identity_removed
from reprocrate.standard import pointer_to
from reprocrate.workflow.anonymous.keeping import (
    Review,
    Salts,
    load,
    manifest_bytes,
    require_salted,
    salts_of,
)
from reprocrate.workflow.contents import Contents

_MOST_CHECKSUMS_BYTES = 256 << 20
_LARGEST_LOCK_BYTES = 256 << 20
_LOCKS = (".txt", ".toml", ".lock", ".yml", ".yaml", ".json")
_SHOWN = 10


class Reviewed(NamedTuple):
    """A bundle that was reviewed, as its authors know it.

    Attributes:
        payload: the digest of its payload.
        manifest: its manifest, without identities.
        checksums: the SHA-256 of each of its files.
        stored: its manifest and its list of checksums as they are stored.
        locks: its locks that were not redacted, by path: one without digests may have been made anew since.
        tree: its links and empty folders.
        review: what the authors kept.
    """

    payload: str
    manifest: Manifest
    checksums: dict[str, str]
    stored: tuple[bytes, bytes]
    locks: dict[str, bytes]
    review: Review
    tree: Tree


def open_reviewed(root: Path, path: Path) -> Reviewed:
    """Read a reviewed bundle, and what was kept of it.

    Args:
        root: the project that it was packed from.
        path: the bundle.

    Raises:
        UsageError: it is no anonymous bundle, or none of this project.
        IntegrityError: it is damaged.
        UnreadableError, UnavailableError: it cannot be read.
    """
    with open_bundle(path) as bundle:
        bundle.require_intact()
        payload = bundle.payload_digest()
        stored = bundle.manifest_bytes(), _checksums(bundle)
        checksums = {composed(path): sha256 for path, sha256 in bundle.checksums().items()}
        tree = parse_tree(bundle.read(layout.TREE, MAX_TREE_BYTES))[0] if layout.TREE in checksums else Tree()
        locks = {
            path: bundle.read(path, _LARGEST_LOCK_BYTES)
            for path in checksums
            if path.startswith(layout.ENVIRONMENT) and path.endswith(_LOCKS)
        }
    manifest = parse_manifest(stored[0], f"the manifest of {path}")
    if manifest.anonymous is None:
        raise UsageError(
            f"{path} is not anonymous",
            "its manifest has no `anonymous`",
            "Give --reveal the bundle that `reprocrate pack --anonymous` made and that was reviewed",
        )
    review = load(root, payload)
    kept = {path: data for path, data in locks.items() if path not in review.originals}
    return Reviewed(payload, manifest, checksums, stored, kept, review, tree)


def revealed(root: Path, contents: Contents, reviewed: Reviewed) -> Contents:
    """The contents of the accepted bundle.

    Args:
        root: the project.
        contents: what an ordinary bundle would hold today.
        reviewed: the reviewed bundle.

    Raises:
        IntegrityError: results or files are no longer what was reviewed; it names them.
    """
    changes = [*_changes_of_manifest(contents.manifest, reviewed), *_changes_of_files(contents, reviewed)]
    if changes:
        more = f"; and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
        raise IntegrityError(
            f"what was reviewed has changed since ({len(changes)} differences)",
            "; ".join(changes[:_SHOWN]) + more,
            "Bring back what was reviewed and reveal it; or pack the new state without --reveal, as another "
            "bundle",
        )
    salts = salts_of(root)
    _require_promised(salts, reviewed)
    originals = reviewed.review.originals
    notes = [
        f"{path} has changed since the review; the bundle holds it as it was then"
        for path, entry in sorted(contents.entries.items())
        if path in originals and _digest(entry) != sha256_bytes(originals[path])
    ]
    if contents.manifest.experiment != reviewed.review.manifest.experiment:
        notes.append("[experiment] has changed since the review; the bundle says what it said then")
    return replace(
        contents,
        manifest=reviewed.review.manifest,
        entries=_entries(contents, reviewed, salts),
        notes=notes,
        links=dict(reviewed.tree.links),
        folders=list(reviewed.tree.folders),
    )


def _changes_of_manifest(today: Manifest, reviewed: Reviewed) -> Iterator[str]:
    """Where the manifest of today says something else than the one of then, but for identities."""
    then, now = reviewed.review.manifest.to_dict(), today.to_dict()
    redacted = frozenset(reviewed.review.originals)
    for path in identity_removed(now, then, redacted):
        if not may_change(path):
            yield f"{pointer_to(path)} of the manifest"


def _changes_of_files(contents: Contents, reviewed: Reviewed) -> Iterator[str]:
    for path, sha256 in reviewed.checksums.items():
        if (
            made_by_packing(path)
            or path == layout.TREE
            or path in reviewed.review.originals
            or path in reviewed.locks
        ):
            continue
        entry = contents.entries.get(path)
        if entry is None:
            yield f"{path} is gone"
        elif _digest(entry) != sha256:
            yield f"{path} is another file"


def _require_promised(salts: Salts, reviewed: Reviewed) -> None:
    """Make sure that what was kept is what the salted digests of the reviewed manifest are of."""
    proof = reviewed.manifest.anonymous
    if proof is None:
        raise UsageError("the reviewed bundle is not anonymous")
    then = reviewed.review
    of_manifest = salts.digest(layout.MANIFEST, manifest_bytes(then.manifest))
    require_salted(proof.manifest_sha256_salted, of_manifest, "the manifest that was kept")
    for file in proof.redacted:
        data = then.originals.get(file.path)
        found = salts.digest(file.path, data) if data is not None else ""
        require_salted(file.sha256_salted, found, f"{file.path} as it was kept")


def _entries(contents: Contents, reviewed: Reviewed, salts: Salts) -> dict[str, Entry]:
    then = reviewed.review
    entries: dict[str, Entry] = {}
    for path, data in then.originals.items():
        today = contents.entries.get(path, Entry(path, data))
        entries[path] = today._replace(source=data, expected_sha256=sha256_bytes(data))
    entries |= {path: Entry(path, data) for path, data in reviewed.locks.items()}
    patches = {code.patch.path for code in then.manifest.code if code.patch}
    for path, entry in contents.entries.items():
        if path not in entries and (path in reviewed.checksums or path in patches):
            known = reviewed.checksums.get(path, entry.expected_sha256)
            entries[path] = entry._replace(expected_sha256=known)
    proof = {
        "about": "SHA-256 of a salt and the original bytes behind it is what the reviewed manifest has.",
        "payload_sha256": reviewed.payload,
        "manifest": salts.of(layout.MANIFEST, manifest_bytes(then.manifest)).hex(),
        "files": {path: salts.of(path, data).hex() for path, data in sorted(then.originals.items())},
    }
    added = {
        REVIEWED_MANIFEST: reviewed.stored[0],
        REVIEWED_CHECKSUMS: reviewed.stored[1],
        SALTS: json.dumps(proof, indent=1, ensure_ascii=False).encode() + b"\n",
    }
    return entries | {path: Entry(path, data) for path, data in added.items()}


def _checksums(bundle: Bundle) -> bytes:
    return bundle.read(layout.CHECKSUMS, _MOST_CHECKSUMS_BYTES, check=False)


def _digest(entry: Entry) -> str:
    if isinstance(entry.source, bytes):
        return sha256_bytes(entry.source)
    return sha256_file(entry.source).sha256
