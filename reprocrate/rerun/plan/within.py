"""The work that fits into a time and shows most about the primary claims.

What can be done stands in one fixed order, from what shows most to what shows least, and the first that fits
is chosen; so more time never leads to less. Only what primary claims rest on is ever run (every claim, where
none is primary; every result, where there is no claim), with the runs that wrote what these read. The order:

1. `full` for all of these claims, with as many of the recorded seeds as fit: at least two where a claim needs
   an interval, three where only equivalence can be shown, one elsewhere.
2. `evaluate` for all of them.
3. `full` for some of them, the cheapest first; then `evaluate` for some.
4. `full` with fewer seeds than can decide.
5. `logs`, which takes no time and bears on every claim.

`smoke` is not among these: it shows that the code runs, and nothing about a claim. Seeds are taken in the
order in which they were recorded, those first that all configurations have, and never by what they gave.
Times are the recorded ones, one run after the other; building the environment and copying data come on top.
Work of which one duration is not on record fits into no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from reprocrate.errors import UsageError
from reprocrate.manifest import Claim, Manifest
from reprocrate.rerun.plan.decisions import Expected
from reprocrate.rerun.plan.offers import Offer, Within, described, reasons_of
from reprocrate.rerun.plan.outlook import claim_configurations, total_seconds
from reprocrate.rerun.plan.scope import Scope, Selection, wanted_configurations
from reprocrate.rerun.wording import duration_text, listed
from reprocrate.rerun.work.selection import Depth, Task, asked_seeds, select_tasks, without_choice
from reprocrate.rerun.work.upstream import with_upstream

FOR_EQUIVALENCE = 3
FOR_AN_INTERVAL = 2
_NEED_AN_INTERVAL = frozenset({"threshold", "ordering", "gain", "quantified"})

Outlook = Callable[[Selection], Expected]
"""What a selection can show on a machine; `nothing` where it cannot be run there."""

Clock = Callable[[Sequence[Task]], float | None]
"""How long tasks take; None where it is not known. More tasks must not take less."""


def best_within(
    manifest: Manifest, scope: Scope, outlook: Outlook, clock: Clock = total_seconds
) -> tuple[Selection, Within]:
    """The work that shows most about the primary claims and fits into the scope's time.

    Args:
        manifest: the recorded experiment.
        scope: what is asked for, with a time in `within`.
        outlook: what a selection can show on this machine.
        clock: how long tasks take; one after the other where not given.

    Raises:
        UsageError: as `selection_of`.
    """
    if scope.within is None:
        raise UsageError("no time was given", "work is chosen by its time", "Give one, such as --within 20m")
    search = _Search(manifest, scope, scope.within, outlook, clock)
    chosen: _Candidate | None = None
    offers: list[Offer] = []
    for find in (search.full, search.evaluate, search.full_in_part, search.evaluate_in_part, search.too_few):
        chosen, offer = find()
        if offer:
            offers.append(offer)
        if chosen:
            break
    if chosen is None:
        chosen = _Candidate(Depth.LOGS, search.bearing, 0)
        why = "it takes no time, and nothing that shows more fits"
        offers.append(Offer(Depth.LOGS, "results from the recorded runs", 0.0, True, why))
    selection = replace(search.selection(chosen), reasons=tuple(reasons_of(scope.within, offers)))
    return selection, Within(scope.within, tuple(offers))


@dataclass(frozen=True, slots=True)
class _Bearing:
    """Something that is to be shown, and the configurations that it rests on."""

    name: str
    kind: str
    configurations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Work at a depth on some of what is to be shown, with the first so many seeds; 0 for none."""

    depth: Depth
    bearing: tuple[_Bearing, ...]
    seeds: int


@dataclass(frozen=True)
class _Search:
    manifest: Manifest
    scope: Scope
    limit: float
    outlook: Outlook
    clock: Clock
    _known: dict[_Candidate, Selection] = field(default_factory=dict, repr=False)

    # What is to be shown

    @cached_property
    def bearing(self) -> tuple[_Bearing, ...]:
        """The claims that decide, cheapest first; where there are none, all results as one."""
        allowed = wanted_configurations(self.manifest, self.scope)
        claims = [one for one in _deciding(self.manifest, self.scope) if self._is_allowed(one, allowed)]
        found = [_Bearing(one.id, one.kind, claim_configurations(self.manifest, one)) for one in claims]
        if not found:
            every = tuple(
                dict.fromkeys(one.configuration for one in self.manifest.results if one.configuration)
            )
            named = tuple(name for name in every if allowed is None or name in allowed)
            return (_Bearing("every result", "result", named or allowed or every),)
        return tuple(sorted(found, key=lambda one: self._cost((one,))))

    def _is_allowed(self, claim: Claim, allowed: tuple[str, ...] | None) -> bool:
        resting = claim_configurations(self.manifest, claim)
        return bool(resting) and (allowed is None or set(resting) <= set(allowed))

    def _cost(self, bearing: tuple[_Bearing, ...]) -> float:
        seconds = self.seconds(_Candidate(Depth.FULL, bearing, len(self.seeds)))
        return float("inf") if seconds is None else seconds

    # Candidates, their runs and their time

    @cached_property
    def seeds(self) -> tuple[str, ...]:
        """The recorded seeds, those that most configurations have first, then as they were recorded."""
        asked = self.scope.seeds
        wanted = None if asked is None else {str(seed) for seed in asked}
        having: dict[str, set[str]] = {}
        tasks = select_tasks(self.manifest, seeds=asked)
        fixed = without_choice(tasks)
        for task in tasks:
            if task.id not in fixed and (wanted is None or str(task.seed) in wanted):
                having.setdefault(str(task.seed), set()).add(task.configuration.id)
        return tuple(sorted(having, key=lambda seed: -len(having[seed])))  # sorting keeps the order of equals

    def selection(self, candidate: _Candidate) -> Selection:
        """The runs of a candidate.

        Raises:
            UsageError: the experiment has nothing of that depth.
        """
        if candidate not in self._known:
            self._known[candidate] = self._selection(candidate)
        return self._known[candidate]

    def _selection(self, candidate: _Candidate) -> Selection:
        names = tuple(dict.fromkeys(name for one in candidate.bearing for name in one.configurations))
        claims = self.scope.claims
        if candidate.depth is Depth.LOGS:
            return Selection(Depth.LOGS, (), claims=claims)
        tasks = select_tasks(self.manifest, depth=candidate.depth, configurations=names)
        taken, fixed = set(self.seeds[: candidate.seeds]), without_choice(tasks)
        tasks = tuple(task for task in tasks if task.id in fixed or str(task.seed) in taken)
        if candidate.depth is Depth.FULL:
            tasks = with_upstream(self.manifest, tasks)
        return Selection(candidate.depth, tasks, claims=claims)

    def seconds(self, candidate: _Candidate) -> float | None:
        """How long it takes."""
        return self.clock(self.selection(candidate).tasks)

    def fits(self, candidate: _Candidate) -> bool:
        """Whether it fits into the time and can be run here. What is part of work that fits, fits."""
        seconds = self.seconds(candidate)
        if seconds is None or seconds > self.limit:
            return False
        return self.outlook(self.selection(candidate)) is not Expected.NOTHING

    def decides(self, candidate: _Candidate, fewest: int | None = None) -> bool:
        """Whether each configuration has as many seeds as can decide, or all that were recorded."""
        needed = self._fewest(candidate) if fewest is None else fewest
        every = self._counts(replace(candidate, seeds=len(self.seeds)))
        counts = self._counts(candidate)
        return all(counts.get(name, 0) >= min(needed, most) for name, most in every.items())

    def _counts(self, candidate: _Candidate) -> dict[str, int]:
        asked = asked_seeds(self.manifest, self.selection(candidate).tasks)
        names = {name for one in candidate.bearing for name in one.configurations}
        return {name: len(seeds) for name, seeds in asked.items() if name in names}

    def _fewest(self, candidate: _Candidate) -> int:
        if self._expected is Expected.EQUIVALENT and candidate.depth is Depth.FULL:
            return FOR_EQUIVALENCE
        intervals = any(one.kind in _NEED_AN_INTERVAL for one in candidate.bearing)
        return FOR_AN_INTERVAL if intervals else 1

    @cached_property
    def _expected(self) -> Expected:
        return self.outlook(self.selection(_Candidate(Depth.FULL, self.bearing, len(self.seeds))))

    # What is preferred

    def full(self) -> tuple[_Candidate | None, Offer | None]:
        return self._whole(Depth.FULL)

    def evaluate(self) -> tuple[_Candidate | None, Offer | None]:
        return self._whole(Depth.EVALUATE)

    def full_in_part(self) -> tuple[_Candidate | None, Offer | None]:
        return self._best(Depth.FULL, self._parts(Depth.FULL))

    def evaluate_in_part(self) -> tuple[_Candidate | None, Offer | None]:
        return self._best(Depth.EVALUATE, self._parts(Depth.EVALUATE))

    def too_few(self) -> tuple[_Candidate | None, Offer | None]:
        """With fewer seeds than can decide: it may still show the same values."""
        for one in self.usable(Depth.FULL)[:1]:
            smallest = self._smallest(Depth.FULL, (one,), fewest=1)
            found = self._most_seeds(smallest) if self.fits(smallest) else None
            same = self._expected in (Expected.IDENTICAL, Expected.WITHIN_TOLERANCE)
            hope = ", but they may show the same values" if same else ""
            why = f"that is too few seeds to decide{hope}"
            return found, self._offer(
                found or smallest, found is not None, why if found else self._why_not(smallest)
            )
        return None, None

    def usable(self, depth: Depth) -> tuple[_Bearing, ...]:
        """What can be shown at a depth at all: each configuration that it rests on has runs of that depth."""
        try:
            tasks = select_tasks(self.manifest, depth=depth)
        except UsageError:
            return ()
        there = {task.configuration.id for task in tasks}
        return tuple(
            one for one in self.bearing if one.configurations and there.issuperset(one.configurations)
        )

    def _parts(self, depth: Depth) -> list[tuple[_Bearing, ...]]:
        """Some of what is to be shown, from the cheapest alone to all but the dearest."""
        usable = self.usable(depth)
        return [usable[:count] for count in range(1, len(usable) + 1) if count < len(self.bearing)]

    def _whole(self, depth: Depth) -> tuple[_Candidate | None, Offer | None]:
        usable = self.usable(depth)
        if len(usable) == len(self.bearing):
            return self._best(depth, [self.bearing])
        if not any(one.configurations for one in self.bearing):
            return None, Offer(depth, "everything", None, False, "no result rests on any run")
        lacking = [one.name for one in self.bearing if one not in usable]
        absent = "neither a variant `evaluate` nor recorded runs that evaluate"
        lack = "no recorded runs" if depth is Depth.FULL else absent
        verb = "rests" if len(lacking) == 1 else "rest"
        why = f"{listed(lacking)} {verb} on something that has {lack}"
        return None, Offer(depth, "everything", None, False, why)

    def _best(
        self, depth: Depth, parts: Sequence[tuple[_Bearing, ...]]
    ) -> tuple[_Candidate | None, Offer | None]:
        """The last part that fits with as many seeds as decide, then with as many as fit; and what to say."""
        if not parts:
            return None, None
        smallest = [self._smallest(depth, bearing) for bearing in parts]
        found = _last(smallest, self.fits)
        if found is None:
            return None, self._offer(smallest[0], False, self._why_not(smallest[0]))
        best = self._most_seeds(found)
        return best, self._offer(best, True, self._what_is_left_out(best))

    def _most_seeds(self, smallest: _Candidate) -> _Candidate:
        """The same with as many seeds as fit."""
        counts = range(smallest.seeds, len(self.seeds) + 1)
        return _last([replace(smallest, seeds=count) for count in counts], self.fits) or smallest

    def _smallest(self, depth: Depth, bearing: tuple[_Bearing, ...], fewest: int | None = None) -> _Candidate:
        """The work on this with the fewest seeds that can decide."""
        candidates = [_Candidate(depth, bearing, count) for count in range(len(self.seeds), -1, -1)]
        return _last(candidates, lambda one: self.decides(one, fewest)) or candidates[0]

    # What is said of it

    def _why_not(self, candidate: _Candidate) -> str:
        seconds = self.seconds(candidate)
        if seconds is None:
            unknown = sum(task.seconds is None for task in self.selection(candidate).tasks)
            if not unknown:
                return "the durations on record do not add up to any time"
            return f"how long it takes is not known: of {unknown} of its runs no duration is on record"
        if seconds > self.limit:
            return f"even that takes about {duration_text(seconds)}"
        return f"it cannot be run on this machine (`plan --depth {candidate.depth.value}` says why)"

    def _what_is_left_out(self, candidate: _Candidate) -> str:
        whole = _Candidate(candidate.depth, self.bearing, len(self.seeds))
        if len(self.selection(whole).tasks) == len(self.selection(candidate).tasks):
            return "nothing is left out"
        seconds = self.seconds(whole)
        takes = "an unknown time" if seconds is None else f"about {duration_text(seconds)}"
        others = [one.name for one in self.bearing[len(candidate.bearing) :]]
        said = f", {listed(others)} among it" if others else ""
        return f"all of it would take {takes}{said}"

    def _offer(self, candidate: _Candidate, chosen: bool, reason: str) -> Offer:
        what = described(self.selection(candidate))
        return Offer(candidate.depth, what, self.seconds(candidate), chosen, reason)


def _deciding(manifest: Manifest, scope: Scope) -> Iterator[Claim]:
    """The claims that were asked for, else the primary ones, else all."""
    named = [one for one in manifest.claims if one.id in scope.claims]
    yield from named or [one for one in manifest.claims if one.primary] or manifest.claims


def _last(candidates: Sequence[_Candidate], holds: Callable[[_Candidate], bool]) -> _Candidate | None:
    """The last candidate that something holds for, where it holds for all before any that it holds for."""
    low, high = 0, len(candidates)
    while low < high:
        middle = (low + high) // 2
        if holds(candidates[middle]):
            low = middle + 1
        else:
            high = middle
    return candidates[low - 1] if low else None
