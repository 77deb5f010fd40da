"""`validate`: findings about a project, a manifest, a crate folder or a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reprocrate.bundle import Bundle, layout, open_bundle
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import FileDigest
from reprocrate.finding import Finding, Location, Report, Severity
from reprocrate.manifest.canonical import parse
from reprocrate.validation import Files, Subject, validate
from reprocrate.workflow.contents import ContentFiles, collect
from reprocrate.workflow.opening import Kind, added_by_us, kind_of
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.project import open_project

BUNDLE_FILE = "RC0700"
"""Code of what is wrong with a bundle's files, as its list of checksums tells."""


def assess(what: Path, progress: Progress) -> Report:
    """Judge whatever a path holds.

    Raises:
        UsageError: there is nothing to judge.
        UnreadableError: it cannot be read as what it is.
    """
    kind, path = kind_of(what)
    if kind is Kind.PROJECT:
        return _assess_project(path, str(what))
    if kind is Kind.MANIFEST:
        return judge(str(what), parse(path.read_bytes(), str(what)), None)
    return _assess_bundle(path, str(what), progress)


def judge(name: str, document: Any, files: Files | None) -> Report:
    """Judge a manifest, and the files around it where they are given."""
    return validate(Subject(name, document, files))


def _assess_project(root: Path, name: str) -> Report:
    project = open_project(root)
    if not project.records:
        raise UsageError(
            f"nothing has been run in {root}",
            "there is nothing to judge",
            "Begin with `reprocrate run -- COMMAND`",
        )
    contents = collect(project, "all")
    report = judge(name, contents.manifest.to_dict(), ContentFiles(contents))
    broken = [
        Finding(
            "RC0001", Severity.WARNING, problem, Location(), "Remove the record or restore it from a copy"
        )
        for problem in project.problems
    ]
    return report.with_findings(broken)


def _assess_bundle(path: Path, name: str, progress: Progress) -> Report:
    with open_bundle(path, skip=added_by_us) as bundle:
        total, read = bundle.total_size, 0

        def count(size: int) -> None:
            nonlocal read
            read += size
            progress.track("checking digests", min(read, total), total)

        broken = [
            Finding(
                BUNDLE_FILE,
                Severity.ERROR,
                str(problem),
                Location(file=problem.path),
                "Get the bundle again from where it was published",
            )
            for problem in bundle.verify(count)
        ]
        try:
            document = parse(bundle.manifest_bytes(check=False), layout.MANIFEST)
        except UnreadableError:
            if not broken:
                raise
            return Report(name).with_findings(broken)
        return judge(name, document, BundleFiles(bundle)).with_findings(broken)


class BundleFiles:
    """The files of a bundle, as validation sees them: digests are those that were just checked."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._sizes = {member.path: member.size for member in bundle.members}
        self._checksums = bundle.checksums() if layout.CHECKSUMS in self._sizes else {}

    def names(self) -> Iterable[str]:
        """Paths of all files."""
        return self._bundle.names()

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._sizes

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256, as the list of checksums says, and its size."""
        return FileDigest(self._checksums.get(path, ""), self._sizes[path])

    def read(self, path: str, limit: int) -> bytes:
        """Its content; larger files than `limit` are not read."""
        return self._bundle.read(path, limit, check=False)
