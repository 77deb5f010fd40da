"""Runs that drew random numbers without a seed, so that the same values are not to be expected again."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.manifest import Manifest, Run


def unseeded_generators(manifest: Manifest, runs: Iterable[Run]) -> tuple[str, ...]:
    """What drew random numbers without a seed in these runs, as people call it, in the order of the runs.

    Nothing, where the author promises equal values all the same, or a repetition of one of these runs has
    shown them: then no value depends on what was drawn. A generator that was seeded after its first use is
    left out, since most of what was drawn from it has a seed.
    """
    runs = tuple(runs)
    drawn = [use for run in runs for use in run.unseeded if use.until is None]
    found = manifest.determinism
    if not drawn or (found and found.promised in ("bitwise", "numerical")):
        return ()
    names = {run.id for run in runs}
    if found and any(one.metrics_identical and one.run in names for one in found.measured):
        return ()
    return tuple(dict.fromkeys(use.function or f"the shared generator of {use.library}" for use in drawn))
