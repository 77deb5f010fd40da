"""P values of several comparisons, corrected for their number; each in the order that they are given in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence


def bonferroni(p_values: Iterable[float]) -> list[float]:
    """Each p value times their number, at most 1."""
    ps = list(p_values)
    return [min(1.0, len(ps) * p) for p in ps]


def holm(p_values: Iterable[float]) -> list[float]:
    """Step-down corrected p values of one family (Holm 1979)."""
    ps = list(p_values)
    corrected, highest = [0.0] * len(ps), 0.0
    for rank, index in enumerate(_ascending(ps)):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[index]))
        corrected[index] = highest
    return corrected


def benjamini_hochberg(p_values: Iterable[float]) -> list[float]:
    """P values corrected for the false discovery rate (Benjamini and Hochberg 1995)."""
    ps = list(p_values)
    corrected, lowest = [0.0] * len(ps), 1.0
    for rank, index in reversed(list(enumerate(_ascending(ps), 1))):
        lowest = min(lowest, len(ps) / rank * ps[index])
        corrected[index] = lowest
    return corrected


def _ascending(ps: Sequence[float]) -> list[int]:
    return sorted(range(len(ps)), key=ps.__getitem__)


CORRECTIONS: Mapping[str, Callable[[Iterable[float]], list[float]]] = {
    "none": list,
    "bonferroni": bonferroni,
    "holm": holm,
    "benjamini_hochberg": benjamini_hochberg,
}
"""The corrections by the words that manifests use."""
