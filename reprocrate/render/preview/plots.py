"""Plots as inline SVG: every seed as a dot, the mean as a line, its interval as a band.

Positions along the axis are percentages and everything else is in pixels, so that a plot takes the width it
is given while its text keeps its size, on a phone as on paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reprocrate.render.evidence import Contrast, interval_name
from reprocrate.render.numbers import Precision, significant
from reprocrate.render.outcomes import Outcome, OutcomeGroup
from reprocrate.render.preview.markup import Markup, element, joined

_MARGIN = 4.0  # percent of the width on either side
_DOT = 4.5
_LANE = 9.0
_CROWDED = 2.2  # percent of the width: dots that are nearer share no lane
_MOST_LANES = 7
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis.

    Attributes:
        low: value at its left end.
        high: value at its right end.
        ticks: values that are marked.
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def over(cls, values: Iterable[float]) -> Axis:
        """The axis that shows all of these values, with round ticks."""
        finite = [value for value in values if math.isfinite(value)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        if high - low <= 1e-9 * max(abs(low), abs(high)):
            room = abs(low) * 0.05 or 1.0
            low, high = low - room, high + room
        step = _round_step((high - low) / _TICKS)
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        return cls(low, high, tuple(number * step for number in range(first, last + 1)))

    def place(self, value: float) -> float:
        """Where a value stands, in percent of the width."""
        share = (value - self.low) / (self.high - self.low)
        return _MARGIN + (100.0 - 2 * _MARGIN) * min(1.0, max(0.0, share))

    def at(self, value: float) -> str:
        """The same as an attribute."""
        return f"{self.place(value):.2f}%"

    def label(self, value: float) -> str:
        """A tick's value, with as many decimals as the step between ticks needs."""
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else self.high - self.low
        precision = Precision.of(max(abs(self.low), abs(self.high)), step * 10)
        return significant(value) if precision.exponent else precision.write(value)


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
        element(
            "div",
            element(
                "div", element("b", outcome.label), " ", element("span", outcome.text), class_="strip-name"
            ),
            _strip(outcome, axis, f"plot-{number}-{index}"),
            class_="strip",
        )
        for index, outcome in enumerate(outcomes)
    ]
    scale = element("div", element("div", class_="strip-name"), _scale(axis), class_="strip strip-axis")
    return element("figure", *rows, scale, _caption(group) if captioned else None, class_="strips")


def contrast_plot(contrast: Contrast, by: float | None, number: str) -> Markup | None:
    """A difference with its interval against no difference and against the claimed margin."""
    effect = contrast.comparison.effect
    if effect is None or effect.interval is None or effect.kind != "difference":
        return None
    sign = contrast.direction or 1
    bound = sign * by if by else 0.0
    low, high = effect.interval.low, effect.interval.high
    axis = Axis.over([0.0, bound, low, high])
    marks = [_rule(axis, 0.0, 30, "zero", 12)]
    notes = [
        _note(axis, effect.value, contrast.precision.write_signed(effect.value), 13),
        _note(axis, 0.0, "0: no difference", 56),
    ]
    if bound:
        marks.append(_rule(axis, bound, 30, "bound", 12))
        notes.append(_note(axis, bound, f"{significant(bound)}: claimed", 70))
    described = f"{contrast.value_text}, interval {contrast.interval_text}"
    if bound:
        described += f"; claimed is {significant(bound)}"
    inner = joined(marks, _band(axis, low, high, 30), _rule(axis, effect.value, 30, "mean", 10), notes)
    return _svg(
        inner,
        76 if bound else 62,
        f"contrast-{number}",
        f"{contrast.a} minus {contrast.b}",
        f"{described}.",
    )


def _caption(group: OutcomeGroup) -> Markup:
    named = next((one.result.interval for one in group.outcomes if one.result.interval), None)
    band = f" and the band its {interval_name(named.kind, named.level)}" if named else ""
    return element("figcaption", f"{group.title}: each dot is one seed, the line is their mean{band}.")


def _extent(outcome: Outcome) -> list[float]:
    interval = outcome.result.interval
    ends = [interval.low, interval.high] if interval else []
    return [*outcome.finite, outcome.result.value, *ends]


def _strip(outcome: Outcome, axis: Axis, identifier: str) -> Markup:
    lanes = _lanes(
        [(axis.place(each.value), each.value, each.name) for each in outcome.values if each.value is not None]
    )
    depth = max((abs(lane) for _, lane, _, _ in lanes), default=0)
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
        for place, lane, _, _ in lanes
    ]
    interval = outcome.result.interval
    inner = joined(
        (_rule(axis, tick, height, "grid", 0) for tick in axis.ticks),
        _band(axis, interval.low, interval.high, middle) if interval else None,
        _rule(axis, outcome.result.value, middle, "mean", 12) if outcome.result.n > 1 else None,
        dots,
    )
    seeds = ", ".join(f"seed {seed}: {precision.write(value)}" for _, _, value, seed in lanes[:20])
    described = f"{outcome.text}. {seeds}." if seeds else f"{outcome.text}."
    role = f" {outcome.role}" if outcome.role else ""
    return _svg(inner, height, identifier, outcome.label, described, class_=f"plot{role}")


def _scale(axis: Axis) -> Markup:
    marks = [
        element(
            "text", axis.label(tick), x=axis.at(tick), y="12", class_="tick", text_anchor=_anchor(axis, tick)
        )
        for tick in axis.ticks
    ]
    return element("svg", *marks, class_="plot", width="100%", height="16", aria_hidden="true")


def _svg(
    inner: Markup, height: float, identifier: str, title: str, description: str, class_: str = "plot"
) -> Markup:
    return element(
        "svg",
        element("title", title, id=f"{identifier}-title"),
        element("desc", description, id=f"{identifier}-desc"),
        inner,
        class_=class_,
        width="100%",
        height=f"{height:.0f}",
        role="img",
        aria_labelledby=f"{identifier}-title {identifier}-desc",
    )


def _rule(axis: Axis, value: float, middle: float, kind: str, half: float) -> Markup:
    """An upright line around `middle`; from the top down to it where `half` is 0."""
    top, bottom = (middle - half, middle + half) if half else (0.0, middle)
    return element(
        "line", x1=axis.at(value), x2=axis.at(value), y1=f"{top:.1f}", y2=f"{bottom:.1f}", class_=kind
    )


def _band(axis: Axis, low: float, high: float, middle: float) -> Markup:
    start, end = axis.place(low), axis.place(high)
    return element(
        "rect",
        x=f"{start:.2f}%",
        width=f"{max(end - start, 0.3):.2f}%",
        y=f"{middle - 8:.1f}",
        height="16",
        rx="3",
        class_="band",
    )


def _note(axis: Axis, value: float, label: str, y: int) -> Markup:
    return element("text", label, x=axis.at(value), y=y, class_="tick", text_anchor=_anchor(axis, value))


def _anchor(axis: Axis, value: float) -> str:
    """Text at an end of the axis grows inwards, so that nothing is cut off."""
    place = axis.place(value)
    return "start" if place < 12 else "end" if place > 88 else "middle"


def _lanes(dots: list[tuple[float, float, str]]) -> list[tuple[float, float, float, str]]:
    """Dots with the lane that each is moved to, so that none hides another: 0, then above, then below."""
    last: list[float] = []
    placed = []
    for place, value, seed in sorted(dots):
        free = next((lane for lane, end in enumerate(last) if place - end >= _CROWDED), len(last))
        if free == len(last):
            free = min(free, _MOST_LANES - 1)
            last.extend([place] * (free == len(last)))
        last[free] = place
        offset = (free + 1) // 2 * (1 if free % 2 else -1)
        placed.append((place, float(offset), value, seed))
    return placed


def _round_step(rough: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough), 10 * power)
