"""Bundles inside of a BagIt bag, as many archives demand them (RFC 8493, version 1.0).

The bundle is the payload of the bag, in `data/`; what the bag adds lies beside it. RFC 8493 (section 2.1.3)
wants percent signs of names written as `%25`, which bagit.py, by which archives check bags, does not read:
names stand as they are, and those that it would take for line breaks are refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import BinaryIO

from reprocrate.bundle.admission import MAX_CHECKSUMS_BYTES, Problem, ProblemKind
from reprocrate.bundle.checksums import checksums_bytes, parse_checksums
from reprocrate.bundle.formats import ArchiveWriter, BadMemberError, Container, Member, add_bytes
from reprocrate.bundle.layout import CHECKSUMS
from reprocrate.bundle.links import resolved
from reprocrate.files import FileDigest, sha256_bytes

PAYLOAD = "data/"
"""Where the bundle lies in the bag."""

DECLARATION = "bagit.txt"
"""The file that says what a bag is."""

_INFO = "bag-info.txt"
_PAYLOAD_MANIFEST = "manifest-sha256.txt"
_TAG_MANIFEST = "tagmanifest-sha256.txt"
_TAGS = (DECLARATION, _INFO, _PAYLOAD_MANIFEST)
_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LOOKS_ENCODED = re.compile("%0[AaDd]")
_MOST_TAG_BYTES = 1 << 20


def bag_problems(paths: Iterable[str]) -> Iterator[Problem]:
    """Names that readers of bags would take for others."""
    for path in paths:
        if _LOOKS_ENCODED.search(path):
            yield Problem(path, ProblemKind.UNSAFE, "has a name that readers of bags take for a line break")


class BagWriter:
    """Writes a bundle into a bag.

    Args:
        archive: what the bag is written to.
        agent: the program that makes it, with its version.
    """

    def __init__(self, archive: ArchiveWriter, agent: str) -> None:
        self._archive = archive
        self._agent = agent
        self._digests: dict[str, FileDigest] = {}
        self._links: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._add_tag(DECLARATION, _DECLARED)
        archive.add_folder(PAYLOAD.rstrip("/"))

    def add_folder(self, path: str) -> None:
        """Add a folder, before what is in it."""
        self._archive.add_folder(PAYLOAD + path)

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._links[path] = target
        self._archive.add_link(PAYLOAD + path, target)

    def add_small(self, path: str, data: bytes, *, executable: bool) -> FileDigest:
        """Add a file in one piece."""
        digest = self._archive.add_small(PAYLOAD + path, data, executable=executable)
        self._digests[path] = digest
        return digest

    def add_large(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a file of `size` bytes and say what was really read."""
        digest = self._archive.add_large(PAYLOAD + path, content, size, executable=executable)
        self._digests[path] = digest
        return digest

    def finish(self) -> None:
        """Write what the bag says of its payload, and what comes after that."""
        listed = dict(self._digests)
        for link in self._links:  # tools read through links to files, and pass over those to folders
            target = self._digests.get(resolved(link, self._links))
            if target is not None:
                listed[link] = target
        octets = sum(digest.size for digest in listed.values())
        info = f"Bag-Software-Agent: {self._agent}\nPayload-Oxum: {octets}.{len(listed)}\n"
        self._add_tag(_INFO, info.encode())
        lines = ((PAYLOAD + path, digest.sha256) for path, digest in listed.items())
        self._add_tag(_PAYLOAD_MANIFEST, checksums_bytes(lines))
        self._add_tag(_TAG_MANIFEST, checksums_bytes(self._tags.items()))
        self._archive.finish()

    def _add_tag(self, name: str, data: bytes) -> None:
        add_bytes(self._archive, name, data)
        self._tags[name] = sha256_bytes(data)


class BagContainer:
    """The bundle in a bag, whose own lists are checked as well.

    Args:
        bag: what the bag was opened as.
    """

    def __init__(self, bag: Container) -> None:
        self._bag = bag
        self.concurrent = bag.concurrent

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The files of the bundle, in the order of storage."""
        return tuple(
            member._replace(path=member.path.removeprefix(PAYLOAD))
            for member in self._bag.members
            if member.path.startswith(PAYLOAD)
        )

    @cached_property
    def links(self) -> Mapping[str, str]:
        """The symbolic links of the bundle."""
        found = self._bag.links.items()
        return {path.removeprefix(PAYLOAD): target for path, target in found if path.startswith(PAYLOAD)}

    def has(self, path: str) -> bool:
        """Whether there is such a file in the bundle."""
        return self._bag.has(PAYLOAD + path)

    def problems(self) -> list[Problem]:
        """What makes the bag or the bundle unsafe or contradictory."""
        return [*self._bag.problems(), *self._judge_tags(), *self._judge_payload()]

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a file of the bundle, in pieces."""
        return self._bag.stream(PAYLOAD + path)

    def close(self) -> None:
        """Close the bag."""
        self._bag.close()

    def _judge_tags(self) -> Iterator[Problem]:
        """The files beside the payload: nothing but what belongs to a bag, as its own list says."""
        beside = {member.path for member in self._bag.members if not member.path.startswith(PAYLOAD)}
        beside |= {path for path in self._bag.links if not path.startswith(PAYLOAD)}
        for path in sorted(beside - {*_TAGS, _TAG_MANIFEST}):
            yield Problem(path, ProblemKind.EXTRA, "is extra: it does not belong to the bag")
        if not self._bag.has(_TAG_MANIFEST):
            return  # a bag need not have one
        listed, problems = self._listed(_TAG_MANIFEST)
        yield from problems
        for path in sorted(listed.keys() - beside):
            yield Problem(path, ProblemKind.MISSING, f"is missing: {_TAG_MANIFEST} lists it")
        for path in sorted(beside & listed.keys()):
            data, problem = self._read(path)
            if problem:
                yield problem
            elif sha256_bytes(data) != listed[path]:
                yield Problem(path, ProblemKind.CHANGED, f"has changed: {_TAG_MANIFEST} has another SHA-256")

    def _judge_payload(self) -> Iterator[Problem]:
        """The bag's list against the bundle's own, which the content is compared with."""
        if not self._bag.has(_PAYLOAD_MANIFEST):
            yield Problem(_PAYLOAD_MANIFEST, ProblemKind.MISSING, "of the bag is missing")
            return
        listed, problems = self._listed(_PAYLOAD_MANIFEST)
        yield from problems
        own, damaged = self._read(PAYLOAD + CHECKSUMS)
        if damaged:
            return  # which the bundle tells itself
        expected = {PAYLOAD + path: sha256 for path, sha256 in parse_checksums(own)[0].items()}
        expected[PAYLOAD + CHECKSUMS] = hashlib.sha256(own).hexdigest()
        for link in self.links:
            if sha256 := expected.get(PAYLOAD + resolved(link, self.links)):
                expected[PAYLOAD + link] = sha256
        for path in sorted(listed.keys() | expected.keys()):
            if listed.get(path) != expected.get(path):
                detail = f"stands otherwise in the bag's {_PAYLOAD_MANIFEST} than in the bundle's"
                yield Problem(path, ProblemKind.CHANGED, detail)

    def _listed(self, name: str) -> tuple[dict[str, str], list[Problem]]:
        data, problem = self._read(name)
        if problem:
            return {}, [problem]
        checksums, problems = parse_checksums(data, name)
        return checksums, [Problem(name, found.kind, f"of the bag: {found}") for found in problems]

    def _read(self, path: str) -> tuple[bytes, Problem | None]:
        if not self._bag.has(path):
            return b"", Problem(path, ProblemKind.MISSING, "is missing")
        data = bytearray()
        limit = _MOST_TAG_BYTES if path in (DECLARATION, _INFO) else MAX_CHECKSUMS_BYTES
        try:
            for piece in self._bag.stream(path):
                data += piece
                if len(data) > limit:
                    return b"", Problem(path, ProblemKind.DAMAGED, f"is larger than {limit} bytes")
        except BadMemberError as error:
            return b"", error.problem
        return bytes(data), None
