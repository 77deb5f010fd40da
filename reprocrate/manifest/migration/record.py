"""What a migration did: which properties it turned into which, and what needs a person's eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from reprocrate.finding import Finding, Location, Severity
from reprocrate.standard import pointer_to

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""


class NoteKind(StrEnum):
    """What became of a value that could not simply be carried over."""

    LOST = "lost"
    ASSUMED = "assumed"
    ASIDE = "aside"


_CODE = {NoteKind.LOST: "RC0020", NoteKind.ASSUMED: "RC0021", NoteKind.ASIDE: "RC0022"}
_SEVERITY = {
    NoteKind.LOST: Severity.WARNING,
    NoteKind.ASSUMED: Severity.WARNING,
    NoteKind.ASIDE: Severity.NOTE,
}
_FIX = {
    NoteKind.LOST: "Keep the original, which still has it",
    NoteKind.ASSUMED: "Check it, and correct the migrated manifest where it is wrong",
    NoteKind.ASIDE: "Nothing has to be done; programs do not read it there",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of change, and how often it was made.

    Attributes:
        was: place in the old manifest, as JSON Pointer with `*` for the index in a list; empty where the
            value follows from several.
        now: place in the new one.
        how: what was done, in words.
        count: how many values it was done to.
    """

    was: str
    now: str
    how: str
    count: int


class Note(NamedTuple):
    """A value that could not simply be carried over.

    Attributes:
        kind: what became of it.
        was: JSON Pointer (RFC 6901) to the value in the old manifest.
        reason: why, without the value itself, which may have been left out because it is private.
        now: JSON Pointer to what stands for it in the new manifest; None where nothing does.
    """

    kind: NoteKind
    was: str
    reason: str
    now: str | None = None

    @property
    def finding(self) -> Finding:
        """The note as a finding about the old manifest."""
        where = "" if self.now is None else f" (now {self.now})"
        return Finding(
            _CODE[self.kind],
            _SEVERITY[self.kind],
            f"{_SAID[self.kind]}: {self.reason}{where}",
            Location(pointer=self.was),
            _FIX[self.kind],
        )


_SAID = {NoteKind.LOST: "not kept", NoteKind.ASSUMED: "assumed", NoteKind.ASIDE: "kept, but not understood"}


@dataclass(slots=True)
class Log:
    """Collects what a step does."""

    notes: list[Note] = field(default_factory=list)
    _changes: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def changed(self, was: Path, now: Path, how: str) -> None:
        """Note that a value was moved or written in another form."""
        key = (_general(was), _general(now), how)
        self._changes[key] = self._changes.get(key, 0) + 1

    def note(self, kind: NoteKind, was: Path, reason: str, now: Path | None = None) -> None:
        """Note that a value could not simply be carried over."""
        self.notes.append(Note(kind, pointer_to(was), reason, None if now is None else pointer_to(now)))

    @property
    def changes(self) -> Iterator[Change]:
        """What was done, in the order in which it was first done."""
        return (Change(*key, count) for key, count in self._changes.items())


def summary(notes: Sequence[Note]) -> list[dict[str, Any]]:
    """Notes as the new manifest keeps them: one for each kind of value, with the place of the first."""
    groups: dict[tuple[NoteKind, str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault((note.kind, _general_pointer(note.was), note.reason), []).append(note)
    made = []
    for (kind, _, reason), group in groups.items():
        entry: dict[str, Any] = {"kind": kind.value, "was": group[0].was, "reason": reason}
        if group[0].now is not None:
            entry["now"] = group[0].now
        if len(group) > 1:
            entry["count"] = len(group)
        made.append(entry)
    return made


def _general(path: Path) -> str:
    return pointer_to("*" if isinstance(part, int) else part for part in path)


def _general_pointer(pointer: str) -> str:
    return "/".join("*" if part.isdecimal() else part for part in pointer.split("/"))
