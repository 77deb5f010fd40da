"""How wide honest intervals by resampling are: what the limits of RC0846, RC0847 and RC1320 stand on.

    python benchmarks/resampling.py [--samples 2000] [--seed 0]

Samples of 2 to 30 values of ten shapes (normal, heavy-tailed, skewed, two-valued, one outlier) are resampled
100 and 1000 times, and every tenth of them 10,000 times. Printed is the least and the most that half of the
interval was, as a ratio to z s / sqrt(n) with s for `ddof` 0: for the mean by percentiles and by BCa (Efron
1987), and for the difference of two means by both, with sqrt(s^2 / n + t^2 / k). Last comes the share of
means whose interval by percentiles is outside of 0.6 to 1.5: there RC0847 speaks, at levels of at most 0.95.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from statistics import NormalDist, fmean, pstdev

LEVELS = (0.8, 0.9, 0.95, 0.99, 0.999)
NORMAL = NormalDist()
SHAPES: tuple[Callable[[random.Random, int], float], ...] = (
    lambda rng, _: rng.gauss(0.0, 1.0),
    lambda rng, _: rng.gauss(0.0, 1.0) / max(1e-3, abs(rng.gauss(0.0, 1.0))),
    lambda rng, _: rng.lognormvariate(0.0, 1.5),
    lambda rng, _: float(rng.randrange(2)),
    lambda rng, place: 1.0 if place == 0 else rng.gauss(0.0, 0.01),
    lambda rng, _: rng.random(),
    lambda _, place: float(place == 0),
    lambda rng, _: rng.expovariate(1.0),
    lambda rng, _: rng.gauss(0.0, 1.0) ** 3,
    lambda rng, _: float(round(rng.gauss(0.0, 1.0))),
)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    least: dict[tuple[str, int, float], float] = defaultdict(lambda: float("inf"))
    most: dict[tuple[str, int, float], float] = defaultdict(float)
    counts, unusual = Counter[tuple[int, float]](), Counter[tuple[int, float]]()
    for number in range(options.samples):
        a, b = _sample(rng), _sample(rng)
        for resamples in (100, 1000, 10_000) if number % 10 == 0 else (100, 1000):
            for kind, level, ratio in _ratios(rng, a, b, resamples):
                key = (kind, resamples, level)
                least[key], most[key] = min(least[key], ratio), max(most[key], ratio)
                if kind == "mean, percentile" and len(a) > 2:
                    counts[resamples, level] += 1
                    unusual[resamples, level] += not 0.6 <= ratio <= 1.5
    for kind, resamples, level in sorted(least):
        key = (kind, resamples, level)
        sys.stdout.write(f"{kind:24} {resamples:6} level {level:<6} {least[key]:.3f} to {most[key]:.3f}\n")
    for key in sorted(counts):
        sys.stdout.write(
            f"outside of 0.6 to 1.5 {key[0]:6} level {key[1]:<6} {unusual[key] / counts[key]:.4f}\n"
        )


def _sample(rng: random.Random) -> list[float]:
    while True:
        shape, n = rng.choice(SHAPES), rng.choice((2, 3, 4, 5, 6, 8, 10, 20, 30))
        values = [shape(rng, place) for place in range(n)]
        if pstdev(values) > 1e-12:
            return values


def _ratios(
    rng: random.Random, a: Sequence[float], b: Sequence[float], resamples: int
) -> list[tuple[str, float, float]]:
    means_a = [fmean(rng.choices(a, k=len(a))) for _ in range(resamples)]
    means_b = [fmean(rng.choices(b, k=len(b))) for _ in range(resamples)]
    differences = sorted(x - y for x, y in zip(means_a, means_b, strict=True))
    means_a.sort()
    error = pstdev(a) / len(a) ** 0.5
    of_both = (error**2 + pstdev(b) ** 2 / len(b)) ** 0.5
    jackknifed = [(sum(a) - x) / (len(a) - 1) for x in a]
    found = []
    for level in LEVELS:
        z = NORMAL.inv_cdf((1 + level) / 2)
        found.append(("mean, percentile", level, _half(means_a, -z, z) / (z * error)))
        found.append(
            ("mean, bca", level, _half(means_a, *_corrected(means_a, fmean(a), jackknifed, z)) / (z * error))
        )
        if min(len(a), len(b)) > 2:
            found.append(("difference, percentile", level, _half(differences, -z, z) / (z * of_both)))
    return found


def _half(means: Sequence[float], low: float, high: float) -> float:
    """Half of the width between two quantiles, given as those of the normal distribution."""
    return (_quantile(means, NORMAL.cdf(high)) - _quantile(means, NORMAL.cdf(low))) / 2


def _quantile(means: Sequence[float], share: float) -> float:
    place = share * (len(means) - 1)
    below = min(int(place), len(means) - 2)
    return means[below] + (place - below) * (means[below + 1] - means[below])


def _corrected(
    means: Sequence[float], mean: float, jackknifed: Sequence[float], z: float
) -> tuple[float, float]:
    """The two quantiles of BCa: bias-corrected and accelerated (Efron 1987, equation 6.8)."""
    share = sum((each < mean) + (each == mean) / 2 for each in means) / len(means)
    bias = NORMAL.inv_cdf(min(max(share, 1e-9), 1 - 1e-9))
    centre = fmean(jackknifed)
    spread = sum((centre - each) ** 2 for each in jackknifed) ** 1.5
    acceleration = sum((centre - each) ** 3 for each in jackknifed) / (6 * spread) if spread else 0.0
    low, high = (bias + (bias + q) / (1 - acceleration * (bias + q)) for q in (-z, z))
    return min(low, high), max(low, high)


if __name__ == "__main__":
    main()
