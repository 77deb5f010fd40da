"""The plot of one result: each seed's recorded value above, that of the rerun below, joined by a line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reprocrate.render.numbers import significant
from reprocrate.render.preview.axis import Axis
from reprocrate.render.preview.drawing import band, lanes, rule, scale, svg
from reprocrate.render.preview.markup import Markup, element, joined, shortened
from reprocrate.render.verdict_reading import clean_summary, finite, items, part, span
from reprocrate.render.verdict_words import Section, result_name, summary_texts

_FEW = 40
_LANE = {True: 9.0, False: 5.0}
_DOT = {True: 4.5, False: 3.0}
_EDGE = 17.0
_BETWEEN = 34.0
_MOST_TOLD = 20
_FURTHEST = 2.0  # how far beyond the values, in their own range, bands may widen the axis


@dataclass(frozen=True, slots=True)
class Bands:
    """What the rerun's mean is held against.

    Attributes:
        prediction: where it was to be expected, at 95 %.
        margin: the recorded mean and the margin to both sides of it.
    """

    prediction: tuple[float, float] | None
    margin: tuple[float, float] | None

    @classmethod
    def of(cls, numbers: Section) -> Bands:
        """As the numbers of a result say."""
        interval = part(numbers, "prediction")
        low, high = finite(interval.get("low")), finite(interval.get("high"))
        mean, delta = finite(part(numbers, "original").get("mean")), finite(numbers.get("delta"))
        prediction = (low, high) if low is not None and high is not None else None
        if mean is None or delta is None or not math.isfinite(abs(mean) + delta):
            return cls(prediction, None)
        return cls(prediction, (mean - delta, mean + delta))

    @property
    def ends(self) -> Iterator[float]:
        """Both ends of both."""
        for one in (self.prediction, self.margin):
            yield from one or ()


def seeds_plot(result: Section, names: tuple[str, str], identifier: str) -> Markup | None:
    """The seeds of one result, then and now; None where there is no value at all.

    Args:
        result: the verdict on it.
        names: what the two sides are called.
        identifier: what tells this plot's ids from those of others on the page.
    """
    seeds = [_Seed.of(one) for one in items(result, "seeds")]
    values = [value for one in seeds for value in (one.then, one.now) if value is not None]
    if not values:
        return None
    numbers = part(result, "numbers")
    sides = [part(numbers, "original"), part(numbers, "rerun")]
    bands = Bands.of(numbers)
    axis = Axis.over(_extent(values, bands))
    drawing = _Drawing(axis, seeds).drawn(bands, [finite(one.get("mean")) for one in sides])
    labels = [
        element("div", element("b", name), " ", element("span", _counted(side, told)))
        for name, side, told in zip(names, sides, summary_texts(*map(clean_summary, sides)), strict=True)
    ]
    height, inner = drawing
    plot = svg(
        inner, height, identifier, shortened(result_name(result)), _described(seeds, names), _class(seeds)
    )
    empty = element("div", class_="strip-name")
    return element(
        "figure",
        element("div", element("div", *labels, class_="strip-name"), plot, class_="strip pair"),
        element("div", empty, scale(axis), class_="strip strip-axis"),
        _beyond(axis, bands),
        class_="strips",
    )


@dataclass(frozen=True, slots=True)
class _Seed:
    name: str
    then: float | None
    now: float | None
    status: str

    @classmethod
    def of(cls, one: Section) -> _Seed:
        name = one.get("seed")
        return cls(
            "the run" if name is None else f"seed {name}",
            finite(one.get("recorded")),
            finite(one.get("rerun")),
            str(one.get("status")),
        )


class _Drawing:
    def __init__(self, axis: Axis, seeds: Sequence[_Seed]) -> None:
        self._axis = axis
        self._few = len(seeds) <= _FEW
        self._then = self._placed([one.then for one in seeds])
        self._now = self._placed([one.now for one in seeds])
        self._seeds = seeds
        self._upper = _EDGE + self._room(self._then)
        self._lower = self._upper + self._room(self._then) + _BETWEEN + self._room(self._now)
        self._height = self._lower + self._room(self._now) + _EDGE

    def drawn(self, bands: Bands, means: Sequence[float | None]) -> tuple[float, Markup]:
        """Height in pixels, and what is drawn."""
        axis = self._axis
        return self._height, joined(
            self._margin(bands.margin),
            (rule(axis, tick, self._height, "grid", 0) for tick in axis.ticks),
            band(axis, *bands.prediction, self._lower) if bands.prediction else None,
            self._lines(),
            self._dots(self._then, self._upper, "then"),
            self._dots(self._now, self._lower, "now"),
            self._mean(means[0], self._then, self._upper, "then"),
            self._mean(means[1], self._now, self._lower, "now"),
        )

    def _placed(self, values: Sequence[float | None]) -> dict[int, tuple[float, float]]:
        """Place and lane of every seed that has a value, by its number in the list."""
        dots = [
            (self._axis.place(value), value, str(index))
            for index, value in enumerate(values)
            if value is not None
        ]
        return {int(index): (place, lane) for place, lane, _, index in lanes(dots)}

    def _room(self, placed: dict[int, tuple[float, float]]) -> float:
        return _LANE[self._few] * max((abs(lane) for _, lane in placed.values()), default=0.0)

    def _lines(self) -> Iterator[Markup]:
        lane = _LANE[self._few]
        for index, (place, offset) in self._then.items():
            if index in self._now:
                end, below = self._now[index]
                yield element(
                    "line",
                    x1=f"{place:.2f}%",
                    x2=f"{end:.2f}%",
                    y1=f"{self._upper + offset * lane:.1f}",
                    y2=f"{self._lower + below * lane:.1f}",
                    class_="pairing",
                )

    def _dots(self, placed: dict[int, tuple[float, float]], middle: float, side: str) -> Iterator[Markup]:
        for index, (place, offset) in placed.items():
            lost = self._seeds[index].now is None and self._seeds[index].status not in ("ok", "not_run")
            yield element(
                "circle",
                cx=f"{place:.2f}%",
                cy=f"{middle + offset * _LANE[self._few]:.1f}",
                r=_DOT[self._few],
                class_=f"dot {side}{' lost' if lost else ''}",
            )

    def _mean(
        self, mean: float | None, placed: dict[int, tuple[float, float]], middle: float, side: str
    ) -> Markup | None:
        if mean is None or len(placed) < 2:
            return None
        return rule(self._axis, mean, middle, f"mean {side}", 13 + self._room(placed))

    def _margin(self, margin: tuple[float, float] | None) -> Markup | None:
        if margin is None:
            return None
        low, high = margin
        start, end = self._axis.place(low), self._axis.place(high)
        area = element(
            "rect",
            x=f"{start:.2f}%",
            width=f"{max(end - start, 0.1):.2f}%",
            y="0",
            height=f"{self._height:.0f}",
            class_="margin",
        )
        sides = (
            rule(self._axis, one, self._height, "bound", 0) for one in margin if _within(self._axis, one)
        )
        return joined(area, sides)


def _class(seeds: Sequence[_Seed]) -> str:
    """Of very many lines each is drawn fainter."""
    return "plot seeds" if len(seeds) <= _FEW else "plot seeds crowd"


def _extent(values: Sequence[float], bands: Bands) -> Iterable[float]:
    """Values, and the ends of bands that do not press the values into a corner."""
    low, high = min(values), max(values)
    room = _FURTHEST * (high - low)
    if not room or not math.isfinite(room):
        return [*values, *bands.ends]
    return [*values, *(min(max(one, low - room), high + room) for one in bands.ends)]


def _within(axis: Axis, value: float) -> bool:
    slack = 1e-9 * max(abs(axis.low), abs(axis.high))
    return axis.low - slack <= value <= axis.high + slack


def _beyond(axis: Axis, bands: Bands) -> Markup | None:
    """What does not fit on the axis."""
    told = []
    for what, one in (("The range to be expected", bands.prediction), ("The margin", bands.margin)):
        if one and not all(_within(axis, end) for end in one):
            told.append(f"{what} goes further than is drawn: {span({'low': one[0], 'high': one[1]})}.")
    return element("figcaption", " ".join(told)) if told else None


def _counted(side: Section, told: str) -> str:
    number = int(finite(side.get("n")) or 0)
    if not number or finite(side.get("mean")) is None:
        return "no value"
    return f"{told}, {number} value{'' if number == 1 else 's'}"


def _described(seeds: Sequence[_Seed], names: tuple[str, str]) -> str:
    """The values in words, for who cannot see the plot."""
    told = [
        f"{one.name}: {_value(one.then)} then, {_value(one.now) if one.now is not None else one.status} now"
        for one in seeds[:_MOST_TOLD]
    ]
    more = f"; and {len(seeds) - _MOST_TOLD} more" if len(seeds) > _MOST_TOLD else ""
    return f"{names[0]} above, {names[1].lower()} below. {'; '.join(told)}{more}."


def _value(value: float | None) -> str:
    return "none" if value is None else significant(value, 6)
