"""What the plots of a page are drawn with: axes, lines, bands and dots, in percent of their width."""

from __future__ import annotations

from reprocrate.render.preview.axis import Axis
from reprocrate.render.preview.markup import Markup, element

_CROWDED = 2.2  # percent of the width: dots that are nearer share no lane
_MOST_LANES = 7


def scale(axis: Axis) -> Markup:
    """The values of an axis, below what is drawn on it."""
    marks = [
        element(
            "text", axis.label(tick), x=axis.at(tick), y="12", class_="tick", text_anchor=_anchor(axis, tick)
        )
        for tick in axis.ticks
    ]
    return element("svg", *marks, class_="plot", width="100%", height="16", aria_hidden="true")


def svg(
    inner: Markup, height: float, identifier: str, title: str, description: str, class_: str = "plot"
) -> Markup:
    """A drawing of this height in pixels, with a name and a description for who cannot see it."""
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


def rule(axis: Axis, value: float, middle: float, kind: str, half: float) -> Markup:
    """An upright line around `middle`; from the top down to it where `half` is 0."""
    top, bottom = (middle - half, middle + half) if half else (0.0, middle)
    return element(
        "line", x1=axis.at(value), x2=axis.at(value), y1=f"{top:.1f}", y2=f"{bottom:.1f}", class_=kind
    )


def band(axis: Axis, low: float, high: float, middle: float) -> Markup:
    """An interval as a band around `middle`."""
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


def lanes(dots: list[tuple[float, float, str]]) -> list[tuple[float, float, float, str]]:
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


def named_strip(name: str | Markup, value: str, drawing: Markup, class_: str = "") -> Markup:
    """A drawing beside its name and value."""
    said = [element("b", name), " ", element("span", value)] if name else []
    return element("div", element("div", *said, class_="strip-name"), drawing, class_=f"strip{class_}")


def _anchor(axis: Axis, value: float) -> str:
    """Text at an end of the axis grows inwards, so that nothing is cut off."""
    place = axis.place(value)
    return "start" if place < 12 else "end" if place > 88 else "middle"
