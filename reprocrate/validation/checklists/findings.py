"""What the rules found, as evidence for questions; which rule speaks of which question says the bank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from reprocrate.finding import Finding, Severity
from reprocrate.manifest import Comparison, Result, Run
from reprocrate.validation.checklists.evidence import MOST_PLACES, Evidence, State, View
from reprocrate.validation.checklists.packs import Question, questions

RECOMPUTING = ("RC0801", "RC0802", "RC0803", "RC0804", "RC0821", "RC1306", "RC1314", "RC1315")
"""Rules that compute a figure again from values of runs: certain only where none of these can be missing."""

_OF_COUNTS = "RC0803"
"""The one that compares `n` with the values themselves."""

_OF_FAMILIES = "RC1306"
"""The one that computes p values again, as corrected together with others."""
_OF_SPREADS = ("RC0802", "RC0804", "RC0807", "RC0821", "RC0826", "RC0828")
"""Rules that take a spread to be over seeds where a result does not say over what it is."""

_ENTRY = re.compile(r"/(?P<section>results|comparisons|claims)/(?P<index>[0-9]+)")


@cache
def read_codes() -> tuple[str, ...]:
    """The rules whose findings are evidence for some question, sorted."""
    found = {code for each in questions().values() for code in each.opposed_by + each.doubted_by}
    return tuple(sorted(found))


def weighed(question: Question, found: Evidence, view: View) -> Evidence:
    """The evidence for a question together with what the rules found."""
    if found.state is State.OPPOSED:
        return found
    at_issue = list(_at_issue(question.opposed_by, view))
    certain = [each for each in at_issue if _is_certain(each, view)]
    if certain:
        return _with(State.OPPOSED, certain)
    if found.state is State.SHOWN:
        doubting = at_issue + list(_at_issue(question.doubted_by, view))
        if doubting:
            return _with(State.PARTLY, doubting)
    return found


def _with(state: State, found: Sequence[Finding]) -> Evidence:
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    reason = f"{found[0].message} ({found[0].code}{more})"
    return Evidence(state, reason, tuple(each.location for each in found[:MOST_PLACES]))


def _at_issue(codes: Sequence[str], view: View) -> Iterator[Finding]:
    """Findings of these rules; of results, comparisons and claims only those that a claim rests on."""
    if not codes:
        return
    for each in view.report.findings:
        if each.code in codes and each.severity is not Severity.NOTE:
            entry = _ENTRY.match(each.location.pointer or "")
            if entry is None or entry[0] in view.claimed_places:
                yield each


def _is_certain(finding: Finding, view: View) -> bool:
    """Whether a finding holds whatever else the record might have left out, and is about a main claim."""
    entry = _ENTRY.match(finding.location.pointer or "")
    if entry and entry[0] not in view.main_places:
        return False
    if finding.code in _OF_SPREADS and entry and not _says_over_what(entry, view):
        return False
    if finding.code not in RECOMPUTING:
        return True
    if entry is None:
        return False
    manifest, index = view.manifest, int(entry["index"])
    if entry["section"] == "results":
        sides: list[Result | None] = [manifest.results[index]]
    elif entry["section"] == "comparisons":
        compared = manifest.comparisons[index]
        if finding.code == _OF_FAMILIES and not _is_of_known_family(compared, view):
            return False
        sides = [manifest.find_result(name) for name in (compared.a, compared.b)]
    else:
        return False
    of_counts = finding.code == _OF_COUNTS
    return all(
        side is not None and (of_counts or _has_its_n(side, view)) and _is_recorded(side, view, frozenset())
        for side in sides
    )


def _says_over_what(entry: re.Match[str], view: View) -> bool:
    """Whether a result says what its spread is over; else it may be over test items, and be right."""
    if entry["section"] != "results":
        return True
    result = view.manifest.results[int(entry["index"])]
    return bool(result.varies_over or (result.interval and result.interval.varies_over))


def _is_of_known_family(compared: Comparison, view: View) -> bool:
    """Whether it is known with which others a p value was corrected, if it was."""
    if compared.correction == "none":
        return True
    every = view.manifest.comparisons
    return len(every) == 1 or all(each.correction and each.p_value is not None for each in every)


def _has_its_n(result: Result, view: View) -> bool:
    """Whether as many values are there as the result says; else it may be the list that lacks one."""
    sample = view.subject.evidence.sample(result)
    return sample is not None and len(sample.values) == result.n


def _is_recorded(result: Result, view: View, above: frozenset[str]) -> bool:
    """Whether every value that a result was computed from is there, and no value lacks its data or split."""
    if result.statistic == "mean_rank" or result.id in above:
        return False
    if result.over == "results":
        inner = [view.manifest.find_result(name) for name in result.results]
        return bool(inner) and all(each and _is_recorded(each, view, above | {result.id}) for each in inner)
    sample = view.subject.evidence.sample(result)
    if sample is None or sample.silent:
        return False
    runs = [view.manifest.find_run(name) for name in result.runs]
    return all(run is not None and _is_unambiguous(run, result) for run in runs)


def _is_unambiguous(run: Run, result: Result) -> bool:
    """Whether a run's values say which of them the result uses: one of a run, or one of each fold."""
    values = [value for value in run.metrics if value.metric == result.metric]
    if any((value.data is None) != (result.data is None) for value in values):
        return False
    if any((value.split is None) != (result.split is None) for value in values):
        return False
    meant = [each for each in values if each.data == result.data and each.split == result.split]
    if result.over == "folds":
        return all(value.fold is not None for value in meant)
    return sum(value.fold is None for value in meant) == 1
