"""What a revealed bundle says of the reviewed one: its manifest, its list of checksums, and the salts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reprocrate.bundle.admission import MAX_CHECKSUMS_BYTES
from reprocrate.bundle.checksums import parse_checksums
from reprocrate.bundle.layout import payload_digest
from reprocrate.errors import ReprocrateError, UnreadableError
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.manifest.anonymity import (
    REVIEWED,
    REVIEWED_CHECKSUMS,
    REVIEWED_MANIFEST,
    SALTS,
    made_by_packing,
)
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.manifest.strict import read_text
from reprocrate.validation.subject import MANIFEST_NAME, Files, Subject

_MOST_BYTES = 64 << 20
_MOST_READ_BYTES = 1 << 30
_SALT = re.compile(r"[0-9a-f]{64}")


class Reviewed(NamedTuple):
    """The reviewed bundle, as the revealed one around it holds it.

    Attributes:
        document: its manifest, as plain JSON values.
        manifest: the same as a typed value.
        checksums: the SHA-256 of each of its files.
        salts: of each redacted file.
        salt: of the manifest.
    """

    document: dict[str, Any]
    manifest: Manifest
    checksums: Mapping[str, str]
    salts: Mapping[str, str]
    salt: str

    @property
    def payload_sha256(self) -> str:
        """The identity of the reviewed bundle."""
        return payload_digest(self.checksums.items())

    @property
    def redacted(self) -> Mapping[str, str]:
        """The salted digest of each redacted file."""
        proof = self.manifest.anonymous
        return {file.path: file.sha256_salted for file in proof.redacted} if proof else {}

    def differences(self, document: Any, files: Files) -> Iterator[tuple[str, str]]:
        """Files of the revealed bundle that are not those of the reviewed one, with what is wrong.

        Args:
            document: the manifest of the revealed bundle, as plain JSON values.
            files: the files of the revealed bundle.
        """
        proof = self.manifest.anonymous
        if proof and not _is_promised(document, self.salt, proof.manifest_sha256_salted):
            yield MANIFEST_NAME, "is not the manifest that the salted digest is of"
        for path, sha256 in self.checksums.items():
            if made_by_packing(path):
                continue
            if not files.exists(path):
                yield path, "was reviewed and is not there"
            elif path in self.redacted:
                if path not in self.salts:
                    yield path, "was redacted and has no salt"
                elif _salted(self.salts[path], files.read(path, _MOST_READ_BYTES)) != self.redacted[path]:
                    yield path, "is not the original that the salted digest is of"
            elif files.digest(path).sha256 != sha256:
                yield path, "is not the file that was reviewed"
        for path in self.redacted.keys() - self.checksums.keys():
            yield path, "is said to be redacted, and the reviewed bundle had no such file"


class NotReviewedError(Exception):
    """The reviewed bundle cannot be told from what is there: `path` is the file, the text says why."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(why)
        self.path = path


def is_revealed(files: Files) -> bool:
    """Whether a bundle says of itself that it was reviewed."""
    return any(path.startswith(REVIEWED) for path in files.names())


def reviewed_of(subject: Subject) -> Reviewed | None:
    """The reviewed bundle of a revealed one; None where the bundle is none.

    Raises:
        NotReviewedError: what should tell it is absent or damaged.
    """
    files = subject.given_files
    if not is_revealed(files):
        return None
    for path in (REVIEWED_MANIFEST, REVIEWED_CHECKSUMS, SALTS):
        if not files.exists(path):
            raise NotReviewedError(path, "is missing")
    checksums, problems = parse_checksums(files.read(REVIEWED_CHECKSUMS, MAX_CHECKSUMS_BYTES))
    if problems:
        raise NotReviewedError(REVIEWED_CHECKSUMS, f"is damaged: {problems[0]}")
    stored = files.read(REVIEWED_MANIFEST, _MOST_BYTES)
    if hashlib.sha256(stored).hexdigest() != checksums.get(MANIFEST_NAME):
        raise NotReviewedError(REVIEWED_MANIFEST, f"is not the one that {REVIEWED_CHECKSUMS} lists")
    document = _document(stored, REVIEWED_MANIFEST)
    try:
        manifest = manifest_from(document, REVIEWED_MANIFEST)
    except ReprocrateError:
        raise NotReviewedError(REVIEWED_MANIFEST, "does not follow the schema") from None
    if manifest.anonymous is None:
        raise NotReviewedError(REVIEWED_MANIFEST, "has no `anonymous`")
    salt, salts = _salts(_document(files.read(SALTS, _MOST_BYTES), SALTS))
    return Reviewed(document, manifest, checksums, salts, salt)


def _document(data: bytes, path: str) -> dict[str, Any]:
    document, problems = read_text(data)
    if problems or not isinstance(document, dict):
        raise NotReviewedError(path, "cannot be read as JSON")
    return document


def _salts(document: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    salt, listed = document.get("manifest"), document.get("files")
    if not isinstance(salt, str) or not isinstance(listed, dict):
        raise NotReviewedError(SALTS, "gives no salts")
    if not all(isinstance(each, str) and _SALT.fullmatch(each) for each in (salt, *listed.values())):
        raise NotReviewedError(SALTS, "gives a salt that is not 64 hexadecimal digits")
    return salt, {str(path): str(each) for path, each in listed.items()}


def _is_promised(document: Any, salt: str, promised: str) -> bool:
    try:
        return _salted(salt, canonical_bytes(document)) == promised
    except UnreadableError:  # it has no canonical form
        return False


def _salted(salt: str, data: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + data).hexdigest()
