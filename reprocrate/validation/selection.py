"""Which rules count: what `--select` and `--ignore` name, and what they do to a report."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reprocrate.errors import UsageError
from reprocrate.finding import Finding, Report, Selection, Severity, Suppressed, Suppression
from reprocrate.validation.families import FAMILIES, all_rules
from reprocrate.validation.policy import is_untouchable
from reprocrate.validation.rule import Rule


class Selected(NamedTuple):
    """The rules that are applied, and those whose findings do not count.

    Attributes:
        named: what the user named.
        applied: codes of the rules to apply; None for all of them.
        ignored: codes of the rules whose findings do not count.
    """

    named: Selection
    applied: frozenset[str] | None
    ignored: frozenset[str]


def selection_of(select: Iterable[str], ignore: Iterable[str]) -> Selected | None:
    """What is selected and ignored; None where nothing is named, so that all rules count.

    Each name is a code, the beginning of some, or the noun of a family such as `seeds`; several may stand in
    one, with commas between them. Whatever is selected, reading, structure, integrity and security are
    judged, since nothing else means anything without them.

    Raises:
        UsageError: there is no such rule, or it cannot be ignored.
    """
    chosen, left_out = _names(select), _names(ignore)
    if not chosen and not left_out:
        return None
    applied = frozenset(rule.code for name in chosen for rule in _rules(name, "--select"))
    always = frozenset(rule.code for rule in all_rules() if is_untouchable(rule)) if chosen else frozenset()
    ignored = frozenset(rule.code for name in left_out for rule in _ignorable(name))
    return Selected(Selection(chosen, left_out), applied | always if chosen else None, ignored)


def selected_by(selected: Selected | None, report: Report) -> Report:
    """A report without the findings that are ignored; how many those are stands in it."""
    if selected is None:
        return report
    kept: list[Finding] = []
    left_out: list[Suppressed] = []
    for finding in report.findings:
        if finding.code in selected.ignored:
            left_out.append(Suppressed(finding, Suppression.SELECTION))
        else:
            kept.append(finding)
    failed = tuple(
        each._replace(weight=Severity.NOTE) if each.weight and each.code in selected.ignored else each
        for each in report.not_assessed
    )
    return report._replace(
        findings=tuple(kept),
        not_assessed=failed,
        suppressed=(*report.suppressed, *left_out),
        selection=selected.named,
    )


def _names(given: Iterable[str]) -> tuple[str, ...]:
    split = (name.strip() for each in given for name in each.split(","))
    return tuple(dict.fromkeys(name for name in split if name))


def _rules(name: str, option: str) -> Sequence[Rule]:
    """The rules that a name stands for."""
    family = next((each for each in FAMILIES if name.lower() == each.noun), None)
    begin = family.prefix if family else name.upper()
    found = [rule for rule in all_rules() if rule.code.startswith(begin)] if begin.startswith("RC") else []
    if not found:
        raise UsageError(f"{option} {name}: there is no such rule or family", "", _meant(name))
    return found


def _ignorable(name: str) -> Iterator[Rule]:
    """The rules that a name stands for, of which some may stay in force where others can be ignored."""
    rules = _rules(name, "--ignore")
    free = [rule for rule in rules if not is_untouchable(rule)]
    if not free or (len(free) < len(rules) and name.upper().startswith("RC") and len(name) < len("RC00")):
        fixed = next(rule for rule in rules if is_untouchable(rule))
        raise UsageError(
            f"--ignore {name}: {fixed.code} cannot be ignored",
            "it is about reading, structure, integrity or security",
            "Correct what it finds, or ignore other rules",
        )
    yield from free


def _meant(name: str) -> str:
    nouns = [each.noun for each in FAMILIES]
    wanted = name.upper() if name.upper().startswith("RC") else name.lower()
    codes = [rule.code for rule in all_rules() if rule.code[:4] == wanted[:4]] or [
        rule.code for rule in all_rules()
    ]
    near = difflib.get_close_matches(wanted, [*nouns, *codes], n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Families: {', '.join(nouns)}"
