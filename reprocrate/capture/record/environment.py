"""The software of a launch, as a record has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reprocrate.capture.record.values import Scalar

Source = Literal["pypi", "vcs", "url", "local", "conda", "system"]


@dataclass(frozen=True)
class Python:
    """The interpreter."""

    version: str
    implementation: str | None = None
    build: str | None = None


@dataclass(frozen=True)
class Package:
    """An installed distribution; the local version label stands apart from the public version."""

    name: str
    version: str
    local_label: str | None = None
    source: Source | None = None
    url: str | None = None
    commit: str | None = None
    editable: bool = False


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
    variables: Mapping[str, str] = field(default_factory=dict)
