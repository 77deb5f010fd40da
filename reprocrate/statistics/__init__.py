"""Multi-seed mathematics: summaries, ranks, intervals, t tests, equivalence and printed figures.

Everything is in the unit of the values that are given. Only the standard library is used.
"""

from __future__ import annotations

from reprocrate.statistics.attainable import (
    smallest_p_of_labels,
    smallest_p_of_ranks,
    smallest_p_of_signs,
)
from reprocrate.statistics.binomial import (
    MOST_COUNTED,
    deviations_of_items,
    most_sd,
    share_interval_is_possible,
)
from reprocrate.statistics.choosing import counting, rank
from reprocrate.statistics.corrections import CORRECTIONS, benjamini_hochberg, bonferroni, holm
from reprocrate.statistics.differences import SLACK, Difference, paired, welch, welch_df, welch_of
from reprocrate.statistics.effects import cliff_delta, cohen_d, probability_of_improvement
from reprocrate.statistics.granularity import (
    finest,
    is_exact_share,
    is_informative,
    is_rounded,
    is_share,
    mean_is_impossible,
    sd_is_impossible,
    shown,
)
from reprocrate.statistics.items import mcnemar
from reprocrate.statistics.printed import (
    Printed,
    Recomputed,
    claimed_rounding,
    compare_printed,
    read_printed,
    recompute_mean,
)
from reprocrate.statistics.ranks import MOST_RANKED, mann_whitney_bounds, wilcoxon_bounds
from reprocrate.statistics.rounding import Precision, exact, p_value, significant, with_spread
from reprocrate.statistics.spread import (
    countable,
    half_width,
    interquartile_ranges,
    mad,
    mean_bounds,
    normal_half_width,
    sd_bounds,
    spreads,
    value_range,
)
from reprocrate.statistics.student import t_quantile, t_tail
from reprocrate.statistics.summary import (
    LEVEL,
    Interval,
    Summary,
    are_computable,
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
    "MOST_COUNTED",
    "MOST_RANKED",
    "SLACK",
    "Difference",
    "Interval",
    "Precision",
    "Printed",
    "Recomputed",
    "Summary",
    "are_computable",
    "benjamini_hochberg",
    "bonferroni",
    "claimed_rounding",
    "cliff_delta",
    "cohen_d",
    "compare_printed",
    "countable",
    "counting",
    "deviations_of_items",
    "exact",
    "finest",
    "half_width",
    "holm",
    "interquartile_ranges",
    "iqm",
    "is_constant",
    "is_exact_share",
    "is_informative",
    "is_rounded",
    "is_share",
    "mad",
    "mann_whitney_bounds",
    "mcnemar",
    "mean",
    "mean_bounds",
    "mean_is_impossible",
    "median",
    "most_sd",
    "normal_half_width",
    "p_value",
    "paired",
    "prediction_interval",
    "probability_of_improvement",
    "rank",
    "read_printed",
    "recompute_mean",
    "sd",
    "sd_bounds",
    "sd_is_impossible",
    "se",
    "share_interval_is_possible",
    "shown",
    "significant",
    "smallest_p_of_labels",
    "smallest_p_of_ranks",
    "smallest_p_of_signs",
    "spreads",
    "summarise",
    "t_interval",
    "t_quantile",
    "t_tail",
    "value_range",
    "welch",
    "welch_df",
    "welch_of",
    "wilcoxon_bounds",
    "with_spread",
]
