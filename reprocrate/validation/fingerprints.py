"""What stays the same of a finding when something else is edited, so that it is known again.

A finding is its rule and its place; what the rule says of it may change with every digit of a value. The
place of an entry of a list is not its number, which moves when another is added, but its name; the place of a
line in a file is not its number but what it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from reprocrate.errors import ReprocrateError
from reprocrate.finding import Finding
from reprocrate.standard import path_of
from reprocrate.validation.subject import MANIFEST_NAME, Subject

_NAMES = ("id", "path", "name", "code", "item")
_MOST_BYTES = 1_000_000
_DIGITS = 32


def fingerprinted(findings: Iterable[Finding], subject: Subject) -> tuple[Finding, ...]:
    """Findings about a subject, each with what it is known again by."""
    lines = _Lines(subject)
    return tuple(
        each._replace(fingerprint=fingerprint(each, subject.document, lines.of(each))) for each in findings
    )


def fingerprint(finding: Finding, document: Any = None, line: str = "") -> str:
    """The first 128 bits of a SHA-256, in hexadecimal, of the rule and its place.

    Args:
        finding: what was found.
        document: the manifest that its pointer leads into.
        line: what the line of the file says that it points at.
    """
    place = finding.location
    parts = [finding.code, place.file or "", named_pointer(place.pointer or "", document), line]
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def named_pointer(pointer: str, document: Any) -> str:
    """A pointer in which entries of lists go by their names, where they have one: `/runs/[wide-3]/seed`."""
    value: Any = document
    parts: list[str] = []
    try:
        path = path_of(pointer)
    except ValueError:
        return pointer
    for part in path:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
            parts.append(_name(value) or part)
        else:
            value = value.get(part) if isinstance(value, dict) else None
            parts.append(part)
    return "".join(f"/{part}" for part in parts)


def _name(entry: Any) -> str:
    """What an entry of a list is called; empty where only its number tells it from others."""
    if isinstance(entry, str):
        return f"[{entry}]"
    if isinstance(entry, dict):
        names = (entry[key] for key in _NAMES if isinstance(entry.get(key), str))
        return next((f"[{name}]" for name in names), "")
    return ""


class _Lines:
    """The lines of a subject's files, of which each is read once."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._read: dict[str, list[str]] = {}

    def of(self, finding: Finding) -> str:
        """What the line says that a finding points at, without the white space around it."""
        place = finding.location
        if place.line is None or place.file in (None, MANIFEST_NAME) or self._subject.files is None:
            return ""
        lines = self._read.setdefault(place.file, [])
        if not lines:
            lines += self._lines_of(place.file)
        return " ".join(lines[place.line - 1].split()) if place.line <= len(lines) else ""

    def _lines_of(self, path: str) -> list[str]:
        try:
            data = self._subject.given_files.read(path, _MOST_BYTES)
        except ReprocrateError:
            return [""]
        return data.decode("utf-8", "replace").splitlines() or [""]
