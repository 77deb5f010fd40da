"""`--max-size`: what to leave out so that a bundle is no larger, in the order of what readers miss least."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from reprocrate.bundle.admission import parents
from reprocrate.render.numbers import file_size
from reprocrate.workflow.ignoring import NAME
from reprocrate.workflow.inventory import Contents, Kind, kind_of_entry

_ORDER = (Kind.CHECKPOINTS, Kind.DATA, Kind.OUTPUTS, Kind.MODELS)
"""What may be left out, beginning with what is missed least: checkpoints come from the code again, data has
a source, outputs are evidence. Code, predictions, histories, logs and locks are never proposed."""

_NOTED_BYTES = 150
_MOST_LINES = 60
_SPECIAL = re.compile(r"([\\*?\[\]#! ])")


class Candidate(NamedTuple):
    """What can be left out at once: a file, or a whole data set.

    Attributes:
        kind: what it is.
        name: the path of a file, or the id of a data set.
        size: its bytes.
        files: how many files it is.
    """

    kind: Kind
    name: str
    size: int
    files: int = 1

    @property
    def saves(self) -> int:
        """By how many bytes the bundle shrinks, at least: the manifest says of each file that it stays."""
        return self.size - _NOTED_BYTES * self.files


class Proposal(NamedTuple):
    """How to make a bundle fit.

    Attributes:
        most: the bytes that it may have.
        size: the bytes that it has, before compression.
        leave: what to leave out, and nothing that need not be.
        rest: the bytes that are left then.
        ignore: lines for `.reprocrateignore` that leave the files out.
    """

    most: int
    size: int
    leave: tuple[Candidate, ...]
    rest: int
    ignore: tuple[str, ...] = ()

    @property
    def suffices(self) -> bool:
        """Whether the bundle fits then."""
        return self.rest <= self.most

    def lines(self) -> Iterator[str]:
        """What to do, as text."""
        yield (
            f"the bundle would hold {file_size(self.size)} before compression, and --max-size is "
            f"{file_size(self.most)}"
        )
        if not self.suffices:
            yield f"even without all that can be left out it holds {file_size(self.rest)}; allow that much"
            return
        for one in self.leave:
            yield f"  {file_size(one.size):>10}  {one.kind.value} {one.name}"
        if self.ignore:
            yield f"to leave the files out, add to {NAME}:"
            yield from (f"    {line}" for line in self.ignore)
        for one in self.leave:
            if one.kind is Kind.DATA:
                yield f"to leave the data {one.name} out, have in reprocrate.toml:"
                yield f"    [data.{_key(one.name)}]"
                yield "    in_bundle = false"

    def shown(self) -> list[str]:
        """The first of these lines, and how many more there are."""
        lines = list(self.lines())
        more = len(lines) - _MOST_LINES
        rest = [f"and {more} more lines (all of it with --json)"] if more > 0 else []
        return [*lines[:_MOST_LINES], *rest]

    def to_json(self) -> dict[str, object]:
        """The proposal as plain JSON values."""
        return {
            "max_size": self.most,
            "size": self.size,
            "size_then": self.rest,
            "suffices": self.suffices,
            "leave_out": [{"kind": one.kind.value, "name": one.name, "size": one.size} for one in self.leave],
            "reprocrateignore": list(self.ignore),
        }


def proposal(contents: Contents, sizes: Mapping[str, int], most: int) -> Proposal | None:
    """What to leave out; None where the bundle fits.

    Largest first within each kind, until it fits. What need not be left out after all is put back.

    Args:
        contents: the project's files.
        sizes: the bytes of all files, with the bundle's own, by path.
        most: the bytes that it may have, before compression.
    """
    rest = total = sum(sizes.values())
    if total <= most:
        return None
    candidates = _candidates(contents, sizes)
    chosen: list[Candidate] = []
    for kind in _ORDER:
        for one in _enough([each for each in candidates if each.kind is kind], rest - most):
            chosen.append(one)
            rest -= one.saves
    for one in chosen[::-1]:
        if rest + one.saves <= most:
            chosen.remove(one)
            rest += one.saves
    files = {one.name for one in chosen if one.kind is not Kind.DATA}
    return Proposal(most, total, tuple(chosen), rest, tuple(ignore_lines(files, contents.entries)))


def _enough(largest_first: list[Candidate], need: int) -> Iterator[Candidate]:
    """What to leave out to save so many bytes: the largest, and the smallest that is enough as the last."""
    while need > 0 and largest_first:
        alone = [one for one in largest_first if one.saves >= need]
        taken = alone[-1] if alone else largest_first[0]
        largest_first.remove(taken)
        need -= taken.saves
        yield taken


def _candidates(contents: Contents, sizes: Mapping[str, int]) -> list[Candidate]:
    held: dict[tuple[Kind, str], list[int]] = {}
    for path in contents.entries:
        kind, of = kind_of_entry(contents, path)
        if kind in _ORDER:
            held.setdefault((kind, of if kind is Kind.DATA else path), []).append(sizes[path])
    found = [Candidate(kind, name, sum(ones), len(ones)) for (kind, name), ones in held.items()]
    return sorted(
        (one for one in found if one.saves > 0), key=lambda one: (_ORDER.index(one.kind), -one.size, one.name)
    )


def ignore_lines(files: Collection[str], all_files: Iterable[str]) -> list[str]:
    """Lines that name just these files: a folder in which nothing else travels with one line."""
    kept = {folder for path in all_files if path not in files for folder in parents(path)}
    lines = set()
    for path in files:
        whole = [folder for folder in parents(path) if folder not in kept]
        lines.add(f"{_escaped(whole[-1])}/" if whole else _escaped(path))
    return sorted(lines)


def _key(name: str) -> str:
    return f'"{name}"' if "." in name else name


def _escaped(path: str) -> str:
    """A path as a line of a `.gitignore` that names it and nothing else."""
    return "/" + _SPECIAL.sub(r"\\\1", path)
