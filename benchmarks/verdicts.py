"""How often verdicts are wrong, by simulation: python benchmarks/verdicts.py [--repetitions 4000]

Seeds are drawn from normal distributions with standard deviation 1, the rerun's with other seeds than the
original's, and judged as in a real rerun. Each line is one situation; a rate with a limit is held against it.
Exit status 1 if a limit is broken.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reprocrate.rerun.compare import Case, Margin, Outcome, Sample, SeedValue, judge

SHOWN = (Outcome.EQUIVALENT, Outcome.CONTRADICTED, Outcome.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Situation:
    """Seeds on each side, how far the truth moved, and the margin, both in standard deviations of seeds.

    Attributes:
        n: seeds of the original.
        k: seeds of the rerun.
        shift: true difference of the means.
        delta: the margin.
        at_most: limit of the rate of contradictions from above.
        at_least: limit of the rate of contradictions from below.
    """

    n: int
    k: int
    shift: float
    delta: float
    at_most: float | None = None
    at_least: float | None = None


SITUATIONS = (
    *(Situation(n, n, 0.0, 1.8, at_most=0.015) for n in (3, 5, 10, 20)),
    Situation(5, 1, 0.0, 1.8),
    Situation(5, 2, 0.0, 1.8),
    Situation(5, 3, 0.0, 1.8),
    Situation(10, 10, 0.0, 1.0),
    Situation(10, 10, 0.0, 0.5),
    *(Situation(n, n, 3.0, 1.8, at_least=0.9 if n == 5 else None) for n in (3, 5, 10, 20)),
    *(Situation(n, n, 2.0, 0.5) for n in (3, 5, 10, 20)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rates; 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=4000, help="simulated reruns of each situation")
    parser.add_argument("--seed", type=int, default=20261122, help="of the simulation")
    options = parser.parse_args(arguments)
    source = random.Random(options.seed)
    _say(("n", "k", "shift", "delta"), [one.words for one in SHOWN])
    broken = False
    for situation in SITUATIONS:
        counts = Counter(_verdict(situation, source) for _ in range(options.repetitions))
        rates = {outcome: counts[outcome] / options.repetitions for outcome in SHOWN}
        note, holds = _against_limit(situation, rates[Outcome.CONTRADICTED])
        broken = broken or not holds
        given = (situation.n, situation.k, situation.shift, situation.delta)
        _say(given, [f"{100 * rates[outcome]:.2f} %" for outcome in SHOWN], note)
    return 1 if broken else 0


def _say(given: Sequence[object], rates: Sequence[str], note: str = "") -> None:
    line = "  ".join([f"{value!s:>5}" for value in given] + [f"{rate:>12}" for rate in rates] + [note])
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def _verdict(situation: Situation, source: random.Random) -> Outcome:
    recorded = [source.gauss(0.0, 1.0) for _ in range(situation.n)]
    again = [source.gauss(situation.shift, 1.0) for _ in range(situation.k)]
    original = Sample("metric", tuple(SeedValue(f"{i}", value) for i, value in enumerate(recorded)))
    rerun = Sample("metric", tuple(SeedValue(f"new {i}", value) for i, value in enumerate(again)))
    asked = tuple(one.seed for one in rerun.seeds)
    case = Case("result", "simulated", original, rerun, asked, margin=Margin("absolute", situation.delta))
    return judge([case])[0].outcome


def _against_limit(situation: Situation, rate: float) -> tuple[str, bool]:
    if situation.at_most is not None:
        limit, holds = f"at most {100 * situation.at_most:g} %", rate <= situation.at_most
    elif situation.at_least is not None:
        limit, holds = f"at least {100 * situation.at_least:g} %", rate >= situation.at_least
    else:
        return "", True
    return f"contradicted {limit}: {'holds' if holds else 'BROKEN'}", holds


if __name__ == "__main__":
    sys.exit(main())
