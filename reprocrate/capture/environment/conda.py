"""The packages of a conda prefix, read from its `conda-meta` folder without conda.

Each package has a JSON file there, written when it was linked: name, version, build, the address and digests
of its archive, and the files that it put into the prefix (conda's documentation, "conda-meta"; the fields are
those of `PrefixRecord` in conda and rattler). Of a package that is a Python distribution too, both say the
same thing, and it is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reprocrate.capture.environment.distributions import Distribution
from reprocrate.capture.privacy.scrubber import scrubbed_url
from reprocrate.capture.record import LockFile, OtherPackage, Package
from reprocrate.files import sha256_bytes

EXPLICIT_NAME = "conda-explicit.txt"
"""The name of the list that `explicit_list` makes."""

_FOLDER = "conda-meta"
_TOKEN = re.compile(r"/t/[^/]+(?=/)")
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_METADATA_ENDINGS = (b'.dist-info/METADATA"', b'.egg-info/PKG-INFO"', b'.egg-info"')
_LARGE_BYTES = 50_000
_FIRST_MEMBER = re.compile(rb'\{\r?\n([ \t]+)"')
_NO_SPECIFICATION = ("", "None", None)


@dataclass(frozen=True)
class CondaPackage:
    """One package of a prefix.

    Attributes:
        about: what a record says of it.
        requested: whether it was asked for by name.
        metadata: names of the metadata folders of the Python distributions in it.
        is_pypi: whether pip or uv put it there and conda only took note.
    """

    about: OtherPackage
    requested: bool
    metadata: frozenset[str]
    is_pypi: bool = False


def conda_packages(prefixes: Iterable[str]) -> list[CondaPackage]:
    """Every package of the first of these folders that is a conda prefix, sorted by name."""
    for prefix in dict.fromkeys(filter(None, prefixes)):
        folder = Path(prefix, _FOLDER)
        if (folder / "history").exists() or any(folder.glob("*.json")):
            found = [one for path in sorted(folder.glob("*.json")) if (one := _package(path)) is not None]
            return sorted(found, key=lambda one: one.about.name)
    return []


def with_conda(
    distributions: Sequence[Distribution], packages: Sequence[CondaPackage]
) -> tuple[list[Distribution], tuple[OtherPackage, ...]]:
    """What conda knows of the Python distributions that it installed, and the packages that are none."""
    by_metadata = {name: one for one in packages if not one.is_pypi for name in one.metadata}
    known, owners = [], set()
    for distribution in distributions:
        owner = by_metadata.get(distribution.metadata.name)
        if owner is None or distribution.package.source in ("local", "vcs", "url"):
            known.append(distribution)
            continue
        owners.add(owner.about.name)
        known.append(replace(distribution, package=_merged(distribution.package, owner)))
    others = tuple(one.about for one in packages if one.about.name not in owners and not one.is_pypi)
    return known, others


def explicit_list(packages: Sequence[CondaPackage]) -> bytes | None:
    """The prefix as an explicit list, as `conda list --explicit --sha256` prints it; None if it cannot be.

    `conda create --file` and `micromamba create -f` make the same prefix of it, without solving.
    """
    from_conda = [one.about for one in packages if not one.is_pypi]
    if not from_conda or not all(one.url for one in from_conda):
        return None
    lines = [
        "# This file may be used to create an environment using:",
        "# conda create --name NAME --file FILE",
    ]
    lines.append("@EXPLICIT")
    for one in from_conda:
        digest = f"#sha256:{one.sha256}" if one.sha256 else f"#{one.md5}" if one.md5 else ""
        lines.append(f"{one.url}{digest}")
    return ("\n".join(lines) + "\n").encode()


def explicit_lock(listed: bytes) -> LockFile:
    """The list as a lock of the environment."""
    return LockFile(EXPLICIT_NAME, "conda", sha256_bytes(listed), len(listed))


def public_channel(address: str) -> str | None:
    """The address of an archive without user, password, query or the token of a channel (`/t/<token>/`)."""
    url = scrubbed_url(address)
    return _TOKEN.sub("", url) if url else None


def _merged(package: Package, owner: CondaPackage) -> Package:
    about = owner.about
    return replace(
        package,
        source="conda",
        url=about.url,
        build=about.build,
        sha256=about.sha256,
        sha256_from="conda" if about.sha256 else None,
        requested=owner.requested,
        wheel_tags=(),
    )


def _package(path: Path) -> CondaPackage | None:
    try:
        data = path.read_bytes()
        found = json.loads(_without_lists(data))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.get("version"):
        return None
    name = str(found.get("name")).lower()
    if not _NAME.fullmatch(name):
        return None
    about = OtherPackage(
        name=name,
        version=str(found["version"]),
        build=_text(found.get("build")) or _text(found.get("build_string")),
        source="conda",
        url=public_channel(_address(found)),
        sha256=_digest(found.get("sha256"), _SHA256),
        md5=_digest(found.get("md5"), _MD5),
    )
    is_pypi = found.get("channel") == "pypi" or "pypi" in str(found.get("url") or "").split("/")[:3]
    return CondaPackage(about, _is_requested(found), _metadata_folders(data), is_pypi)


def _without_lists(data: bytes) -> bytes:
    """A file without its long lists of files, which are nearly all of it.

    conda, mamba and rattler write a member of the document in lines of the least indentation; a file that is
    written otherwise stays whole.
    """
    first = _FIRST_MEMBER.match(data)
    if first is None or len(data) < _LARGE_BYTES:
        return data
    for member in (b"files", b"paths_data"):
        name = b"\n" + first[1] + b'"' + member + b'": '
        start = data.find(name)
        opening = data[start + len(name) : start + len(name) + 2]
        if start < 0 or opening not in (b"[\n", b"{\n"):
            continue
        closing = b"\n" + first[1] + (b"]" if opening[:1] == b"[" else b"}")
        end = data.find(closing, start)
        data = data[:start] + name + b"null" + data[end + len(closing) :]
    return data


def _metadata_folders(data: bytes) -> frozenset[str]:
    """Names of the metadata folders among the files: `rings-1.0.dist-info`."""
    found = set()
    for ending in _METADATA_ENDINGS:
        place = data.find(ending)
        while place >= 0:
            start = max(data.rfind(b"/", 0, place), data.rfind(b'"', 0, place)) + 1
            name = data[start : place + ending.index(b"-info") + len(b"-info")]
            found.add(name.decode("utf-8", errors="replace"))
            place = data.find(ending, place + 1)
    return frozenset(found)


def _address(found: dict[str, Any]) -> str:
    """`url`; or else from channel and file name, as conda makes it up."""
    url, channel, name = (_text(found.get(key)) or "" for key in ("url", "channel", "fn"))
    if url or "://" not in channel or not name:
        return url
    folder = _text(found.get("subdir")) or ""
    return "/".join(filter(None, (channel.rstrip("/").removesuffix(f"/{folder}"), folder, name)))


def _is_requested(found: dict[str, Any]) -> bool:
    one, several = found.get("requested_spec"), found.get("requested_specs")
    return one not in _NO_SPECIFICATION or bool(several)


def _digest(value: object, form: re.Pattern[str]) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def conda_name(package: Package) -> str:
    """What conda calls a Python distribution that it installed, from the name of its archive."""
    archive = (package.url or "").rpartition("/")[2]
    if package.build and archive.count("-") >= 2:
        return archive.rsplit("-", 2)[0]
    return package.name
