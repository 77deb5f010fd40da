"""The answer to each item of a pack that a record supports, with the sentences that say why.

"Yes" needs everything that the item asks for. "No" and "not applicable" need the record to say so. All else
is left open, with what is known and what is asked of the authors. In the end the draft is judged as any
authors' answers are, and what does not stand is left open, too: a draft never says more than the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reprocrate.exports.checklists import of_data, of_parts, of_results
from reprocrate.exports.checklists.known import Known, counted, listed, said
from reprocrate.finding import Location, Standing
from reprocrate.manifest import Manifest
from reprocrate.validation import Subject, validate
from reprocrate.validation.checklists.answers import Answer, FilledChecklist
from reprocrate.validation.checklists.checking import checked
from reprocrate.validation.checklists.packs import Item, Pack, questions


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft for one item.

    Attributes:
        item: the item.
        answer: one of its answers; None where it is left to the authors.
        known: what the record says.
        asked: what only the authors know.
    """

    item: Item
    answer: str | None
    known: tuple[str, ...]
    asked: tuple[str, ...]


def drafted(pack: Pack, manifest: Manifest) -> list[Drafted]:
    """A draft for each item of a pack."""
    made = [_drafted(item, manifest) for item in pack.items]
    closed = {name for each in made if each.answer == "no" for name in each.item.gate}
    made = [_behind_gate(each) if each.item.id in closed else each for each in made]
    return _standing(pack, made, manifest)


def _standing(pack: Pack, made: Sequence[Drafted], manifest: Manifest) -> list[Drafted]:
    """The draft without answers that the validator would not find supported."""
    answers = tuple(Answer(each.item.id, each.answer, "", "", Location()) for each in made if each.answer)
    subject = Subject.of(manifest)
    judged = checked(FilledChecklist(pack.id, "", answers), subject, validate(subject))
    verdicts = {each.item: each for each in judged.answers}
    kept = []
    for each in made:
        verdict = verdicts[each.item.id]
        stands = verdict.standing not in (Standing.CONFLICTS, Standing.NOT_EVIDENCED)
        if each.answer is None or stands:
            kept.append(each)
        else:
            kept.append(replace(each, answer=None, asked=(_why_open(each.item, verdict.reason),)))
    return kept


def _why_open(item: Item, reason: str) -> str:
    """What to ask where the validator does not find an answer supported."""
    return item.text if reason.startswith("the manifest") else f"{item.text} The validator says: {reason}"


def _behind_gate(draft: Drafted) -> Drafted:
    """An item that is not to be answered, since the question before it was answered with no."""
    answer = "na" if "na" in draft.item.answers else None
    return Drafted(draft.item, answer, ("Left out: see the question before it.",), ())


def _drafted(item: Item, manifest: Manifest) -> Drafted:
    because = next((reason for name in item.na_when if (reason := _holds(name, manifest))), "")
    if because and "na" in item.answers:
        return Drafted(item, "na", (because,), ())
    because = next((reason for name in item.no_when if (reason := _holds(name, manifest))), "")
    if because and "no" in item.answers:
        return Drafted(item, "no", (because,), ())
    found = [(name, KNOWN[name](manifest) if name in KNOWN else said()) for name in item.questions]
    sentences = tuple(dict.fromkeys(text for _, known in found for text in known.sentences))
    asked = tuple(dict.fromkeys(text for name, known in found for text in _asked(name, known)))
    whole = item.reach != "T" and all(known.whole for _, known in found)
    if whole:
        return Drafted(item, "yes", sentences, ())
    some = any(known.whole for _, known in found)
    answer = "partial" if some and item.reach == "A" and "partial" in item.answers else None
    return Drafted(item, answer, sentences, asked or (item.text,))


def _asked(name: str, known: Known) -> tuple[str, ...]:
    """What is still to be told for a question of the bank."""
    if known.whole:
        return ()
    return known.missing or (questions()[name].text,)


def _holds(condition: str, manifest: Manifest) -> str:
    """Why a condition holds, as a sentence; empty where the record does not say that it does."""
    return CONDITIONS[condition](manifest) if condition in CONDITIONS else ""


def _no_people(manifest: Manifest) -> str:
    stated = manifest.ethics is not None and manifest.ethics.human_subjects is False
    if not stated or any(each.human_subjects for each in manifest.data):
        return ""
    return "No people took part."


def _no_restricted_data(manifest: Manifest) -> str:
    levels = [each.access.level if each.access else None for each in manifest.data]
    return "All data are open." if levels and all(level == "open" for level in levels) else ""


def _no_new_data(manifest: Manifest) -> str:
    origins = [each.origin for each in manifest.data]
    return "All data existed before." if origins and all(each == "existing" for each in origins) else ""


def _no_existing_data(manifest: Manifest) -> str:
    origins = [each.origin for each in manifest.data]
    made = origins and all(each in ("new", "generated") for each in origins)
    return "All data were made for this work." if made else ""


CONDITIONS: dict[str, Callable[[Manifest], str]] = {
    "no-people": _no_people,
    "no-restricted-data": _no_restricted_data,
    "no-new-data": _no_new_data,
    "no-existing-data": _no_existing_data,
}
"""What the record can say of the conditions of the packs."""


def _has_experiments(manifest: Manifest) -> Known:
    count = sum(run.status == "ok" for run in manifest.runs)
    return (
        said(f"{counted(count, 'run')} ended well and {'is' if count == 1 else 'are'} recorded.")
        if count
        else said()
    )


def _has_data(manifest: Manifest) -> Known:
    data = [each.name or each.id for each in manifest.data if each.kind in (None, "dataset")]
    return said(f"Data: {listed(data)}.") if data else said()


def _has_assets(manifest: Manifest) -> Known:
    named = [each.name or each.id for each in manifest.data]
    named += [each.id for each in manifest.code]
    named += [each.id for each in manifest.models]
    return said(f"Recorded are {listed(named)}.") if manifest.data or manifest.models else said()


def _has_people(manifest: Manifest) -> Known:
    stated = manifest.ethics is not None and manifest.ethics.human_subjects
    return said("People took part, as the record states.") if stated else said()


def _approval(manifest: Manifest) -> Known:
    ethics = manifest.ethics
    return said(f"Approval: {ethics.irb}.") if ethics and ethics.human_subjects and ethics.irb else said()


def _limits(manifest: Manifest) -> Known:
    return said(f"Limits: {manifest.ethics.limits}") if manifest.ethics and manifest.ethics.limits else said()


def _intended_use(manifest: Manifest) -> Known:
    use = manifest.ethics.intended_use if manifest.ethics else None
    return (
        said(f"Intended use: {use}", missing=["whether that is what the makers of the data meant"])
        if use
        else said()
    )


def _personal_data(manifest: Manifest) -> Known:
    sensitive = manifest.ethics.sensitive_data if manifest.ethics else None
    return said(f"Sensitive data: {sensitive}", missing=["what was checked for"]) if sensitive else said()


def _language_models(manifest: Manifest) -> Known:
    used = [f"{each.provider} {each.model or ''}".strip() for each in manifest.services]
    return (
        said(f"Services used in runs: {listed(used)}.", missing=["whether they are a part of the method"])
        if used
        else said()
    )


def _archive(_manifest: Manifest) -> Known:
    return said(missing=["the DOI of the deposit: `reprocrate publish` makes one"])


KNOWN: dict[str, Callable[[Manifest], Known]] = {
    "has-experiments": _has_experiments,
    "has-data": _has_data,
    "has-assets": _has_assets,
    "has-people": _has_people,
    "people-approval": _approval,
    "limits": _limits,
    "intended-use": _intended_use,
    "personal-data": _personal_data,
    "llm": _language_models,
    "archive": _archive,
    "claims": of_results.claims,
    "tracing": of_results.tracing,
    "reproduction-path": of_results.reproduction_path,
    "expected-results": of_results.expected_results,
    "runs-per-result": of_results.runs_per_result,
    "statistic": of_results.statistic,
    "dispersion": of_results.dispersion,
    "variation": of_results.dispersion,
    "significance": of_results.significance,
    "metrics": of_results.metrics,
    "seeds": of_results.seeds,
    "hardware": of_results.hardware,
    "run-time": of_results.run_time,
    "compute": of_results.compute,
    "code": of_parts.code,
    "code-public": of_parts.code_public,
    "code-licence": of_parts.code_licence,
    "code-preprocessing": of_parts.code_preprocessing,
    "commands": of_parts.commands,
    "dependencies": of_parts.dependencies,
    "environment-lock": of_parts.environment_lock,
    "software": of_parts.software,
    "data-identity": of_data.data_identity,
    "data-access": of_data.data_access,
    "data-existing-access": of_data.data_access,
    "data-restricted": of_data.data_restricted,
    "data-citation": of_data.data_citation,
    "data-new": of_data.data_new,
    "data-new-licence": of_data.data_new_licence,
    "asset-licence": of_data.asset_licence,
    "data-statistics": of_data.data_statistics,
    "splits": of_data.splits,
    "preprocessing": of_data.preprocessing,
    "leakage-preprocessing": of_data.leakage_preprocessing,
    "hyperparameters": of_parts.hyperparameters,
    "search": of_parts.search,
    "trials": of_parts.search,
    "selection": of_parts.selection,
    "weights": of_parts.weights,
    "training-code": of_parts.training_code,
    "evaluation-code": of_parts.evaluation_code,
    "results-table": of_parts.results_table,
}
"""What can be known of each question of the bank; of the others only people know."""
