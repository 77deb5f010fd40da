"""Plots as inline SVG: every seed as a dot, the mean as a line, its interval as a band.

Positions along the axis are percentages and everything else is in pixels, so that a plot takes the width it
is given while its text keeps its size, on a phone as on paper.
"""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.manifest import Effect
from reprocrate.render.evidence import Contrast, interval_name
from reprocrate.render.numbers import significant
from reprocrate.render.outcomes import Outcome, OutcomeGroup
from reprocrate.render.preview.axis import Axis
from reprocrate.render.preview.drawing import band, lanes, named_strip, rule, scale, svg
from reprocrate.render.preview.markup import Markup, element, joined

_DOT = 4.5
_LANE = 9.0
_MOST_CONTRASTS = 12


def seeds_plot(group: OutcomeGroup, outcomes: Sequence[Outcome], number: str, *, captioned: bool) -> Markup:
    """The results of a group on one axis: a row for each, its seeds as dots.

    Args:
        group: what is plotted.
        outcomes: the results of the group to plot.
        number: what tells this plot's ids from those of others on the page.
        captioned: whether to say how to read it, which the last of several plots does for all.
    """
    axis = Axis.over(value for outcome in outcomes for value in _extent(outcome))
    rows = [
        named_strip(outcome.label, outcome.text, _strip(outcome, axis, f"plot-{number}-{index}"))
        for index, outcome in enumerate(outcomes)
    ]
    values = named_strip("", "", scale(axis), " strip-axis")
    return element("figure", *rows, values, _caption(group) if captioned else None, class_="strips")


def contrasts_plot(contrasts: Sequence[Contrast], by: float, number: str) -> Markup | None:
    """Differences with their intervals on one axis, against no difference and against the claimed margin.

    Args:
        contrasts: comparisons in one metric; those that are no differences are left out.
        by: the margin that is claimed; 0 for none.
        number: what tells this plot's ids from those of others on the page.
    """
    drawn = [(one, one.comparison.effect) for one in contrasts[:_MOST_CONTRASTS]]
    effects = [(one, effect) for one, effect in drawn if effect is not None and effect.kind == "difference"]
    if not effects:
        return None
    bound = (effects[0][0].direction or 1) * by
    values = [effect.value for _, effect in effects]
    ends = [
        end for _, effect in effects if effect.interval for end in (effect.interval.low, effect.interval.high)
    ]
    axis = Axis.over([0.0, bound, *values, *ends])
    rows = [
        named_strip(
            f"{one.a} − {one.b}",
            one.value_text,
            _difference(one, effect, axis, bound, f"{number}-{index}"),
        )
        for index, (one, effect) in enumerate(effects)
    ]
    more = len(contrasts) - len(drawn)
    rest = element("p", f"{more} more are among the comparisons below.", class_="note") if more > 0 else None
    return joined(rows, named_strip("", "", scale(axis), " strip-axis"), rest)


def _difference(one: Contrast, effect: Effect, axis: Axis, bound: float, identifier: str) -> Markup:
    interval = effect.interval
    described = one.value_text + (f", interval {one.interval_text}" if interval else "")
    inner = joined(
        (rule(axis, tick, 32, "grid", 0) for tick in axis.ticks),
        rule(axis, 0.0, 32, "zero", 0),
        rule(axis, bound, 32, "bound", 0) if bound else None,
        band(axis, interval.low, interval.high, 16) if interval else None,
        rule(axis, effect.value, 16, "mean", 10),
    )
    described += f"; claimed is {significant(bound)}." if bound else "."
    return svg(inner, 32, identifier, f"{one.a} minus {one.b}", described)


def unit(group: OutcomeGroup) -> str:
    """What was repeated: each value of the results is of one such."""
    over = {one.result.over for one in group.outcomes} - {"results"}
    return "fold" if over == {"folds"} else "seed or fold" if "folds" in over else "seed"


def _caption(group: OutcomeGroup) -> Markup:
    named = next((one.result.interval for one in group.outcomes if one.result.interval), None)
    spread = f" and the band its {interval_name(named.kind, named.level)}" if named else ""
    return element(
        "figcaption", f"{group.title}: each dot is one {unit(group)}, the line is their mean{spread}."
    )


def _extent(outcome: Outcome) -> list[float]:
    interval = outcome.result.interval
    ends = [interval.low, interval.high] if interval else []
    return [*outcome.finite, outcome.result.value, *ends]


def _strip(outcome: Outcome, axis: Axis, identifier: str) -> Markup:
    placed = lanes(
        [(axis.place(each.value), each.value, each.name) for each in outcome.values if each.value is not None]
    )
    depth = max((abs(lane) for _, lane, _, _ in placed), default=0)
    height = 32 + 2 * _LANE * max(0.0, depth - 0.5)
    middle = height / 2
    precision = outcome.precision.finer()
    dots = [
        element(
            "circle",
            cx=f"{place:.2f}%",
            cy=f"{middle + lane * _LANE:.1f}",
            r=_DOT,
            class_="dot",
        )
        for place, lane, _, _ in placed
    ]
    interval = outcome.result.interval
    inner = joined(
        (rule(axis, tick, height, "grid", 0) for tick in axis.ticks),
        band(axis, interval.low, interval.high, middle) if interval else None,
        rule(axis, outcome.result.value, middle, "mean", 12) if outcome.result.n > 1 else None,
        dots,
    )
    seeds = ", ".join(f"seed {seed}: {precision.write(value)}" for _, _, value, seed in placed[:20])
    described = f"{outcome.text}. {seeds}." if seeds else f"{outcome.text}."
    role = f" {outcome.role}" if outcome.role else ""
    return svg(inner, height, identifier, outcome.label, described, class_=f"plot{role}")
