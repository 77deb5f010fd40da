"""The checklists of a submission, set against what the rules found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reprocrate.finding import Finding, NotAssessed, Report
from reprocrate.validation import Files, Policy, Subject
from reprocrate.validation.checklists.carriers.likely import likely_files
from reprocrate.validation.checklists.carriers.sources import Sources

if TYPE_CHECKING:
    from reprocrate.validation.checklists.answers import FilledChecklist


def with_checklists(
    report: Report,
    subject: Subject,
    named: Sequence[FilledChecklist],
    asked: Sequence[str],
    policy: Policy | None,
    files: Files | None,
) -> Report:
    """An ungraded report with the subject's checklists, and what is to be said of them.

    Args:
        report: what the rules found.
        subject: what was judged.
        named: checklists that the user names, from files elsewhere; those among the subject's own files are
            found without being named.
        asked: names of checklists that are asked for whether or not somebody answered them.
        policy: a venue's demands, which may ask for one too.
        files: where a filled one is looked for.

    Raises:
        UsageError: there is no such checklist.
    """
    carried = _filled(files, named)
    answered = subject.manifest is not None and subject.manifest.checklists
    required = _required(policy)
    if not (answered or carried or asked or required):
        return report
    from reprocrate.validation.checklists.asking import checklists_of
    from reprocrate.validation.checklists.carried import findings_of, with_requirement
    from reprocrate.validation.checklists.packs import is_pack

    wanted = [*asked, *([required] if required and is_pack(required) else [])]
    known = [each for each in carried if each.id]
    checked = checklists_of(subject, report, known, wanted)
    found: list[Finding] = []
    for filled in known:
        one = next(each for each in checked if each.id == filled.id and each.source == filled.source)
        found += findings_of(filled, one)
    unread = [NotAssessed("RC1709", reason) for each in carried for reason in each.not_read]
    report = report._replace(checklists=checked, not_assessed=(*report.not_assessed, *unread))
    return with_requirement(report.with_findings(found), required, known, is_bare=subject.is_bare)


def _required(policy: Policy | None) -> str:
    """The checklist that a policy asks for; empty if it asks for none."""
    return str(policy.parameters.get("RC1710", {}).get("required", "")) if policy else ""


def _filled(files: Files | None, named: Sequence[FilledChecklist]) -> tuple[FilledChecklist, ...]:
    """The filled checklists of a submission: those that the user names, else those among the files."""
    if files is None:
        return tuple(named)
    sources = Sources(files)
    likely = likely_files(sources)
    if not likely:
        return tuple(named)
    from reprocrate.validation.checklists.carriers.search import find_checklists

    names = {each.id for each in named}
    return (*named, *(each for each in find_checklists(sources, likely) if each.id not in names))
