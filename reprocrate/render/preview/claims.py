"""Claims on the page: what is claimed, how it stands to the recorded runs, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reprocrate.render import words
from reprocrate.render.evidence import Contrast, Evidence, Standing, interval_name
from reprocrate.render.numbers import significant
from reprocrate.render.outcomes import Outcome
from reprocrate.render.preview.markup import Markup, element, shortened
from reprocrate.render.preview.plots import contrasts_plot

_MOST_BEHIND = 12
_TAGS = {
    Standing.SUPPORTED: "good",
    Standing.OPEN: "warn",
    Standing.CONFLICTING: "bad",
    Standing.NOT_EVIDENCED: "warn",
}


def claim(
    evidence: Evidence, name: str, outcomes: Mapping[str, Outcome], places: Mapping[str, str]
) -> Markup:
    """One claim.

    Args:
        evidence: the claim, with what the recorded runs say of it.
        name: what tells it from other claims in ids.
        outcomes: every result by its id.
        places: where on the page a result is told, by its id; without those that are not.
    """
    one = evidence.claim
    labels = ["Primary claim" if one.primary else "Claim", evidence.place]
    return element(
        "article",
        element("p", ", ".join(label for label in labels if label), class_="eyebrow"),
        element("h3", shortened(one.text, 1000), class_="claim-text"),
        element("p", element("span", evidence.standing.words, class_=f"tag {_TAGS[evidence.standing]}")),
        element("p", evidence.reason),
        _differences(evidence, name),
        _behind(_rests_on(evidence, outcomes), places),
        class_="claim",
    )


def _differences(evidence: Evidence, name: str) -> Markup | None:
    """The compared results' differences on one axis, where they are in one metric."""
    drawn = [one for one in evidence.contrasts if one.comparison.effect is not None]
    same = [one for one in drawn if one.metric == drawn[0].metric and one.direction == drawn[0].direction]
    by = evidence.claim.by or 0.0
    plot = contrasts_plot(same, by, f"claim-{name}")
    return (
        element("figure", plot, element("figcaption", _caption(same, by)), class_="strips") if plot else None
    )


def _caption(drawn: Sequence[Contrast], by: float) -> str:
    effects = [one.comparison.effect for one in drawn if one.comparison.effect]
    named = next((effect.interval for effect in effects if effect.interval), None)
    band = f", the band its {interval_name(named.kind, named.level)}" if named else ""
    text = f"Differences in {drawn[0].metric}. The short line is the difference{band}. Solid: no difference"
    return f"{text}; dashed: the claimed {significant(by)}{drawn[0].unit}." if by else f"{text}."


def _rests_on(evidence: Evidence, outcomes: Mapping[str, Outcome]) -> list[Outcome]:
    compared = [name for one in evidence.contrasts for name in (one.comparison.a, one.comparison.b)]
    measured = [one.result.id for one in evidence.outcomes]
    return [outcomes[name] for name in dict.fromkeys([*measured, *compared]) if name in outcomes]


def _behind(results: Sequence[Outcome], places: Mapping[str, str]) -> Markup | None:
    if not results:
        return None
    items = [_result(one, places.get(one.result.id)) for one in results[:_MOST_BEHIND]]
    if len(results) > _MOST_BEHIND:
        items.append(element("li", f"and {len(results) - _MOST_BEHIND} more", class_="soft"))
    return element(
        "div",
        element("p", "Results behind it", class_="behind-title"),
        element("ul", *items),
        class_="behind",
    )


def _result(one: Outcome, place: str | None) -> Markup:
    noun = {"folds": "fold", "results": "result"}.get(one.result.over, "seed")
    label = f"{one.label} on {one.data}" if one.data else one.label
    name = words.metric_label(one.metric, one.result.metric)
    shown = f"{label}, {'mean rank by ' * one.is_rank}{name}"
    interval = one.result.interval
    spread = f"; {interval_name(interval.kind, interval.level)} {one.interval_text}" if interval else ""
    return element(
        "li",
        element("a", shown, href=f"#{place}") if place else shown,
        ": ",
        element("b", one.text),
        element("span", f" ({words.count_of(one.result.n, noun)}{spread})", class_="soft"),
    )
