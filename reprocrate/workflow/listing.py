"""What a bundle will hold, before it is packed: groups of files with their sizes, and what stays behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from reprocrate.render.numbers import file_size
from reprocrate.workflow.inventory import Contents, Kind, Left, kind_of_entry

_MOST_NAMES = 3
_MOST_LINES = 40
_WITH_NAMES = frozenset(Kind) - {Kind.DATA, Kind.CODE}
"""Kinds of which some names are shown where they stay behind; of data and code what they belong to tells."""


class Group(NamedTuple):
    """Files of one kind.

    Attributes:
        kind: what they are.
        of: id of the data set, model or tree of code; empty where they belong to none.
        files: how many.
        size: their bytes together, before compression.
        reason: why they stay behind; empty where they travel.
        names: some of their paths.
    """

    kind: Kind
    of: str
    files: int
    size: int
    reason: str = ""
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What they are, in words."""
        return f"{self.kind.value} {self.of}" if self.of and self.kind is not Kind.CODE else self.kind.value

    def to_json(self) -> dict[str, Any]:
        """The group as plain JSON values."""
        found: dict[str, Any] = {"kind": self.kind.value, "files": self.files, "size": self.size}
        if self.of:
            found["id"] = self.of
        if self.reason:
            found |= {"reason": self.reason, "names": list(self.names)}
        return found


class Listing(NamedTuple):
    """What goes into a bundle, and what does not.

    Attributes:
        groups: what travels.
        left: what stays behind.
        warnings: what the author should know before publishing it, as sentences.
        links: how many symbolic links travel.
        folders: how many empty folders travel.
        notes: what else is to be said.
    """

    groups: tuple[Group, ...]
    left: tuple[Group, ...]
    warnings: tuple[str, ...] = ()
    links: int = 0
    folders: int = 0
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """How many files travel."""
        return sum(group.files for group in self.groups)

    @property
    def size(self) -> int:
        """Their bytes together, before compression."""
        return sum(group.size for group in self.groups)

    def lines(self) -> list[str]:
        """The listing as text."""
        wide = max((len(group.label) for group in self.groups), default=0)
        shown = [f"  {one.label:<{wide}}  {_amount(one)}" for one in self.groups]
        extra = [_counted(n, what) for n, what in ((self.links, "link"), (self.folders, "empty folder")) if n]
        total = ", ".join([_counted(self.files, "file"), *extra])
        text = ["Goes into the bundle:", *shown, f"  {total}, {file_size(self.size)} before compression"]
        if self.left:
            text.append("Stays behind:")
            text += [f"  {one.label} ({_short(one)}): {_why(one)}" for one in self.left[:_MOST_LINES]]
            if more := len(self.left) - _MOST_LINES:
                text += [f"  and {more} more such groups (all of them with --json)"] if more > 0 else []
        return [*text, *(f"  {note}" for note in self.notes)]

    def to_json(self) -> dict[str, Any]:
        """The listing as plain JSON values."""
        return {
            "files": self.files,
            "size": self.size,
            "links": self.links,
            "folders": self.folders,
            "travels": [group.to_json() for group in self.groups],
            "stays_behind": [group.to_json() for group in self.left],
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }


def make_listing(contents: Contents, sizes: Mapping[str, int], warnings: Iterable[str]) -> Listing:
    """The listing of a bundle.

    Args:
        contents: the project's files.
        sizes: the bytes of all files, with the bundle's own, by path.
        warnings: what the author should know.
    """
    found: dict[tuple[Kind, str], list[int]] = {}
    for path, size in sizes.items():
        kind, of = kind_of_entry(contents, path)
        found.setdefault((kind, of if kind is Kind.DATA else ""), []).append(size)
    groups = [Group(kind, of, len(ones), sum(ones)) for (kind, of), ones in found.items()]
    return Listing(
        groups=tuple(sorted(groups, key=_order)),
        left=_grouped(contents.left),
        warnings=tuple(warnings),
        links=len(contents.links),
        folders=len(contents.folders),
        notes=tuple(contents.notes),
    )


def _grouped(left: Iterable[Left]) -> tuple[Group, ...]:
    found: dict[tuple[Kind, str, str], list[Left]] = {}
    for one in left:
        found.setdefault((one.kind, one.of, one.reason), []).append(one)
    groups = [
        Group(
            kind, of, len(ones), sum(_sizes(ones).values()), reason, tuple(list(_sizes(ones))[:_MOST_NAMES])
        )
        for (kind, of, reason), ones in found.items()
    ]
    return tuple(sorted(groups, key=_order))


def _sizes(left: Iterable[Left]) -> Mapping[str, int]:
    return {one.path: one.size for one in left}


def _order(group: Group) -> tuple[int, str, str]:
    return list(Kind).index(group.kind), group.of, group.reason


def _why(group: Group) -> str:
    if group.kind not in _WITH_NAMES and group.files > _MOST_NAMES:
        return group.reason
    more = f" and {group.files - len(group.names)} more" if group.files > len(group.names) else ""
    return f"{group.reason}: {', '.join(group.names)}{more}"


def _amount(group: Group) -> str:
    return f"{_counted(group.files, 'file'):>14}  {file_size(group.size)}"


def _short(group: Group) -> str:
    if group.kind is Kind.LINKS:
        return f"{group.files:,}"
    return f"{_counted(group.files, 'file')}, {file_size(group.size)}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"
