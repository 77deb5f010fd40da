"""Multi-seed mathematics: summaries, ranks, intervals, t tests, equivalence and printed figures.

Everything is in the unit of the values that are given. Only the standard library is used.
"""

from __future__ import annotations

from reprocrate.statistics.choosing import counting, rank
from reprocrate.statistics.corrections import CORRECTIONS, benjamini_hochberg, bonferroni, holm
from reprocrate.statistics.differences import SLACK, Difference, paired, welch, welch_df
from reprocrate.statistics.items import mcnemar
from reprocrate.statistics.printed import Printed, Recomputed, compare_printed, read_printed, recompute_mean
from reprocrate.statistics.student import t_quantile, t_tail
from reprocrate.statistics.summary import (
    LEVEL,
    Interval,
    Summary,
    iqm,
    is_constant,
    mean,
    median,
    prediction_interval,
    sd,
    se,
    summarise,
    t_interval,
)

__all__ = [
    "CORRECTIONS",
    "LEVEL",
    "SLACK",
    "Difference",
    "Interval",
    "Printed",
    "Recomputed",
    "Summary",
    "benjamini_hochberg",
    "bonferroni",
    "compare_printed",
    "counting",
    "holm",
    "iqm",
    "is_constant",
    "mcnemar",
    "mean",
    "median",
    "paired",
    "prediction_interval",
    "rank",
    "read_printed",
    "recompute_mean",
    "sd",
    "se",
    "summarise",
    "t_interval",
    "t_quantile",
    "t_tail",
    "welch",
    "welch_df",
]
