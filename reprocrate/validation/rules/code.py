"""RC03: code, and whether what ran can be had again."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Code
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0301", MUST, spec="code", since="1.0", says="code {code} had uncommitted changes that are kept nowhere"
)
def uncommitted_changes_are_kept(subject: Subject) -> Iterator[Found]:
    """Code that differed from its commit MUST be kept, as a patch or as files with their digests.

    Judged: each entry of `code` with `dirty` true and no `patch`, unless it has files that all travel with a
        digest; at the entry.
    Why: the commit alone is not what ran, and nobody can guess the difference.
    Fix: commit and run again; `reprocrate run` keeps the patch and the changed files.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        if code.dirty and not code.patch and not _has_its_files(code):
            yield Found(pointer, code=code.id)


def _has_its_files(code: Code) -> bool:
    return bool(code.files) and all(file.travels and file.sha256 for file in code.files)


@rule("RC0302", SHOULD, spec="code", since="1.0", says="code {code} names no commit")
def code_names_its_commit(subject: Subject) -> Iterator[Found]:
    """Code SHOULD name the commit that was checked out when it ran.

    Judged: each entry of `code` with neither `commit` nor `swhid`; at the entry.
    Why: a commit ties the code that ran to its history, and to what others may already have.
    Fix: put the project under git, commit, and run again.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        if not code.commit and not code.swhid:
            yield Found(pointer, code=code.id)


@rule(
    "RC0303",
    MUST,
    spec="code",
    since="1.0",
    says="code {code} is not in the bundle, and nothing says where to get it",
)
def code_can_be_obtained(subject: Subject) -> Iterator[Found]:
    """Code MUST be in the bundle, or name a repository with its commit, or a Software Heritage identifier.

    Judged: each entry of `code` that an evidence run names and that has none of: `repository` with `commit`;
        `swhid`; a file that travels; at the entry.
    Why: a digest says what the code was, but nobody can run a digest.
    Fix: let the code's files travel, or publish the repository and name it.
    """
    counting = {run.code for _, run in subject.evidence.counting}
    for pointer, code in numbered("/code", subject.well_formed.code):
        is_public = bool(code.repository and code.commit) or bool(code.swhid)
        if code.id in counting and not is_public and not any(file.travels for file in code.files):
            yield Found(pointer, code=code.id)


@rule("RC0304", SHOULD, spec="code", since="1.0", says="run {run} does not say which code it executed")
def run_names_its_code(subject: Subject) -> Iterator[Found]:
    """A run that a result rests on SHOULD name the code that it executed.

    Judged: each evidence run without `code`; at the run.
    Why: without it the result cannot be traced to any code.
    Fix: run again with `reprocrate run` in the project's folder.
    """
    for index, run in subject.evidence.counting:
        if not run.code:
            yield Found(f"/runs/{index}", run=run.id)
