"""RC19: bundles for double-blind review, and what proves that an accepted one is the reviewed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.manifest.anonymity import MARK, NOBODY, Decision, decisions, inside, made_by_packing
from reprocrate.manifest.reviewed import identity_removed
from reprocrate.standard import pointer_to
from reprocrate.standard.identity_formats import identities_by_form
from reprocrate.validation.places import Path, numbered, values_of
from reprocrate.validation.reviewed import NotReviewedError, reviewed_of
from reprocrate.validation.rule import MUST, SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject

_SEARCHED_BYTES = 1_000_000
_NOBODYS = (NOBODY, MARK)


@rule("RC1901", MUST, spec="anonymous-review", since="1.0", says="an anonymous manifest gives {what}")
def anonymous_manifest_names_nobody(subject: Subject) -> Iterator[Found]:
    """An anonymous manifest MUST NOT have properties that are there to identify its authors.

    Judged: a manifest with `anonymous`: each property whose action in `schema/1.0/anonymity.csv` is `remove`;
        the `name` of each author that is not "Anonymous"; `ethics.irb` that is not "removed-for-review";
        and a second author; each at the property or the entry, of several within each other the outermost.
    Why: one of them is enough for a reviewer to know whose the work is, whether they want to or not.
    Fix: pack the project again with `reprocrate pack --anonymous`.
    """
    if subject.well_formed.anonymous is None:
        return
    yield from _named(subject.document, "manifest", ())
    for pointer, _ in list(numbered("/experiment/authors", subject.well_formed.experiment.authors))[1:]:
        yield Found(pointer, what="how many authors there are")


def _named(value: Mapping[str, Any], name: str, path: Path) -> Iterator[Found]:
    for prop, inner in value.items():
        key = f"{name}/{prop}"
        decision = decisions().get(key)
        place = (*path, prop)
        is_name = decision in (Decision.ANONYMOUS, Decision.BLANK) and inner not in _NOBODYS
        if decision is Decision.REMOVE or is_name:
            yield Found(pointer_to(place), what=f"`{prop}`")
        elif decision is Decision.PARTS:
            if isinstance(inner, dict):
                yield from _named(inner, inside()[key], place)
            for index, each in enumerate(inner if isinstance(inner, list) else ()):
                yield from _named(each, inside()[key], (*place, index))


@rule("RC1902", SHOULD, spec="anonymous-review", since="1.0", says="the text holds {kind}")
def anonymous_text_names_nobody(subject: Subject) -> Iterator[Found]:
    """The texts of an anonymous manifest SHOULD NOT hold what by its form names somebody.

    Judged: a manifest with `anonymous`: every value that is text and holds an identity of
        `schema/1.0/identity-formats.json`, as that file says; once for each text, by the first such format
        of the file, at the text.
    Why: a reviewer who reads it knows whose the work is, or can look it up.
    Fix: name it in `identities` of [privacy] in reprocrate.toml, and pack again with `--anonymous`.
    """
    if subject.well_formed.anonymous is None:
        return
    for path, value in values_of(subject.document):
        if isinstance(value, str):
            found = next(identities_by_form(value), None)
            if found is not None:
                yield Found(pointer_to(path), kind=found.kind)


@rule(
    "RC1903",
    SHOULD,
    spec="anonymous-review",
    since="1.0",
    says="{path} holds {kind} in line {number}",
    needs=Need.FILES,
)
def anonymous_file_names_nobody(subject: Subject) -> Iterator[Found]:
    """The files of an anonymous bundle SHOULD NOT hold what by its form names somebody.

    Judged: a bundle whose manifest has `anonymous`: each of its files but those that packing makes
        (`reprocrate.json`, `ro-crate-metadata.json`, `ro-crate-preview.html`, `REPRODUCING.md`,
        `manifest-sha256.txt`, `.reprocrate/packed.json` and all below `.reprocrate/standard/`), if it has at
        most a million bytes, none of them 0, and these, read as UTF-8, hold an identity of
        `schema/1.0/identity-formats.json`; once for each file, at the empty pointer.
    Why: reviewers read code and logs, and a name in them is as telling as one on the title page.
    Fix: pack again with `--redact FILE`, or change the file and run again.
    """
    if subject.well_formed.anonymous is None:
        return
    files = subject.given_files
    for path in sorted(files.names()):
        if made_by_packing(path):
            continue
        if files.digest(path).size > _SEARCHED_BYTES:
            continue
        data = files.read(path, _SEARCHED_BYTES)
        if b"\0" in data:
            continue
        text = data.decode(errors="replace")
        found = next(identities_by_form(text), None)
        if found is not None:
            yield Found("", path=path, kind=found.kind, number=text.count("\n", 0, found.start) + 1)


@rule(
    "RC1904",
    MUST,
    spec="anonymous-review",
    since="1.0",
    says="{path} is said to be redacted, but {what}",
    needs=Need.FILES,
)
def redacted_file_is_there_once(subject: Subject) -> Iterator[Found]:
    """A redacted file MUST be in the bundle, and MUST be listed once.

    Judged: each entry of `anonymous.redacted`: whether there is a file at its `path`, and whether an earlier
        entry has the same; at the `path`.
    Why: what is not there cannot be compared with the original, and of two salted digests one is wrong.
    Fix: pack the project again with `reprocrate pack --anonymous`.
    """
    proof = subject.well_formed.anonymous
    seen: set[str] = set()
    for pointer, file in numbered("/anonymous/redacted", proof.redacted if proof else ()):
        if file.path in seen:
            yield Found(f"{pointer}/path", path=file.path, what="it is listed twice")
        elif not subject.given_files.exists(file.path):
            yield Found(f"{pointer}/path", path=file.path, what="it is not in the bundle")
        seen.add(file.path)


@rule("RC1905", MUST, spec="anonymous-review", since="1.0", says="{path} {what}", needs=Need.FILES)
def revealed_files_are_the_reviewed_ones(subject: Subject) -> Iterator[Found]:
    """A revealed bundle MUST hold the files that were reviewed, each with its digest or its salted digest.

    Judged: a bundle with files below `.reprocrate/reviewed/`. Once, if of `reprocrate.json`,
        `manifest-sha256.txt` and `salts.json` there one is missing or damaged, the manifest is not the one
        that the list names, does not follow the schema or has no `anonymous`. Else one finding for the
        manifest of the bundle itself, if SHA-256 of its salt and its canonical bytes is not what
        `anonymous.manifest_sha256_salted` of the reviewed one says; and for each file of the list, but for
        those that packing makes (RC1903), that is missing or has another SHA-256, or, if it is in
        `anonymous.redacted`, has no salt or another SHA-256 of salt and bytes than its `sha256_salted`; and
        for each entry there that the list lacks. At the empty pointer.
    Why: who accepts a paper by a bundle has to know that the bundle with the names is the same.
    Fix: reveal the reviewed bundle with `reprocrate pack --reveal`, in the project that it was packed from.
    """
    try:
        reviewed = reviewed_of(subject)
    except NotReviewedError as error:
        yield Found("", path=error.path, what=str(error))
        return
    if reviewed is not None:
        for path, what in reviewed.differences(subject.document, subject.given_files):
            yield Found("", path=path, what=what)


@rule(
    "RC1906",
    MUST,
    spec="anonymous-review",
    since="1.0",
    says="it is not what was reviewed",
    needs=Need.FILES,
)
def revealed_manifest_is_the_reviewed_one(subject: Subject) -> Iterator[Found]:
    """The manifest of a revealed bundle MUST say what the reviewed one says, but for the identities.

    Judged: a bundle as in RC1905 that is complete: both manifests, property by property, by the actions of
        `schema/1.0/anonymity.csv`, as the chapter says; at each property, or entry, that differs in more than
        it may, or the place where it would stand.
    Why: the results that were reviewed are those that are published, and not better ones.
    Fix: reveal the reviewed bundle with `reprocrate pack --reveal`; what changed since is another experiment.
    """
    try:
        reviewed = reviewed_of(subject)
    except NotReviewedError:
        raise CannotAssessError("what was reviewed cannot be told (RC1905)") from None
    if reviewed is None:
        return
    for path in identity_removed(subject.document, reviewed.document, frozenset(reviewed.redacted)):
        yield Found(pointer_to(path))


@rule("RC1907", SHOULD, spec="anonymous-review", since="1.0", says="it is not made for double-blind review")
def review_is_double_blind_where_asked(subject: Subject, *, asked: bool = False) -> Iterator[Found]:
    """What is submitted to double-blind review SHOULD be an anonymous bundle.

    Judged: where a policy sets `asked`: a manifest without `anonymous`; at `experiment`.
    Why: a reviewer who opens it knows whose the work is, and has to decline.
    Fix: make the bundle with `reprocrate pack --anonymous`, and keep what it leaves out for later.
    """
    if asked and subject.well_formed.anonymous is None:
        yield Found("/experiment")
