"""Which checklists a subject answers, and which are asked of it."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.finding import CheckedChecklist, Location, Report
from reprocrate.manifest import Checklist
from reprocrate.validation.checklists.answers import Answer, FilledChecklist
from reprocrate.validation.checklists.checking import asked_of, checked
from reprocrate.validation.checklists.packs import is_pack
from reprocrate.validation.places import numbered
from reprocrate.validation.subject import MANIFEST_NAME, Subject


def own_checklists(subject: Subject) -> tuple[FilledChecklist, ...]:
    """The checklists that the manifest itself answers and of which there is a pack."""
    manifest = subject.manifest
    if manifest is None:
        return ()
    return tuple(
        _filled(pointer, each)
        for pointer, each in numbered("/checklists", manifest.checklists)
        if is_pack(each.policy)
    )


def _filled(pointer: str, checklist: Checklist) -> FilledChecklist:
    answers = tuple(
        Answer(each.item, each.answer, each.answer, _justification(each.justification, each.location), at)
        for place, each in numbered(f"{pointer}/answers", checklist.answers)
        for at in [Location(MANIFEST_NAME, place)]
    )
    return FilledChecklist(checklist.policy, MANIFEST_NAME, answers)


def _justification(why: str | None, where: str | None) -> str:
    return " ".join(filter(None, [why, f"({where})" if where else ""]))


def checklists_of(
    subject: Subject, report: Report, carried: Iterable[FilledChecklist] = (), asked: Iterable[str] = ()
) -> tuple[CheckedChecklist, ...]:
    """Every checklist of a subject, set against the evidence.

    Args:
        subject: what is judged.
        report: what the rules found about it, before any policy graded it.
        carried: checklists that were read elsewhere than in the manifest.
        asked: names of packs that are asked for whether or not anybody answered them.

    Raises:
        UsageError: there is no such checklist.
    """
    filled = (*own_checklists(subject), *carried)
    answered = {each.id for each in filled}
    done = [checked(each, subject, report) for each in filled]
    done += [asked_of(each, subject, report) for each in dict.fromkeys(asked) if each not in answered]
    return tuple(done)
