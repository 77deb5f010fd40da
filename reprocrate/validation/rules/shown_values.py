"""RC10: values are those that stand at the place at which they are said to have been read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.manifest import Observation, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_LITERAL = re.compile(rf"\s*[\"']?({_NUMBER})[\"']?\s*")
_NUMBERS = re.compile(rf"(?<![0-9.,]){_NUMBER}(?![0-9]*,[0-9])")
_LONGEST = 300
"""Of texts of this length the end may have been cut off."""


def _read(subject: Subject) -> Iterator[tuple[str, Run, Observation]]:
    """Finite values with evidence."""
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for index, seen in enumerate(run.metrics):
            if seen.evidence is not None and seen.value is not None:
                yield f"{pointer}/metrics/{index}", run, seen


@rule(
    "RC1018",
    MUST,
    spec="runs",
    since="1.0",
    says="run {run} says {metric} {value}, but where it was read stood {text}",
)
def value_is_the_one_that_was_read(subject: Subject) -> Iterator[Found]:
    """A value MUST be the number that stood where it was read, if that is one number.

    Judged: each value that is not null with an `evidence.text` that is one decimal number, with or without an
        exponent, a quotation mark on either side and white space around: the `value` differs from it by more
        than a relative 1e-6, which a number in single precision may; at the `value`.
    Why: a number that was changed after it was read, or read and then converted, is not what the run left.
    Fix: restore the record as it was written, or read the value anew.
    """
    for place, run, seen in _read(subject):
        text = seen.evidence.text if seen.evidence else None
        match = _LITERAL.fullmatch(text) if text is not None and len(text) < _LONGEST else None
        if match and not _is(float(match[1]), seen.value):
            yield Found(f"{place}/value", run=run.id, metric=seen.metric, value=seen.value, text=text)


def _is(number: float, value: float | None) -> bool:
    return value is not None and abs(number - value) <= 1e-6 * max(abs(number), abs(value))


@rule("RC1019", SHOULD, spec="runs", since="1.0", says="run {run} says {metric} {value}, but {what}")
def value_was_read_in_a_file_of_its_run(subject: Subject) -> Iterator[Found]:
    """What a value is said to have been read from SHOULD be a file of its run that holds it.

    Judged: the `evidence` of each value that is not null. Its `path` is that of a file that another run
        wrote or logged, and of none that its run, or the `parent` of it, wrote, logged or read; at the
        `path`. Or else its `text`, of fewer than 300 characters and without a comma between two digits, holds
        more than one number, and none of these is the value to a relative 1e-6; at the `text`.
    Why: the number then belongs to another run, or to another place in the file.
    Fix: read the value anew from what the run left.
    """
    owners = _owners(subject)
    for place, run, seen in _read(subject):
        path, text = (seen.evidence.path, seen.evidence.text) if seen.evidence else ("", None)
        owner = owners.get(path, ())
        if owner and run.id not in owner and (run.parent is None or run.parent not in owner):
            what = f"{path}, where it was read, is a file of run {min(owner)}"
            yield Found(f"{place}/evidence/path", run=run.id, metric=seen.metric, value=seen.value, what=what)
        elif text is not None and len(text) < _LONGEST and _is_elsewhere(text, seen.value):
            what = "it does not stand in the text that was read"
            yield Found(f"{place}/evidence/text", run=run.id, metric=seen.metric, value=seen.value, what=what)


def _is_elsewhere(text: str, value: float | None) -> bool:
    if re.search(r"[0-9],[0-9]", text):
        return False
    numbers = _NUMBERS.findall(text)
    return len(numbers) > 1 and not any(_is(float(each), value) for each in numbers)


def _owners(subject: Subject) -> dict[str, set[str]]:
    """Which runs wrote, logged or read a file, for files that any wrote or logged."""
    manifest = subject.well_formed
    found: dict[str, set[str]] = {}
    for run in manifest.runs:
        for file in (*run.written, *run.logs):
            found.setdefault(file.path, set()).add(run.id)
    for run in manifest.runs:
        for file in run.inputs:
            if file.path in found:
                found[file.path].add(run.id)
    return found
