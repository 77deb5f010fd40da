"""Results: a table of all, and for those that matter a plot of their seeds with the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reprocrate.render import words
from reprocrate.render.preview.markup import Markup, definition, element, joined, shortened
from reprocrate.render.preview.tables import Header, number, table
from reprocrate.render.verdict_page.figures import numbers_behind, seed_values
from reprocrate.render.verdict_page.seeds import seeds_plot
from reprocrate.render.verdict_reading import clean_summary, finite, items, part, result_tag, texts
from reprocrate.render.verdict_words import (
    RESULT,
    Section,
    change_text,
    result_name,
    seeds_text,
    summary_texts,
    tally,
    worst_first,
)

_FEW = 8
_MOST_OPEN = 24
_MOST_TOLD = 60
_MOST_ROWS_OPEN = 24
_MOST_ROWS = 1000
_MOST_NAMES = 12
_NOT_ASKED = "This rerun was not asked for it."


class Results:
    """The results of one verdict: evidence for claims first, then what does not confirm, then the rest.

    Args:
        results: the verdicts on them.
        basis: what they rest on.
    """

    def __init__(self, results: Sequence[Section], basis: str) -> None:
        self._names = ("Original", "Other") if basis == "compare" else ("Recorded", "Rerun")
        self._asked = worst_first(one for one in results if one.get("asked", True))
        self._others = [one for one in results if not one.get("asked", True)]
        evidence = sum(bool(one.get("evidence")) for one in self._asked)
        told = len(self._asked) if len(self._asked) <= _FEW else max(evidence, _badly(self._asked))
        self._told = self._asked[: min(_MOST_TOLD, max(told, _MOST_OPEN))]
        self._open = min(
            _MOST_OPEN, len(self._asked) if len(self._asked) <= _FEW else max(evidence, _FEW // 2)
        )
        self.places: Mapping[str, str] = {
            str(one.get("id")): f"result-{index}" for index, one in enumerate(self._told)
        }

    def section(self) -> Markup:
        """All of them."""
        if not self._asked:
            said = element("p", "No result was compared.", class_="soft")
            return joined(said, self._not_asked())
        opened, folded = self._told[: self._open], self._told[self._open :]
        return joined(
            self._overview(),
            element("h3", "Seed by seed"),
            element("p", self._how_to_read(), class_="note"),
            (self._one(one) for one in opened),
            self._folded(folded),
            self._not_asked(),
        )

    def _how_to_read(self) -> str:
        then, now = (name.lower() for name in self._names)
        return (
            f"Each ring above is the {then} value of a seed, each dot below its value in the {now}; a line "
            "joins the two. Upright strokes are the means. The band is where the mean below was to be "
            "expected from the values above alone (95 % prediction interval); between the dashed lines, a "
            "mean differs by less than the margin. An orange ring is a seed that left no value to join it to."
        )

    def _overview(self) -> Markup:
        then, now = self._names
        columns: list[Header] = ["Result", "Verdict", (then, "number"), (now, "number")]
        columns += [("Difference", "number"), ("Seeds", "number")]
        first, rest = self._asked[:_MOST_ROWS_OPEN], self._asked[_MOST_ROWS_OPEN:_MOST_ROWS]
        caption = "Results, mean ± standard deviation over seeds"
        told = f", the first {len(first)} of {len(self._asked):,}" if rest else ""
        more = len(self._asked) - _MOST_ROWS
        return joined(
            self._tally(),
            table(f"{caption}{told}", columns, [self._row(one) for one in first], "named reflow"),
            element(
                "details",
                element("summary", f"The other {words.count_of(len(self._asked) - len(first), 'result')}"),
                table(f"{caption}, the others", columns, [self._row(one) for one in rest], "named reflow"),
                element("p", f"{more:,} further results are in the document itself.", class_="note")
                if more > 0
                else None,
            )
            if rest
            else None,
        )

    def _tally(self) -> Markup | None:
        """How many there are of each outcome, where nobody would count the rows."""
        if len(self._asked) <= _FEW:
            return None
        pieces = []
        for outcome, count in tally(self._asked).items():
            name, colour = result_tag(outcome)
            pieces.append(element("li", element("span", f"{count:,} {name}", class_=f"tag {colour}")))
        return element("ul", *pieces, class_="tally")

    def _row(self, one: Section) -> list[Markup]:
        numbers = part(one, "numbers")
        sides = (clean_summary(part(numbers, "original")), clean_summary(part(numbers, "rerun")))
        change = {name: finite(numbers.get(name)) for name in ("difference", "largest_deviation")}
        seeds = [{side: seed.get(side) for side in ("recorded", "rerun")} for seed in items(one, "seeds")]
        clean = {"outcome": one.get("outcome"), "seeds": seeds}
        clean["numbers"] = {"original": sides[0], "rerun": sides[1], **change}
        name, colour = result_tag(str(one.get("outcome")))
        place = self.places.get(str(one.get("id")))
        label = shortened(result_name(one))
        return [
            element("th", element("a", label, href=f"#{place}") if place else label, scope="row"),
            element("td", element("span", name, class_=f"tag {colour}")),
            *(number(text) for text in summary_texts(*sides)),
            number(change_text(clean)),
            number(seeds_text(clean)),
        ]

    def _one(self, one: Section) -> Markup:
        place = self.places[str(one.get("id"))]
        name, colour = result_tag(str(one.get("outcome")))
        evidence = "Evidence for a claim" if one.get("evidence") else "No claim rests on it"
        unit = f", in {words.plain(str(one['unit']))}" if one.get("unit") else ""
        values = seed_values(one, self._names)
        return element(
            "article",
            element("p", f"{evidence}{unit}", class_="eyebrow"),
            element("h4", shortened(result_name(one))),
            element("p", element("span", name, class_=f"tag {colour}"), " ", _sentence(one)),
            (element("p", words.plain(remark), class_="note") for remark in texts(one, "remarks")),
            element("p", "It ran under other conditions than recorded.", class_="note")
            if one.get("degraded")
            else None,
            seeds_plot(one, self._names, f"plot-{place}"),
            element("details", element("summary", "The numbers behind it"), numbers_behind(one, self._names)),
            element("details", element("summary", "The value of every seed"), values) if values else None,
            id=place,
            class_=f"claim result {colour}",
        )

    def _folded(self, results: Sequence[Section]) -> Markup | None:
        if not results:
            return None
        left = len(self._asked) - len(self._told)
        rest = (
            element("p", f"{left:,} more are in the table above only.", class_="note") if left > 0 else None
        )
        summary = element("summary", f"{words.count_of(len(results), 'more result')}, seed by seed")
        return element("details", summary, (self._one(one) for one in results), rest)

    def _not_asked(self) -> Markup | None:
        """What the rerun was not asked for, and what no rerun is held against."""
        together: dict[str, list[str]] = {}
        for one in self._others:
            together.setdefault(str(one.get("explanation")), []).append(shortened(result_name(one)))
        if not together:
            return None
        entries = []
        for why, names in together.items():
            told = "Not asked for in this rerun" if why == _NOT_ASKED else "Not judged"
            reason = "" if why == _NOT_ASKED else f". {words.plain(why)}"
            entries.append(definition(told, f"{words.shortened(names, _MOST_NAMES)}{reason}"))
        return element("dl", *entries, class_="about")


def _badly(results: Sequence[Section]) -> int:
    """How many of the ordered results come before the last that is evidence or does not confirm."""
    looked_at = [
        index
        for index, one in enumerate(results)
        if one.get("evidence") or result_tag(str(one.get("outcome")))[1] != "good"
    ]
    return looked_at[-1] + 1 if looked_at else 0


def _sentence(one: Section) -> Markup:
    meaning = RESULT.get(str(one.get("outcome")))
    said = words.plain(str(one.get("explanation")))
    return element("span", said or (words.sentence(meaning[2]) if meaning else ""))
