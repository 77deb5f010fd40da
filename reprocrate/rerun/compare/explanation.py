"""The verdict on a result in words: one sentence, and remarks that a careful reader wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reprocrate.rerun.compare.figures import FEWEST_FOR_EQUIVALENCE, Figures
from reprocrate.rerun.compare.items import ItemTest
from reprocrate.rerun.compare.outcomes import Judged, Outcome
from reprocrate.rerun.compare.samples import SeedValue
from reprocrate.rerun.compare.wording import (
    counted,
    means,
    percent,
    seeds,
)
from reprocrate.statistics import p_value, significant

_FACTORS = {100.0: "hundred", 1000.0: "thousand"}
_NEAR = 0.05

_STATUS = {
    "not_run": "was not run",
    "no_value": "left no value of this metric",
    "nan": "left no finite value (nan)",
    "inf": "left no finite value (inf)",
    "-inf": "left no finite value (-inf)",
    "failed": "ended with an error",
    "killed": "was killed",
    "interrupted": "was interrupted",
    "running": "did not end",
}


def explain(judged: Judged) -> str:
    """The outcome and its reason in one sentence."""
    return _SENTENCE[judged.outcome](judged)


def remarks(judged: Judged) -> tuple[str, ...]:
    """What else has to be said, each a sentence."""
    return (*judged.case.remarks, *_about_seeds(judged), *_about_numbers(judged))


def _not_comparable(judged: Judged) -> str:
    return f"It cannot be compared: {'; '.join(judged.case.obstacles)}."


def _failed(judged: Judged) -> str:
    failures = judged.case.failures
    if not failures:
        return "No run of it left a finite value."
    by_status: dict[tuple[str, str], list[SeedValue]] = {}
    for one in failures:
        by_status.setdefault((one.status, one.reason), []).append(one)
    parts = []
    for (status, reason), group in by_status.items():
        became = _STATUS.get(status, f"left no finite value ({status})")
        became = became.replace("was ", "were ", 1) if len(group) > 1 else became
        parts.append(f"{seeds([one.seed for one in group])} {became}" + (f" ({reason})" if reason else ""))
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}, so the rerun is not what was asked for."


def _runs(judged: Judged) -> str:
    ended = seeds(judged.case.rerun.names)
    return f"Scaled down, {ended} ended well: this shows that the code runs, and nothing about its values."


def _identical(judged: Judged) -> str:
    count = len(judged.case.rerun.values)
    if judged.case.rerun.names[0] is None:
        return "The run gave exactly the recorded value."
    if count == 1:
        return f"{seeds(_names(judged)).capitalize()} gave exactly the recorded value."
    return f"{'Both' if count == 2 else f'All {count}'} seeds gave exactly the recorded values."


def _within_tolerance(judged: Judged) -> str:
    figures = judged.figures
    if figures.tolerance is None or figures.largest_deviation is None:
        return "Every seed stays within the tolerance."
    limit = _limit(figures)
    return (
        f"No seed differs by more than {_size(figures, figures.largest_deviation)} from its recorded value, "
        f"within the tolerance of {limit} ({figures.tolerance.reason})."
    )


def _equivalent(judged: Judged) -> str:
    figures = judged.figures
    test = figures.equivalence
    if test is None or figures.delta is None:
        return "The means are equivalent."
    how = {
        "welch": "TOST by Welch",
        "paired": "TOST on pairs",
        "items": "TOST on the items",
        "constant": "nothing varies",
    }[test.method]
    p = f", {p_value(test.p)}" if test.p is not None else ""
    return f"The means differ by less than the margin of {_margin(judged)} ({how}{p}): {means(figures)}."


def _contradicted(judged: Judged) -> str:
    figures = judged.figures
    if figures.items is not None and figures.delta is not None and figures.p_holm is not None:
        return (
            f"The rerun of the one recorded seed contradicts it: {means(figures)}, more than the margin of "
            f"{_margin(judged)}, and {p_value(figures.p_holm)} after Holm over {_items(figures.items)}."
        )
    if figures.prediction is None or figures.delta is None:
        return f"The rerun contradicts the recorded mean: {means(figures)}."
    p = f", {p_value(figures.p_holm)} after Holm" if figures.p_holm is not None else ", where no value varies"
    return (
        f"The rerun contradicts the recorded mean: {means(figures)}, more than the margin of "
        f"{_margin(judged)} and outside the 95 % prediction interval {_prediction(figures)}{p}."
    )


def _not_assessable(judged: Judged) -> str:
    if judged.case.not_judged:
        return judged.case.not_judged
    if not judged.case.asked and not judged.case.rerun.seeds:
        return "This rerun was not asked for it."
    if not judged.case.is_computable:
        return "The values differ, and are too large or too small to compute with (beyond 1e300 or 1e-290)."
    reason = "the rerun used other seeds"
    if judged.figures.same_seeds:
        reason = f"the rerun of that seed is not within the tolerance of {_limit(judged.figures)}"
    return (
        f"One recorded seed shows no spread to judge a difference by, and {reason}: {means(judged.figures)}."
    )


def _inconclusive(judged: Judged) -> str:
    figures, case = judged.figures, judged.case
    if figures.items is not None:
        return _inconclusive_items(judged, figures.items)
    where = "outside" if figures.outside_prediction else "inside"
    text = f"{means(figures)}, {where} the 95 % prediction interval"
    if figures.prediction is not None:
        text += f" {_prediction(figures)}"
    if figures.delta is None:
        return f"No margin is declared, so nothing is decided: {text}; {_at_which_margins(figures)}."
    if case.degraded and figures.contradicted_at(figures.delta):
        return f"The difference exceeds the margin, but under other conditions that decides nothing: {text}."
    return (
        f"Neither equivalence nor a contradiction at the margin of {_margin(judged)} is shown: {text}; "
        f"{_at_which_margins(figures)}{_how_many(figures)}."
    )


def _inconclusive_items(judged: Judged, items: ItemTest) -> str:
    figures = judged.figures
    p = f", {p_value(figures.p_holm)} after Holm" if figures.p_holm is not None else ""
    text = f"{means(figures)} over {_items(items)}{p}"
    if figures.delta is None:
        return f"No margin is declared, so nothing is decided: {text}; {_at_which_margins(figures)}."
    if judged.case.degraded and figures.contradicted_at(figures.delta):
        return f"The difference exceeds the margin, but under other conditions that decides nothing: {text}."
    return (
        f"Neither equivalence nor a contradiction at the margin of {_margin(judged)} is shown: {text}; "
        f"{_at_which_margins(figures)}."
    )


def _items(items: ItemTest) -> str:
    if items.method == "mcnemar":
        only = f"{items.only_then} right only then, {items.only_now} only now"
        return f"{items.items} items (McNemar's test; {only})"
    return f"{items.items} items (paired t test of {items.of})"


def _at_which_margins(figures: Figures) -> str:
    test = figures.equivalence
    text = (
        f"equivalence would hold for margins above {_size(figures, test.from_margin)}"
        if test is not None
        else f"equivalence needs at least {FEWEST_FOR_EQUIVALENCE} seeds on each side"
    )
    if figures.contradicted_below is not None:
        text += f", a contradiction for margins below {_size(figures, figures.contradicted_below)}"
    return text


def _how_many(figures: Figures) -> str:
    needed = figures.seeds_needed
    if needed is None:
        return ""
    if needed.rerun is not None:
        return f"; about {needed.rerun} seeds in the rerun would decide"
    if needed.each is not None:
        return f"; about {needed.each} seeds on each side would decide, more in the rerun alone would not"
    return "; ten thousand seeds on each side would not decide"


_SENTENCE: dict[Outcome, Callable[[Judged], str]] = {
    Outcome.NOT_COMPARABLE: _not_comparable,
    Outcome.FAILED: _failed,
    Outcome.RUNS: _runs,
    Outcome.IDENTICAL: _identical,
    Outcome.WITHIN_TOLERANCE: _within_tolerance,
    Outcome.EQUIVALENT: _equivalent,
    Outcome.CONTRADICTED: _contradicted,
    Outcome.NOT_ASSESSABLE: _not_assessable,
    Outcome.INCONCLUSIVE: _inconclusive,
}


def _about_seeds(judged: Judged) -> Iterator[str]:
    original, rerun = judged.case.original, judged.case.rerun
    if judged.outcome in (Outcome.RUNS, Outcome.NOT_COMPARABLE, Outcome.FAILED):
        return
    if not rerun.values:
        return
    if judged.figures.same_seeds and len(rerun.values) < len(original.values):
        verb = "was" if len(rerun.values) == 1 else "were"
        apart = ", so the two means are not of the same seeds" if judged.figures.difference else ""
        yield f"{len(rerun.values)} of {len(original.values)} recorded seeds {verb} run again{apart}."
    elif judged.case.new_seeds:
        verb = "is" if len(judged.case.new_seeds) == 1 else "are"
        yield (
            f"{_capital(seeds(judged.case.new_seeds))} {verb} new, never used by the original, so means are "
            "compared, and no value with a recorded one of its own seed."
        )
    elif not judged.figures.same_seeds and None not in judged.case.asked:
        yield "The rerun used seeds that the original has no value of."
    if len(original.values) < len(original.names):
        without = [one.seed for one in original.seeds if not one.finite]
        yield f"The original itself has no value for {seeds(without)}."


def _about_scale(judged: Judged) -> Iterator[str]:
    """A hint where the mean looks like the recorded one in another unit, such as percent for a fraction."""
    then, now = judged.figures.original, judged.figures.rerun
    if then is None or now is None or not then.mean or not now.mean:
        return
    for factor, word in _FACTORS.items():
        for ratio, much in (
            (now.mean / then.mean, f"a {word} times"),
            (then.mean / now.mean, f"a {word}th of"),
        ):
            if abs(ratio / factor - 1.0) <= _NEAR:
                yield f"The rerun's mean is about {much} the recorded one: it may be in another unit."


def _about_numbers(judged: Judged) -> Iterator[str]:
    figures, case = judged.figures, judged.case
    if judged.outcome in (Outcome.IDENTICAL, Outcome.RUNS, Outcome.FAILED, Outcome.NOT_COMPARABLE):
        return
    if judged.outcome is Outcome.WITHIN_TOLERANCE:
        return
    yield from _about_scale(judged)
    if figures.tolerance is not None:
        yield f"Not every seed is within the tolerance of {_limit(figures)} ({figures.tolerance.reason})."
        if case.unseeded:
            yield (
                f"The recorded runs drew random numbers without a seed ({', '.join(case.unseeded)}), so the "
                "same values could not be expected."
            )
    if figures.items is not None:
        yield (
            "The one recorded seed is judged by the predictions of both runs for the same "
            f"{figures.items.items} items, so this says nothing about other seeds."
        )
    if figures.delta is None or case.margin is None:
        return
    if case.margin.declared_by == "reader":
        yield f"The margin of {_margin(judged)} is the reader's."
    spread = figures.original.sd if figures.original else None
    if spread and figures.delta < spread:
        yield (
            f"The margin is small against the spread of the seeds ({figures.delta / spread:.2g} standard "
            "deviations): with such margins up to 5 in 100 honest reruns would be called contradicted."
        )
    if judged.outcome is Outcome.INCONCLUSIVE and spread and figures.prediction is not None:
        yield (
            f"With {counted(len(case.original.values), 'recorded seed')} and "
            f"{counted(len(case.rerun.values), 'seed')} in the rerun, only differences above "
            f"{_size(figures, figures.prediction.half_width)} could show as a contradiction."
        )
    yield from _about_power(figures)


def _about_power(figures: Figures) -> Iterator[str]:
    """What so few seeds could have shown, where they have not shown it."""
    found = figures.power
    if found is None or figures.contradicted_below is not None:
        return
    text = (
        f"Had the mean truly moved by the margin, {percent(found.at_margin)} of such reruns would be called "
        f"contradicted; by {_size(figures, found.detectable)}, 80 %"
    )
    if found.advantage is not None and found.at_advantage is not None:
        text += f"; by the claimed advantage of {significant(found.advantage)}, {percent(found.at_advantage)}"
    yield f"{text}."


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _limit(figures: Figures) -> str:
    tolerance = figures.tolerance
    if tolerance is None:
        return "0"
    parts = [significant(tolerance.atol)] if tolerance.atol else []
    if tolerance.rtol:
        parts.append(f"{significant(tolerance.rtol)} of the value")
    text = " + ".join(parts) or "0"
    return f"{text}, at least {significant(tolerance.at_least, 3)}" if tolerance.at_least else text


def _margin(judged: Judged) -> str:
    """The margin as it was declared; as a share of the mean, with the digits of the mean."""
    delta, declared = judged.figures.delta or 0.0, judged.case.margin
    if declared is not None and declared.kind == "absolute":
        return significant(delta)
    return _size(judged.figures, delta)


def _size(figures: Figures, value: float) -> str:
    """A difference or bound, with the digits of the means."""
    return figures.precision.write_size(value)


def _prediction(figures: Figures) -> str:
    if figures.prediction is None:
        return ""
    return figures.precision.write_interval(figures.prediction.low, figures.prediction.high)


def _names(judged: Judged) -> list[str | None]:
    return [one.seed for one in judged.case.rerun.seeds if one.finite]
