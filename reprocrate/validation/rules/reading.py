"""RC00: reading a manifest at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.manifest import VERSION, brought_by_newer_minor
from reprocrate.manifest.strict import DEPTH, ENCODING, NUMBER, SIZE, SURROGATE, SYNTAX, TWICE
from reprocrate.standard import MOST_PROBLEMS, schema_url
from reprocrate.validation.rule import MAY, MUST, SHOULD, Found, Need, rule
from reprocrate.validation.subject import Subject

_ADDRESSES = "https://w3id.org/reprocrate/"
_ADDRESS = re.compile(r"https://w3id\.org/reprocrate/schema/([0-9]+\.[0-9]+)/manifest\.schema\.json")


@rule(
    "RC0001",
    SHOULD,
    spec="versions",
    since="1.0",
    says="version {version} is newer than {known}, the newest known here: "
    "{at_least}{properties} unknown properties and {words} unknown words were kept and not judged",
    needs=Need.DOCUMENT,
)
def version_is_known(subject: Subject) -> Iterator[Found]:
    """A manifest SHOULD follow a version of the standard that its reader knows.

    Judged: a `manifest_version` with a known major and a larger minor number; at `/manifest_version`.
        Properties and words of a list that the schema does not know are then no errors. A rule that would
        have to decide by such a word, be it for one entry only, is not applied, and makes no finding at all.
    Why: what a newer version added cannot be judged by an older reader, so a pass says less than it seems.
    Fix: install a newer reprocrate.
    """
    if subject.is_newer:
        unknown = [
            each.keyword
            for each in subject.all_schema_problems
            if brought_by_newer_minor(each, subject.document)
        ]
        yield Found(
            "/manifest_version",
            version=subject.version,
            known=VERSION,
            at_least="at least " if len(unknown) >= MOST_PROBLEMS else "",
            properties=unknown.count("unevaluatedProperties"),
            words=unknown.count("enum"),
        )


@rule(
    "RC0002",
    MUST,
    spec="versions",
    since="1.0",
    says="version {version} has another major number than {known}, the newest known here",
    needs=Need.JSON,
)
def major_version_is_known(subject: Subject) -> Iterator[Found]:
    """A manifest MUST be of the major version of the standard that it is judged by.

    Judged: a `manifest_version` of two runs of digits with a dot between, the first of them `0` or without a
        zero in front, and not `1`; not `0.9`, which can be migrated (RC0023); at `/manifest_version`, and no
        other rule is applied. Whatever else stands there is judged by the schema.
    Why: another major version may mean something else by the same words.
    Fix: judge it by a program that knows its version.
    """
    if subject.other_major:
        yield Found("/manifest_version", version=subject.other_major, known=VERSION)


@rule("RC0003", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def text_is_utf_8(subject: Subject) -> Iterator[Found]:
    """The text of a manifest MUST be UTF-8 without a byte order mark.

    Judged: the bytes; halves of surrogate pairs are not UTF-8. Once, at the empty pointer, and then nothing
        else.
    Why: a reader that has to guess the encoding reads other characters than were written.
    Fix: save the file as UTF-8 without a byte order mark.
    """
    yield from _told(subject, ENCODING)


@rule("RC0004", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def text_is_json(subject: Subject) -> Iterator[Found]:
    """The text of a manifest MUST be one JSON value (RFC 8259), with nothing before or behind it.

    Judged: a text that RC0003 accepts. `NaN`, `Infinity` and `-Infinity` count as values here, since RC0006
        is about them. Once, at the empty pointer wherever the fault is, and then nothing else.
    Why: what is no JSON means whatever the program that reads it makes of it.
    Fix: write the file with a JSON library; if it was cut off, copy it again.
    """
    yield from _told(subject, SYNTAX)


@rule("RC0005", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def name_is_given_once(subject: Subject) -> Iterator[Found]:
    """The names within one object MUST differ.

    Judged: by the characters that a name stands for, however they are escaped; one finding for each
        occurrence of a name but its first, at the pointer of the member, which is the same for all of them.
    Why: of two members with one name some programs take the first and others the last.
    Fix: remove one of them.
    """
    yield from _told(subject, TWICE)


@rule("RC0006", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def number_is_finite(subject: Subject) -> Iterator[Found]:
    """Every number MUST be finite, as a double (IEEE 754 binary64).

    Judged: `NaN`, `Infinity` and `-Infinity`, and numbers that round to infinity, each at its pointer. A
        number too small for a double is zero.
    Why: JSON has no word for what is not a number, and a number beyond a double is read as infinity by some.
    Fix: write null where a value is not finite, and say in `status` what it was.
    """
    yield from _told(subject, NUMBER)


@rule("RC0007", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def text_is_unicode(subject: Subject) -> Iterator[Found]:
    r"""Text MUST NOT hold one half of a surrogate pair without the other.

    Judged: escapes from `\ud800` to `\udfff` that are not a high one right before a low one; once for each
        text, at its pointer, and for a name at the pointer of the object that it stands in.
    Why: such a text is no Unicode and cannot be written as UTF-8, so programs replace it or fail.
    Fix: write the whole character; often a text was cut off in the middle of one.
    """
    yield from _told(subject, SURROGATE)


@rule("RC0008", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def nesting_is_limited(subject: Subject) -> Iterator[Found]:
    """Arrays and objects MUST NOT lie in each other more than 100 deep, the outermost counted.

    Judged: the first array or object of the text that lies within 100 others; once, at its pointer, and then
        nothing else. If the text is no JSON before that place, RC0004 is found in its stead.
    Why: readers fail or overflow at different depths, and nothing in a manifest needs any of them.
    Fix: put deeply nested values into a file that the manifest points at.
    """
    yield from _told(subject, DEPTH)


@rule("RC0009", MUST, spec="the-manifest", since="1.0", says="{problem}", needs=Need.TEXT)
def size_is_limited(subject: Subject) -> Iterator[Found]:
    """The text of a manifest MUST NOT be larger than 64 MiB (67,108,864 bytes).

    Judged: the number of bytes, before anything else; once, at the empty pointer, and then nothing else.
    Why: a reader must be able to refuse what would fill its memory.
    Fix: put long lists into files that the manifest points at.
    """
    yield from _told(subject, SIZE)


@rule(
    "RC0010",
    MUST,
    spec="the-manifest",
    since="1.0",
    says="`$schema` is {address}, and version {version} has {known}",
)
def schema_is_that_of_the_version(subject: Subject) -> Iterator[Found]:
    """`$schema` MUST be the address of the schema of the version that `manifest_version` names.

    Judged: a `$schema` that begins with `https://w3id.org/reprocrate/` and is not
        `https://w3id.org/reprocrate/schema/VERSION/manifest.schema.json` with the two numbers of
        `manifest_version` in the place of VERSION; at `$schema`. Another address or a path is a copy, and
        let pass; so is everything in a manifest of a newer minor version.
    Why: editors and validators choose by the one, and readers by the other.
    Fix: write the address that is named; if the manifest is of another version, migrate it.
    """
    manifest = subject.well_formed
    address, version = manifest.schema_url, manifest.manifest_version
    if subject.is_newer or not address or not address.startswith(_ADDRESSES):
        return
    match = _ADDRESS.fullmatch(address)
    if match is None or _numbers(match[1]) != _numbers(version):
        yield Found("/$schema", address=address, version=version, known=schema_url("manifest", version))


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


@rule(
    "RC0024",
    MUST,
    spec="versions",
    since="1.0",
    says="a manifest of version {version} is said to come from version {older}",
)
def migration_was_from_an_older_version(subject: Subject) -> Iterator[Found]:
    """The version that a manifest was migrated from MUST be older than its own.

    Judged: a `migrated.from` that is not less than `manifest_version`, by the number before the dot and
        then the one behind it; at `from`.
    Why: nothing is lost or assumed between equal versions, so that the notes would be about something else.
    Fix: set `from` to the version of the original, or leave `migrated` out of what was not migrated.
    """
    manifest = subject.well_formed
    older = manifest.migrated.from_ if manifest.migrated else None
    if older and _numbers(older) >= _numbers(manifest.manifest_version):
        yield Found("/migrated/from", version=manifest.manifest_version, older=older)


def _numbers(version: str) -> list[tuple[int, str]]:
    """Two numbers in a form that orders them as numbers, however many digits they have."""
    digits = [part.lstrip("0") for part in version.split(".")]
    return [(len(each), each) for each in digits]


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


def _told(subject: Subject, code: str) -> Iterator[Found]:
    for each in subject.text_problems:
        if each.code == code:
            yield Found(each.pointer, line=each.line, column=each.column, problem=each.reason)
