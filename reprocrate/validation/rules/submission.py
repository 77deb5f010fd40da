"""RC21: what a venue can ask of any submission, whether or not it has a manifest."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.finding import Presence
from reprocrate.validation.rule import MAY, MUST, SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC2101",
    MUST,
    spec="submissions",
    since="1.0",
    says="{item} is required and was not found: {detail}",
    needs=Need.TREE,
)
def required_item_is_there(subject: Subject) -> Iterator[Found]:
    """A submission MUST have what the policy by which it is judged requires.

    Judged: each item that `requires` of the policy names, as the chapter on submissions describes how it is
        looked for; without a policy nothing. Where a required item could not be looked for, that one is not
        assessed. One finding for each item, at no place.
    Why: the venue asks for it, and nobody can look for it in thousands of submissions by hand.
    Fix: add what is missing and submit again; if it is there and was not recognised, name it plainly in the
        README.
    """
    if not subject.required:
        return
    required = [each for each in subject.submission.observed if each.item in subject.required]
    for each in required:
        if each.presence is Presence.NOT_FOUND:
            yield Found(file="", item=each.item, detail=each.detail)
    unknown = [each for each in required if each.presence is Presence.NOT_ASSESSED]
    if unknown:
        raise CannotAssessError("; ".join(f"{each.item} is required: {each.detail}" for each in unknown))


@rule(
    "RC2102",
    SHOULD,
    spec="submissions",
    since="1.0",
    says="the file holds what has the form of a secret: {kind}",
    needs=Need.TREE,
)
def file_holds_no_secret(subject: Subject) -> Iterator[Found]:
    """A file that is submitted SHOULD NOT hold text that has the form of a secret.

    Judged: every file whose name is that of a text or a program, in its first 400,000 bytes, unless they hold
        a null byte: each match of a pattern of `schema/1.0/secret-formats.json`, as that file says; once for
        each line and form, at the line.
    Why: what is submitted is passed on and often published, and a key in it is then everybody's. The forms
        are those that issuers gave their keys so that they can be found.
    Fix: make the key invalid where it was issued, take it out, and read it from the environment instead.
    """
    for each in subject.submission.secrets:
        yield Found(file=each.path, line=each.line, kind=each.kind)


@rule(
    "RC2103",
    MAY,
    spec="submissions",
    since="1.0",
    says="the file names somebody: {kind}",
    needs=Need.TREE,
)
def submission_names_nobody(subject: Subject) -> Iterator[Found]:
    """A submission without a manifest MAY be free of what names its authors.

    Judged: where there is no manifest, the same files as for RC2102, and of a git repository `config` and
        `logs/HEAD`: each match of a pattern of `schema/1.0/identity-formats.json`, as that file says; the
        address of a remote and the user in git's settings; a log of git's; at the top, who holds the
        copyright in a licence file, and whom CITATION.cff and the metadata of a package name. Once for each
        line and kind, at the line. With a manifest RC1901 to RC1906 say this better.
    Why: where review is double-blind, a policy makes this an error; elsewhere it is as it should be.
    Fix: blank it out, or submit what `reprocrate pack --anonymous` makes.
    """
    for each in subject.submission.identities if subject.is_bare else ():
        yield Found(file=each.path, line=each.line, kind=each.kind)
