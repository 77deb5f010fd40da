"""A difference of two means with its standard error, from which tests and intervals follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from reprocrate.statistics.student import t_quantile, t_tail, two_sided_quantile
from reprocrate.statistics.summary import LEVEL, Interval, Summary, is_constant, mean, sd, se

SLACK = 1e-9
"""Relative slack when a difference is held against a bound, so that rounding alone never decides."""


class Difference(NamedTuple):
    """The mean of one sample minus the mean of another.

    Attributes:
        value: the difference, in the unit of the values.
        se: its standard error; 0 where nothing varies.
        df: degrees of freedom of the t distribution; infinite where nothing varies.
        method: `welch` for independent samples, `paired` for pairs, `constant` where nothing varies.
    """

    value: float
    se: float
    df: float
    method: Literal["welch", "paired", "constant"]

    @property
    def t(self) -> float:
        """The difference in standard errors; infinite where constants differ."""
        if self.se > 0.0:
            return self.value / self.se
        return math.copysign(math.inf, self.value) if self.value else 0.0

    @property
    def p(self) -> float:
        """Two-sided p value of no difference."""
        if self.value == 0.0:
            return 1.0
        return min(1.0, 2.0 * t_tail(abs(self.t), self.df))

    def interval(self, level: float = LEVEL) -> Interval:
        """Confidence interval of the difference."""
        half = two_sided_quantile(level, self.df) * self.se
        return Interval("ci", level, self.value - half, self.value + half, self.method)

    def equivalence_p(self, margin: float) -> float:
        """The p value of two one-sided tests that the difference is smaller than `margin` (Schuirmann 1987).

        Where nothing varies it is 0 or 1: whether the difference exceeds the margin.

        Raises:
            ValueError: the margin is negative or not a number.
        """
        if not margin >= 0.0:
            raise ValueError(f"a margin is not negative, but this is {margin}")
        if self.se == 0.0:
            return 0.0 if abs(self.value) <= margin * (1.0 + SLACK) else 1.0
        return t_tail((margin - abs(self.value)) / self.se, self.df)

    def equivalence_margin(self, alpha: float = 0.05) -> float:
        """The margin above which the two one-sided tests show equivalence at `alpha`."""
        return abs(self.value) + t_quantile(1.0 - alpha, self.df) * self.se


def welch(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Mean of `a` minus mean of `b`, by Welch's t test, which never pools the variances (Welch 1947).

    Raises:
        ValueError: a sample has fewer than two values, or one is not finite.
    """
    se_a, se_b = se(a), se(b)
    value = mean(a) - mean(b)
    if is_constant(a) and is_constant(b):
        return Difference(value, 0.0, math.inf, "constant")
    return Difference(value, math.hypot(se_a, se_b), welch_df(se_a, len(a), se_b, len(b)), "welch")


def welch_of(a: Summary, b: Summary) -> Difference:
    """The same as `welch`, from summaries with the sample's standard deviation.

    Raises:
        ValueError: one is of a single value, or has the population's standard deviation.
    """
    if a.sd is None or b.sd is None or a.ddof != 1 or b.ddof != 1:
        raise ValueError("two samples of at least two values each are needed")
    value = a.mean - b.mean
    if a.min == a.max and b.min == b.max:
        return Difference(value, 0.0, math.inf, "constant")
    se_a, se_b = a.sd / math.sqrt(a.n), b.sd / math.sqrt(b.n)
    return Difference(value, math.hypot(se_a, se_b), welch_df(se_a, a.n, se_b, b.n), "welch")


def welch_df(se_a: float, n: int, se_b: float, k: int) -> float:
    """Degrees of freedom by Welch and Satterthwaite, from two means' standard errors and sample sizes."""
    total = math.hypot(se_a, se_b)
    return 1.0 / ((se_a / total) ** 4 / (n - 1) + (se_b / total) ** 4 / (k - 1))


def paired(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Mean of `a[i] - b[i]`, by the paired t test.

    Raises:
        ValueError: the samples differ in length or have fewer than two values, or one is not finite.
    """
    if len(a) != len(b):
        raise ValueError(f"pairs are needed, not {len(a)} and {len(b)} values")
    differences = [x - y for x, y in zip(a, b, strict=True)]
    if is_constant(differences):
        return Difference(mean(differences), 0.0, math.inf, "constant")
    return Difference(mean(differences), sd(differences) / math.sqrt(len(a)), len(a) - 1, "paired")
