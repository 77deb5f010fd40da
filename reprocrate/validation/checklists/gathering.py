"""The evidence for every question of the bank, from a subject and what the rules found about it."""

from __future__ import annotations

from reprocrate.finding import Observed, Presence, Report
from reprocrate.manifest import NewerWordError
from reprocrate.validation.checklists.asked import code, data, results, settings
from reprocrate.validation.checklists.evidence import Evidence, State, View
from reprocrate.validation.checklists.findings import weighed
from reprocrate.validation.checklists.packs import Question, questions
from reprocrate.validation.subject import Subject

_ASKED = results.QUESTIONS | code.QUESTIONS | data.QUESTIONS | settings.QUESTIONS

_ONLY_PEOPLE = "only people can tell, from the text"


def evidence_of(subject: Subject, report: Report) -> dict[str, Evidence]:
    """What the manifest and the files say of each question of the bank, by its name.

    Args:
        subject: what is judged.
        report: what the rules found about it, before any policy graded it.
    """
    view = View(subject, report)
    return {name: _evidence(each, view) for name, each in questions().items()}


def _evidence(question: Question, view: View) -> Evidence:
    found = _of_manifest(question, view)
    if found.state is State.SILENT and question.observed:
        return _of_files(question.observed, view) or found
    return found


def _of_manifest(question: Question, view: View) -> Evidence:
    if question.id not in _ASKED:
        return Evidence(State.PEOPLE, _ONLY_PEOPLE)
    if view.subject.manifest is None:
        if question.reach == "T":
            return Evidence(State.PEOPLE, _ONLY_PEOPLE)
        return Evidence(State.SILENT, _lacking(view.subject))
    try:
        return weighed(question, _ASKED[question.id](view), view)
    except NewerWordError as error:
        return Evidence(State.SILENT, str(error))


def _lacking(subject: Subject) -> str:
    if subject.is_bare:
        return "there is no manifest that could tell"
    return "the manifest cannot be read as one of this version, so it tells nothing"


def _of_files(item: str, view: View) -> Evidence | None:
    """What was seen in the files, where it was looked for."""
    seen = next((each for each in view.report.observed if each.item == item), None)
    if seen is None:
        return None
    state = State.SHOWN if seen.presence is Presence.FOUND else State.SILENT
    return Evidence(state, _said(seen), seen.places)


def _said(seen: Observed) -> str:
    said = {
        Presence.FOUND: "found in the files",
        Presence.NOT_FOUND: "not found in the files",
        Presence.NOT_ASSESSED: "could not be looked for",
    }[seen.presence]
    return f"{seen.title}: {seen.detail.rstrip('.') or said}"
