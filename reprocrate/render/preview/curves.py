"""Learning curves: for every metric a panel for each configuration, with its seeds as thin lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reprocrate.manifest import Manifest
from reprocrate.render import words
from reprocrate.render.curves import MOST_CONFIGURATIONS, Curve
from reprocrate.render.numbers import significant
from reprocrate.render.preview.axis import Axis
from reprocrate.render.preview.markup import Markup, element, joined, shortened

_MOST_METRICS = 8
_MOST_POINTS = 24_000  # in all curves of the page together: about 200 kB
_POINTS_PER_LINE = (20, 160)
_WIDTH, _HEIGHT = 1000, 120  # units of a panel's drawing; its height is in pixels too
_TICKS = 4
_ABOVE = 6  # pixels over the drawing, for the line of the largest value


@dataclass(slots=True)
class _Panel:
    """The curves of one configuration in one metric."""

    label: str
    role: str
    curves: list[Curve]


def learning_curves(manifest: Manifest, found: Sequence[Curve]) -> Markup | None:
    """The section of learning curves; None where there is none."""
    groups: dict[tuple[str, str], list[Curve]] = {}
    for curve in found:
        if sum(map(math.isfinite, curve.values)) > 1:
            groups.setdefault((curve.series.metric, curve.series.split), []).append(curve)
    if not groups:
        return None
    measured = {result.metric for result in manifest.results}
    ordered = sorted(groups.items(), key=lambda item: item[0][0] not in measured)
    shown = [
        (metric, split, _panels(manifest, members)) for (metric, split), members in ordered[:_MOST_METRICS]
    ]
    lines = sum(len(panel.curves) for _, _, panels in shown for panel in panels)
    least, most = _POINTS_PER_LINE
    points = max(least, min(most, _MOST_POINTS // max(1, lines)))
    more = len(ordered) - len(shown)
    return joined(
        element("p", _how_to_read(shown), class_="note"),
        (_metric(manifest, one, str(index), points) for index, one in enumerate(shown)),
        element("p", f"Curves of {more} more metrics are in the runs' histories.", class_="note")
        if more > 0
        else None,
        element("p", _left_out(manifest, found), class_="note"),
    )


def _panels(manifest: Manifest, members: Iterable[Curve]) -> list[_Panel]:
    panels: dict[tuple[str, str], _Panel] = {}
    for curve in members:
        run = manifest.find_run(curve.run)
        name = run.configuration if run else ""
        configuration = manifest.find_configuration(name)
        label = words.configuration_label(configuration, name)
        if curve.series.data:
            label += f" on {words.data_label(manifest.find_data(curve.series.data), curve.series.data)}"
        role = (configuration.role or "") if configuration else ""
        panels.setdefault((name, curve.series.data), _Panel(label, role, [])).curves.append(curve)
    return list(panels.values())[:MOST_CONFIGURATIONS]


def _how_to_read(shown: Sequence[tuple[str, str, Sequence[_Panel]]]) -> str:
    several = any(len(panel.curves) > 1 for _, _, panels in shown for panel in panels)
    lines = "Each thin line is one seed" if several else "Each line is one seed"
    if any(_mean(panel.curves) for _, _, panels in shown for panel in panels):
        lines += ", the thick line their mean"
    return f"{lines}. The panels of a metric have the same axes."


def _left_out(manifest: Manifest, found: Sequence[Curve]) -> str | None:
    drawn = len({curve.run for curve in found})
    every = sum(run.histories is not None for run in manifest.runs)
    if drawn == every:
        return None
    return f"Drawn are {drawn} of {words.count_of(every, 'run')} that kept values over their steps."


def _metric(
    manifest: Manifest, one: tuple[str, str, Sequence[_Panel]], number: str, points: int
) -> Markup | None:
    metric, split, panels = one
    every = [value for panel in panels for curve in panel.curves for value in curve.values]
    steps = [step for panel in panels for curve in panel.curves for step in (curve.steps[0], curve.steps[-1])]
    upright = Axis.logarithmic(every, ticks=_TICKS) or Axis.over(every, ticks=_TICKS, margin=0.0)
    across = Axis.over(steps, ticks=_TICKS, margin=0.0)
    found = manifest.find_metric(metric)
    title = shortened(words.metric_label(found, metric))
    title = title[:1].upper() + title[1:] + (f" on {shortened(split)}" if split else "")
    notes = [words.DIRECTION[found.direction] if found and found.direction else ""]
    notes += ["logarithmic scale"] if upright.is_logarithmic else []
    drawn = [
        _panel(panel, across, upright, f"curve-{number}-{place}", points)
        for place, panel in enumerate(panels)
    ]
    text = words.sentence(", ".join(note for note in notes if note))
    return joined(
        element("h3", title),
        element("p", text, class_="note") if text else None,
        element("figure", element("div", *drawn, class_="panels"), class_="curves"),
    )


def _panel(panel: _Panel, across: Axis, upright: Axis, identifier: str, points: int) -> Markup:
    mean = _mean(panel.curves)
    drawing = element(
        "svg",
        *(_line(one.thinned(points), across, upright, "seed") for one in panel.curves),
        _line(mean.thinned(points), across, upright, "average") if mean else None,
        y=_ABOVE,
        width="100%",
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
    )
    alone = " alone" if len(panel.curves) == 1 else ""
    label = shortened(panel.label)
    plot = element(
        "svg",
        element("title", label, id=f"{identifier}-title"),
        element("desc", _described(panel), id=f"{identifier}-desc"),
        *_grid(upright),
        drawing,
        *_steps(across),
        class_=f"plot {panel.role}{alone}".rstrip(),
        width="100%",
        height=_HEIGHT + _ABOVE + 18,
        role="img",
        aria_labelledby=f"{identifier}-title {identifier}-desc",
    )
    return element(
        "div",
        element("div", element("b", label), " ", element("span", _counted(panel)), class_="strip-name"),
        element("div", _scale(upright), plot, class_="axes"),
        class_="panel",
    )


def _scale(upright: Axis) -> Markup:
    """The values of the lines across, to the left of the panel."""
    labels = [
        element(
            "text", label, x="90%", y=f"{max(_down(place) + 4, 10):.1f}", class_="tick", text_anchor="end"
        )
        for place, label in upright.tick_places()
    ]
    height = _HEIGHT + _ABOVE + 18
    return element("svg", *labels, class_="plot", width="100%", height=height, aria_hidden="true")


def _grid(upright: Axis) -> Iterable[Markup]:
    """A line across for each tick."""
    for place, _ in upright.tick_places():
        height = f"{_down(place):.1f}"
        yield element("line", x1="0", x2="100%", y1=height, y2=height, class_="grid")


def _down(place: float) -> float:
    """Pixels from the top of a panel to a place on its upright axis."""
    return _ABOVE + _HEIGHT * (1 - place / 100)


def _steps(across: Axis) -> Iterable[Markup]:
    """The first and the last step below the panel."""
    ends = ((f"step {significant(across.low)}", "0", "start"), (significant(across.high), "100%", "end"))
    for label, place, anchor in ends:
        yield element("text", label, x=place, y=_HEIGHT + _ABOVE + 14, class_="tick", text_anchor=anchor)


def _line(points: Sequence[tuple[float, float]], across: Axis, upright: Axis, kind: str) -> Markup:
    """A line whose strokes keep their width, though the drawing is stretched to its place."""
    return element("path", d=_path(points, across, upright), class_=kind, vector_effect="non-scaling-stroke")


def _path(points: Sequence[tuple[float, float]], across: Axis, upright: Axis) -> str:
    """The line in units of the drawing, with a gap where a value is no finite number."""
    pieces = []
    starts = True
    for step, value in points:
        if not math.isfinite(value):
            starts = True
            continue
        x = round(across.place(step) * _WIDTH / 100)
        y = round((100 - upright.place(value)) * _HEIGHT / 100, 1)
        pieces.append(f"{'M' if starts else 'L'}{x} {y:g}")
        starts = False
    return "".join(pieces)


def _mean(curves: Sequence[Curve]) -> Curve | None:
    """The mean of several seeds, where all have a finite value at the same steps."""
    first = curves[0]
    if len(curves) < 2 or any(curve.steps != first.steps for curve in curves[1:]):
        return None
    if not all(math.isfinite(value) for curve in curves for value in curve.values):
        return None
    mean = Curve("", first.series, first.steps)
    mean.values.extend(
        math.fsum(values) / len(curves) for values in zip(*(one.values for one in curves), strict=True)
    )
    return mean


def _counted(panel: _Panel) -> str:
    folds = any(curve.series.fold for curve in panel.curves)
    return words.count_of(len(panel.curves), "curve" if folds else "seed")


def _described(panel: _Panel) -> str:
    """The curves in words: where they begin, where they end, and what is missing of them."""
    first = [
        value
        for curve in panel.curves
        if (value := next(filter(math.isfinite, curve.values), None)) is not None
    ]
    last = [
        value
        for curve in panel.curves
        if (value := next(filter(math.isfinite, reversed(curve.values)), None)) is not None
    ]
    lost = sum(not math.isfinite(value) for curve in panel.curves for value in curve.values)
    ends = f"from {_range(first)} at the first step to {_range(last)} at the last"
    text = f"{_counted(panel).capitalize()}, {ends}."
    return f"{text} {words.count_of(lost, 'value')} not finite, left out." if lost else text


def _range(values: Sequence[float]) -> str:
    low, high = significant(min(values), 4), significant(max(values), 4)
    return low if low == high else f"{low} to {high}"
