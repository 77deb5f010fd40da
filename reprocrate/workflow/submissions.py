"""Submissions without a manifest: a folder or archive of somebody else's, read in place and assessed."""

from __future__ import annotations

from pathlib import Path

from reprocrate.bundle.admission import Limits, printable
from reprocrate.bundle.plain import Contents, PlainForm, form_of, open_plain
from reprocrate.errors import ReprocrateError, UnreadableError, UsageError
from reprocrate.finding import Finding, Location, Report, Severity
from reprocrate.validation import MANIFEST_NAME, Subject
from reprocrate.workflow.judging import Demands, judge
from reprocrate.workflow.opening import Kind, kind_of
from reprocrate.workflow.progress import Progress

_OUTWARD = "RC0706"
_MOST_TOLD = 20


def is_bare_folder(folder: Path, *, alone: bool = False) -> bool:
    """Whether a folder is nothing that this program made or knows: no crate, no project, nor part of one.

    Args:
        folder: the folder.
        alone: whether the folders around it do not count, so that it is no part of a project.
    """
    try:
        kind, place = kind_of(folder)
    except UsageError:
        return True
    return alone and kind is Kind.PROJECT and not place.is_relative_to(folder.resolve())


def is_bare_file(path: Path) -> bool:
    """Whether a file that is neither JSON nor a crate is no bundle either, but somebody's files.

    Raises:
        UnreadableError: it is nothing that can be judged.
        UnavailableError: it cannot be read.
    """
    try:
        form = form_of(path)
    except UnreadableError:
        import zipfile  # takes a while to import, and most of what is judged is none

        if zipfile.is_zipfile(path):
            return False  # with something before it: whoever opens it as a bundle says so
        raise
    if form not in (PlainForm.ZIP, PlainForm.TAR_ZSTD):
        return True
    from reprocrate.bundle.bag import DECLARATION, PAYLOAD
    from reprocrate.bundle.recognition import open_container

    try:
        container = open_container(path, lambda _path: False, _ANY)
    except ReprocrateError:
        return False  # whoever opens it as a bundle says what is wrong with it
    try:
        bagged = container.has(DECLARATION) and container.has(PAYLOAD + MANIFEST_NAME)
        return not bagged and not container.has(MANIFEST_NAME)
    except ReprocrateError:
        return False
    finally:
        container.close()


_ANY = Limits(files=10_000_000, bytes=1 << 60, expansion=1 << 20)


def assess_bare(path: Path, name: str, progress: Progress, demands: Demands, limits: Limits) -> Report:
    """Look at what has no manifest, and judge it by the rules that need none.

    Args:
        path: a folder, an archive, or a PDF file.
        name: what to call it.
        progress: who listens.
        demands: what is asked for beside the standard.
        limits: how much an archive may hold.

    Raises:
        UnreadableError: it is none of these, broken, or holds more than is allowed.
        UnavailableError: it cannot be read.
    """
    with open_plain(path, limits) as contents:
        if not contents.sizes and not contents.seen.is_whole:
            raise UnreadableError(f"{path} is not read", "nothing in it can be read", "Check its permissions")
        report = judge(Subject.bare(name, contents, _size(path, contents)), demands)
        count = len(contents.sizes)
        looked = f"{count:,} {'file' if count == 1 else 'files'} looked at"
        progress.note(f"{name}: {contents.form} without a manifest, {looked}")
        return report.with_findings(_outward(contents))


def _size(path: Path, contents: Contents) -> int:
    return path.stat().st_size if path.is_file() else sum(contents.sizes.values())


def _outward(contents: Contents) -> list[Finding]:
    """Names in an archive that would lead out of the folder it is unpacked in: whoever made them meant harm.

    In a folder only links can lead out, which people make for themselves.
    """
    if contents.form == PlainForm.FOLDER:
        return []
    fix = "Do not unpack it; get it again from its authors"
    return [
        Finding(
            _OUTWARD,
            Severity.ERROR,
            f"{printable(path)} leads out of the folder that the archive is unpacked in",
            Location(file=printable(path)),
            fix,
        )
        for path in contents.seen.outward[:_MOST_TOLD]
    ]
