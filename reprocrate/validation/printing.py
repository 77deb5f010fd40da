"""Figures as papers print them: what a table's cell shows, and what numbers may be multiplied by in print."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from reprocrate.manifest import Manifest, Reported, Result
from reprocrate.statistics import Recomputed, compare_printed

_LONGEST = 500
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_UNIT = r"(?:%|pp(?![a-z]))?"
"""Per cent, or percentage points."""
_SPREAD = rf"±\s*(?P<spread>{_NUMBER})\s*{_UNIT}"
_ASIDE = rf"(?:\([^()]*\)|\[[^\[\]]*\]|[↑↓]\s*{_NUMBER}\s*{_UNIT})"
_FIGURE = re.compile(
    rf"(?P<value>{_NUMBER})\s*{_UNIT}\s*(?:{_SPREAD})?\s*{_ASIDE}?\s*[*†‡§¶↑↓×a-d]?\s*{_UNIT}\s*"
)
_BOLD = re.compile(r"\\(?:textbf|mathbf|bfseries|bf|boldsymbol|bm|B)(?![A-Za-z])|\*\*|<b>|<strong>")
_COMMANDS = (
    "textbf|textit|textrm|textsc|text|mathbf|mathrm|mathit|bfseries|bf|it|boldsymbol|bm|B|emph"
    "|underline|uline|num|ensuremath|mbox|hbox|small|footnotesize|scriptsize|tiny|best|second"
    "|dagger|ddagger|ast|star"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻\u2212\u2013", "0123456789+---")
_POWER = (
    r"\s*(?:[×·⋅]|\\times(?![A-Za-z])|\\cdot(?![A-Za-z]))\s*10\s*"
    r"(?:\^\s*\{?\s*([+\-\u2212\u2013]?[0-9]{1,3})\s*\}?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))"
)


def _of_ten(match: re.Match[str]) -> str:
    """A power of ten as programs write it: `×10^-3` is e-3."""
    return f"e{(match[1] or match[2]).translate(_RAISED)}"


_REPLACED: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"\*\*|__", ""),
        (r"\\(?:cell|row|text)?color(?:\[[^\[\]{}]*\])?\{[^{}]*\}", " "),  # a colour's name may hold numbers
        (r"\\[hv]?phantom\{[^{}]*\}", ""),
        (r"\\(?:text)?pm(?![A-Za-z])|\+/-|\+-|&plusmn;|&#177;", "±"),
        (_POWER, _of_ten),
        (rf"(?<!10)[_^]\{{?\s*(?:[+\-\u2212\u2013]|[↑↓]\s*){_NUMBER}\s*%?\s*\}}?", ""),  # a change
        (r"\^(?:\{[^{}0-9]*\}|\\[A-Za-z]+|[^\\{}0-9])", ""),  # a mark of a footnote or of a test
        (rf"_\{{?\s*\(\s*±?\s*({_NUMBER})\s*\)", r" ±\1"),
        (r"_\{?\s*±?", " ±"),
        (r"\\%", "%"),
        (r"\\[,;:! ]|~|&nbsp;|\u00a0|\u2009|\u202f", " "),
        (rf"\\(?:{_COMMANDS})(?![A-Za-z])", ""),
        (r"</?(?:b|strong|i|em|u|small|sub|span|td)>", ""),
        (r"[${}]", ""),
        (r"[\u2212\u2013](?=[0-9.])", "-"),
        (rf"[(\[]\s*(±\s*{_NUMBER}\s*%?)\s*[)\]]", r"\1"),
        (rf"^\s*\(\s*({_NUMBER})\s*±\s*({_NUMBER})\s*\)\s*(e[+-]?[0-9]+)?", r"\1\3 ±\2\3"),
    )
)


class PrintedCell(NamedTuple):
    """What a cell of a table shows.

    Attributes:
        value: the figure as printed.
        spread: what stands behind its plus-minus sign, as printed.
        is_bold: whether it is set in bold type.
    """

    value: str
    spread: str | None
    is_bold: bool


def read_cell(text: str | None) -> PrintedCell | None:
    r"""The figure in a cell, with LaTeX, Markdown or HTML around it, as `\textbf{95.3} $\pm$ 0.4`.

    None where it holds no figure, or anything else that might change what the figure means.
    """
    if not text or len(text) > _LONGEST:
        return None
    plain = text
    for pattern, by in _REPLACED:
        plain = pattern.sub(by, plain)
    match = _FIGURE.fullmatch(plain.strip())
    return PrintedCell(match["value"], match["spread"], bool(_BOLD.search(text))) if match else None


def scales(manifest: Manifest, result: Result, scale: float | None = None) -> tuple[float, ...]:
    """What a result's numbers may have been multiplied by when they were printed.

    Fractions may be printed as percentages; nothing else is multiplied unless a table says so, by `scale`.
    A mean rank is never multiplied: it is a place, and no value of its metric.
    """
    if result.statistic == "mean_rank":
        return (1.0,)
    if scale is not None:
        return (scale,)
    metric = manifest.find_metric(result.metric)
    is_fraction = metric is None or metric.unit in (None, "fraction")
    return (1.0, 100.0) if is_fraction and abs(result.value) <= 1.0 else (1.0,)


def fitting_scales(manifest: Manifest, result: Result, reported: Reported) -> tuple[float, ...]:
    """What a printed figure was multiplied by; all that is possible where the figure does not tell."""
    possible = scales(manifest, result)
    fitting = tuple(
        scale
        for scale in possible
        if compare_printed(reported.value, result.value, scale=scale) is not Recomputed.DIFFERENT
    )
    return fitting or possible
