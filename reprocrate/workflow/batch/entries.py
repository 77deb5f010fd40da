"""Which submissions a batch consists of, and what each is called."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reprocrate.bundle.volume_list import LIST_SUFFIX, volume_name, volume_names
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import could_not
from reprocrate.validation import MANIFEST_NAME

_ENDINGS = re.compile(
    r"(?:\.crate)?\.(?:zip|tar|tgz|tbz2?|txz|json|pdf|tar\.(?:gz|bz2|xz|zst))(?:\.0+1)?$|\.crate$",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"journal\.jsonl|reports\.jsonl|summary\.csv|.*\.(?:csv|tsv|txt|md|html?|log)", re.IGNORECASE
)
_MOST_LIST_BYTES = 256 << 20
_COLUMNS = ("path", "file", "submission", "folder")
"""Columns of a list that are taken without being asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission.

    Attributes:
        number: its place in the batch, counted from 0.
        id: its name without the ending, by which reports and tables know it: most often a number.
        path: where it is.
    """

    number: int
    id: str
    path: str


def entries_of(paths: Iterable[str]) -> list[Entry]:
    """Submissions at paths, in their order; what is named twice is judged once.

    Those whose names would be the same are called by their paths.
    """
    every = list(dict.fromkeys(paths))
    names = [_name_of(path) for path in every]
    count = Counter(names)
    return [
        Entry(number, name if count[name] == 1 else path, path)
        for number, (path, name) in enumerate(zip(every, names, strict=True))
    ]


def children_of(folder: Path) -> Iterator[str]:
    """The submissions in a folder: its folders, and its files but for tables and texts; numbers in order.

    Raises:
        UsageError: it is no folder, or nothing is in it.
        UnavailableError: it cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder",
            "--each takes folders of submissions",
            "Leave --each out to judge it alone",
        )
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise could_not("read", folder, error) from error
    kept = [name for name in names if not name.startswith(".") and name != "__MACOSX"]
    there = set(kept)
    kept = [name for name in kept if not _is_rest_of_volumes(name, there)]
    kept = [name for name in kept if not (_OURS.fullmatch(name) and (folder / name).is_file())]
    if not kept:
        raise UsageError(f"there are no submissions in {folder}", fix="Name the folder that they lie in")
    yield from (str(folder / name) for name in sorted(kept, key=in_order))


def _is_rest_of_volumes(name: str, there: Collection[str]) -> bool:
    """Whether a file belongs to a bundle in volumes, for all of which the first one stands."""
    of = volume_name(name)
    if of is not None:
        return of.number > 1 and str(of._replace(number=1)) in there
    return name.endswith(LIST_SUFFIX) and volume_names(name.removesuffix(LIST_SUFFIX), 1)[0] in there


def listed_in(file: Path, column: str | None = None) -> Iterator[str]:
    """The submissions that a list names: one path on each line, or a column of a CSV file.

    Paths are relative to the folder of the list. Empty lines, and in a text lines with `#` in front, are
    nothing.

    Args:
        file: the list.
        column: the column that holds the paths, or None for one that is called so.

    Raises:
        UsageError: there are none, or there is no such column.
        UnreadableError: it is no text.
        UnavailableError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_LIST_BYTES)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise could_not("read", file, error) from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{file} is not UTF-8", str(error), "Save it as UTF-8") from None
    lines = text.splitlines()
    if column is not None or file.suffix.lower() in (".csv", ".tsv"):
        found = list(_of_column(file, lines, column))
    else:
        found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise UsageError(f"{file} names no submissions", fix="Write one path on each line")
    if any("\0" in path for path in found):
        raise UnreadableError(f"{file} is no text", "it has null characters")
    yield from (str(file.parent / path) for path in found)


def _of_column(file: Path, lines: Sequence[str], column: str | None) -> Iterator[str]:
    head = lines[0] if lines else ""
    mark = "\t" if "\t" in head else ";" if head.count(";") > head.count(",") else ","
    rows = csv.DictReader(lines, delimiter=mark)
    names = list(rows.fieldnames or ())
    known = [name for name in names if (column or "").lower() == name.strip().lower()]
    if column is None:
        known = [name for usual in _COLUMNS for name in names if name.strip().lower() == usual]
        known = known or (names if len(names) == 1 else [])
    if not known:
        what = f"there is no column {column}" if column else "none of its columns is called path or file"
        raise UsageError(f"{file}: {what}", f"it has {', '.join(names) or 'none'}", "Name one with --column")
    for row in rows:
        value = (row.get(known[0]) or "").strip()
        if value:
            yield value


def in_order(name: str) -> tuple[tuple[int, int | str], ...]:
    """A key by which `9.zip` comes before `10.zip`."""
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def _name_of(path: str) -> str:
    place = Path(path)
    if place.name == MANIFEST_NAME and place.parent.name:
        place = place.parent
    return _ENDINGS.sub("", place.name) or place.name or path
