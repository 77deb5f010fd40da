"""How rows and columns of printed tables may be called, and when two names are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from reprocrate.manifest import Cell, Manifest, Result, Table
from reprocrate.manifest.section import Scalar

_ASIDE = re.compile(
    r"\[[\w\s,;.]*\]|\((?:ours?|%|in %|our method|this work|proposed|[↑↓])\)|[↑↓†‡§¶*✓]|(?<=\w)\s*%\s*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?")
_PLUS_MINUS = re.compile(r"\+/-|\+-|\\pm(?![a-z])")
_LEFT_OUT = re.compile(r"[^\w+.]|_|(?<!\d)\.|\.(?!\d)")
_MARGINS = {
    "mean": ("mean", "avg", "average", "macro avg", "macro average"),
    "median": ("median",),
    "iqm": ("iqm", "interquartile mean"),
    "max": ("max", "maximum"),
    "min": ("min", "minimum"),
    "mean_rank": ("mean rank", "avg rank", "average rank", "rank"),
}


def normal(text: str) -> str:
    """A name without what papers write in different ways.

    Case, spaces, hyphens, underscores and punctuation do not count, nor do marks, arrows, references in
    square brackets, `(ours)` and `(%)`. A number stands for its value.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip().casefold()
    plain = _PLUS_MINUS.sub("±", plain)
    bare = _ASIDE.sub(" ", plain).strip() or plain
    if _NUMBER.fullmatch(bare):
        return repr(float(bare))
    return _LEFT_OUT.sub("", bare) or bare


@dataclass(frozen=True)
class Names:
    """What the things of a manifest may be called in print.

    Attributes:
        manifest: the manifest.
        aliases: printed names of a table, by what they stand for.
    """

    manifest: Manifest
    aliases: dict[str, str] = field(default_factory=dict)

    def of(self, *known: Scalar) -> frozenset[str]:
        """The normal forms of names, each with the alias that the table has for it."""
        found = {normal(_text(each)) for each in known if each is not None}
        found |= {normal(self.aliases[_text(each)]) for each in known if _text(each) in self.aliases}
        return frozenset(found - {""})

    def of_row(self, table: Table, cell: Cell, result: Result) -> frozenset[str]:
        """How the row of a cell may be called."""
        return self._of_level(table.rows, cell.row, result)

    def of_column(self, table: Table, cell: Cell, result: Result) -> frozenset[str]:
        """How the column of a cell may be called."""
        return self._of_level(table.columns, cell.column, result)

    def _of_level(self, factor: str, level: str, result: Result) -> frozenset[str]:
        if result.over == "results" and normal(level) in map(normal, _MARGINS.get(result.statistic, ())):
            return self.of(level, *_MARGINS[result.statistic])
        return self.of(level, *self._same(factor, level))

    def _same(self, factor: str, level: str) -> Iterator[Scalar]:
        """Other names of a level."""
        if factor == "metric":
            yield from self._called(level, [(each.id, each.name) for each in self.manifest.metrics])
        elif factor == "data":
            yield from self._called(level, [(each.id, each.name) for each in self.manifest.data])
        elif factor == "configuration":
            yield from self._called(level, [(each.id, each.label) for each in self.manifest.configurations])
        else:
            yield from (f"{factor}={level}", f"{factor} {level}")
            has_it = [each for each in self.manifest.configurations if str(each.factors.get(factor)) == level]
            if len(has_it) == 1:
                yield from (has_it[0].id, has_it[0].label)

    @staticmethod
    def _called(level: str, known: list[tuple[str, str | None]]) -> Iterator[Scalar]:
        for each in known:
            if level in each:
                yield from each

    @cached_property
    def metrics(self) -> dict[str, frozenset[str]]:
        """The names of each metric."""
        return {each.id: self.of(each.id, each.name) for each in self.manifest.metrics}

    @cached_property
    def data(self) -> dict[str, frozenset[str]]:
        """The names of each set of data."""
        return {each.id: self.of(each.id, each.name) for each in self.manifest.data}

    @cached_property
    def splits(self) -> dict[str, frozenset[str]]:
        """The names of each split that a result is of."""
        splits = {each.split for each in self.manifest.results if each.split}
        return {split: self.of(split) for split in splits}

    def told_by(self, result: Result) -> tuple[frozenset[str], frozenset[str]]:
        """Names that speak for a result, and names that speak for others of its kind: another metric, say."""
        configuration = self.manifest.find_configuration(result.configuration)
        own_data = [result.data] if result.data else list(configuration.data if configuration else ())
        speaking: frozenset[str] = frozenset()
        against: frozenset[str] = frozenset()
        kinds = (
            (self.metrics, [result.metric]),
            (self.data, own_data),
            (self.splits, [result.split] if result.split else []),
        )
        for kind, own in kinds:
            for name, spellings in kind.items():
                if name in own:
                    speaking |= spellings
                elif own:
                    against |= spellings
        if configuration:
            factors = configuration.factors.items()
            speaking |= self.of(configuration.id, configuration.label, *configuration.factors.values())
            speaking |= self.of(*(f"{name}={_text(value)}" for name, value in factors))
        return speaking, against - speaking


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else str(value)


_AVERAGE = re.compile(r"(?:macro |micro )?(?:avg|average|mean)s?(?: (?:acc|accuracy|score|performance))?")
_RANK = re.compile(r"(?:(?:avg|average|mean) )?rank(?:ing)?s?")
_BOUND = re.compile(r".*\b(?:human|oracle|upper bound|lower bound|ground truth|random|chance|majority)\b.*")


def is_average(name: str) -> bool:
    """Whether a row or column of this name holds averages of those beside it."""
    return bool(_AVERAGE.fullmatch(_words(name)))


def is_rank(name: str) -> bool:
    """Whether a row or column of this name holds ranks, or averages of ranks."""
    return bool(_RANK.fullmatch(_words(name)))


def is_bound(name: str) -> bool:
    """Whether a row of this name is beyond competition: people, an oracle, a bound, chance."""
    return bool(_BOUND.fullmatch(_words(name)))


def _words(name: str) -> str:
    plain = _ASIDE.sub(" ", unicodedata.normalize("NFKC", name).casefold()[:200])
    return " ".join(re.sub(r"[^\w]+|_", " ", plain).split())
