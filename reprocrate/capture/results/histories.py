"""Values over steps, kept as CSV beside the record: one file for each run that a launch held.

The form is that of `histories` in spec.md, "Files of a run". Series are taken from what trackers and loggers
wrote and from `reprocrate.log`, under the names that they have there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reprocrate.capture.record import History, StoredFile
from reprocrate.capture.results.points import Entry, Labels, NotFoundError, as_number
from reprocrate.capture.results.series.found import group_of, kind_of, values_in
from reprocrate.capture.results.series.logged import logged_values
from reprocrate.capture.results.written import Written
from reprocrate.files import sha256_bytes, write_atomically

MOST_VALUES = 1_000_000
_OPTIONAL = ("data", "split", "fold", "time")

Run = tuple[int | str | None, Labels]


@dataclass
class _Series:
    name: str
    group: str
    rows: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    are_numbered: bool = True

    def add(self, entry: Entry) -> None:
        try:
            number = as_number(entry.value, "")
        except NotFoundError:
            return
        self.are_numbered &= entry.step is not None
        step = len(self.rows) if entry.step is None else entry.step
        more = {name: getattr(entry, name) for name in _OPTIONAL}
        self.rows.append(
            (step, repr(number), {key: str(one) for key, one in more.items() if one is not None})
        )


@dataclass(frozen=True)
class Histories:
    """What was kept, and what was not, as sentences."""

    files: tuple[History, ...] = ()
    problems: tuple[str, ...] = ()


def keep_histories(folder: Path, written: Written, hide: Callable[[str], str] = str) -> Histories:
    """Write the histories of a launch into the folder of its record.

    A launch none of whose series has two values has no history.

    Args:
        folder: where the record stands.
        written: what the launch left.
        hide: makes the name of a series free of secrets and names.

    Raises:
        UnavailableError: a file could not be written.
    """
    found: dict[Run, dict[tuple[str, str], _Series]] = {}
    problems = []
    for count, (group, name, entry) in enumerate(_all_values(written)):
        if count == MOST_VALUES:
            problems.append(f"histories: only the first {MOST_VALUES} values are kept")
            break
        seed = None if str(entry.seed) == str(written.seed) else entry.seed
        series = found.setdefault((seed, entry.factors), {})
        series.setdefault((group, name), _Series(name, group)).add(entry)
    files: list[History] = []
    for (seed, factors), series in found.items():
        curves = [one for one in series.values() if one.are_numbered or len(one.rows) > 1]
        if any(len(one.rows) > 1 for one in curves):
            name = f"histories-{len(files)}.csv" if files else "histories.csv"
            files.append(History(_stored(folder / name, curves, written, hide), seed, dict(factors)))
    return Histories(tuple(files), tuple(problems))


def _all_values(written: Written) -> Iterator[tuple[str, str, Entry]]:
    """Every value of every series, with the file or folder that the series belongs to."""
    for name, entry in logged_values(written):
        yield "", name, entry
    seen: set[object] = set()
    for path in sorted(written.outputs):
        kind = kind_of(path)
        repeats = kind is not None and kind.name == "Hugging Face"  # each checkpoint has the history so far
        for name, entry in values_in(path, written):
            if repeats:
                key = (name, entry.step, repr(entry.value), entry.seed, entry.factors)
                if key in seen:
                    continue
                seen.add(key)
            yield "" if repeats else group_of(path), name, entry


def _stored(path: Path, curves: list[_Series], written: Written, hide: Callable[[str], str]) -> StoredFile:
    content = _as_csv(curves, hide)
    write_atomically(path, content)
    return StoredFile(written.relative(path), sha256_bytes(content), len(content))


def _as_csv(curves: list[_Series], hide: Callable[[str], str]) -> bytes:
    """The file: columns that no value needs are left out, numbers have all their digits."""
    used = {key for one in curves for _, _, more in one.rows for key in more}
    columns = ["metric", "step", "value", *(name for name in _OPTIONAL if name in used)]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    names = {series: hide(name) for series, name in _names(curves).items()}
    for one in curves:
        for step, number, more in one.rows:
            table.writerow(
                [names[one.group, one.name], step, number, *(more.get(c, "") for c in columns[3:])]
            )
    return text.getvalue().encode()


def _names(curves: list[_Series]) -> Mapping[tuple[str, str], str]:
    """What each series is called: by its own name, with the file or folder where several have one name."""
    groups: dict[str, list[str]] = {}
    for one in curves:
        groups.setdefault(one.name, []).append(one.group)
    names = {}
    for one in curves:
        same = groups[one.name]
        last = [group.rpartition("/")[2] for group in same]
        place = one.group.rpartition("/")[2] if len(set(last)) == len(same) else one.group
        names[one.group, one.name] = "/".join(filter(None, (place if same[1:] else "", one.name)))
    return names
