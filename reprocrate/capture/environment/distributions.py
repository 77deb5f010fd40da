"""The distributions on the search path of a process, from their metadata; its interpreter is never started.

Formats: core metadata (PEP 643), installed distributions (PEP 376, PEP 627), direct URLs (PEP 610), wheels
(PEP 427), and what `setup.py develop` and older installers leave.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reprocrate.capture.privacy.scrubber import scrubbed_url
from reprocrate.capture.record import Package, Source

_METADATA_BYTES = 1 << 16
_NORMAL_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SYSTEM_INSTALLERS = ("debian", "rpm")


@dataclass(frozen=True)
class Distribution:
    """An installed distribution and where it lies.

    Attributes:
        package: what its metadata says of it.
        metadata: its `.dist-info` or `.egg-info`.
        source: the folder that it is installed in place from.
    """

    package: Package
    metadata: Path
    source: Path | None = None


@dataclass(frozen=True)
class _Origin:
    source: Source
    url: str | None = None
    commit: str | None = None
    editable: bool = False
    sha256: str | None = None
    folder: Path | None = None


def installed(search_path: Iterable[str], base_prefix: str = "") -> tuple[Package, ...]:
    """Every distribution on a search path, sorted by its normalised name; of two with one name, the first."""
    return tuple(one.package for one in find_distributions(search_path, base_prefix))


def find_distributions(search_path: Iterable[str], base_prefix: str = "") -> list[Distribution]:
    """As `installed`, with where each of them lies."""
    found: dict[str, Distribution] = {}
    for folder in dict.fromkeys(search_path):
        for one in _distributions(Path(folder), base_prefix):
            found.setdefault(one.package.name, one)
    return [found[name] for name in sorted(found)]


def normalised(name: str) -> str:
    """The canonical form of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _distributions(folder: Path, base_prefix: str) -> Iterator[Distribution]:
    try:
        with os.scandir(folder) as listing:
            names = sorted(
                entry.name for entry in listing if entry.name.endswith((".dist-info", ".egg-info"))
            )
    except OSError:
        return
    for name in names:
        try:
            found = _distribution(folder / name, base_prefix)
        except OSError:
            continue
        if found is not None:
            yield found


def _distribution(metadata: Path, base_prefix: str) -> Distribution | None:
    files = frozenset(path.name for path in metadata.iterdir()) if metadata.is_dir() else frozenset[str]()
    if metadata.suffix == ".dist-info":
        fields = _first_fields(metadata / "METADATA")
    else:  # of the oldest installers it is a file
        fields = _first_fields(metadata / "PKG-INFO" if files else metadata)
    name, version = normalised(fields.get("name", "")), fields.get("version")
    if not version or not _NORMAL_NAME.fullmatch(name):
        return None
    public, _, label = version.partition("+")
    origin = _origin(metadata, files, base_prefix)
    package = Package(
        name=name,
        version=public,
        local_label=label or None,
        source=origin.source,
        url=origin.url,
        commit=origin.commit,
        editable=origin.editable,
        sha256=origin.sha256,
        sha256_from="installer" if origin.sha256 else None,
        requested="REQUESTED" in files,
        wheel_tags=_wheel_tags(metadata) if "WHEEL" in files else (),
    )
    return Distribution(package, metadata, origin.folder)


def _first_fields(metadata: Path) -> dict[str, str]:
    """Name and version of core metadata: the header is that of a mail message."""
    with metadata.open(encoding="utf-8", errors="replace") as handle:
        head = handle.read(_METADATA_BYTES).partition("\n\n")[0]
    found: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.lower() in ("name", "version"):
            found.setdefault(name.lower(), value.strip())
    return found


def _wheel_tags(metadata: Path) -> tuple[str, ...]:
    text = (metadata / "WHEEL").read_text(encoding="utf-8", errors="replace")
    tags = {line[4:].strip() for line in text.splitlines() if line.startswith("Tag:")}
    return tuple(sorted(tags))


def _origin(metadata: Path, files: frozenset[str], base_prefix: str) -> _Origin:
    """Where a distribution came from, and whether it is installed in place."""
    direct = _direct_url(metadata) if "direct_url.json" in files else {}
    if direct:
        return _direct_origin(direct)
    installer = ""
    if "INSTALLER" in files:
        installer = (metadata / "INSTALLER").read_text(encoding="utf-8", errors="replace").strip()
    if installer == "conda":
        return _Origin("conda")
    folder = metadata.parent
    in_system = (
        "dist-packages" in folder.parts and folder.parts[:2] == ("/", "usr") and "local" not in folder.parts
    )
    if in_system or installer in _SYSTEM_INSTALLERS:
        return _Origin("system")
    if "site-packages" not in folder.parts and "dist-packages" not in folder.parts:
        # Installers leave a list of what they put there: into `--target` folders and `__pypackages__` too.
        if not files & {"RECORD", "INSTALLER", "installed-files.txt"}:
            return _Origin("local", editable=True, folder=folder)  # `setup.py develop`, or a source folder
        return _Origin("pypi")
    is_system_python = base_prefix == "/usr" and os.fspath(folder).startswith("/usr/lib")
    return _Origin("system" if is_system_python else "pypi")


def _direct_origin(direct: dict[str, Any]) -> _Origin:
    address = str(direct.get("url", ""))
    url = scrubbed_url(address)
    vcs, archive, folder = (_table(direct, name) for name in ("vcs_info", "archive_info", "dir_info"))
    if "vcs_info" in direct:
        commit = vcs.get("commit_id")
        return _Origin("vcs", url, str(commit) if commit else None)
    sha256 = _archive_digest(archive)
    if "dir_info" in direct or url is None:
        editable = folder.get("editable") is True
        return _Origin(
            "local", editable=editable, sha256=sha256, folder=_folder(address) if editable else None
        )
    return _Origin("url", url, sha256=sha256)


def _archive_digest(archive: dict[str, Any]) -> str | None:
    """The archive's SHA-256: in `hashes`, or as older installers write it, `sha256=` in `hash`."""
    digest = _table(archive, "hashes").get("sha256") or str(archive.get("hash")).removeprefix("sha256=")
    return digest if isinstance(digest, str) and _SHA256.fullmatch(digest) else None


def _folder(address: str) -> Path | None:
    parts = urlsplit(address)
    if parts.scheme != "file" or not parts.path:
        return None
    path = unquote(parts.path)
    return Path(path.lstrip("/") if os.name == "nt" else path)


def _direct_url(metadata: Path) -> dict[str, Any]:
    try:
        found = json.loads((metadata / "direct_url.json").read_bytes())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _table(table: dict[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name)
    return found if isinstance(found, dict) else {}
