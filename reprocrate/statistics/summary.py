"""What a handful of seeds says: centre, spread and intervals.

Means and standard deviations are computed exactly and rounded once, since a floating sum of equal values
can exceed their maximum and give them a spread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from reprocrate.statistics.student import two_sided_quantile

LEVEL = 0.95
"""Coverage of an interval where none is asked for."""


class Interval(NamedTuple):
    """An interval around a mean.

    Attributes:
        kind: `ci` for the mean itself, `pi` for the mean of a replication.
        level: coverage, strictly between 0 and 1.
        low: lower end, in the unit of the values.
        high: upper end.
        method: how it was computed.
    """

    kind: Literal["ci", "pi"]
    level: float
    low: float
    high: float
    method: Literal["t", "welch", "paired", "constant"]

    @property
    def half_width(self) -> float:
        """Half of the distance between the ends."""
        return self.high / 2.0 - self.low / 2.0


class Summary(NamedTuple):
    """Values over seeds in a few numbers, all in the unit of the values.

    Attributes:
        n: number of values.
        mean: their mean, correctly rounded.
        sd: standard deviation, `None` where there are not more than `ddof` values.
        ddof: degrees of freedom lost: 1 for the sample's, 0 for the population's standard deviation.
        min: smallest value.
        max: largest value.
        median: middle value.
        iqm: mean of the middle half (Agarwal et al. 2021).
        interval: t interval of the mean; `None` for a single value.
    """

    n: int
    mean: float
    sd: float | None
    ddof: int
    min: float
    max: float
    median: float
    iqm: float
    interval: Interval | None


def summarise(values: Sequence[float], ddof: int = 1, level: float = LEVEL) -> Summary:
    """Summary of at least one finite value.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    _require(values)
    n = len(values)
    numbers, scale = _on_one_scale(values)
    total, ordered = sum(numbers), sorted(numbers)
    centre = total / (n * scale)
    spread = _root_of_squares(numbers, total, scale, ddof) if n > ddof else None
    of_sample = spread if ddof == 1 else sd(values) if n > 1 else None
    least, most = min(values), max(values)
    interval = None
    if of_sample is not None:
        interval = _interval("ci", n, centre, None if least == most else of_sample, level, 1.0 / n)
    quarter, half = n // 4, (n - 1) >> 1
    return Summary(
        n=n,
        mean=centre,
        sd=spread,
        ddof=ddof,
        min=least,
        max=most,
        median=sum(ordered[half : n - half]) / ((n - 2 * half) * scale),
        iqm=sum(ordered[quarter : n - quarter]) / ((n - 2 * quarter) * scale),
        interval=interval,
    )


def mean(values: Sequence[float]) -> float:
    """Mean, correctly rounded.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    _require(values)
    numbers, scale = _on_one_scale(values)
    return sum(numbers) / (len(values) * scale)  # a quotient of whole numbers is rounded once


def sd(values: Sequence[float], ddof: int = 1) -> float:
    """Standard deviation, correctly rounded; `ddof` 1 is the sample's, 0 the population's.

    It is infinite where it exceeds the largest double.

    Raises:
        ValueError: there are not more than `ddof` values, or one is not finite.
    """
    _require(values, at_least=ddof + 1)
    if ddof not in (0, 1):
        raise ValueError(f"ddof is 0 or 1, not {ddof}")
    numbers, scale = _on_one_scale(values)
    return _root_of_squares(numbers, sum(numbers), scale, ddof)


def se(values: Sequence[float], ddof: int = 1) -> float:
    """Standard error of the mean: `sd / sqrt(n)`.

    Raises:
        ValueError: there are not more than `ddof` values, or one is not finite.
    """
    return sd(values, ddof) / math.sqrt(len(values))


def median(values: Sequence[float]) -> float:
    """Middle value; the mean of the middle two where their number is even.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    _require(values)
    return mean(_middle(values, len(values) - 1 >> 1))


def iqm(values: Sequence[float]) -> float:
    """Interquartile mean: the mean without a quarter of the values at each end, rounded down.

    Below four values it is the mean (Agarwal et al. 2021, "Deep reinforcement learning at the edge of
    the statistical precipice").

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    _require(values)
    return mean(_middle(values, len(values) // 4))


def t_interval(values: Sequence[float], level: float = LEVEL) -> Interval:
    """Confidence interval of the mean by Student's t.

    Raises:
        ValueError: there are fewer than two values, one is not finite, or `level` is not in (0, 1).
    """
    return _around_mean("ci", values, level, spread_of=1.0 / len(values) if values else 1.0)


def prediction_interval(values: Sequence[float], k: int, level: float = LEVEL) -> Interval:
    """Where the mean of `k` further seeds is expected (Spence and Stanley 2016).

    `mean ± t((1 + level) / 2, n - 1) · sd · sqrt(1/n + 1/k)`

    Raises:
        ValueError: there are fewer than two values or no further seed, or a value is not finite.
    """
    if k < 1:
        raise ValueError(f"a replication has at least one seed, not {k}")
    return _around_mean("pi", values, level, spread_of=1.0 / len(values) + 1.0 / k if values else 1.0)


_SMALLEST, _LARGEST = 1e-290, 1e300


def are_computable(values: Sequence[float]) -> bool:
    """Whether differences, deviations and standard errors of some values are doubles with all their digits.

    They are where every value is 0 or of a magnitude from 1e-290 to 1e300.
    """
    return all(value == 0.0 or _SMALLEST <= abs(value) <= _LARGEST for value in values)


def is_constant(values: Sequence[float]) -> bool:
    """Whether all values are equal: asked of the values, since a floating standard deviation may not be 0."""
    return len(set(values)) <= 1


def _around_mean(
    kind: Literal["ci", "pi"], values: Sequence[float], level: float, spread_of: float
) -> Interval:
    _require(values, at_least=2)
    spread = None if is_constant(values) else sd(values)
    return _interval(kind, len(values), mean(values), spread, level, spread_of)


def _interval(
    kind: Literal["ci", "pi"],
    n: int,
    centre: float,
    spread: float | None,
    level: float,
    spread_of: float,
) -> Interval:
    """The interval of `n` values with this standard deviation; `None` where they are equal."""
    if spread is None:
        return Interval(kind, level, centre, centre, "constant")
    half = two_sided_quantile(level, n - 1) * spread * math.sqrt(spread_of)
    return Interval(kind, level, centre - half, centre + half, "t")


def _root_of_squares(numbers: Sequence[int], total: int, scale: int, ddof: int) -> float:
    """The standard deviation of values on one scale, with their sum; infinite beyond the largest double."""
    n = len(numbers)
    squares = n * sum([each * each for each in numbers]) - total * total
    try:
        return _rounded_root(squares, n * (n - ddof) * scale * scale)
    except OverflowError:
        return math.inf


_ALIKE_FROM, _ALIKE_WITHIN = 1e-200, 1e9  # so that neither the factor nor a product leaves the doubles


def _on_one_scale(values: Sequence[float]) -> tuple[list[int], int]:
    """Some doubles as whole numbers over one denominator, since that of a double is a power of two.

    Where magnitudes are alike, the last of the 53 binary digits of the smallest gives the denominator:
    scaling all by it is exact, and several times faster than asking each for its own.
    """
    sizes = list(map(abs, values))
    least, most = min(sizes), max(sizes)
    if least > _ALIKE_FROM and most < least * _ALIKE_WITHIN:
        digits = max(0, 53 - math.frexp(least)[1])
        factor = 2.0**digits
        return [int(value * factor) for value in values], 1 << digits
    ratios = [float(value).as_integer_ratio() for value in values]
    scale = max([below for _, below in ratios])
    return [above * (scale // below) for above, below in ratios], scale


def _rounded_root(above: int, below: int) -> float:
    """The square root of a fraction, rounded once.

    With 55 binary digits or more of the root as a whole number, and its last digit set where something was
    cut off, the final rounding to a double cannot go wrong ("round to odd", Boldo and Melquiond 2008).
    """
    if above == 0:
        return 0.0
    shift = max(0, (112 - above.bit_length() + below.bit_length()) // 2)
    quotient, rest = divmod(above << (2 * shift), below)
    root = math.isqrt(quotient)
    if rest or root * root != quotient:
        root |= 1
    return root / (1 << shift)


def _middle(values: Sequence[float], cut: int) -> list[float]:
    """The sorted values without the first and last `cut`."""
    return sorted(values)[cut : len(values) - cut]


def _require(values: Sequence[float], at_least: int = 1) -> None:
    if len(values) >= at_least and math.isfinite(sum(values)):
        return
    if len(values) < at_least:
        raise ValueError(f"at least {at_least} value{'s' * (at_least > 1)} needed, not {len(values)}")
    for value in values:
        if not math.isfinite(value):
            raise ValueError(f"finite values are needed, not {value}")
