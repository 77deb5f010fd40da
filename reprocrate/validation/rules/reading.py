"""RC00: reading a manifest at all."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import VERSION
from reprocrate.validation.rule import MAY, MUST, SHOULD, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0001",
    SHOULD,
    spec="versions",
    since="1.0",
    says="version {version} is newer than {known}, the newest known here: "
    "{properties} unknown properties and {words} unknown words were kept and not judged",
    needs=Need.DOCUMENT,
)
def version_is_known(subject: Subject) -> Iterator[Found]:
    """A manifest SHOULD follow a version of the standard that its reader knows.

    Judged: a `manifest_version` with a known major and a larger minor number; at `/manifest_version`.
        Properties and words of a list that the schema does not know are then no errors, and a rule that
        would have to decide by such a word is not applied.
    Why: what a newer version added cannot be judged by an older reader, so a pass says less than it seems.
    Fix: install a newer reprocrate.
    """
    if subject.is_newer:
        unknown = [each.keyword for each in subject.all_schema_problems]
        yield Found(
            "/manifest_version",
            version=subject.version,
            known=VERSION,
            properties=unknown.count("unevaluatedProperties"),
            words=unknown.count("enum"),
        )


@rule(
    "RC0020",
    SHOULD,
    spec="versions",
    since="1.0",
    says="{count} not kept when the manifest was migrated from {version}, first {place}: {reason}",
)
def nothing_was_lost_in_migration(subject: Subject) -> Iterator[Found]:
    """What a migration could not keep SHOULD be looked at by an author.

    Judged: each entry of `migrated.notes` of kind lost whose `settled` is not true; at the entry.
    Why: only the original has it, and what rests on it cannot be judged any more.
    Fix: add what is missing where this version has a place for it, then set `settled` of the note to true.
    """
    yield from _notes(subject, "lost")


@rule(
    "RC0021",
    SHOULD,
    spec="versions",
    since="1.0",
    says="{count} assumed when the manifest was migrated from {version}, first for {place}: {reason}",
)
def nothing_was_assumed_in_migration(subject: Subject) -> Iterator[Found]:
    """What a migration had to assume SHOULD be confirmed by an author.

    Judged: each entry of `migrated.notes` of kind assumed whose `settled` is not true; at the entry.
    Why: the original does not say it, so that it may be wrong.
    Fix: correct the value where it is wrong, then set `settled` of the note to true.
    """
    yield from _notes(subject, "assumed")


@rule(
    "RC0022",
    MAY,
    spec="versions",
    since="1.0",
    says="{count} set aside when the manifest was migrated from {version}, first {place}: {reason}",
)
def nothing_was_set_aside_in_migration(subject: Subject) -> Iterator[Found]:
    """What a migration set aside under a name with `x-` MAY be said again in the terms of this version.

    Judged: each entry of `migrated.notes` of kind aside whose `settled` is not true; at the entry.
    Why: programs do not read it where it is now.
    Fix: write it where this version has a place for it, or set `settled` of the note to true.
    """
    yield from _notes(subject, "aside")


@rule(
    "RC0023",
    MUST,
    spec="versions",
    since="1.0",
    says="version {version} is an older one, of which only the shape is judged; "
    "`reprocrate migrate` writes the manifest as version {known} and keeps the original",
    needs=Need.DOCUMENT,
)
def version_is_not_an_older_one(subject: Subject) -> Iterator[Found]:
    """A manifest MUST follow this major version to be judged, packed or rerun.

    Judged: a `manifest_version` that can be migrated, which is 0.9; at `/manifest_version`. RC0101 to RC0108
        are judged by the schema of that version, and no other rule is applied.
    Why: an older version says things in other words, which are not those that the rules speak of.
    Fix: run `reprocrate migrate` on it, and use what it writes.
    """
    if subject.is_older:
        yield Found("/manifest_version", version=subject.version, known=VERSION)


def _notes(subject: Subject, kind: str) -> Iterator[Found]:
    """The notes of a migration that are of this kind and not settled."""
    migrated = subject.well_formed.migrated
    for index, note in enumerate(migrated.notes if migrated else ()):
        if note.kind == kind and not note.settled and migrated:
            count = "1 value was" if note.count in (None, 1) else f"{note.count} values were"
            yield Found(
                f"/migrated/notes/{index}",
                count=count,
                version=migrated.from_,
                place=note.was or "the whole",
                reason=note.reason,
            )
