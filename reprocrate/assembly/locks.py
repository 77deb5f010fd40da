"""Locks of a project's environments: made once and kept, so that packing twice gives the same bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from reprocrate.capture.environment.lock_files import is_lock, lock_format
from reprocrate.capture.record import Environment
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import could_not, sha256_bytes, sha256_file, write_atomically
from reprocrate.manifest.canonical import canonical_bytes

LOCK_NAME = "requirements.txt"
_ABOUT_NAME = "lock.json"
_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]\n]*\])?\s*==\s*(?P<version>[^\s;\\,]+)", re.MULTILINE
)
_KNOWN = (
    "requirements.txt, pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pixi.lock, "
    "environment.yml, conda-lock.yml"
)


def lock_folder(environment: Environment) -> str:
    """Where an environment's lock lies in project and bundle: named after what it is made from."""
    python = environment.python.version if environment.python else None
    identity = {
        "python": python,
        "packages": [
            [one.name, one.version, one.local_label, one.source, one.editable, one.requested]
            for one in environment.packages
        ],
        "locks": [one.sha256 for one in environment.locks],
    }
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
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableError(
            f"{folder}/{_ABOUT_NAME} cannot be read", str(error), f"Remove {folder}; packing makes it anew"
        ) from error
    digest = sha256_file(lock)
    return {"path": f"{folder}/{LOCK_NAME}", "size": digest.size, "sha256": digest.sha256, **about}


def declared_lock(project: Path, path: str, place: str) -> dict[str, Any]:
    """A lock that the author names, as a manifest section.

    Args:
        project: root of the project.
        path: the file, relative to the project.
        place: the table that names it, for messages.

    Raises:
        UsageError: there is no such file, or it is of no known kind.
    """
    lock = project / path
    if not lock.is_file():
        raise UsageError(
            f"reprocrate.toml: {place} names the lock {path}",
            "there is no such file in the project",
            "Make it where the run was, for example with `pip freeze`, and copy it here",
        )
    form = _format(lock)
    if form is None:
        raise UsageError(
            f"reprocrate.toml: {place} names the lock {path}",
            "its name is that of no lock that is known",
            f"Known are files such as {_KNOWN}",
        )
    digest = sha256_file(lock)
    section: dict[str, Any] = {
        "path": path,
        "size": digest.size,
        "sha256": digest.sha256,
        "format": form,
    }
    return section | ({"hashed": _is_hashed(lock)} if form == "requirements" else {})


def _format(lock: Path) -> str | None:
    """The kind of a lock, by its name; who names it knows that a `.txt` file is one of pip or conda."""
    form = lock_format(lock.name)
    if lock.suffix == ".txt":
        return "conda" if is_lock("conda", lock.read_bytes()) else "requirements"
    if form is None and lock.suffix in (".yml", ".yaml"):
        return "conda_environment"
    return form


def pinned_packages(project: Path, lock: dict[str, Any]) -> list[dict[str, str]]:
    """The packages that a lock of pip requirements pins, as `pip freeze` prints them; of other locks none."""
    if lock["format"] != "requirements":
        return []
    text = (project / lock["path"]).read_text(encoding="utf-8", errors="replace")
    found = []
    for match in _PIN.finditer(text):
        version, plus, label = match["version"].partition("+")
        name = re.sub(r"[-_.]+", "-", match["name"]).lower()  # as the Python packaging guide normalises names
        found.append({"name": name, "version": version} | ({"local_label": label} if plus else {}))
    return sorted(found, key=lambda package: package["name"])


def _is_hashed(requirements: Path) -> bool:
    """Whether every requirement has a digest, as pip demands with `--require-hashes`."""
    text = requirements.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    return all("--hash=" in line for line in lines if line and not line.startswith(("#", "-")))


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("make", folder, error) from error
    about = {"format": "requirements", "hashed": hashed, "resolved": resolved, "left_out": left_out}
    about = {name: value for name, value in about.items() if value is not None}
    write_atomically(folder / _ABOUT_NAME, canonical_bytes(about) + b"\n")
    write_atomically(folder / LOCK_NAME, text.encode())
