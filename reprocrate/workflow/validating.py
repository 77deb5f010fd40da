"""`validate`: findings about a project, a manifest, a crate folder or a bundle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.bundle import USUAL, Bundle, Limits, Problem, ProblemKind, layout, printable
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.errors import IntegrityError, ReprocrateError, UnreadableError
from reprocrate.finding import Finding, Location, NotAssessed, Report, Severity
from reprocrate.manifest import manifest_file_bytes
from reprocrate.manifest.strict import too_large
from reprocrate.validation import Subject
from reprocrate.workflow.anonymous.telling import tell_review
from reprocrate.workflow.declared_files import GET_AGAIN, BundleFiles
from reprocrate.workflow.judging import STANDARD, Demands, judge, regrade
from reprocrate.workflow.opening import FORGED, Kind, forged, kind_of, open_imported, require_there
from reprocrate.workflow.partial import Partial, partial_of
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.single_files import meant_by, settings_alone
from reprocrate.workflow.submissions import assess_bare, is_bare_file, is_bare_folder

if TYPE_CHECKING:
    from reprocrate.workflow.remote import Remote

_IN_THE_LIST = (ProblemKind.CHANGED, ProblemKind.MISSING, ProblemKind.EXTRA)
_ABOUT_BYTES = ("RC0705", "RC0706", "RC1801")
"""Rules that find some of the same as opening a bundle does."""


def assess(
    what: Path,
    progress: Progress,
    demands: Demands = STANDARD,
    limits: Limits = USUAL,
    *,
    alone: bool = False,
) -> Report:
    """Judge whatever a path holds, by the standard and what else is asked for.

    Args:
        what: the path.
        progress: who listens.
        demands: what it is judged by.
        limits: how much a bundle may hold.
        alone: whether it is one of many submissions: a folder in a project is then judged for itself, not for
            the project.

    Raises:
        UsageError: there is nothing to judge.
        UnreadableError: it cannot be read as what it is.
    """
    if (settings := settings_alone(what)) is not None:
        return settings
    require_there(what)
    what_is_meant = meant_by(what)
    if what_is_meant.is_dir() and is_bare_folder(what_is_meant, alone=alone):
        return assess_bare(what_is_meant, str(what), progress, demands, limits)
    kind, path = kind_of(what_is_meant)
    if kind is Kind.PROJECT:
        return _assess_project(path, str(what), progress, demands, limits)
    if kind is Kind.MANIFEST:
        from reprocrate.workflow.foreign_reports import with_advice

        subject = Subject.of_bytes(str(what), manifest_file_bytes(path))
        return with_advice(judge(subject, demands), subject.document)
    if kind is Kind.FOREIGN:
        from reprocrate.workflow.foreign_crates import assess_foreign

        return assess_foreign(path, str(what), demands, limits)
    volumes = volumes_at(path)
    if volumes is None and path.is_file() and is_bare_file(path):
        return assess_bare(path, str(what), progress, demands, limits)
    if volumes is not None:
        volumes.require_intact(counter(progress, "checking the volumes", volumes.size))
    with open_imported(path, limits) as bundle:
        return with_part(_assess_bundle(bundle, str(what), progress, demands), partial_of(path))


def assess_named(
    what: Path | Remote, progress: Progress, demands: Demands = STANDARD, limits: Limits = USUAL
) -> Report:
    """Judge what a path holds, or a bundle on the network, which is brought whole to a temporary place.

    Raises:
        ReprocrateError: as `assess`.
        UnavailableError: it cannot be had.
    """
    if isinstance(what, Path):
        return assess(what, progress, demands, limits)
    from reprocrate.workflow.remote import brought_whole

    with brought_whole(what) as path:
        return assess(path, progress, demands, limits, alone=True)._replace(subject=str(what))


def assess_each(
    whats: Sequence[Path | Remote], progress: Progress, demands: Demands = STANDARD, limits: Limits = USUAL
) -> Iterator[tuple[Report, ReprocrateError | None]]:
    """Judge each of several paths in turn; one that cannot be judged does not keep the others from it."""
    for what in whats:
        try:
            yield assess_named(what, progress, demands, limits), None
        except ReprocrateError as error:
            yield Report(str(what), failure=str(error)), error


def _assess_project(root: Path, name: str, progress: Progress, demands: Demands, limits: Limits) -> Report:
    # A bundle is judged without what it takes to read a project: settings, records, the way to a manifest.
    from reprocrate.capture.data.digests import digests_of_project
    from reprocrate.workflow.contents import ContentFiles, collect
    from reprocrate.workflow.papers import PaperFiles
    from reprocrate.workflow.project import open_project, refuse_unread

    project = open_project(root)
    refuse_unread(project)
    if not project.manifest.runs:
        progress.note(f"nothing has been run in {root} yet, so that its files alone are looked at")
        return assess_bare(root, name, progress, demands, limits)
    contents = collect(project, "all")
    subject = Subject.of(contents.manifest, name, ContentFiles(contents, digests_of_project(root)))
    report = judge(subject, demands._replace(papers=PaperFiles(root)))
    for problem in project.problems:
        progress.note(f"not read: {problem}")
    return report


def _assess_bundle(bundle: Bundle, name: str, progress: Progress, demands: Demands) -> Report:
    problems = bundle.verify(counter(progress, "checking digests", bundle.total_size))
    files = BundleFiles(bundle, {problem.path for problem in problems})
    try:
        subject = Subject.of_bytes(name, bundle.manifest_bytes(check=False), files, size_of(bundle))
    except UnreadableError:
        subject = Subject(name, None, files, (too_large(),))
    except IntegrityError:
        return regrade(Report(name), demands).with_findings(_unsafe(bundle, problems, Report(name)))
    report = judge(subject, demands)
    if not problems:
        tell_review(bundle, subject, report, progress)
    return report.with_findings(_unsafe(bundle, problems, report))


def with_part(report: Report, part: Partial | None) -> Report:
    """The report, which says so where only a part of a bundle was there to be judged."""
    if part is None:
        return report
    count = len(part.not_brought)
    reason = f"{count} {'file was' if count == 1 else 'files were'} not brought: {part}. "
    reason += "Of these the listed digests were compared with the manifest, and the bytes were not seen."
    return report._replace(not_assessed=(*report.not_assessed, NotAssessed("RC0702", reason)))


def size_of(bundle: Bundle) -> int:
    """Bytes of the one file, or of all files of a folder."""
    if volumes := volumes_at(bundle.path):
        return volumes.size
    return bundle.path.stat().st_size if bundle.path.is_file() else bundle.total_size


def _unsafe(bundle: Bundle, problems: Iterable[Problem], report: Report) -> Iterator[Finding]:
    """What is wrong with a bundle as a container, without what a rule found already."""
    told = {finding.message for finding in report.findings if finding.code in _ABOUT_BYTES}
    needs_list = bundle.path.is_file() or layout.is_packed(bundle.names())
    for problem in problems:
        missing = problem.path == layout.CHECKSUMS and needs_list
        counts = missing or problem.kind not in _IN_THE_LIST
        if counts and f"{problem.path} {problem.detail}" not in told:
            yield _error(_rule_of(problem), str(problem), problem.path)
    for path in forged(bundle):
        yield _error("RC0706", f"{printable(path)} must not be in a bundle: {FORGED}", path)
    if needs_list and layout.METADATA not in bundle.names():
        message = f"{layout.METADATA} is missing"
        if message not in told:
            yield _error("RC1801", message, layout.METADATA)


def _error(code: str, message: str, path: str) -> Finding:
    return Finding(code, Severity.ERROR, message, Location(file=path), GET_AGAIN)


def _rule_of(problem: Problem) -> str:
    """The rule that a bundle breaks whose list of checksums is missing, or that is not safe to unpack."""
    return "RC0705" if problem.path == layout.CHECKSUMS else "RC0706"
