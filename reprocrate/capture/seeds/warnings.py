"""What an author is told at once of seeds that did not reach the generators of random numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reprocrate.capture.record import RunRecord, Seed, plain
from reprocrate.manifest.derivation import may_derive, told_seeds, told_use

_MOST_USES = 3


def seed_warnings(records: Iterable[RunRecord]) -> list[str]:
    """One sentence for each thing that is wrong with the seeds of launches that ended well."""
    groups: dict[str, list[RunRecord]] = {}
    for record in records:
        if record.status == "ok" and record.given_seeds:
            identity = (record.configuration.digest, plain(record.configuration.grid))
            groups.setdefault(repr(identity), []).append(record)
    return list(dict.fromkeys(text for group in groups.values() for text in _of_one_configuration(group)))


def _of_one_configuration(records: Sequence[RunRecord]) -> Iterator[str]:
    seen = [record for record in records if _all_seeds_were_seen(record)]
    given = {str(seed.value) for record in seen for seed in record.given_seeds}
    if len(given) > 1:
        if len({_set(record) for record in seen}) == 1 and not _something_differs(seen):
            yield (
                f"{len(given)} seeds reached no generator: all launches seeded theirs alike, with "
                f"{_told(_observed(seen[0]))}"
            )
    elif seen and not any(_reaches(record) for record in seen):
        yield (
            f"seed {next(iter(given))} reached no generator that was seen; their seeds are "
            f"{_told(_observed(seen[0]))}"
        )
    uses = dict.fromkeys(
        told_use(use.library, use.function, use.site, use.until)
        for record in records
        for use in record.unseeded
    )
    if uses:
        more = f"; and {len(uses) - _MOST_USES} more" if len(uses) > _MOST_USES else ""
        yield f"the same seed may not give the same result: {'; '.join(list(uses)[:_MOST_USES])}{more}"


def _observed(record: RunRecord) -> list[Seed]:
    return [seed for seed in record.seeds if seed.how == "observed"]


def _all_seeds_were_seen(record: RunRecord) -> bool:
    seen = _observed(record)
    little = record.capture.completeness == "minimal" or record.capture.unseen_generators
    return bool(seen) and not little and not any(seed.more for seed in seen)


def _set(record: RunRecord) -> frozenset[tuple[str | None, tuple[int, ...], int | None]]:
    return frozenset((seed.function, seed.numbers, seed.rank) for seed in _observed(record))


def _reaches(record: RunRecord) -> bool:
    return any(
        may_derive(seen.numbers, int(seed.value)) for seen in _observed(record) for seed in record.given_seeds
    )


def _something_differs(records: Sequence[RunRecord]) -> bool:
    """Whether the values tell that a generator which nobody saw follows the seed."""
    values: dict[object, list[float | None]] = {}
    for record in records:
        for metric in record.metrics:
            what = (metric.metric, metric.data, metric.split, metric.step, metric.fold)
            values.setdefault(what, []).append(metric.value)
    shared = [found for found in values.values() if len(found) > 1]
    is_drawn = any(record.unseeded for record in records)
    return not is_drawn and bool(shared) and all(len(set(found)) > 1 for found in shared)


def _told(seeds: Iterable[Seed]) -> str:
    return told_seeds((seed.numbers, seed.function, seed.site) for seed in seeds)
