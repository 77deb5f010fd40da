"""Means, shares and lists of seeds as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.rerun.compare.figures import Figures
from reprocrate.rerun.compare.samples import Seed


def percent(share: float) -> str:
    """A probability as whole percent, but never as none or all."""
    if share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if share > 0.99 else f"{100.0 * share:.0f} %"


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
    write, change = figures.precision.write, figures.precision.write_change(figures.difference)
    told = f"{change}, {figures.sign}" if figures.difference else "no difference"
    return f"{write(figures.original.mean)} then, {write(figures.rerun.mean)} now ({told})"
