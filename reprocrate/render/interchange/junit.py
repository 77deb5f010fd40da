"""Reports as JUnit XML, which Jenkins, GitLab and others read as results of tests.

There is no standard of it; this keeps to what the schema of Jenkins' xUnit plugin (`junit-10.xsd`) allows.
Each subject is a suite and each rule a case: errors fail it, warnings and notes are its output, and a rule
that was not applied is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from reprocrate.finding import Finding, NotAssessed, Report, Severity
from reprocrate.render import words
from reprocrate.validation import family_of, find_rule

_MOST_FINDINGS = 100
# https://www.w3.org/TR/xml/#charsets: all that XML 1.0 has no character for.
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(reports: Iterable[Report]) -> bytes:
    """Reports as one XML document, in UTF-8."""
    suites = [_Suite(report) for report in reports]
    totals = _attributes(
        name="reprocrate",
        tests=sum(each.tests for each in suites),
        failures=sum(each.failures for each in suites),
        errors=sum(each.errors for each in suites),
    )
    body = "".join(line for each in suites for line in each.lines())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{totals}>\n{body}</testsuites>\n'
    return text.encode("utf-8")


class _Suite:
    """One subject."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._found: dict[str, list[Finding]] = {}
        for finding in report.findings:
            self._found.setdefault(finding.code, []).append(finding)
        self._left: dict[str, NotAssessed] = {each.code: each for each in report.not_assessed}
        self._codes = sorted({*report.assessed, *self._found, *self._left})
        self.failures = sum(any(map(_is_error, found)) for found in self._found.values())
        self.errors = sum(each.failed for each in report.not_assessed) + bool(report.failure)
        self.tests = len(self._codes) + bool(report.failure)
        self.skipped = sum(not each.failed for each in report.not_assessed)

    def lines(self) -> Iterator[str]:
        """The suite as XML."""
        given = _attributes(
            name=self._report.subject,
            tests=self.tests,
            failures=self.failures,
            errors=self.errors,
            skipped=self.skipped,
            time="0",
        )
        yield f" <testsuite{given}>\n"
        if self._report.failure:
            told = _element("error", self._report.failure, type="failure", message=self._report.failure)
            yield _case(self._report.subject, "can be judged", "reading", told)
        for code in self._codes:
            family, rule = family_of(code), find_rule(code)
            name = f"{code} {rule.name}" if rule else code
            yield _case(self._report.subject, name, family.noun if family else "other", self._told(code))
        yield " </testsuite>\n"

    def _told(self, code: str) -> str:
        """What a case holds: why it fails, why it was left out, and what else was found."""
        found = self._found.get(code, [])
        errors = [each for each in found if _is_error(each)]
        others = [each for each in found if not _is_error(each)]
        told = ""
        if code in self._left:
            kind = "error" if self._left[code].failed else "skipped"
            told += _element(kind, "", type="not assessed", message=self._left[code].reason)
        if errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            told += _element("failure", _listed(errors), type="error", message=errors[0].message + more)
        if others:
            told += _element("system-out", _listed(others))
        return told


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _listed(findings: list[Finding]) -> str:
    lines = []
    for each in findings[:_MOST_FINDINGS]:
        place = f"{each.location}: " if str(each.location) else ""
        lines.append(f"{each.severity.value}: {words.plain(place + each.message)}")
    more = len(findings) - _MOST_FINDINGS
    fixes = dict.fromkeys(f"Fix: {words.ended(words.plain(each.fix))}" for each in findings if each.fix)
    return "\n".join([*lines, *([f"and {more:,} more"] if more > 0 else []), *list(fixes)[:_MOST_FINDINGS]])


def _case(subject: str, name: str, family: str, told: str) -> str:
    given = _attributes(classname=f"{subject}.{family}", name=name, time="0")
    return f"  <testcase{given}>{told}</testcase>\n" if told else f"  <testcase{given}/>\n"


def _element(name: str, content: str, **attributes: str) -> str:
    given = _attributes(**attributes)
    return f"<{name}{given}>{_text(content)}</{name}>" if content else f"<{name}{given}/>"


def _attributes(**values: str | int) -> str:
    return "".join(f' {name}="{_text(words.plain(str(value)))}"' for name, value in values.items())


def _text(value: str) -> str:
    return escape(_NO_XML.sub("", value))
