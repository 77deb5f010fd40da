"""From older versions of the standard to the newest, one step for each version.

A step is a pure function: plain JSON values of one version in, those of the next one out, with a record of
what was changed, assumed, set aside and lost. Nothing is invented: what is absent stays absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reprocrate.finding import Finding
from reprocrate.manifest.migration.record import Change, Log, Note, NoteKind, summary

__all__ = ["STEPS", "Change", "Migration", "Note", "NoteKind", "Step", "migrate"]


class Step(NamedTuple):
    """From one version to the next.

    Attributes:
        to: the version that comes out.
        apply: makes it; what goes in must follow the schema of its version, and is not changed.
    """

    to: str
    apply: Callable[[dict[str, Any], Log], dict[str, Any]]


def _from_the_draft(document: dict[str, Any], log: Log) -> dict[str, Any]:
    from reprocrate.manifest.migration.draft_0_9 import to_1_0  # few manifests are so old

    return to_1_0(document, log)


STEPS: Mapping[str, Step] = {"0.9": Step("1.0", _from_the_draft)}
"""The step that leads on from each older version."""


class Migration(NamedTuple):
    """A manifest of an older version as one of the newest.

    Attributes:
        was: the version that it followed.
        now: the version that it follows.
        document: the manifest as plain JSON values; the very same object where nothing had to be done.
        changes: what was moved or written otherwise, by kind.
        notes: what could not simply be carried over.
    """

    was: str
    now: str
    document: dict[str, Any]
    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything had to be done."""
        return self.was != self.now

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The notes as findings about the old manifest, in the order of its sections."""
        return tuple(note.finding for note in self.notes)


def migrate(document: dict[str, Any]) -> Migration:
    """Lead a manifest on to the newest version.

    A manifest of the newest version, or of one that is newer, comes back as it is.

    Args:
        document: plain JSON values that follow the schema of the version that they name; not changed.
    """
    was = now = document["manifest_version"]
    log = Log()
    made = document
    while now in STEPS:
        made = STEPS[now].apply(made, log)
        now = STEPS[now].to
    if now != was:
        made["migrated"] = {"from": was}
        if log.notes:
            made["migrated"]["notes"] = summary(log.notes)
    return Migration(was, now, made, tuple(log.changes), tuple(log.notes))
