"""How often verdicts are wrong, by simulation: python benchmarks/verdicts.py [--repetitions 4000] [--jobs 2]

Seeds are drawn from distributions of standard deviation 1, the rerun's apart from the original's, and are
judged as in a real rerun. Each line is one situation; shifts and margins are in standard deviations.

- normal
- t3: Student's t with 3 degrees of freedom: now and then a seed far out, on either side
- lognormal: the exponential of a normal: skewed, with a long tail above
- failures: nine seeds in ten are normal, the tenth collapses by six times the spread of the others, as runs
  of reinforcement learning do

Results: with the truth unmoved, a contradiction is an error (at most 1.5 %); with the truth moved by 3,
five seeds on each side find it (at least 90 %); with the truth moved by the margin itself, equivalence is
an error (at most 5 %, the level of the test). Claims: an ordering between equals that is upheld, an
ordering or a threshold that just holds and is not upheld, are errors (at most 2.5 %, one side of a 95 %
interval). The limits of 5 and 2.5 % are exact in theory, so that the simulation's own noise, three standard
errors, is allowed there.

Every rate with a limit is held against it, and what it misses is listed at the end. The exit status is 1 if
one is missed that is promised: all of them for normal seeds, the limits of 1.5 and 5 % for the others too.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from reprocrate.rerun.compare import (
    Case,
    Claim,
    Duel,
    Figures,
    Judged,
    Margin,
    Outcome,
    Sample,
    SeedValue,
    judge,
    judge_claim,
)
from reprocrate.rerun.compare.samples import Direction

Draw = Callable[[random.Random], float]


def _student(source: random.Random) -> float:
    chi_square = source.gammavariate(1.5, 2.0)
    return source.gauss(0.0, 1.0) / math.sqrt(chi_square / 3.0) / math.sqrt(3.0)


def _lognormal(source: random.Random) -> float:
    return (source.lognormvariate(0.0, 1.0) - math.exp(0.5)) / math.sqrt((math.e - 1.0) * math.e)


_FAILS, _NOISE = 0.1, 0.5
_DROP = math.sqrt((1.0 - _NOISE**2) / (_FAILS * (1.0 - _FAILS)))  # 2.89, 5.8 times the spread of the others


def _failures(source: random.Random) -> float:
    return source.gauss(0.0, _NOISE) - _DROP * (source.random() < _FAILS) + _FAILS * _DROP


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda source: source.gauss(0.0, 1.0),
    "t3": _student,
    "lognormal": _lognormal,
    "failures": _failures,
}
SIZES = (3, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a rate must keep to.

    Attributes:
        outcome: whose rate.
        bound: the limit.
        from_above: whether it is the highest rate, else the lowest.
        exact: whether the rate is the limit itself in theory, so that noise is allowed for.
        everywhere: whether it is promised for seeds that are not normal, too.
    """

    outcome: str
    bound: float
    from_above: bool = True
    exact: bool = False
    everywhere: bool = False

    def holds(self, rate: float, repetitions: int) -> bool:
        """Whether this rate keeps to it."""
        noise = 3.0 * math.sqrt(self.bound * (1.0 - self.bound) / repetitions) if self.exact else 0.0
        return rate <= self.bound + noise if self.from_above else rate >= self.bound

    def __str__(self) -> str:
        return f"{self.outcome} {'at most' if self.from_above else 'at least'} {100 * self.bound:g} %"


@dataclass(frozen=True, slots=True)
class Situation:
    """One line: what is drawn, and what is asked of it.

    Attributes:
        kind: `result`, `ordering` or `threshold`.
        distribution: of the seeds.
        n: seeds of the original.
        k: seeds of the rerun.
        shift: how far the truth moved; of a claim, by how much it truly holds.
        delta: the margin; of an ordering, by how much at least the first is claimed to be better.
        limit: what a rate must keep to.
    """

    kind: str
    distribution: str
    n: int
    k: int
    shift: float
    delta: float
    limit: Limit | None = None


def _results() -> Iterable[tuple[str, list[Situation]]]:
    names = list(DISTRIBUTIONS)
    rare = Limit("contradicted", 0.015, everywhere=True)
    found = Limit("contradicted", 0.9, from_above=False)
    level = Limit("equivalent", 0.05, exact=True, everywhere=True)
    yield (
        "The truth has not moved; the margin is 1.8",
        [Situation("result", name, n, n, 0.0, 1.8, rare) for name in names for n in SIZES],
    )
    yield (
        "The truth moved by 3; the margin is 1.8",
        [
            Situation("result", name, n, n, 3.0, 1.8, found if n == 5 else None)
            for name in names
            for n in SIZES
        ],
    )
    yield (
        "The truth moved by the margin itself, 1.8",
        [Situation("result", name, n, n, 1.8, 1.8, level) for name in names for n in SIZES],
    )
    yield (
        "The truth has not moved; fewer seeds in the rerun",
        [Situation("result", "normal", 5, k, 0.0, delta) for delta in (1.8, 0.1) for k in (1, 2, 3)],
    )
    yield (
        "The truth has not moved; small margins",
        [
            *(
                Situation("result", "normal", n, n, 0.0, delta)
                for delta in (1.0, 0.5, 0.1)
                for n in (5, 10, 20)
            ),
            *(Situation("result", name, 10, 10, 0.0, delta) for name in names[1:] for delta in (0.5, 0.1)),
        ],
    )
    yield (
        "The truth moved by 2; the margin is small",
        [Situation("result", "normal", n, n, 2.0, 0.5) for n in SIZES],
    )


def _claims() -> Iterable[tuple[str, list[Situation]]]:
    names = list(DISTRIBUTIONS)
    upheld, refuted = Limit("upheld", 0.025, exact=True), Limit("not upheld", 0.025, exact=True)
    yield (
        "Ordering claimed between equals",
        [Situation("ordering", name, n, n, 0.0, 0.0, upheld) for name in names for n in SIZES],
    )
    yield (
        "Ordering by at least 0.5 that holds by just as much",
        [Situation("ordering", name, n, n, 0.5, 0.5, refuted) for name in names for n in SIZES],
    )
    yield "Ordering that holds by 2", [Situation("ordering", "normal", n, n, 2.0, 0.0) for n in SIZES]
    yield (
        "Threshold that the truth just reaches",
        [Situation("threshold", name, n, n, 0.0, 0.0, refuted) for name in names for n in SIZES],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rates; 1 if a limit is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=4000, help="simulated reruns of each situation")
    parser.add_argument("--seed", type=int, default=20261122, help="of the simulation")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    missed: list[str] = []
    promised = False
    with ProcessPoolExecutor(options.jobs) as pool:
        for groups, shown in (
            (_results(), ("equivalent", "contradicted", "inconclusive")),
            (_claims(), ("upheld", "not upheld", "undecided")),
        ):
            for title, situations in groups:
                _write(f"\n{title}")
                _say(("seeds", "n", "k", "moved", "margin"), shown)
                work = [(one, options.repetitions, options.seed) for one in situations]
                for situation, counts in zip(situations, pool.map(_counted, work), strict=True):
                    rates = {name: counts[name] / options.repetitions for name in shown}
                    note, holds = _against_limit(situation.limit, rates, options.repetitions)
                    if not holds:
                        missed.append(f"{title}: {situation.distribution}, n = {situation.n}: {note}")
                        promised = promised or _is_promised(situation)
                    numbers = (situation.n, situation.k, situation.shift, situation.delta)
                    _say(
                        (situation.distribution, *numbers),
                        [f"{100 * rates[name]:.2f} %" for name in shown],
                        note,
                    )
    _write(f"\n{len(missed)} limits are missed{':' if missed else '.'}")
    for line in missed:
        _write(f"- {line}")
    return 1 if promised else 0


def _is_promised(situation: Situation) -> bool:
    limit = situation.limit
    return limit is not None and (limit.everywhere or situation.distribution == "normal")


def _write(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def _say(given: Sequence[object], rates: Sequence[str], note: str = "") -> None:
    name, *numbers = given
    columns = [f"{name:<10}", *(f"{value!s:>8}" for value in numbers), *(f"{rate:>13}" for rate in rates)]
    _write("  ".join(["".join(columns), note]))


def _counted(work: tuple[Situation, int, int]) -> Counter[str]:
    """Outcomes of one situation; it has random numbers of its own, so that the lines do not hang together."""
    situation, repetitions, seed = work
    drawn = (
        situation.kind,
        situation.distribution,
        situation.n,
        situation.k,
        situation.shift,
        situation.delta,
    )
    source = random.Random(f"{seed} {drawn!r}")
    judged = _KINDS[situation.kind]
    return Counter(judged(situation, source) for _ in range(repetitions))


def _values(situation: Situation, source: random.Random, count: int, shift: float, label: str) -> Sample:
    draw = DISTRIBUTIONS[situation.distribution]
    seeds = tuple(SeedValue(f"{label}{i}", shift + draw(source)) for i in range(count))
    return Sample("metric", seeds, direction=Direction.MAXIMIZE)


def _result(situation: Situation, source: random.Random) -> str:
    original = _values(situation, source, situation.n, 0.0, "")
    rerun = _values(situation, source, situation.k, situation.shift, "new ")
    asked = tuple(one.seed for one in rerun.seeds)
    case = Case("result", "simulated", original, rerun, asked, margin=Margin("absolute", situation.delta))
    return judge([case])[0].outcome.words


def _again(name: str, sample: Sample) -> Judged:
    """A result of which the rerun gave these values: claims look at nothing else."""
    case = Case(name, name, sample, sample, tuple(one.seed for one in sample.seeds))
    return Judged(case, Figures(None, None, same_seeds=True), Outcome.IDENTICAL)


def _ordering(situation: Situation, source: random.Random) -> str:
    first = _again("first", _values(situation, source, situation.k, situation.shift, ""))
    second = _again("second", _values(situation, source, situation.k, 0.0, "other "))
    claim = Claim("claim", "first beats second", "ordering", duels=(Duel("duel", "first", "second"),))
    if situation.delta:
        claim = Claim("claim", claim.text, "gain", duels=claim.duels, by=situation.delta)
    return judge_claim(claim, {"first": first, "second": second}).outcome.words


def _threshold(situation: Situation, source: random.Random) -> str:
    result = _again("result", _values(situation, source, situation.k, situation.shift, ""))
    claim = Claim("claim", "it reaches 0", "threshold", results=("result",), relation="at_least", value=0.0)
    return judge_claim(claim, {"result": result}).outcome.words


_KINDS = {"result": _result, "ordering": _ordering, "threshold": _threshold}


def _against_limit(limit: Limit | None, rates: dict[str, float], repetitions: int) -> tuple[str, bool]:
    if limit is None:
        return "", True
    holds = limit.holds(rates[limit.outcome], repetitions)
    return f"{limit}: {'holds' if holds else 'MISSED'}", holds


if __name__ == "__main__":
    sys.exit(main())
