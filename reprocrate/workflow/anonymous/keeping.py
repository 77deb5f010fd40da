"""What an author keeps of an anonymous bundle, so that the accepted one is provably the reviewed one.

It lies in `.reprocrate/anonymous/` of the project, for its owner's eyes, and never travels: one random
secret, from which the salt of each file follows, and of each bundle what was taken out of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.files import could_not, read_regular, sha256_bytes, write_atomically
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.manifest.canonical import canonical_bytes

FOLDER = ".reprocrate/anonymous"
_KEPT_IN = "salts"
_LARGEST_BYTES = 1 << 30
_DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class Salts(NamedTuple):
    """The salts of a project; whoever has the secret behind them can tell them all.

    Attributes:
        secret: 32 random bytes.
    """

    secret: bytes

    def of(self, path: str, original: bytes) -> bytes:
        """The salt of a file: HMAC-SHA-256 of its path and its digest.

        A salt that is published later says nothing about another file, nor about the same file with other
        bytes in an earlier bundle.
        """
        about = f"{path}\0{sha256_bytes(original)}".encode()
        return hmac.new(self.secret, about, hashlib.sha256).digest()

    def digest(self, path: str, original: bytes) -> str:
        """The salted digest of a file: SHA-256 of the salt and the original bytes."""
        return salted(self.of(path, original), original)


class Review(NamedTuple):
    """An anonymous bundle as its authors know it.

    Attributes:
        data: which data travelled: `all`, `small` or `none`, and behind it the names that were asked for.
        manifest: the manifest with identities.
        originals: the bytes of each redacted file before it was redacted, by path.
    """

    data: str
    manifest: Manifest
    originals: Mapping[str, bytes]


def salted(salt: bytes, original: bytes) -> str:
    """SHA-256 of a salt and the bytes that follow it."""
    return sha256_bytes(salt + original)


def salts_of(root: Path) -> Salts:
    """The salts of a project; the secret behind them is drawn the first time.

    Raises:
        UnavailableError: it could not be kept.
        UnreadableError: what is kept there is no secret.
    """
    folder = _folder(root)
    place = folder / _KEPT_IN
    try:
        if not place.exists():
            _draw(place)
        text = read_regular(place, 1000).decode("ascii", "replace").strip()
    except OSError as error:
        raise could_not("read", place, error) from error
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise UnreadableError(
            f"{place} is damaged",
            "it should hold 64 hexadecimal digits",
            "Restore it from a copy; or remove it, and earlier anonymous bundles can no longer be revealed",
        )
    return Salts(secret)


def keep(root: Path, payload: str, review: Review) -> Path:
    """Write down what was taken out of an anonymous bundle.

    Args:
        root: the project.
        payload: the digest of the bundle's payload.
        review: what is to be kept.

    Returns:
        where it lies.

    Raises:
        UnavailableError: it could not be written.
    """
    place = _folder(root) / f"{payload}.json"
    originals = {path: base64.b64encode(data).decode() for path, data in sorted(review.originals.items())}
    document = {
        "about": "For you alone: by this `reprocrate pack --reveal` proves what was reviewed. Keep it.",
        "payload_sha256": payload,
        "data": review.data,
        "manifest": review.manifest.to_dict(),
        "originals": originals,
    }
    write_atomically(place, json.dumps(document, ensure_ascii=False).encode() + b"\n")
    _protect(place)
    return place


def load(root: Path, payload: str) -> Review:
    """What was kept of an anonymous bundle.

    Raises:
        UsageError: this project made no such bundle, or it was removed.
        UnreadableError: it is damaged.
    """
    place = root / FOLDER / f"{payload}.json"
    try:
        found: Any = json.loads(read_regular(place, _LARGEST_BYTES))
        originals = {str(path): base64.b64decode(data) for path, data in found["originals"].items()}
        return Review(str(found["data"]), manifest_from(found["manifest"], str(place)), originals)
    except FileNotFoundError:
        raise UsageError(
            f"{root} did not make the anonymous bundle with the payload {payload}",
            f"{place} does not exist, which `pack --anonymous` writes",
            "Reveal it in the folder that it was packed in, or restore that file",
        ) from None
    except _DAMAGED as error:
        raise UnreadableError(
            f"{place} cannot be read", str(error)[:200], "Restore it from a copy"
        ) from error


def require_salted(expected: str, found: str, what: str) -> None:
    """Make sure that what is to be revealed is what the reviewed bundle promised.

    Raises:
        IntegrityError: it is not.
    """
    if expected != found:
        raise IntegrityError(
            f"{what} is not what the reviewed bundle was made from",
            f"its salted digest is {found[:12]}..., the reviewed manifest has {expected[:12]}...",
            f"Restore {FOLDER}/ as `pack --anonymous` left it",
        )


def manifest_bytes(manifest: Manifest) -> bytes:
    """The canonical bytes of a manifest, of which the salted digest is made."""
    return canonical_bytes(manifest.to_dict())


def _folder(root: Path) -> Path:
    folder = root / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            write_atomically(ignore, b"*\n")
    except OSError as error:
        raise could_not("write", folder, error) from error
    return folder


def _draw(place: Path) -> None:
    """Draw a secret, unless another process was faster; never half of one."""
    temporary = place.with_name(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, place)
    finally:
        temporary.unlink()


def _protect(place: Path) -> None:
    try:
        place.chmod(0o600)
    except OSError as error:
        raise could_not("protect", place, error) from error
