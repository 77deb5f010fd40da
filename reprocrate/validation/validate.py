"""Applying the rules to a subject."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reprocrate.finding import Finding, NotAssessed, Report, in_order
from reprocrate.manifest import NewerWordError
from reprocrate.manifest.garbage import seldom_collected
from reprocrate.validation.families import all_rules, rules_beginning
from reprocrate.validation.rule import CannotAssessError, Need, Rule
from reprocrate.validation.subject import Subject

WITHOUT_FILES = "only the manifest was given, not the files around it"


def validate(
    subject: Subject,
    *,
    only: Collection[str] | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    rules: Sequence[Rule] | None = None,
) -> Report:
    """Judge a subject by every rule, and report all that they say at once.

    Nothing of the subject is executed, and the network is not touched. A rule that cannot be applied is
    reported as not assessed, with the reason; where a rule of a MUST itself fails, the subject is not valid.
    The rules of a field of research that the subject is not judged by are neither assessed nor listed.

    Args:
        subject: what is judged.
        only: codes, or beginnings of codes such as `RC07`, of the rules to apply; all of them by default.
        parameters: values for rules that can be set, by code and name.
        rules: the rules to choose from.
    """
    if not rules:
        chosen = all_rules() if only is None else rules_beginning(only)
    else:
        chosen = tuple(each for each in rules if only is None or each.code.startswith(tuple(only)))
    with seldom_collected():
        return _judged(subject, chosen, parameters or {})


def _judged(subject: Subject, chosen: Sequence[Rule], parameters: Mapping[str, Mapping[str, Any]]) -> Report:
    if subject.is_bare:
        chosen = tuple(each for each in chosen if each.needs is Need.TREE)
    domains = subject.domains
    names = {each.id for each in domains}
    chosen = tuple(each for each in chosen if not each.domains or not names.isdisjoint(each.domains))
    findings: list[Finding] = []
    not_assessed: list[NotAssessed] = []
    assessed: list[str] = []
    lacking = {} if subject.is_bare else _lacking(subject)
    unmet = tuple(lacking)  # in which a word is found faster than in what has to hash it
    for rule in chosen:
        if rule.needs in unmet:
            missing: NotAssessed | None = NotAssessed(rule.code, lacking[rule.needs])
        else:
            missing = _apply(rule, subject, parameters.get(rule.code), findings)
        if missing:
            not_assessed.append(missing)
        else:
            assessed.append(rule.code)
    return Report(
        subject.name,
        in_order(findings),
        tuple(not_assessed),
        tuple(assessed),
        domains=domains,
        without_manifest=subject.is_bare,
    )


def _lacking(subject: Subject) -> dict[Need, str]:
    """Why rules with a need cannot be applied; empty for needs that are met."""
    without_files = {Need.TREE: WITHOUT_FILES} if subject.files is None else {}
    return without_files | _lacking_of_manifest(subject)


def _lacking_of_manifest(subject: Subject) -> dict[Need, str]:
    if subject.text_problems:
        reason = f"there is no document to judge ({subject.text_problems[0].code})"
        return dict.fromkeys([Need.JSON, Need.DOCUMENT, Need.MANIFEST, Need.FILES], reason)
    if subject.other_major:
        reason = f"the manifest follows version {subject.other_major}, which is not known here"
        return dict.fromkeys([Need.DOCUMENT, Need.MANIFEST, Need.FILES], reason)
    if subject.is_older:
        reason = f"the manifest follows version {subject.version}, of which only the shape is judged"
        return {Need.MANIFEST: reason, Need.FILES: reason}
    if subject.manifest is None:
        count = len(subject.schema_problems)
        problems = "1 problem" if count == 1 else f"{count} problems"
        reason = f"the manifest does not follow its schema ({problems})"
        return {Need.MANIFEST: reason, Need.FILES: reason}
    if subject.files is None:
        return {Need.FILES: WITHOUT_FILES}
    return {}


def _apply(
    rule: Rule, subject: Subject, settings: Mapping[str, Any] | None, findings: list[Finding]
) -> NotAssessed | None:
    """Add a rule's findings; the answer is why it could not be applied to the end, if so."""
    known = len(findings)
    try:
        findings.extend(rule.findings(subject, settings))  # also those before a failure
    except NewerWordError as error:
        # What was found before it depends on the order of the entries, and the rule may not have applied.
        del findings[known:]
        return NotAssessed(rule.code, str(error))
    except CannotAssessError as error:
        return NotAssessed(rule.code, str(error))
    except MemoryError:
        raise  # which is no fault of the rule's, and others would fail in the same way
    except Exception as error:
        # A fault in a rule must not take the others down, and must not look like a pass.
        reason = f"the rule itself failed, which is a fault of reprocrate: {type(error).__name__}: {error}"
        return NotAssessed(rule.code, reason, rule.level.severity)
    return None
