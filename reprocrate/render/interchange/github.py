"""Reports as workflow commands of GitHub Actions, which show findings beside the lines of a change.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions. How values are escaped is
what `@actions/core` does: `%`, line ends, and in properties also `:` and `,`. A step shows ten annotations of
each kind, so the first finding of every rule goes before the second of any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from reprocrate.finding import Finding, Severity
from reprocrate.render import words
from reprocrate.render.placement import Placed, Places
from reprocrate.render.report import report_summary
from reprocrate.render.report_groups import by_urgency
from reprocrate.validation import find_rule

MOST_SHOWN = 10
"""How many annotations of each kind GitHub shows for a step."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(reports: Iterable[Placed]) -> str:
    """What to print in a step of a workflow: annotations, what goes beyond them as text, and the answers."""
    placed = list(reports)
    lines: list[str] = []
    for severity in Severity:
        found = [(each, finding) for each in placed for finding in _in_turn(each, severity)]
        lines += _of_kind(found)
    lines += [
        _command("error", {"title": "not judged"}, f"{each.report.subject}: {each.report.failure}")
        for each in placed
        if each.report.failure
    ]
    lines += [harmless(f"{report_summary(each.report)}.") for each in placed if not each.report.failure]
    return "".join(f"{line}\n" for line in lines)


def harmless(line: str) -> str:
    """A line that the runner takes for text: commands have `::` at the start of a line, or `##[` anywhere."""
    line = words.plain(line).replace("##[", "## [")
    return f". {line}" if line.startswith("::") else line


def _in_turn(placed: Placed, severity: Severity) -> Iterator[Finding]:
    """The first finding of every rule, the second of every rule, and so on."""
    groups = by_urgency(each for each in placed.report.findings if each.severity is severity)
    return (each for each in chain(*zip_longest(*(group.findings for group in groups))) if each is not None)


def _of_kind(found: list[tuple[Placed, Finding]]) -> Iterator[str]:
    places = {id(each): Places(each, each.report.findings) for each, _ in found}
    for placed, finding in found[:MOST_SHOWN]:
        yield _annotation(finding, places[id(placed)])
    for placed, finding in found[MOST_SHOWN:]:
        yield harmless(_line(finding, places[id(placed)]))


def _annotation(finding: Finding, places: Places) -> str:
    rule, span = find_rule(finding.code), places.span(finding.location)
    properties: dict[str, str | int] = {"file": places.path(finding.location)}
    if span:
        properties |= {"line": span.line, "col": span.column}
    if span and span.end_column > span.column:
        properties |= {"endLine": span.end_line, "endColumn": span.end_column}
    properties["title"] = f"{finding.code} {rule.name}" if rule else finding.code
    return _command(_COMMANDS[finding.severity], properties, _told(finding))


def _told(finding: Finding) -> str:
    pointer = f" ({finding.location.pointer})" if finding.location.pointer else ""
    fix = f" Fix: {words.ended(words.plain(finding.fix))}" if finding.fix else ""
    return words.ended(words.plain(finding.message + pointer)) + fix


def _line(finding: Finding, places: Places) -> str:
    span = places.span(finding.location)
    where = places.path(finding.location) + (f":{span.line}:{span.column}" if span else "")
    return f"{where}: {finding.severity.value} {finding.code}: {_told(finding)}"


def _command(name: str, properties: dict[str, str | int], message: str) -> str:
    given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value != "")
    return f"::{name} {given}::{_data(words.plain(message))}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "## [")


def _property(value: str) -> str:
    return _data(words.plain(value)).replace(":", "%3A").replace(",", "%2C")
