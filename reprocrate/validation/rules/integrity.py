"""RC07: whether bytes are what the manifest says they are."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.errors import UnavailableError
from reprocrate.files import tree_digest
from reprocrate.validation.places import Declared, declared_files, numbered
from reprocrate.validation.rule import MUST, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule("RC0701", MUST, spec="integrity", since="1.0", says="{path} is declared but absent", needs=Need.FILES)
def declared_file_is_present(subject: Subject) -> Iterator[Found]:
    """Every file that the manifest declares to be in the bundle MUST be there.

    Why: an absent file cannot be checked, so no later result can be trusted.
    Fix: add the file, or say that its bytes do not travel (`in_bundle` false) and where to get it.
    """
    for declared in _travelling(subject):
        if not subject.given_files.exists(declared.place):
            yield Found(declared.pointer, path=declared.place)


@rule("RC0702", MUST, spec="integrity", since="1.0", says="{path} has {what}", needs=Need.FILES)
def declared_file_has_its_digest(subject: Subject) -> Iterator[Found]:
    """Every file in the bundle MUST have the size and the SHA-256 that the manifest declares.

    Why: what differs is not what the results came from, whether by accident or on purpose.
    Fix: restore the file, or run again if it was meant to change.
    """
    unreadable = []
    for declared in _travelling(subject):
        if not (declared.sha256 or declared.size is not None) or not subject.given_files.exists(
            declared.place
        ):
            continue
        try:
            found = subject.given_files.digest(declared.place)
        except UnavailableError as error:
            unreadable.append(str(error))
            continue
        if declared.size is not None and found.size != declared.size:
            yield Found(
                declared.pointer, path=declared.place, what=f"{found.size} bytes, not {declared.size}"
            )
        elif declared.sha256 and found.sha256 != declared.sha256:
            what = f"SHA-256 {found.sha256[:12]}..., not {declared.sha256[:12]}..."
            yield Found(declared.pointer, path=declared.place, what=what)
    if unreadable:
        raise CannotAssessError(" ".join(unreadable))


def _travelling(subject: Subject) -> Iterator[Declared]:
    return (declared for declared in declared_files(subject.well_formed) if declared.travels)


@rule(
    "RC0703",
    MUST,
    spec="integrity",
    since="1.0",
    says="the files of code {code} have the tree digest {found}..., not {said}...",
)
def tree_digest_is_that_of_its_files(subject: Subject) -> Iterator[Found]:
    """The digest of a source tree MUST be the one that follows from the digests of its files.

    Why: the tree's digest is the code's identity; if it does not fit the files, one of them is wrong.
    Fix: restore the list of files as it was recorded, or run again.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        digests = [(file.path, file.sha256) for file in code.files if file.sha256]
        if digests and len(digests) == len(code.files):
            found = tree_digest(digests)
            if found != code.tree_sha256:
                yield Found(
                    f"{pointer}/tree_sha256", code=code.id, found=found[:12], said=code.tree_sha256[:12]
                )


@rule(
    "RC0704", MUST, spec="integrity", since="1.0", says="{path} is declared with two digests, also at {other}"
)
def place_holds_one_file(subject: Subject) -> Iterator[Found]:
    """A place in the bundle MUST NOT be declared with two different digests.

    Why: one file cannot be both, so one of the two declarations is wrong for certain.
    Fix: say of the older one that its bytes do not travel (`in_bundle` false).
    """
    seen: dict[str, tuple[str, str]] = {}
    for declared in declared_files(subject.well_formed):
        if declared.travels and declared.sha256:
            digest, other = seen.setdefault(declared.place, (declared.sha256, declared.pointer))
            if digest != declared.sha256:
                yield Found(declared.pointer, path=declared.place, other=other)
