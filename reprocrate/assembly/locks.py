"""Locks of a project's environments: made once and kept, so that packing twice gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reprocrate.capture.record import Environment, plain
from reprocrate.errors import UnreadableError
from reprocrate.files import sha256_bytes, sha256_file, write_atomically
from reprocrate.manifest.canonical import canonical_bytes

LOCK_NAME = "requirements.txt"
_ABOUT_NAME = "lock.json"


def lock_folder(environment: Environment) -> str:
    """Where an environment's lock lies in project and bundle: named after interpreter and packages."""
    python = environment.python.version if environment.python else None
    identity = {"python": python, "packages": plain(environment.packages)}
    return f".reprocrate/environment/{sha256_bytes(canonical_bytes(identity))[:12]}"


def find_lock(project: Path, environment: Environment) -> dict[str, Any] | None:
    """The lock of an environment as a manifest section, if one was made.

    Raises:
        UnreadableError: what is known about it cannot be read.
    """
    folder = lock_folder(environment)
    lock = project / folder / LOCK_NAME
    if not lock.is_file():
        return None
    try:
        about = json.loads((project / folder / _ABOUT_NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableError(
            f"{folder}/{_ABOUT_NAME} cannot be read", str(error), f"Remove {folder}; packing makes it anew"
        ) from error
    digest = sha256_file(lock)
    return {"path": f"{folder}/{LOCK_NAME}", "size": digest.size, "sha256": digest.sha256, **about}


def store_lock(
    project: Path,
    environment: Environment,
    text: str,
    *,
    hashed: bool,
    resolved: str | None,
    left_out: list[str],
) -> None:
    """Keep a lock for an environment.

    Args:
        text: pip requirements.
        hashed: whether every entry carries a digest.
        resolved: date up to which packages were considered, as YYYY-MM-DD.
        left_out: installed packages that it cannot name, each with the reason.
    """
    folder = project / lock_folder(environment)
    folder.mkdir(parents=True, exist_ok=True)
    about = {"format": "requirements", "hashed": hashed, "resolved": resolved, "left_out": left_out}
    about = {name: value for name, value in about.items() if value is not None}
    write_atomically(folder / _ABOUT_NAME, canonical_bytes(about) + b"\n")
    write_atomically(folder / LOCK_NAME, text.encode())
