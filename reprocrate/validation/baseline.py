"""Baselines: findings that were known before, which need not be told again.

A baseline is a JSON file that `validate --write-baseline` makes. It lists findings by what stays the same of
them, subject by subject, each subject by its path from the file's own folder, so that both can be moved
together. What is about reading, structure, integrity or security is never in it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from reprocrate import __version__
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import could_not
from reprocrate.finding import AppliedBaseline, Finding, Known, Report, Suppressed, Suppression
from reprocrate.manifest.strict import parse
from reprocrate.validation.families import find_rule
from reprocrate.validation.fingerprints import fingerprint
from reprocrate.validation.policy import is_untouchable
from reprocrate.validation.subject import MANIFEST_NAME

BASELINE_VERSION = "1.0"

_AGAIN = "Write it again with `reprocrate validate --write-baseline FILE`"


class Baseline(NamedTuple):
    """What was known before.

    Attributes:
        path: of the file.
        subjects: what it lists, by the path of the subject from its folder.
    """

    path: Path
    subjects: Mapping[str, tuple[Known, ...]]

    def known_of(self, subject: str) -> tuple[Known, ...]:
        """What it lists for a subject, as the user named that."""
        return self.subjects.get(_key(subject, self.path), ())


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        UnavailableError: it cannot be read.
        UnreadableError: it is no JSON.
        UsageError: it is no baseline.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise could_not("read", path, error) from error
    document = parse(data, str(path))
    version = document.get("baseline_version") if isinstance(document, dict) else None
    if not isinstance(version, str):
        raise UsageError(f"{path} is no baseline", "it names no `baseline_version`", _AGAIN)
    if version.partition(".")[0] != BASELINE_VERSION.partition(".")[0]:
        raise UnreadableError(f"{path} is a baseline of version {version}", "which is not known here", _AGAIN)
    try:
        subjects = {name: tuple(map(_known, entries)) for name, entries in document["subjects"].items()}
    except (AttributeError, KeyError, TypeError):
        raise UsageError(
            f"{path} is no baseline", "its `subjects` are not as they should be", _AGAIN
        ) from None
    return Baseline(path, subjects)


def baseline_of(path: Path, reports: Iterable[Report]) -> Baseline:
    """The baseline that lists all that reports find, and what they know already."""
    subjects: dict[str, tuple[Known, ...]] = {}
    for report in reports:
        told = chain(report.findings, report.suppressed_by(Suppression.BASELINE))
        alike: dict[str, list[Finding]] = {}
        for each in filter(can_be_known, told):
            alike.setdefault(_mark(each), []).append(each)
        entries = [
            Known(group[0].code, str(group[0].location), mark, len(group)) for mark, group in alike.items()
        ]
        entries.sort(key=lambda each: (each.code, each.place, each.fingerprint))
        subjects[_key(report.subject, path)] = tuple(entries)
    return Baseline(path, subjects)


def baseline_bytes(baseline: Baseline) -> bytes:
    """A baseline as it is stored: the same findings give the same bytes, one entry a line."""
    lines = [
        f"    {json.dumps(name, ensure_ascii=False)}: [\n"
        + ",\n".join(f"      {json.dumps(_entry(each), ensure_ascii=False)}" for each in entries)
        + "\n    ]"
        for name, entries in sorted(baseline.subjects.items())
        if entries
    ]
    head = {"baseline_version": BASELINE_VERSION, "tool": {"name": "reprocrate", "version": __version__}}
    members = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    subjects = "{\n" + ",\n".join(lines) + "\n  }" if lines else "{}"
    return ("{\n" + ",\n".join([*members, f'  "subjects": {subjects}']) + "\n}\n").encode()


def known_by(baseline: Baseline | None, report: Report) -> Report:
    """A report without the findings that were known before.

    Of a rule that was not applied, what the baseline lists is neither found nor gone.
    """
    if baseline is None:
        return report
    listed = baseline.known_of(report.subject)
    left = Counter({each.fingerprint: each.count for each in listed})
    kept: list[Finding] = []
    known: list[Suppressed] = []
    for finding in report.findings:
        mark = _mark(finding)
        if left[mark] > 0 and can_be_known(finding):
            left[mark] -= 1
            known.append(Suppressed(finding, Suppression.BASELINE))
        else:
            kept.append(finding)
    applied = set(report.assessed)
    otherwise = Counter(_mark(each.finding) for each in report.suppressed)
    gone = tuple(
        replace(each, count=left[each.fingerprint] - otherwise[each.fingerprint])
        for each in listed
        if left[each.fingerprint] > otherwise[each.fingerprint] and each.code in applied
    )
    told = AppliedBaseline(baseline.path.name, sum(each.count for each in listed), gone)
    return report._replace(findings=tuple(kept), suppressed=(*report.suppressed, *known), baseline=told)


def can_be_known(finding: Finding) -> bool:
    """Whether a finding may stand in a baseline at all."""
    rule = find_rule(finding.code)
    return rule is not None and not is_untouchable(rule)


def _mark(finding: Finding) -> str:
    return finding.fingerprint or fingerprint(finding)


def _key(subject: str, path: Path) -> str:
    """The path of a subject from the folder of a baseline; its name where it is not on this disk."""
    if "://" in subject or not os.path.lexists(subject):
        return subject
    try:
        way = Path(os.path.relpath(Path(subject).resolve(), path.absolute().parent.resolve()))
    except ValueError:  # another drive
        return subject
    return (way.parent if way.name == MANIFEST_NAME else way).as_posix()


def _known(entry: Mapping[str, Any]) -> Known:
    count = entry.get("count", 1)
    texts = (entry["code"], entry.get("place", ""), entry["fingerprint"])
    if type(count) is not int or not all(isinstance(each, str) for each in texts):
        raise TypeError
    return Known(*texts, count)


def _entry(each: Known) -> dict[str, Any]:
    entry = {"code": each.code, "place": each.place, "fingerprint": each.fingerprint}
    return entry | {"count": each.count} if each.count > 1 else entry
