"""Files kept by digest, in `.reprocrate/objects`: what version control cannot give back."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.record import StoredFile
from reprocrate.files import could_not, sha256_bytes, write_atomically

FOLDER = ".reprocrate/objects"


def object_path(sha256: str) -> str:
    """Where the file with this digest is kept, relative to the project."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def keep(project: Path, data: bytes) -> StoredFile:
    """Keep these bytes; those kept already are not written again, so launches at once do not race.

    Raises:
        UnavailableError: they could not be written.
    """
    sha256 = sha256_bytes(data)
    path = object_path(sha256)
    target = project / path
    try:
        if not (target.is_file() and target.stat().st_size == len(data)):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, data)
    except OSError as error:
        raise could_not("write", target, error) from error
    return StoredFile(path, sha256, len(data))


def is_kept(project: Path, sha256: str) -> bool:
    """Whether the file with this digest is kept."""
    return (project / object_path(sha256)).is_file()
