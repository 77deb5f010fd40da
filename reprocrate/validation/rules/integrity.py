"""RC07: whether bytes are what the manifest says they are."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.bundle.admission import MAX_CHECKSUMS_BYTES, names_problems
from reprocrate.bundle.checksums import parse_checksums
from reprocrate.bundle.layout import CHECKSUMS, is_packed
from reprocrate.errors import UnavailableError
from reprocrate.files import tree_digest
from reprocrate.manifest import File, Lock
from reprocrate.validation.digests import EMPTY
from reprocrate.validation.places import Declared, numbered
from reprocrate.validation.rule import MUST, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule("RC0701", MUST, spec="integrity", since="1.0", says="{path} is declared but absent", needs=Need.FILES)
def declared_file_is_present(subject: Subject) -> Iterator[Found]:
    """Every file that the manifest declares to be in the bundle MUST be there.

    Judged: each file that the manifest declares in the bundle: `code[].files` (below `folder`) and `patch`,
        `data[].files`, `croissant` and `splits[].digests`, `cached_responses`, locks, wheels, `outputs`,
        `checkpoints`, `logs`, `artifacts`, `predictions` and `histories` of runs, `models[].file`,
        `reproduces.verdict`; at the file. A file of `data[].files` with a `root`, its own or else its data's,
        has its place at `.reprocrate/external/<id of the data>/<path>`; any other file has it at its `path`,
        whatever `root` it has. Inputs of runs are declared with the data.
    Why: an absent file cannot be checked, so no later result can be trusted.
    Fix: add the file, or say that its bytes do not travel (`in_bundle` false) and where to get it.
    """
    for declared in _travelling(subject):
        if not subject.given_files.exists(declared.place):
            yield Found(declared.pointer, path=declared.place)


@rule("RC0702", MUST, spec="integrity", since="1.0", says="{path} has {what}", needs=Need.FILES)
def declared_file_has_its_digest(subject: Subject) -> Iterator[Found]:
    """Every file in the bundle MUST have the size and the SHA-256 that the manifest declares.

    Judged: the same files, where they are there; one finding for each, of the size if that differs, else of
        the digest; at the file.
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
    return (declared for declared in subject.declared if declared.travels)


@rule(
    "RC0703",
    MUST,
    spec="integrity",
    since="1.0",
    says="the tree digest {said}... of code {code} is not that of its files, {found}",
)
def tree_digest_is_that_of_its_files(subject: Subject) -> Iterator[Found]:
    """The digest of a source tree MUST be the one that follows from the digests of its files.

    Judged: each entry of `code` whose files all have digests; at its `tree_sha256`.
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

    Judged: the files of RC0701 that have a `sha256`, in the order of that rule; at each one whose place in
        the bundle is that of an earlier one, and whose digest is not that of the first one there.
    Why: one file cannot be both, so one of the two declarations is wrong for certain.
    Fix: say of the older one that its bytes do not travel (`in_bundle` false).
    """
    seen: dict[str, tuple[str, str]] = {}
    for declared in subject.declared:
        if declared.travels and declared.sha256:
            digest, other = seen.setdefault(declared.place, (declared.sha256, declared.pointer))
            if digest != declared.sha256:
                yield Found(declared.pointer, path=declared.place, other=other)


@rule("RC0705", MUST, spec="integrity", since="1.0", says="{path} {what}", needs=Need.FILES)
def list_of_checksums_names_every_file(subject: Subject) -> Iterator[Found]:
    """Every file of a bundle MUST be in its `manifest-sha256.txt` with its SHA-256, and nothing else may be.

    Judged: a bundle with a `manifest-sha256.txt`: one finding for each file that is missing, extra or
        changed, for each line that cannot be read, whose name is unsafe (RC0706) or in an earlier line, and
        one where lines end in CR LF; a file of such a line is not extra. And once a bundle without the list,
        which is told from a project that was not packed yet by files below `.reprocrate/standard/`. At the
        empty pointer.
    Why: the list is what anyone can check with common tools; a file that it does not confirm may be anything.
    Fix: get the bundle again from where it was published, or pack it again.
    """
    files = subject.given_files
    if not files.exists(CHECKSUMS):
        if is_packed(files.names()):
            yield Found("", path=CHECKSUMS, what="is missing")
        return
    listed, problems = parse_checksums(files.read(CHECKSUMS, MAX_CHECKSUMS_BYTES))
    for problem in problems:
        yield Found("", path=problem.path, what=problem.detail)
    told = {problem.path for problem in problems}
    there = set(files.names()) - {CHECKSUMS}
    for path in sorted((listed.keys() | there) - (told - listed.keys())):
        if path not in there:
            yield Found("", path=path, what=f"is missing: {CHECKSUMS} lists it")
        elif path not in listed:
            yield Found("", path=path, what=f"is extra: {CHECKSUMS} does not list it")
        elif files.digest(path).sha256 != listed[path]:
            yield Found("", path=path, what=f"has changed: its SHA-256 is not the one in {CHECKSUMS}")


@rule("RC0706", MUST, spec="security", since="1.0", says="{path} {what}", needs=Need.FILES)
def bundle_can_be_unpacked_anywhere(subject: Subject) -> Iterator[Found]:
    """The names of a bundle's files MUST be safe and different on Linux, macOS and Windows.

    Judged: the paths of all files, as RC0115 judges paths, in whatever normal form they are; also a part
        `.git`, a file named `-`, two files whose names are equal after case folding and composing, and a file
        that is a folder too; at the empty pointer.
    Why: a name can lead out of the folder, or fall together with another one where case does not count.
    Fix: rename the file, and pack again.
    """
    for problem in names_problems(subject.given_files.names()):
        yield Found("", path=problem.path, what=problem.detail)


@rule(
    "RC0707",
    MUST,
    spec="integrity",
    since="1.0",
    says="{path} has {size} bytes, but {other}",
)
def one_digest_is_of_one_size(subject: Subject) -> Iterator[Found]:
    """Files with the same SHA-256 MUST NOT have different sizes, and that of no bytes goes with the size 0.

    Judged: all files and locks of the manifest with `sha256` and `size`: each whose `sha256` another one has
        with another `size`; or else with the size 0 and another `sha256` than that of no bytes, which is
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, or the reverse; at the `size`.
    Why: equal digests are equal bytes, so one of the two declarations was not read from the file.
    Fix: restore the declaration as it was recorded, or make the manifest anew.
    """
    alike: dict[str, list[tuple[str, File | Lock]]] = {}
    for pointer, file in _all_files(subject):
        if file.sha256 and file.size is not None:
            alike.setdefault(file.sha256, []).append((pointer, file))
    for files in alike.values():
        of_size = {file.size: file.path for _, file in files}
        if len(of_size) > 1:
            for pointer, file in files:
                also, other = next(pair for pair in of_size.items() if pair[0] != file.size)
                what = f"{other} of the same SHA-256 has {also}"
                yield Found(f"{pointer}/size", path=file.path, size=file.size, other=what)
            continue
        for pointer, file in files:
            if (file.size == 0) is not (file.sha256 == EMPTY):
                what = "its SHA-256 is that of no bytes" if file.size else "its SHA-256 is that of some"
                yield Found(f"{pointer}/size", path=file.path, size=file.size, other=what)


def _all_files(subject: Subject) -> Iterator[tuple[str, File | Lock]]:
    """Every file and lock with its place."""
    for entries in subject.by_kind.values():
        if isinstance(entries[0][1], File | Lock):
            yield from entries  # type: ignore[misc]
