"""Platforms that wheels are made for, by the names that uv gives them (`--python-platform`).

A name is a target triple (`x86_64-unknown-linux-gnu`) or, for Linux, an architecture with the oldest C
library that it is to run on (`x86_64-manylinux_2_28`, PEP 600). Shorter names stand for the usual ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from reprocrate.errors import UsageError

SHORT = {
    "linux-x86_64": "x86_64-unknown-linux-gnu",
    "linux-aarch64": "aarch64-unknown-linux-gnu",
    "macos-arm64": "aarch64-apple-darwin",
    "macos-x86_64": "x86_64-apple-darwin",
    "windows-x86_64": "x86_64-pc-windows-msvc",
    "windows-arm64": "aarch64-pc-windows-msvc",
}
"""Names that people use, and what uv calls the same."""

_TRIPLES = frozenset({*SHORT.values(), "x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"})
_MANYLINUX = re.compile(r"(?:x86_64|aarch64)-manylinux(?:2014|_2_(?:17|28|3[1-9]|40))")
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
_SYSTEMS = {"Linux": "unknown-linux-gnu", "Darwin": "apple-darwin", "Windows": "pc-windows-msvc"}
_NEWEST_GLIBC = "manylinux_2_40"
_NEWER_MACOS = "15.0"


class System(Protocol):
    """What is to be known of an operating system."""

    @property
    def name(self) -> str:
        """`Linux`, `Darwin` or `Windows`."""
        ...

    @property
    def machine(self) -> str | None:
        """Architecture."""
        ...

    @property
    def libc(self) -> str | None:
        """C library and version."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """How uv is asked for wheels of a platform: its name there, and variables."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)


def platform_named(name: str) -> str:
    """The name that uv has for a platform.

    Raises:
        UsageError: it is none that wheels are chosen for.
    """
    found = SHORT.get(name, name)
    if found in _TRIPLES or _MANYLINUX.fullmatch(found):
        return found
    raise UsageError(
        f"--platform: {name} is no platform that is known",
        f"known are {', '.join(SHORT)}, and names of uv such as x86_64-manylinux_2_28",
    )


def platform_of(system: System | None) -> str | None:
    """The platform of a machine; None where what is known of it does not tell.

    A Linux without a known C library may be of musl, whose wheels are others.
    """
    if system is None or (system.name == "Linux" and not (system.libc or "").startswith("glibc")):
        return None
    architecture = _ARCHITECTURES.get((system.machine or "").lower())
    kind = _SYSTEMS.get(system.name)
    return f"{architecture}-{kind}" if architecture and kind else None


def is_for(platform: str, system: System) -> bool:
    """Whether wheels of a platform are meant for a machine; which C library they need is not looked at."""
    here = platform_of(system)
    if here is None:
        return False
    manylinux = platform.partition("-manylinux")
    return (f"{manylinux[0]}-unknown-linux-gnu" if manylinux[1] else platform) == here


def targets(platform: str) -> tuple[Target, ...]:
    """How wheels are looked for: first those that run on old systems too, then what newer ones take."""
    first = Target(platform)
    if platform.endswith("-unknown-linux-gnu"):
        return first, Target(f"{platform.partition('-')[0]}-{_NEWEST_GLIBC}")
    if platform.endswith("-apple-darwin"):
        return first, Target(platform, {"MACOSX_DEPLOYMENT_TARGET": _NEWER_MACOS})
    return (first,)
