"""Numbers, p values and lists of seeds as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.rerun.compare.figures import Figures
from reprocrate.rerun.compare.samples import Seed
from reprocrate.statistics import Interval


def number(value: float) -> str:
    """A value with six significant digits at most."""
    return f"{value:.6g}"


def signed(value: float) -> str:
    """A difference with its sign and three significant digits."""
    return f"{value:+.3g}" if value else "0"


def short(value: float) -> str:
    """A margin or bound with three significant digits."""
    return f"{value:.3g}"


def p_value(p: float) -> str:
    """`p = 0.012`, or `p < 0.0001`; with a third digit where two would say that it is not below 0.05."""
    if p < 1e-4:
        return "p < 0.0001"
    if p < 0.05 <= float(f"{p:.2g}"):
        return f"p = {p:.3g}" if p < 0.04995 else "p < 0.05"
    return f"p = {p:.2g}"


def percent(share: float) -> str:
    """A probability as whole percent, but never as none or all."""
    if share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if share > 0.99 else f"{100.0 * share:.0f} %"


def interval(which: Interval) -> str:
    """`[0.9, 0.93]`."""
    return f"[{which.low:.4g}, {which.high:.4g}]"


def seeds(names: Sequence[Seed]) -> str:
    """`seed 3`, `seeds 3 and 4`, or `the run` where there was no seed."""
    shown = [name for name in names if name is not None]
    if not shown:
        return "the run" if len(names) == 1 else "the runs"
    if len(shown) == 1:
        return f"seed {shown[0]}"
    if len(shown) > 6:
        return f"seeds {', '.join(shown[:5])} and {len(shown) - 5} more"
    return f"seeds {', '.join(shown[:-1])} and {shown[-1]}"


def counted(count: int, what: str) -> str:
    """`1 seed`, `5 seeds`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def means(figures: Figures) -> str:
    """`0.915 then, 0.916 now (+0.001, better)`."""
    if figures.original is None or figures.rerun is None or figures.difference is None:
        return ""
    change = f"{signed(figures.difference)}, {figures.sign}" if figures.difference else "no difference"
    return f"{number(figures.original.mean)} then, {number(figures.rerun.mean)} now ({change})"
