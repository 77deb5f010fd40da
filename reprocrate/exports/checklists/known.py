"""What a record says for one question: sentences with its numbers, and what it does not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reprocrate.manifest import Data, Manifest, Result, Run

MOST_NAMED = 4
"""More than this is counted, not named: a justification is one or two sentences."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known for a question.

    Attributes:
        sentences: what the record shows.
        missing: what the question asks for and the record does not say.
    """

    sentences: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the record says all that the question asks for."""
        return bool(self.sentences) and not self.missing


def said(*sentences: str, missing: Iterable[str] = ()) -> Known:
    """What is known, without what is empty."""
    return Known(tuple(filter(None, sentences)), tuple(missing))


def listed(names: Iterable[str]) -> str:
    """Names as a person lists them, some of them where there are many."""
    found = list(dict.fromkeys(filter(None, names)))
    if len(found) > MOST_NAMED:
        return f"{', '.join(found[:MOST_NAMED])} and {len(found) - MOST_NAMED} more"
    return found[0] if len(found) == 1 else " and ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def hours(seconds: float) -> str:
    """A time as a paper gives it."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.1f} h"


def numbers(values: Iterable[int | str | None]) -> str:
    """Seeds, as a range where they are one."""
    found = list(dict.fromkeys(each for each in values if each is not None))
    whole = sorted(each for each in found if isinstance(each, int))
    if len(whole) == len(found) > 2 and whole[-1] - whole[0] == len(whole) - 1:
        return f"{whole[0]} to {whole[-1]}"
    return listed(map(str, found))


def gib(size: int) -> str:
    """An amount of memory."""
    return f"{size / 2**30:.0f} GiB" if size >= 2**30 else f"{size / 2**20:.0f} MiB"


def results_that_count(manifest: Manifest) -> list[Result]:
    """The results that claims rest on; all of them where there are no claims."""
    wanted = {name for claim in manifest.claims for name in claim.evidence}
    wanted |= {side for each in manifest.comparisons if each.id in wanted for side in (each.a, each.b)}
    by_name = {each.id: each for each in manifest.results}
    waiting, reached = [name for name in wanted if name in by_name], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [inner for inner in by_name[name].results if inner in by_name]
    return [each for each in manifest.results if each.id in reached] or list(manifest.results)


def runs_that_count(manifest: Manifest) -> list[Run]:
    """The runs of the results that count; all that ended well where there are no results."""
    named = {name for each in results_that_count(manifest) for name in each.runs}
    return [run for run in manifest.runs if (run.id in named if named else run.status == "ok")]


def places_of(manifest: Manifest) -> str:
    """The tables and figures that claims and results are printed in."""
    labels = [claim.location.label or "" for claim in manifest.claims if claim.location]
    labels += [each.location or "" for result in manifest.results for each in result.reported]
    labels += [table.label for table in manifest.tables]
    return listed(labels)


def title_of(data: Data) -> str:
    """What to call a data set."""
    return f"{data.name or data.id}{f', version {data.version}' if data.version else ''}"


def address_of(data: Data) -> str:
    """Where to get a data set; empty where that is not said."""
    source = data.source
    if source is None:
        return data.remote.uri if data.remote else ""
    return f"https://doi.org/{source.doi}" if source.doi else source.url or source.package or ""


def lacking(entries: Iterable[tuple[str, bool]], what: str) -> list[str]:
    """What to ask for where some entries have not what all need."""
    names = [name for name, there in entries if not there]
    return [f"{what} of {listed(names)}"] if names else []


def most_common(values: Sequence[str]) -> str:
    """Values with how often each occurs, where that is not once for all."""
    found = Counter(values)
    if len(found) == 1:
        return next(iter(found))
    return listed(f"{value} ({count})" for value, count in found.most_common())
