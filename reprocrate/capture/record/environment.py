"""The software of a launch, as a record has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from reprocrate.capture.record.values import Scalar

Source = Literal["pypi", "vcs", "url", "local", "conda", "system"]
DigestFrom = Literal["installer", "conda", "lock"]
LockFormat = Literal[
    "requirements",
    "pylock",
    "uv",
    "poetry",
    "pdm",
    "pipfile",
    "pixi",
    "conda",
    "conda_lock",
    "conda_environment",
]


@dataclass(frozen=True)
class Python:
    """The interpreter."""

    version: str
    implementation: str | None = None
    build: str | None = None


@dataclass(frozen=True)
class Package:
    """An installed distribution; the local version label stands apart from the public version.

    Attributes:
        build: conda's name of the build.
        sha256: of the archive that was installed, where something says so; `sha256_from` says what.
        in_project: whether its source lies in the project, and so is part of the code.
        tree_sha256: of the source that it is installed in place from, where that lies elsewhere.
        dirty: whether that source differs from its commit.
        requested: whether it was asked for by name (PEP 376, conda), and not only needed by another.
        altered: files that ran and are not as they were installed, relative to where they are installed.
        wheel_tags: what the wheel that was installed is for, such as `cp311-cp311-linux_x86_64`.
    """

    name: str
    version: str
    local_label: str | None = None
    source: Source | None = None
    url: str | None = None
    commit: str | None = None
    editable: bool = False
    build: str | None = None
    sha256: str | None = None
    sha256_from: DigestFrom | None = None
    in_project: bool = False
    tree_sha256: str | None = None
    dirty: bool | None = None
    requested: bool = False
    altered: tuple[str, ...] = ()
    wheel_tags: tuple[str, ...] = ()
    sparse: ClassVar[bool] = True


@dataclass(frozen=True)
class OtherPackage:
    """What is installed and is no Python distribution: the libraries and tools of a conda prefix.

    Attributes:
        name: as its own package manager has it.
        md5: of its archive, where no SHA-256 is known.
    """

    name: str
    version: str
    build: str | None = None
    source: Source | None = None
    url: str | None = None
    sha256: str | None = None
    md5: str | None = None
    sparse: ClassVar[bool] = True


@dataclass(frozen=True)
class LockFile:
    """A lock as it was when the launch ended; its bytes are kept in the project's objects.

    Attributes:
        name: its file name.
        format: what kind of lock it is.
    """

    name: str
    format: LockFormat
    sha256: str
    size: int


@dataclass(frozen=True)
class Container:
    """The image that the launch was in."""

    image: str
    digest: str | None = None


@dataclass(frozen=True)
class OperatingSystem:
    """The system that the interpreter ran on."""

    name: str
    version: str | None = None
    kernel: str | None = None
    machine: str | None = None
    libc: str | None = None


@dataclass(frozen=True)
class NativeLibrary:
    """A compiled library that decides the bits of a result."""

    name: str
    version: str | None = None
    kind: str | None = None
    details: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """The software that a launch used; `variables` are from a fixed list of names."""

    python: Python | None = None
    packages: tuple[Package, ...] = ()
    os: OperatingSystem | None = None
    native_libraries: tuple[NativeLibrary, ...] = ()
    container: Container | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    other_packages: tuple[OtherPackage, ...] = ()
    locks: tuple[LockFile, ...] = ()
