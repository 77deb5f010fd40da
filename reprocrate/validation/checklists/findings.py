"""What the rules found, as evidence for questions: which rule speaks of which question.

A finding of `OPPOSING` says the opposite of a "yes": what is reported is not what the record gives. Only
rules about what is there may stand in that table, never one about what is absent. A finding of `DOUBTING`
leaves room for a "yes", but not for calling it shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reprocrate.finding import Finding, Severity
from reprocrate.validation.checklists.evidence import Evidence, State, View

if TYPE_CHECKING:
    from collections.abc import Mapping

OPPOSING: Mapping[str, tuple[str, ...]] = {
    "claims": ("RC0908", "RC0912", "RC0815"),
    "dispersion": ("RC0802", "RC0804", "RC0807", "RC0821", "RC0826", "RC0828"),
    "runs-per-result": ("RC0803", "RC0602", "RC0818"),
    "statistic": ("RC0801", "RC0818"),
    "significance": ("RC1306", "RC1308", "RC1313", "RC1314", "RC1315"),
    "compute": ("RC1501", "RC1504"),
    "search": ("RC0813",),
    "selection": ("RC0812",),
    "seeds": ("RC0605", "RC0606"),
    "leakage-preprocessing": ("RC1404", "RC1405"),
    "leakage-dependence": ("RC1407", "RC1409"),
}
DOUBTING: Mapping[str, tuple[str, ...]] = {
    "claims": ("RC0801", "RC0816", "RC0830"),
    "tracing": ("RC1204",),
    "dispersion": ("RC0817", "RC0822", "RC0823", "RC0831"),
    "runs-per-result": ("RC0805", "RC0806", "RC0830"),
    "statistic": ("RC0808",),
    "significance": ("RC0905", "RC1302", "RC1303", "RC1310"),
    "baselines": ("RC1307",),
    "compute": ("RC1502", "RC1503"),
    "hyperparameters": ("RC0612",),
    "selection": ("RC0814",),
    "seeds": ("RC0601", "RC0620", "RC0621", "RC0622", "RC0632"),
    "code": ("RC0301", "RC0303", "RC0307", "RC0309"),
    "code-public": ("RC0301", "RC0303"),
    "dependencies": ("RC0405", "RC0406"),
    "environment-lock": ("RC0406", "RC0411"),
    "data-identity": ("RC0205", "RC0208", "RC0702"),
    "splits": ("RC0212", "RC0214"),
    "data-statistics": ("RC0214", "RC1603"),
    "leakage-preprocessing": ("RC1406",),
    "leakage-dependence": ("RC1408", "RC1410", "RC1411", "RC1413"),
}
_WHOLE = frozenset({"compute", "search", "selection", "seeds", "leakage-preprocessing", "leakage-dependence"})
"""Questions about the experiment, not about its claims: for others only what claims rest on counts."""

_ENTRY = re.compile(r"/(?:results|comparisons|claims)/[0-9]+")


def read_codes() -> tuple[str, ...]:
    """The rules whose findings are evidence for some question."""
    found = {code for table in (OPPOSING, DOUBTING) for codes in table.values() for code in codes}
    return tuple(sorted(found))


def weighed(question: str, found: Evidence, view: View) -> Evidence:
    """The evidence for a question together with what the rules found."""
    if found.state is State.OPPOSED:
        return found
    opposing = list(_at_issue(question, OPPOSING.get(question, ()), view))
    if opposing:
        return _with(State.OPPOSED, opposing)
    doubting = list(_at_issue(question, DOUBTING.get(question, ()), view))
    if doubting and found.state is State.SHOWN:
        return _with(State.PARTLY, doubting)
    return found


def _with(state: State, found: Sequence[Finding]) -> Evidence:
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    reason = f"{found[0].message} [{found[0].code}]{more}"
    return Evidence(state, reason, tuple(each.location for each in found[:8]))


def _at_issue(question: str, codes: Sequence[str], view: View) -> Iterator[Finding]:
    counting = _claimed_places(view)
    for each in view.report.findings:
        if each.code not in codes or each.severity is Severity.NOTE:
            continue
        entry = _ENTRY.match(each.location.pointer or "")
        if question in _WHOLE or entry is None or entry[0] in counting:
            yield each


def _claimed_places(view: View) -> set[str]:
    """Entries that the claims consist of or rest on."""
    return {pointer for found in (view.claims, view.comparisons, view.claimed) for pointer, _ in found}
