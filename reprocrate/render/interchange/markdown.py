"""Reports as Markdown, for a pull request, the summary of a workflow or an e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reprocrate.finding import Report, Severity, Standing
from reprocrate.render import words
from reprocrate.render.report import report_summary
from reprocrate.render.report_groups import RuleGroup, by_reason, grouped, ways_of_leaving_out
from reprocrate.render.scales import next_steps_of, step_name

MOST_BYTES = 1_000_000
"""GitHub shows no summary of a step that is larger than a MiB."""

_MOST_PLACES = 3
_MOST_ROWS = 200
_ACTING = re.compile(r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|@(?=\w)|#(?=\d)")
_NAMED = "&@#<>"


def markdown(reports: Iterable[Report]) -> str:
    """Reports one after the other; several with a table of all of them first."""
    placed = list(reports)
    parts = [*_overview(placed)] if len(placed) > 1 else []
    parts += [part for report in placed for part in _report(report)]
    shown: list[str] = []
    size = 0
    for part in parts:
        size += len(part.encode("utf-8", "replace"))
        if size > MOST_BYTES:
            shown.append("\nWhat follows is left out, since it is too long to be shown.\n")
            break
        shown.append(part)
    return "".join(shown)


def _overview(reports: list[Report]) -> Iterator[str]:
    valid = sum(each.valid and not each.without_manifest for each in reports)
    yield f"**{valid} of {len(reports)} are valid.**\n\n"
    yield "| Subject | Valid | Errors | Warnings | Notes |\n|---|---|--:|--:|--:|\n"
    for each in sorted(reports, key=_urgency):
        counts = " | ".join(str(each.count(severity)) for severity in Severity)
        yield f"| {_text(each.subject)} | {_answer(each)} | {counts} |\n"
    yield "\n"


def _urgency(report: Report) -> tuple[bool, bool, int, int]:
    """A key by which those come first that somebody has to look at."""
    counts = (-report.count(Severity.ERROR), -report.count(Severity.WARNING))
    return report.valid, bool(report.failure), *counts


def _answer(report: Report) -> str:
    if report.failure:
        return "**not judged**"
    if report.valid:
        return "no manifest" if report.without_manifest else "yes"
    return "**no**"


def _report(report: Report) -> Iterator[str]:
    if report.failure:
        yield f"### {_text(report.subject)} could not be judged\n\n{_text(report.failure)}\n\n"
        return
    yield f"### {_text(report_summary(report))}\n\n"
    yield from _findings(report)
    yield from _checklists(report)
    yield from _scales(report)
    for told in ways_of_leaving_out(report):
        yield f"- {_text(told)}\n"
    if report.not_assessed:
        count = words.count_of(len(report.not_assessed), "rule")
        yield f"\n<details><summary>{count} not assessed</summary>\n\n"
        for reason, codes in by_reason(report.not_assessed).items():
            yield f"- {_text(words.ended(reason))} ({words.shortened(codes, 8)})\n"
        yield "\n</details>\n"
    yield "\n"


def _findings(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    yield "| Asked | Findings | First places | Fix |\n|---|---|---|---|\n"
    groups = [group for family in grouped(report.findings) for group in family.rules]
    for group in groups[:_MOST_ROWS]:
        yield _row(group)
    if len(groups) > _MOST_ROWS:
        yield f"\n{len(groups) - _MOST_ROWS} more rules have findings.\n"
    yield "\n"


def _row(group: RuleGroup) -> str:
    places = []
    for each in group.findings[:_MOST_PLACES]:
        where = _code(str(each.location)) + ": " if str(each.location) else ""
        places.append(where + _text(words.ended(each.message)))
    more = len(group.findings) - _MOST_PLACES
    if more > 0:
        places.append(f"and {more:,} more")
    count = words.count_of(len(group.findings), group.severity.value)
    weight = f"**{count}**" if group.severity is Severity.ERROR else count
    fix = words.ended(words.plain(group.fixes[0])).replace("|", r"\|") if group.fixes else ""
    return f"| {group.code} {_text(group.name)} | {weight} | {'<br>'.join(places)} | {fix} |\n"


def _checklists(report: Report) -> Iterator[str]:
    for each in report.checklists:
        counts = ", ".join(f"{each.count(standing)} {standing.value}" for standing in Standing)
        yield f"**{_text(each.name)}**: {counts}.\n\n"
        for one in each.answers:
            if one.standing is Standing.CONFLICTS:
                yield f"- {_text(one.item)}, {_text(one.question)}: {_text(words.ended(one.reason))}\n"
        yield "\n"


def _scales(report: Report) -> Iterator[str]:
    for each in report.scales:
        reached = words.listing(map(step_name, each.reached)) or "none"
        left = words.listing(map(step_name, next_steps_of(each)))
        yield f"**{_text(each.name)}**: reached {_text(reached)}"
        yield f"; next {_text(left)}.\n\n" if left else ".\n\n"


def _text(value: str) -> str:
    """Somebody's text, of which nothing acts: no markup, no table, and nobody is mentioned."""
    return _ACTING.sub(lambda found: _escaped(found[0]), words.plain(value))


def _escaped(character: str) -> str:
    return f"&#{ord(character)};" if character in _NAMED else f"\\{character}"


def _code(value: str) -> str:
    return f"<code>{_text(value)}</code>"
