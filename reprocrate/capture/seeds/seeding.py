"""Which generators of random numbers a launch seeded, with what and where, and which it used without a seed.

What the processes of a launch saw of that is merged. The same seed at the same place counts once, whoever
used it. A place that seeds with ever new numbers, as a loop or the workers of a pool do, is named with its
first ones and how many there were.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reprocrate.capture.observation.processes import Process, unseen_programs
from reprocrate.capture.record import Determinism, RunRecord, Seed, UnseededUse
from reprocrate.capture.seeds.notation import MAX_SAFE_INTEGER
from reprocrate.manifest.derivation import may_derive

MOST_AT_ONE_PLACE = 5
"""How many seeds of one function at one place are named."""
MOST_SEEDS = 200
"""How many are named in all."""

_SHARED = frozenset(
    {
        *("random.seed", "numpy.random.seed", "torch.manual_seed", "torch.Generator.manual_seed"),
        *("tensorflow.random.set_seed", "jax.random.PRNGKey", "jax.random.key"),
    }
)
"""What seeds the generator that most of a program uses: these are named first."""

_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "zsh", "fish", "make", "just", "ninja"})
_GENERATOR = re.compile(rb"\bGenerator\b")
_TORCH = re.compile(rb"^\s*(?:import|from)\s+torch\b", re.MULTILINE)
_SITE = re.compile(r"[^:\x00-\x1f]+:[1-9][0-9]{0,8}")
_LARGEST_READ = 2_000_000


@dataclass(frozen=True)
class Seeding:
    """What is known of the generators of a launch.

    Attributes:
        seeds: those that generators were given.
        unseeded: generators that were used without one.
        unseen: what may have used random numbers whose seeds could not be seen.
    """

    seeds: tuple[Seed, ...] = ()
    unseeded: tuple[UnseededUse, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """A function that was called to seed, and where."""

    function: str
    site: str | None

    @property
    def library(self) -> str:
        return self.function.partition(".")[0]


@dataclass
class _Found:
    """What the processes told, by place; ranks by seed there."""

    seeds: dict[_Place, dict[Any, set[int | None]]] = field(default_factory=dict)
    counts: dict[_Place, int] = field(default_factory=dict)
    without: dict[_Place, str | None] = field(default_factory=dict)
    unseeded: dict[UnseededUse, None] = field(default_factory=dict)
    unseen: dict[str, None] = field(default_factory=dict)
    ranks: set[int | None] = field(default_factory=set)


def look_at_seeding(processes: Sequence[Process], project: Path, record: RunRecord) -> Seeding:
    """Merge what the processes of a launch saw, the oldest first.

    Args:
        processes: those that were recorded.
        project: the project's folder.
        record: the launch, with the seeds that it was given.
    """
    found = _Found()
    for process in processes:
        _take(process, project, found)
    given = [int(seed.value) for seed in record.given_seeds]
    seeds = sorted(_seeds(found, given), key=lambda seed: seed.function not in _SHARED)
    unseen = [*found.unseen, *_values_unseen(found)]
    return Seeding(tuple(seeds[:MOST_SEEDS]), tuple(_unseeded(found)), tuple(dict.fromkeys(unseen)))


def with_unseeded_use(determinism: Determinism, seeding: Seeding) -> Determinism:
    """What decides whether a seed gives the same result, with the generators that were used without one."""
    libraries = ", ".join(dict.fromkeys(use.library for use in seeding.unseeded))
    if not libraries:
        return determinism
    cause = f"random numbers were drawn without a seed ({libraries})"
    return replace(determinism, known_causes=(*determinism.known_causes, cause))


def unseen_generators(
    processes: Sequence[Process], program: str | None, project: Path, executed: Iterable[str]
) -> list[str]:
    """What else may have used random numbers out of sight.

    Args:
        processes: those that were recorded.
        program: the program that was started, where it is not one that was recorded.
        project: the project's folder.
        executed: files of the project's code that ran.
    """
    programs = [name for name in (program, *unseen_programs(processes)) if name and name not in _SHELLS]
    uses_torch = any(_names_a_torch_generator(project / path) for path in executed if path.endswith(".py"))
    return [*dict.fromkeys(programs), *(["torch.Generator"] if uses_torch else [])]


def _names_a_torch_generator(path: Path) -> bool:
    """Whether code may make a `torch.Generator`, which no recorder can look into."""
    try:
        if path.stat().st_size > _LARGEST_READ:
            return False
        text = path.read_bytes()
    except OSError:
        return False
    return _GENERATOR.search(text) is not None and _TORCH.search(text) is not None


def _take(process: Process, project: Path, found: _Found) -> None:
    rank: int | None = getattr(process, "rank", None)
    found.ranks.add(rank)
    begun: dict[_Place, Any] = {}  # where a generator began without a seed in this process
    for entry in process.seeding:
        event = entry.get("event")
        names = [str(name) for name in entry.get("libraries") or ()]
        if event == "unseeded":
            until = _relative(entry.get("until"), project)
            found.unseeded.update({UnseededUse(name, until=until): None for name in names})
        elif event == "unwatched":
            found.unseen.update(dict.fromkeys(names))
        else:
            place = _Place(str(entry.get("function")), _relative(entry.get("site"), project))
            _take_seed(entry, place, rank, found, begun)
    found.without.update(begun)
    for name in process.end.get("unseeded") or ():
        found.unseeded[UnseededUse(str(name))] = None


def _take_seed(
    entry: Mapping[str, Any], place: _Place, rank: int | None, found: _Found, begun: dict[_Place, Any]
) -> None:
    if "count" in entry:
        found.counts[place] = max(found.counts.get(place, 0), int(entry["count"]))
        return
    if entry.get("instead"):
        begun.pop(_Place("numpy.random.SeedSequence", place.site), None)
    value = entry.get("value")
    if value is None:
        begun[place] = entry.get("shared")
    else:
        found.seeds.setdefault(place, {}).setdefault(value, set()).add(rank)


def _relative(site: object, project: Path) -> str | None:
    """A place in the code relative to the project."""
    if not isinstance(site, str) or not site.startswith(f"{project}/"):
        return None
    place = site[len(f"{project}/") :]
    return place if _SITE.fullmatch(place) else None


def _seeds(found: _Found, given: Collection[int]) -> Iterator[Seed]:
    placed = {
        (place.function, value)
        for place, values in found.seeds.items()
        if place.site is not None
        for value in values
    }
    for place, values in found.seeds.items():
        named = [
            seed
            for value, ranks in values.items()
            if place.site is not None or (place.function, value) not in placed
            for seed in _as_seeds(place, value, ranks if ranks != found.ranks else {None}, given)
        ]
        left = max(len(values), found.counts.get(place, 0)) - MOST_AT_ONE_PLACE
        if left > 0 and named:
            named.sort(key=lambda seed: (not _is_near(seed, given), seed.numbers))  # as no race decides
            named = named[:MOST_AT_ONE_PLACE]
            named[-1] = replace(named[-1], more=left)
        yield from named


def _is_near(seed: Seed, given: Collection[int]) -> bool:
    """Whether it may come from the launch's own, which is worth more than others."""
    return any(may_derive(seed.numbers, each) for each in given)


def _as_seeds(
    place: _Place, value: Any, ranks: Iterable[int | None], given: Collection[int]
) -> Iterator[Seed]:
    numbers = _numbers(value)
    if not numbers:
        return
    first = next((number for number in numbers if number in given), numbers[0])
    parts = tuple(map(_written, numbers)) if isinstance(value, str) else ()
    for rank in sorted(ranks, key=lambda each: -1 if each is None else each):
        yield Seed(place.library, _written(first), "observed", rank, place.function, place.site, parts)


def _numbers(value: Any) -> list[int]:
    """The numbers of a seed as it stands in a log; none where it is of another kind."""
    if isinstance(value, int):
        return [int(value)]
    parts = str(value).rstrip(",").split(",")
    return [int(part) for part in parts] if all(re.fullmatch(r"-?[0-9]+", part) for part in parts) else []


def _written(number: int) -> int | str:
    return number if abs(number) <= MAX_SAFE_INTEGER else str(number)


def _values_unseen(found: _Found) -> Iterator[str]:
    """Seeds that are no whole numbers: what they come from cannot be told."""
    for place, values in found.seeds.items():
        for value in values:
            if not _numbers(value):
                yield f"{place.function} (a seed of type {str(value).strip('()')})"


def _unseeded(found: _Found) -> Iterator[UnseededUse]:
    shared = {use.library for use in found.unseeded}
    uses: dict[UnseededUse, None] = {}
    explained = set()
    for place, library in found.without.items():
        if library is None or library in shared:
            uses[UnseededUse(library or place.library, place.function, place.site)] = None
            explained.add(library)
    for use in found.unseeded:
        if use.until is not None or use.library not in explained:
            uses[use] = None
    yield from list(uses)[:MOST_SEEDS]
