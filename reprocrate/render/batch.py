"""A batch in a table for programs, and in a few words for people."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from rich.console import Group, RenderableType

from reprocrate.render import words
from reprocrate.render.report_page.listing import STATES
from reprocrate.render.terminal import (
    BAD,
    GOOD,
    SOFT,
    STRONG,
    Hanging,
    hanging,
    heading,
    joined,
    stacked,
    text,
)
from reprocrate.validation import find_rule

_MOST_SHOWN = 20
_MOST_CODES = 12
_NOT_WANTED = ("inventory", "secrets", "identities")
"""What is observed in a submission, and speaks neither for nor against what it holds."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BatchRow(Protocol):
    """What a batch says of one submission, as `reprocrate.workflow.batch.row` has it."""

    @property
    def valid(self) -> bool:
        """Whether there is no error."""

    @property
    def failure(self) -> str:
        """Why it could not be judged."""

    @property
    def counts(self) -> tuple[int, int, int]:
        """Errors, warnings and notes."""

    @property
    def not_assessed(self) -> int:
        """How many rules could not be applied."""

    @property
    def without_manifest(self) -> bool:
        """Whether only files could be looked at."""

    @property
    def observed(self) -> Mapping[str, str]:
        """What came of each thing that was looked for."""

    @property
    def levels(self) -> Mapping[str, str]:
        """The highest step that was reached, by scale."""

    @property
    def codes(self) -> Mapping[str, int]:
        """How many findings of each rule there are."""

    @property
    def errors(self) -> tuple[str, ...]:
        """The first errors, in words."""


ABOUT = ("id", "path", "answer", "manifest", "errors", "warnings", "notes", "not_assessed")
"""The first columns of the table."""


def csv_header(items: Sequence[str]) -> str:
    """The names of the columns: those of `ABOUT`, one for each item, and then what the rules found.

    Args:
        items: names of the things that are looked for in submissions.
    """
    return _line([*ABOUT, *items, "levels", "codes", "first_errors"])


def csv_row(identifier: str, path: str, row: BatchRow, items: Sequence[str]) -> str:
    """One submission as a line of the table (RFC 4180).

    The answer is that of the page about the batch, a word of `STATES`: of files without a manifest that
    nothing speaks against it is `no manifest`, since nobody can call them valid. `codes` are the rules with
    their numbers of findings.
    A cell that a spreadsheet would take for a formula has an apostrophe before it, since a name or a message
    may come from a stranger.
    """
    answer = STATES[_state(row)][0]
    manifest = "" if row.failure else "no" if row.without_manifest else "yes"
    said = [row.failure] if row.failure else list(row.errors)
    return _line(
        [
            identifier,
            path,
            answer,
            manifest,
            *map(str, row.counts),
            str(row.not_assessed),
            *(row.observed.get(item, "") for item in items),
            " ".join(f"{scale}={step}" for scale, step in row.levels.items()),
            " ".join(f"{code}={count}" for code, count in row.codes.items()),
            " | ".join(said),
        ]
    )


def _state(row: BatchRow) -> str:
    """What a submission comes to, as `report_page.batch.state_of` tells it of a whole report."""
    if row.failure:
        return "failed"
    if row.valid:
        return "bare" if row.without_manifest else "valid"
    return "invalid" if row.counts[0] else "open"


def batch_text(rows: Sequence[tuple[str, BatchRow]], policy: str = "") -> Group:
    """A batch in a few words: the answers, what was found how often, and the submissions to look at.

    Args:
        rows: the submissions by their names.
        policy: the id of the policy that they were judged by; empty where that is the standard alone.
    """
    failed = [(name, row.failure) for name, row in rows if row.failure]
    undecided = [(name, "a rule itself failed") for name, row in rows if _state(row) == "open"]
    wrong = sorted(
        ((name, row) for name, row in rows if _state(row) == "invalid"),
        key=lambda each: (-each[1].counts[0], -each[1].counts[1]),
    )
    valid = [row for _, row in rows if row.valid]
    return stacked(
        *_named("Not valid", [(_with_errors(name, row), "; ".join(row.errors)) for name, row in wrong]),
        *_named("Undecided", undecided),
        *_named("Not judged", failed),
        *_nothing_found(rows),
        *_codes([row for _, row in rows]),
        *_items([row for _, row in rows]),
        *_next_steps(rows),
        text(""),
        _answer(valid, policy, wrong=len(wrong), undecided=len(undecided), failed=len(failed)),
    )


def _with_errors(name: str, row: BatchRow) -> str:
    return f"{name} ({words.count_of(row.counts[0], 'error')})" if row.counts[0] > len(row.errors) else name


def _named(title: str, cases: Sequence[tuple[str, str]]) -> Iterator[RenderableType]:
    if not cases:
        return
    yield heading(f"{title} ({len(cases):,})")
    for name, why in cases[:_MOST_SHOWN]:
        yield hanging(
            text("-", SOFT), joined(text(f"{words.plain(name)}: ", STRONG), words.ended(words.plain(why)))
        )
    if len(cases) > _MOST_SHOWN:
        yield text(f"and {len(cases) - _MOST_SHOWN:,} more, which `--format csv` lists", SOFT)


def _nothing_found(rows: Sequence[tuple[str, BatchRow]]) -> Iterator[RenderableType]:
    """Submissions of which nothing can be said: empty ones, a paper alone, an archive in an archive."""
    names = [
        words.plain(name)
        for name, row in rows
        if row.without_manifest and not any(row.observed.get(item) == "found" for item in _wanted(row))
    ]
    if names:
        yield heading(f"Without anything that was looked for ({len(names):,})")
        yield text(words.ended(words.shortened(names, _MOST_SHOWN)))


def _wanted(row: BatchRow) -> list[str]:
    return [item for item in row.observed if item not in _NOT_WANTED]


def _codes(rows: Iterable[BatchRow]) -> Iterator[RenderableType]:
    """The rules that most submissions break."""
    count = Counter(code for row in rows for code in row.codes)
    if count:
        yield heading("Rules that most submissions break")
    for code, number in count.most_common(_MOST_CODES):
        rule = find_rule(code)
        name = f": {rule.name}" if rule else ""
        yield Hanging(text(code), text(f"{words.count_of(number, 'submission')}{name}"), 8)


def _items(rows: Sequence[BatchRow]) -> Iterator[RenderableType]:
    """In how many submissions without a manifest each thing was found."""
    looked = [row.observed for row in rows if row.observed]
    items = list(dict.fromkeys(item for observed in looked for item in observed if item != "inventory"))
    if items:
        yield heading(f"Found in {words.count_of(len(looked), 'submission')} without a manifest")
    for item in items:
        count = Counter(observed.get(item, "") for observed in looked)
        share = 100 * count["found"] / len(looked)
        unknown = f", {count['not-assessed']:,} not assessed" if count["not-assessed"] else ""
        yield Hanging(text(item), text(f"{count['found']:,} ({share:.0f} %){unknown}"), 18)


def _next_steps(rows: Sequence[tuple[str, BatchRow]]) -> Iterator[RenderableType]:
    """How to see more: of one submission, of a rule, of all."""
    count = Counter(code for _, row in rows for code in row.codes)
    yield heading("Next steps")
    yield hanging("-", "One submission: `reprocrate validate PATH`")
    if count:
        code = count.most_common(1)[0][0]
        yield hanging("-", f"What a rule asks for: `reprocrate explain {code}`")
    yield hanging("-", "All of them: `--format html --output FOLDER` for pages, `--format csv` for a table")


def _answer(
    valid: Sequence[BatchRow], policy: str, *, wrong: int, undecided: int, failed: int
) -> RenderableType:
    bare = sum(row.without_manifest for row in valid)
    counts = [
        f"{len(valid) - bare:,} valid",
        *([f"{bare:,} without a manifest and without an error"] if bare else []),
        f"{wrong:,} not valid",
        *([f"{undecided:,} undecided"] if undecided else []),
        f"{failed:,} not judged",
    ]
    every = words.count_of(len(valid) + wrong + undecided + failed, "submission")
    judged = f" by the policy {words.plain(policy)}" if policy else ""
    return text(f"{every}{judged}: {words.listing(counts)}.", BAD if failed or wrong or undecided else GOOD)


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return written.getvalue()


def _harmless(cell: str) -> str:
    flat = " ".join(words.verbatim(cell).split())
    return f"'{flat}" if flat.startswith(_FORMULA) else flat
