"""The numbers behind the verdict on one result, and the values of its seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reprocrate.render import words
from reprocrate.render.numbers import Precision, exact, p_value, significant
from reprocrate.render.preview.markup import Content, Markup, definition, element, joined
from reprocrate.render.preview.tables import Header, number, table
from reprocrate.render.verdict_reading import clean_summary, finite, items, part, shown, span
from reprocrate.render.verdict_words import Section, precision_of

_MOST_SEEDS = 500
_TESTS = {
    "welch": "Welch's t test",
    "prediction": "the prediction interval's own t, for a single seed",
    "constant": "nothing varies, so the difference itself decides",
    "paired": "on pairs of one seed",
    "items": "over the items of the test set",
    "mcnemar": "McNemar's exact test over the items of the test set",
    "paired_items": "the paired t test over the items of the test set",
}
_DECLARED_BY = {
    "manifest": "the authors, beforehand",
    "reader": "the reader",
    "claim": "the authors, in the claim",
}
STATUS = {
    "ok": "ok",
    "not_run": "not run",
    "no_value": "left no value",
    "failed": "ended with an error",
    "killed": "was killed",
    "interrupted": "was interrupted",
    "running": "did not end",
    "nan": "not a number",
    "inf": "infinite",
    "-inf": "infinite (negative)",
}


def numbers_behind(result: Section, names: tuple[str, str]) -> Markup:
    """Differences, intervals, tests and what more seeds could show, as a list."""
    entries = [definition(term, *content) for term, *content in _entries(result, names)]
    return element("dl", *entries, class_="about")


def seed_values(result: Section, names: tuple[str, str]) -> Markup | None:
    """Both values of every seed, digit by digit."""
    seeds = items(result, "seeds")
    if not seeds:
        return None
    more = len(seeds) - _MOST_SEEDS
    columns: list[Header] = [
        "Seed",
        (names[0], "number"),
        (names[1], "number"),
        ("Difference", "number"),
        "What became of it",
    ]
    return joined(
        table("The value of every seed", columns, [_row(one) for one in seeds[:_MOST_SEEDS]], "reflow"),
        element("p", f"{words.count_of(more, 'more seed')} in the document itself.", class_="note")
        if more > 0
        else None,
    )


def _row(one: Section) -> list[Markup]:
    then, now = finite(one.get("recorded")), finite(one.get("rerun"))
    seed, status = one.get("seed"), str(one.get("status"))
    change = now - then if then is not None and now is not None else None
    told = STATUS.get(status, words.plain(status))
    return [
        element("th", "none" if seed is None else words.cut_off(str(seed)), scope="row"),
        number("–" if then is None else exact(then)),
        number("–" if now is None else exact(now)),
        number(_change(change)),
        element("td", told if status == "ok" else element("span", told, class_="tag warn")),
    ]


def _change(change: float | None) -> str:
    return "–" if change is None else "0" if change == 0 else f"{change:+.3g}"


Entry = tuple[str, *tuple[Content, ...]]


def _entries(result: Section, names: tuple[str, str]) -> Iterator[Entry]:
    numbers = part(result, "numbers")
    sides = [part(numbers, "original"), part(numbers, "rerun")]
    precision = precision_of(*map(clean_summary, sides))
    for name, side in zip(names, sides, strict=True):
        if side:
            yield name, _summary(side, precision)
    difference = finite(numbers.get("difference"))
    if difference is not None:
        sign = f" ({words.plain(str(numbers['sign']))})" if difference and numbers.get("sign") else ""
        yield "Difference of the means", f"{precision.write_change(difference)}{sign}"
    yield from _seed_by_seed(numbers, precision)
    yield from _expected(numbers, precision)
    yield from _tests(numbers)
    yield from _margin(result, numbers, precision)
    yield from _items(numbers)
    yield from _more_seeds(numbers)
    yield from _power(numbers, precision)


def _summary(side: Section, precision: Precision) -> str:
    def shown(name: str) -> str:
        return _written(side.get(name), precision.write)

    pieces = [f"mean {shown('mean')}"]
    if finite(side.get("sd")) is not None:
        pieces.append(f"standard deviation {_written(side.get('sd'), precision.write_size)}")
    pieces.append(words.count_of(int(finite(side.get("n")) or 0), "value"))
    if side.get("n") != 1:
        pieces.append(f"{shown('min')} to {shown('max')}")
        pieces.append(f"median {shown('median')}, middle half {shown('iqm')}")
    if part(side, "interval"):
        pieces.append(f"95 % interval of the mean {span(part(side, 'interval'), precision)}")
    return "; ".join(pieces)


def _written(value: object, write: Callable[[float], str]) -> str:
    number = finite(value)
    return "–" if number is None else write(number)


def _seed_by_seed(numbers: Section, precision: Precision) -> Iterator[Entry]:
    largest, tolerance = finite(numbers.get("largest_deviation")), part(numbers, "tolerance")
    if largest is None:
        return
    text = "none, digit by digit" if largest == 0 else precision.write_size(largest)
    if tolerance:
        text += f"; allowed is {_allowed(tolerance)} ({words.plain(str(tolerance.get('reason')))})"
    yield "Largest difference of one seed", text


def _allowed(tolerance: Section) -> str:
    absolute, relative, least = (finite(tolerance.get(name)) for name in ("atol", "rtol", "at_least"))
    parts = [significant(absolute, 3)] if absolute else []
    parts += [f"{significant(relative, 3)} of the value"] if relative else []
    text = " + ".join(parts) or "0"
    return f"{text}, at least {significant(least, 3)}" if least else text


def _expected(numbers: Section, precision: Precision) -> Iterator[Entry]:
    if interval := part(numbers, "prediction"):
        where = {True: "the rerun's mean lies outside", False: "the rerun's mean lies inside"}
        outside = numbers.get("outside_prediction")
        told = f"; {where[outside]}" if isinstance(outside, bool) else ""
        yield "Expected mean (95 % prediction interval)", f"{span(interval, precision)}{told}"


def _tests(numbers: Section) -> Iterator[Entry]:
    p, corrected = finite(numbers.get("p")), finite(numbers.get("p_holm"))
    if p is None:
        return
    name = _TESTS.get(str(numbers.get("test")), "")
    text = f"{p_value(p)}{f' ({name})' if name else ''}"
    yield (
        "Test of no difference",
        f"{text}; {p_value(corrected)} after Holm" if corrected is not None else text,
    )


def _margin(result: Section, numbers: Section, precision: Precision) -> Iterator[Entry]:
    delta, declared = finite(numbers.get("delta")), part(result, "margin")
    if delta is None:
        yield "Margin", "none declared, so neither equivalence nor a contradiction can be shown"
    else:
        by = _DECLARED_BY.get(str(declared.get("declared_by")), "")
        share = (
            f", {shown(declared.get('value'), 3)} of the recorded mean"
            if declared.get("kind") == "relative"
            else ""
        )
        told = precision.write_size(delta) if share else significant(delta)
        yield "Margin", f"{told}{share}{f'; chosen by {by}' if by else ''}"
    test = part(numbers, "equivalence")
    if test:
        how = _TESTS.get(str(test.get("method")), words.plain(str(test.get("method"))))
        p = finite(test.get("p"))
        at = f"; at the margin {p_value(p)}" if p is not None else ""
        yield (
            "Equivalence",
            f"holds for margins above {_written(test.get('from_margin'), precision.write_size)} ({how}{at})",
        )
    below = finite(numbers.get("contradicted_below"))
    if below is not None:
        yield "Contradiction", f"for margins below {precision.write_size(below)}"


def _more_seeds(numbers: Section) -> Iterator[Entry]:
    needed = part(numbers, "seeds_needed")
    if not needed:
        return
    alone, each = finite(needed.get("rerun")), finite(needed.get("each"))
    towards = {"equivalent": "equivalence", "contradicted": "a contradiction"}.get(
        str(needed.get("towards")), ""
    )
    told = [f"{alone:.0f} in the rerun"] if alone else []
    told += [f"{each:.0f} on each side"] if each else []
    text = f"about {' or '.join(told)}" if told else "ten thousand on each side would not do"
    yield "Seeds that would decide", f"{text}{f', towards {towards}' if towards else ''}"


def _power(numbers: Section, precision: Precision) -> Iterator[Entry]:
    """What so many seeds could have shown at all."""
    power = part(numbers, "power")
    told = []
    chance = finite(power.get("at_margin"))
    if chance is not None:
        told.append(f"a change by the margin would be found in {_share(chance)} of such reruns")
    advantage, found = finite(power.get("advantage")), finite(power.get("at_advantage"))
    if advantage is not None and found is not None:
        told.append(f"one by the claimed advantage of {significant(advantage)} in {_share(found)}")
    detectable = finite(power.get("detectable"))
    if detectable is not None:
        told.append(f"one by {precision.write_size(detectable)} in four of five")
    if told:
        yield "What so many seeds can show", "; ".join(told)


def _share(chance: float) -> str:
    return f"{100.0 * chance:.0f} %" if 0.005 <= chance < 0.995 else "< 1 %" if chance < 0.5 else "> 99 %"


def _items(numbers: Section) -> Iterator[Entry]:
    """The test over the items of the test set, where a single seed was recorded."""
    test = part(numbers, "items")
    if not test:
        return
    text = f"{words.count_of(int(finite(test.get('items')) or 0), 'item')}"
    then, now = finite(test.get("only_then")), finite(test.get("only_now"))
    if then is not None and now is not None:
        text += f"; {then:.0f} right only then, {now:.0f} right only now"
    mean, error = finite(test.get("mean")), finite(test.get("se"))
    if mean is not None and error is not None:
        precision = Precision.of(mean, error)
        text += (
            f"; mean difference {precision.write_change(mean)}, standard error {precision.write_size(error)}"
        )
    yield "Items of the test set", f"{text}. It says nothing about other seeds."
