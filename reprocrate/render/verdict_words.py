"""The words of a verdict, as the terminal and the page both say them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reprocrate.render import numbers, words
from reprocrate.render.terminal import BAD, GOOD, WARN

Section = Mapping[str, Any]

BASIS = {
    "logs": "Nothing was run: the results were recomputed from the recorded runs.",
    "evaluate": "Only the evaluation was run again, from recorded checkpoints or predictions.",
    "smoke": "The code was run scaled down, which shows that it runs and says nothing about its values.",
    "full": "Everything was run again in full.",
    "compare": "Nothing was run: two records were compared.",
}
CLAIM = {
    "upheld": ("+", "upheld", GOOD, "the numbers show that the claim holds"),
    "not_upheld": ("!", "not upheld", BAD, "the numbers show that the claim does not hold"),
    "undecided": ("?", "undecided", WARN, "the numbers show neither; more seeds may"),
}
RESULT = {
    "identical": ("identical", GOOD, "every seed that was run gave exactly the recorded value"),
    "within_tolerance": ("within tolerance", GOOD, "every seed gave the recorded value up to rounding"),
    "equivalent": ("equivalent", GOOD, "the means differ by less than the margin that was declared before"),
    "runs": ("runs", GOOD, "the code runs; a scaled-down run says nothing about its values"),
    "inconclusive": (
        "inconclusive",
        WARN,
        "neither agreement nor disagreement is shown; more seeds would tell",
    ),
    "not_assessable": ("not assessable", WARN, "too little was recorded or run again to judge by"),
    "contradicted": (
        "contradicted",
        BAD,
        "the means differ by more than the margin, and by more than chance explains",
    ),
    "not_comparable": ("not comparable", BAD, "it is not the same thing that was measured"),
    "failed": ("failed", BAD, "a seed that was asked for crashed or left no value"),
}


_WORST_FIRST = (
    "contradicted",
    "failed",
    "not_comparable",
    "inconclusive",
    "not_assessable",
    "equivalent",
    "within_tolerance",
    "identical",
    "runs",
)


def worst_first(results: Iterable[Section]) -> list[Section]:
    """The results in the order in which a reader wants them: evidence for claims first, then the worst."""
    places = {outcome: place for place, outcome in enumerate(_WORST_FIRST)}
    return sorted(results, key=lambda one: (not one.get("evidence"), places.get(str(one.get("outcome")), 0)))


def tally(judged: Iterable[Section]) -> dict[str, int]:
    """How many there are of each outcome, in the order in which they come."""
    return dict(Counter(str(one.get("outcome")) for one in judged))


def basis_text(document: Section) -> str:
    """What was done, in a sentence; not everything was, where work was chosen."""
    basis = str(document["basis"])
    if basis == "full" and document.get("circumstances", {}).get("chosen"):
        return "What was asked for was run again in full."
    return BASIS.get(basis, words.plain(basis))


def deciding_claims(document: Section) -> list[Section]:
    """The claims that were asked about; else the primary ones; every claim, if none is primary."""
    claims, asked = document.get("claims", []), document.get("circumstances", {}).get("claims")
    if asked:
        return [one for one in claims if one.get("id") in asked]
    return [one for one in claims if one.get("primary")] or list(claims)


def precision_of(original: Section | None, rerun: Section | None) -> numbers.Precision:
    """How many digits the means of a result are written with on both sides, and all that is between them."""
    sides = [(one["mean"], _spread(one)) for one in (original, rerun) if one]
    return numbers.Precision.of_pair(*sides)


def summary_texts(original: Section | None, rerun: Section | None) -> tuple[str, str]:
    """Mean and standard deviation of the values of each side, with the same digits."""
    precision = precision_of(original, rerun)
    told = [
        "–" if one is None else numbers.with_spread(one["mean"], _spread(one), precision)
        for one in (original, rerun)
    ]
    return told[0], told[1]


def _spread(summary: Section) -> float | None:
    sd: float | None = summary["sd"]
    return 0.0 if sd is not None and summary["min"] == summary["max"] else sd


def change_text(result: Section) -> str:
    """How far the rerun's mean lies from the recorded one, in a table.

    Where fewer seeds were run again and each was held against its own recorded value, the means are over
    different seeds and their difference says nothing: then it is the largest difference of one seed.
    """
    figures = result["numbers"]
    then, now, change = (figures.get(name) for name in ("original", "rerun", "difference"))
    if change is None:
        return "–"
    fewer = then and now and now["n"] < then["n"]
    largest = figures.get("largest_deviation")
    precision = precision_of(then, now)
    if not fewer or largest is None or result["outcome"] not in ("identical", "within_tolerance"):
        return precision.write_change(change)
    return "0" if largest == 0 else f"≤ {precision.write_size(largest)}"


def seeds_text(result: Section) -> str:
    """How many seeds were run again, `3 of 5`; of seeds that the original lacks, `3 new against 5`."""
    then, now = (result["numbers"].get(side) for side in ("original", "rerun"))
    counts = (now["n"] if now else 0, then["n"] if then else 0)
    again = [one for one in result["seeds"] if one["rerun"] is not None]
    if again and all(one["recorded"] is None for one in again):
        return f"{counts[0]} new against {counts[1]}"
    return f"{counts[0]} of {counts[1]}"


def result_name(result: Section) -> str:
    """What people call a result: its configuration, its metric and the split."""
    metric = str(result["metric"]).replace("_", " ")
    place = f"{metric} on {result['split']}" if result["split"] else metric
    return words.plain(f"{result['name']}, {place}")
