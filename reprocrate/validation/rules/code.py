"""RC03: code, and whether what ran can be had again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import join, normpath

from reprocrate.files import composed
from reprocrate.manifest import Code
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0301", MUST, spec="code", since="1.0", says="code {code} had uncommitted changes that are kept nowhere"
)
def uncommitted_changes_are_kept(subject: Subject) -> Iterator[Found]:
    """Code that differed from its commit MUST be kept, as a patch or as files with their digests.

    Judged: each entry of `code` with `dirty` true and no `patch` (one that does not travel will do), unless
        it has files and each of them travels and has a `sha256`; at the entry.
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

    Judged: each entry of `code` with neither `commit` nor `swhid`, in a manifest without `anonymous`; at the
        entry.
    Why: a commit ties the code that ran to its history, and to what others may already have.
    Fix: put the project under git, commit, and run again.
    """
    if subject.well_formed.anonymous:
        return  # a commit tells whose it is
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


@rule(
    "RC0305",
    MUST,
    spec="code",
    since="1.0",
    says="the archived revision of code {code} is {revision}, but its commit is {commit}",
)
def archived_revision_is_the_commit(subject: Subject) -> Iterator[Found]:
    """A Software Heritage identifier of a revision MUST name the commit that was checked out.

    Judged: each `swhid` of kind `rev` of code with a `commit` of 40 digits; at the `swhid`.
    Why: such an identifier holds the commit's own SHA-1 (SWHID 1.2, 4.2), so one that differs is other code.
    Fix: correct the identifier, or archive the commit that ran.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        kind, _, revision = (code.swhid or "").removeprefix("swh:1:").partition(":")
        is_sha1 = code.commit is not None and len(code.commit) == _SHA1_LENGTH
        if kind == "rev" and is_sha1 and revision != code.commit:
            yield Found(f"{pointer}/swhid", code=code.id, revision=revision, commit=code.commit)


_SHA1_LENGTH = 40


@rule("RC0306", MUST, spec="code", since="1.0", says="code {code} is said to be its commit, but has a patch")
def unchanged_code_has_no_patch(subject: Subject) -> Iterator[Found]:
    """Code that is said to be that of its commit (`dirty` false) MUST NOT have a patch.

    Judged: each entry of `code` with `dirty` false and a `patch`; at the `patch`.
    Why: one of the two is wrong, and with the wrong one a rerun runs other code.
    Fix: restore the record as it was written, or run again.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        if code.dirty is False and code.patch:
            yield Found(f"{pointer}/patch", code=code.id)


@rule(
    "RC0307", MUST, spec="code", since="1.0", says="code {code} lies in the same folder as {other}: {folder}"
)
def trees_have_folders_of_their_own(subject: Subject) -> Iterator[Found]:
    """Source trees whose files travel MUST lie in different folders of the bundle.

    Judged: each entry of `code` with a file whose `in_bundle` is not false, and the same `folder` (or, as an
        earlier one, none) as an earlier such entry; at the later entry.
    Why: two trees in one folder are a third tree, and what runs there is neither of the two.
    Fix: give all but one of them a `folder`, as `reprocrate` does.
    """
    seen: dict[str | None, str] = {}
    for pointer, code in numbered("/code", subject.well_formed.code):
        if any(file.travels for file in code.files):
            other = seen.setdefault(code.folder, code.id)
            if other != code.id:
                yield Found(pointer, code=code.id, other=other, folder=code.folder or "the root")


@rule(
    "RC0308",
    SHOULD,
    spec="configurations",
    since="1.0",
    says="configuration {configuration} names code {code}, but its results rest on {ran}",
)
def configuration_names_the_code_that_ran(subject: Subject) -> Iterator[Found]:
    """The code that a configuration names SHOULD be the code of runs that its results rest on.

    Judged: each configuration with a `code` that is an entry of the manifest, and with evidence runs that
        have `code`, all of them another one; at the configuration's `code`.
    Why: a rerun takes the code from the configuration, and would run another program.
    Fix: derive the manifest anew from its records, or correct `code` of the configuration.
    """
    manifest = subject.well_formed
    ran: dict[str, dict[str, None]] = {}
    for _, run in subject.evidence.counting:
        if run.code:
            ran.setdefault(run.configuration, {})[run.code] = None
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        codes = ran.get(configuration.id, {})
        is_there = manifest.find_code(configuration.code)
        if is_there and codes and configuration.code not in codes:
            yield Found(
                f"{pointer}/code",
                configuration=configuration.label,
                code=configuration.code,
                ran=list(codes),
            )


@rule(
    "RC0309",
    SHOULD,
    spec="code",
    since="1.0",
    says="run {run} started {program}, which is no file of code {code}",
)
def started_program_is_part_of_the_code(subject: Subject) -> Iterator[Found]:
    """The program that a run starts SHOULD be a file of its code.

    Judged: each evidence run with a `code` that lists its files, and a `command` whose first argument has
        `python` in its last part, and whose next, after those of the options `-b`, `-B`, `-d`, `-E`, `-i`,
        `-I`, `-O`, `-OO`, `-P`, `-q`, `-s`, `-S`, `-u` and `-v` that stand there, ends with `.py`, has no
        slash at its start, no backslash and no colon. Neither it nor the path that it is below the run's
        `working_directory`, both without `.` and `..` and in Unicode NFC, is the path of a file of the code,
        of data or of the outputs of a run; one finding for each code and program, at the `command` of its
        first run.
    Why: the code is then not what ran, or without its main part, and nobody can run it again.
    Fix: put the program into the project's folder and run again.
    """
    manifest = subject.well_formed
    others = {file.path for data in manifest.data for file in data.files}
    others |= {file.path for run in manifest.runs for file in run.outputs}
    of_code = {code.id: {file.path for file in code.files} for code in reversed(manifest.code)}
    told: set[tuple[str, str]] = set()
    for index, run in subject.evidence.counting:
        code = manifest.find_code(run.code)
        program = _program(run.command)
        if code is None or not code.files or program is None or (code.id, program) in told:
            continue
        paths = (normpath(program), normpath(join(run.working_directory or "", program)))
        if not any(path in of_code[code.id] or path in others for path in map(composed, paths)):
            told.add((code.id, program))
            yield Found(f"/runs/{index}/command", run=run.id, program=program, code=code.id)


_OPTIONS = frozenset(["-b", "-B", "-d", "-E", "-i", "-I", "-O", "-OO", "-P", "-q", "-s", "-S", "-u", "-v"])


def _program(command: Sequence[str]) -> str | None:
    """The Python file of the project that a command starts; None where it starts anything else."""
    first, *rest = command
    if "python" not in first.replace("\\", "/").rpartition("/")[2]:
        return None
    program = next((part for part in rest if part not in _OPTIONS), "")
    is_own = program.endswith(".py") and not program.startswith("/") and not set(program) & {"\\", ":"}
    return program if is_own else None


@rule(
    "RC0310",
    SHOULD,
    spec="code",
    since="1.0",
    says="result {result} rests on run {run}, which executed other code than {first}",
)
def runs_of_a_result_executed_the_same_code(subject: Subject) -> Iterator[Found]:
    """The runs that a result rests on SHOULD have executed the same code.

    Judged: each result over runs or folds: each run in `runs` with a `code` that is there and whose
        `tree_sha256` is not that of the first run in `runs` that has one; at the entry.
    Why: what differs between the seeds is then not the seed alone, and no single program gives the result.
    Fix: run the older seeds again with the code as it is now, and exclude the older runs (`other_code`).
    """
    manifest = subject.well_formed
    trees = {
        name: code.tree_sha256
        for name, run in subject.evidence.named.items()
        if (code := manifest.find_code(run.code))
    }
    if len(set(trees.values())) < 2:
        return
    for pointer, result in numbered("/results", manifest.results):
        first = next((name for name in result.runs if name in trees), None)
        for place, name in numbered(f"{pointer}/runs", result.runs if first else ()):
            if first and name in trees and trees[name] != trees[first]:
                yield Found(place, result=result.id, run=name, first=first)


@rule(
    "RC0311",
    MUST,
    spec="code",
    since="1.0",
    says="{path}, by which a reader of {code} begins, is none of its files",
)
def main_program_is_in_the_tree(subject: Subject) -> Iterator[Found]:
    """The `main` program of code MUST be one of its files, where these are listed.

    Judged: each entry of `code` with `main` and `files`: none of them has the `main` as its `path`; at the
        `main`.
    Why: `files` are all files of the tree, so the reader is sent to one that is not there.
    Fix: correct `main`; it is a path in the tree, and not below the `folder` of the bundle.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        if code.main is not None and code.files and all(file.path != code.main for file in code.files):
            yield Found(f"{pointer}/main", path=code.main, code=code.id)


@rule("RC0312", SHOULD, spec="code", since="1.0", says="{swhid} of code {code} is {what}, and no source tree")
def archived_code_is_a_tree(subject: Subject) -> Iterator[Found]:
    """The Software Heritage identifier of code SHOULD be that of a revision, a release or a directory.

    Judged: each `swhid` of code of the kind `cnt`, which is one file; or of the kind `snp`, which is a whole
        repository at some time, without a `commit`; at the `swhid`.
    Why: it does not tell which tree was executed.
    Fix: take the identifier of the revision or of its directory; archive.softwareheritage.org shows both.
    """
    for pointer, code in numbered("/code", subject.well_formed.code):
        kind = code.swhid.split(":")[2] if code.swhid else ""
        what = {"cnt": "one file", "snp": "" if code.commit else "a whole repository"}.get(kind, "")
        if what:
            yield Found(f"{pointer}/swhid", swhid=code.swhid, code=code.id, what=what)
