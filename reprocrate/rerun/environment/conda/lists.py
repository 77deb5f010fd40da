"""Which archives of conda an environment is made of, read from its list.

Read are explicit lists, as `conda list --explicit` with `--sha256` or `--md5` prints them, and
conda-lock.yml. A list comes with a bundle and is not trusted: what has no digest is refused.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from reprocrate.assembly.lock_contents import conda_lock_entries
from reprocrate.errors import UnavailableError, UnreadableError

EVERYWHERE = "noarch"
"""What conda calls the folder of packages that fit every platform."""

READ = ("conda", "conda_lock")
"""The formats of locks, as the manifest names them, that state addresses and digests and are read here."""

_SYSTEMS = {"Linux": "linux", "Darwin": "osx"}
_ARCHITECTURES = {"x86_64": "64", "amd64": "64", "aarch64": "aarch64", "arm64": "arm64", "ppc64le": "ppc64le"}
_ARCHIVE = re.compile(
    r"(?P<name>[a-z0-9_][a-z0-9_.-]*)-(?P<version>[A-Za-z0-9_.+!~]+)-(?P<build>[A-Za-z0-9_.+]+)"
    r"\.(?:conda|tar\.bz2)"
)
_SHA256 = re.compile(r"(?:sha256:)?(?P<digest>[0-9a-f]{64})")
_MD5 = re.compile(r"(?:md5:)?(?P<digest>[0-9a-f]{32})")
_SUBDIR = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)?")


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive of a list.

    Attributes:
        url: where it is.
        name: of the package, as conda has it.
        version: of the package.
        build: which build of it.
        platform: what it is for, as conda calls it: `linux-64`, or `noarch`.
        sha256: its digest, where the list states it.
        md5: the same by MD5, where the list states only that.
    """

    url: str
    name: str
    version: str
    build: str
    platform: str
    sha256: str | None = None
    md5: str | None = None

    @property
    def file(self) -> str:
        """The name of its file."""
        return file_of(self.url)

    @property
    def channel(self) -> str:
        """The address of the folder that it lies in."""
        return self.url.rpartition("/")[0]


def platform_of(system: str, machine: str | None) -> str | None:
    """What conda calls a machine, as in `linux-64`; None where packages of conda are not linked.

    Args:
        system: `Linux`, `Darwin` or another.
        machine: its architecture.
    """
    kind, architecture = _SYSTEMS.get(system), _ARCHITECTURES.get((machine or "").lower())
    if kind is None or architecture is None:
        return None
    if kind == "linux" and architecture == "arm64":
        architecture = "aarch64"
    return f"{kind}-{architecture}"


def linking_platform() -> str | None:
    """What conda calls this machine; None where its packages are not linked."""
    return platform_of(platform.system(), platform.machine())


def platform_in(url: str) -> str | None:
    """The platform that an archive is for, from its address: channels have a folder for each."""
    folders = urlsplit(url).path.split("/")[:-1]
    return folders[-1] if folders and _SUBDIR.fullmatch(folders[-1]) else None


def file_of(url: str) -> str:
    """The name of the file at an address."""
    return unquote(PurePosixPath(urlsplit(url).path).name)


def archives_of(form: str, text: str, here: str) -> tuple[Archive, ...]:
    """The archives that a machine takes.

    Args:
        form: the format of the list: one of `READ`.
        text: the list.
        here: what conda calls the machine.

    Raises:
        UnreadableError: it is no such list, or a line of it is no archive with a digest.
        UnavailableError: it is for another platform.
    """
    found = tuple(_explicit(text) if form == "conda" else _conda_lock(text, here))
    others = sorted({one.platform for one in found} - {here, EVERYWHERE})
    if others:
        raise UnavailableError(
            f"the list of conda's packages is for {' and '.join(others)}",
            f"this machine is {here}, and packages are built for one platform",
            f"Use a machine of {others[0]}",
        )
    twice = _twice(one.name for one in found)
    if twice:
        raise UnreadableError(
            "the list of conda's packages cannot be followed", f"it has {twice} twice", _ASK
        )
    return found


_ASK = "Ask the authors for a list that `conda list --explicit --sha256` made"


def _explicit(text: str) -> Iterator[Archive]:
    lines = [line.strip() for line in text.splitlines()]
    if "@EXPLICIT" not in lines:
        raise UnreadableError("the list of conda's packages is none", "it has no line @EXPLICIT", _ASK)
    for number, line in enumerate(lines, start=1):
        if line and not line.startswith("#") and line != "@EXPLICIT":
            url, _, digest = line.partition("#")
            yield _archive(url, digest, f"line {number}")


def _conda_lock(text: str, here: str) -> Iterator[Archive]:
    for entry in conda_lock_entries(text):
        if entry.get("manager") != "conda" or entry.get("platform") != here:
            continue
        digest = entry.get("sha256") or entry.get("md5", "")
        yield _archive(entry.get("url", ""), digest, f"the entry {entry['name'][:80]}")


def _archive(url: str, digest: str, where: str) -> Archive:
    match = _ARCHIVE.fullmatch(file_of(url)) if "://" in url else None
    made_for = platform_in(url)
    if match is None or made_for is None:
        raise UnreadableError(
            f"the list of conda's packages cannot be followed at {where}",
            f"{url[:120]!r} is no address of an archive in a channel",
            _ASK,
        )
    sha256, md5 = _SHA256.fullmatch(digest.strip()), _MD5.fullmatch(digest.strip())
    if sha256 is None and md5 is None:
        raise UnreadableError(
            f"the list of conda's packages cannot be followed at {where}",
            f"{match[0]} has no digest, so nothing would tell whether what comes is what ran",
            _ASK,
        )
    return Archive(
        url,
        match["name"],
        match["version"],
        match["build"],
        made_for,
        sha256["digest"] if sha256 else None,
        md5["digest"] if md5 else None,
    )


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
