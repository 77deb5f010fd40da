"""Claims: what became of each, and its interval against what was claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reprocrate.render import words
from reprocrate.render.numbers import significant
from reprocrate.render.preview.axis import Axis
from reprocrate.render.preview.drawing import band, named_strip, rule, scale, svg
from reprocrate.render.preview.markup import Markup, element, joined, shortened
from reprocrate.render.verdict_reading import claim_tag, finite, items, part, span, texts
from reprocrate.render.verdict_words import CLAIM, Section

_MOST_CLAIMS = 60
_MOST_PARTS = 24
_ALIKE = 40.0  # intervals of one claim share an axis unless one is that many times narrower than the axis
_WORST_FIRST = ("not_upheld", "undecided", "upheld")


def claims_section(
    claims: Sequence[Section], places: Mapping[str, str], results: Sequence[Section] = ()
) -> Markup | None:
    """Every claim, the primary ones first; None where there is none.

    Args:
        claims: the verdicts on them.
        places: where on the page a result is told, by its id.
        results: the verdicts on the results, by whose names the parts of claims are called.
    """
    names = {str(one.get("id")): str(one.get("name")) for one in results}
    if not claims:
        return None
    ordered = sorted(claims, key=lambda one: not one.get("primary"))
    more = len(ordered) - _MOST_CLAIMS
    return joined(
        (_claim(_named(one, names), str(index), places) for index, one in enumerate(ordered[:_MOST_CLAIMS])),
        element("p", f"{words.count_of(more, 'more claim')} in the document itself.", class_="note")
        if more > 0
        else None,
    )


def _claim(claim: Section, number: str, places: Mapping[str, str]) -> Markup:
    outcome = str(claim.get("outcome"))
    name, colour = claim_tag(outcome)
    meaning = f": {CLAIM[outcome][3]}" if outcome in CLAIM else ""
    return element(
        "article",
        element("p", "Primary claim" if claim.get("primary") else "Claim", class_="eyebrow"),
        element("h3", shortened(str(claim.get("text")), 1000), class_="claim-text"),
        element("p", element("span", name, class_=f"tag {colour}"), element("span", meaning, class_="soft")),
        element("p", words.plain(str(claim.get("explanation")))),
        _intervals(claim, number),
        _parts(claim, places),
        class_=f"claim {colour}",
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The interval of one part, and what it is held against."""

    name: str
    low: float
    high: float
    bound: float | None

    @classmethod
    def of(cls, one: Section) -> _Drawn | None:
        interval = part(one, "interval")
        low, high = finite(interval.get("low")), finite(interval.get("high"))
        if low is None or high is None:
            return None
        return cls(_name(one), low, high, finite(one.get("bound")))

    @property
    def text(self) -> str:
        return span({"low": self.low, "high": self.high})

    def extent(self, zero: bool) -> list[float]:
        """What the axis has to show."""
        bound = [self.bound] if self.bound is not None else []
        return [self.low, self.high, *bound, *([0.0] if zero else [])]


def _intervals(claim: Section, number: str) -> Markup | None:
    """The intervals of its parts against the bound, on one axis where they are of one size."""
    drawn = [found for one in items(claim, "parts") if (found := _Drawn.of(one))][:_MOST_PARTS]
    if not drawn:
        return None
    zero = claim.get("kind") != "threshold"
    together = Axis.over(value for one in drawn for value in one.extent(zero))
    widest = together.high / 2 - together.low / 2
    alike = all((one.high / 2 - one.low / 2) * _ALIKE >= widest for one in drawn if one.high > one.low)
    groups = [drawn] if alike else [[one] for one in drawn]
    strips = [
        strip
        for index, group in enumerate(groups)
        for strip in _strips(group, zero, f"claim-{number}-{index}")
    ]
    return element("figure", *strips, element("figcaption", _caption(drawn, zero)), class_="strips")


def _strips(drawn: Sequence[_Drawn], zero: bool, identifier: str) -> list[Markup]:
    axis = Axis.over(value for one in drawn for value in one.extent(zero))
    rows = [
        named_strip(one.name, one.text, _strip(one, axis, zero, f"{identifier}-{index}"))
        for index, one in enumerate(drawn)
    ]
    return [*rows, named_strip("", "", scale(axis), " strip-axis")]


def _strip(one: _Drawn, axis: Axis, zero: bool, identifier: str) -> Markup:
    bound = one.bound if one.bound or not zero else None
    inner = joined(
        (rule(axis, tick, 32, "grid", 0) for tick in axis.ticks),
        rule(axis, 0.0, 32, "zero", 0) if zero else None,
        band(axis, one.low, one.high, 16),
        rule(axis, bound, 32, "bound", 0) if bound is not None else None,
        rule(axis, one.low / 2 + one.high / 2, 16, "mean", 10),
    )
    claimed = f"; claimed is {significant(bound)}" if bound is not None else ""
    return svg(inner, 32, identifier, one.name, f"Interval {one.text}{claimed}.")


def _caption(drawn: Sequence[_Drawn], zero: bool) -> str:
    what = "how much better the first is in the rerun" if zero else "the rerun's mean"
    text = f"The band is the 95 % interval of {what}, the short line its middle."
    text += " Solid: no difference." if zero else ""
    bounds = sorted({one.bound for one in drawn if one.bound or (one.bound == 0 and not zero)})
    if not bounds:
        return text
    claimed = words.shortened((significant(bound) for bound in bounds), 4)
    return f"{text} Dashed: the claimed {claimed}."


def _parts(claim: Section, places: Mapping[str, str]) -> Markup | None:
    """Each part with its own outcome where there are several; else where its numbers stand."""
    parts = sorted(items(claim, "parts"), key=_badness)
    if len(parts) < 2:
        ids = (str(one.get("id")) for one in parts)
        named = [name for name in [*texts(claim, "evidence"), *ids] if name in places]
        links = [element("a", shortened(name), href=f"#{places[name]}") for name in dict.fromkeys(named)]
        return element("p", "The numbers: ", *_separated(links), class_="behind") if links else None
    shown = [_part(one, places) for one in parts[:_MOST_PARTS]]
    if len(parts) > _MOST_PARTS:
        shown.append(element("li", f"and {len(parts) - _MOST_PARTS} more", class_="soft"))
    return element(
        "div",
        element("p", "Part by part", class_="behind-title"),
        element("ul", *shown),
        class_="behind",
    )


def _part(one: Section, places: Mapping[str, str]) -> Markup:
    name, colour = claim_tag(str(one.get("outcome")))
    place = places.get(str(one.get("id")))
    label = element("a", _name(one), href=f"#{place}") if place else element("b", _name(one))
    tag = element("span", name, class_=f"tag {colour}")
    return element("li", label, " ", tag, " ", words.plain(str(one.get("explanation"))))


def _badness(one: Section) -> int:
    outcome = one.get("outcome")
    return _WORST_FIRST.index(outcome) if outcome in _WORST_FIRST else len(_WORST_FIRST)


def _named(claim: Section, names: Mapping[str, str]) -> Section:
    """The claim with names for its parts that people know, in place of ids where they tell them apart."""
    parts = items(claim, "parts")
    called = [_called(one, names) for one in parts]
    if len(set(called)) < len(called):
        called = [str(one.get("id")) for one in parts]
    return {**claim, "parts": [{**one, "called": name} for one, name in zip(parts, called, strict=True)]}


def _called(one: Section, names: Mapping[str, str]) -> str:
    """What a part is called: two results by their configurations; all else by its id, which tells more."""
    identifier = str(one.get("id"))
    better, _, worse = identifier.partition("-vs-")
    if better in names and worse in names and names[better] != names[worse]:
        return f"{names[better]} against {names[worse]}"
    return identifier


def _name(one: Section) -> str:
    return shortened(str(one.get("called")))


def _separated(pieces: Sequence[Markup]) -> list[Markup | str]:
    return [piece for index, one in enumerate(pieces) for piece in ([", ", one] if index else [one])]
