"""The lock file's format: pip's requirements, restricted to pinned and hashed lines.

Every line has the form `name==version ; marker --hash=sha256:…`, continued over several lines with a
backslash, which pip (`--require-hashes`) and uv both install. Markers are those of PEP 508.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reprocrate.errors import UnreadableError

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"[0-9A-Za-z.!+_-]+"
_PINNED = re.compile(
    rf"(?P<name>{_NAME})(?:\[[A-Za-z0-9._, -]*\])?==(?P<version>{_VERSION})"
    r"(?:\s*;\s*(?P<marker>[A-Za-z0-9_ .'\"<>=!()~,+*-]+?))?"
    r"(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{64})*)"
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """One requirement of a lock: normalised name, version, for what platforms, its digests."""

    name: str
    version: str
    marker: str | None
    hashed: bool
    digests: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def line(self) -> str:
        """The requirement as a line of a lock."""
        marker = f" ; {self.marker}" if self.marker else ""
        hashes = "".join(f" --hash=sha256:{one}" for one in sorted(self.digests))
        return f"{self.name}=={self.version}{marker}{hashes}\n"


def normalised(name: str) -> str:
    """The canonical form of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def can_be_pinned(name: str, version: str) -> bool:
    """Whether an index could know a package of this name and version."""
    return bool(re.fullmatch(_NAME, name) and re.fullmatch(_VERSION, version))


def read_lock(text: str, file: str = "the lock") -> tuple[Pinned, ...]:
    """The requirements of a lock, which comes with a bundle and is not trusted.

    Nothing but pinned requirements is allowed: an option, an address or a path could send an installer
    elsewhere.

    Raises:
        UnreadableError: a line is something else.
    """
    pinned = []
    for number, line in _logical_lines(text):
        match = _PINNED.fullmatch(line)
        if match is None:
            raise UnreadableError(
                f"{file} line {number}: {line[:80]!r} is not a pinned requirement",
                "Only `name==version`, markers and sha256 digests may stand in a lock",
                "Do not use this lock; ask the authors for a bundle that reprocrate packed.",
            )
        digests = frozenset(re.findall(r"sha256:([0-9a-f]{64})", match["hashes"]))
        name = normalised(match["name"])
        pinned.append(Pinned(name, match["version"], match["marker"], bool(digests), digests))
    return tuple(pinned)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments and blanks, continuations joined, with the number of the line each starts in."""
    started, parts = 0, list[str]()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not parts:
            started = number
            if not line or line.startswith("#"):
                continue
        parts.append(line.removesuffix("\\").strip())
        if not line.endswith("\\"):
            yield started, " ".join(part for part in parts if part)
            parts = []
    if parts:
        yield started, " ".join(part for part in parts if part)
