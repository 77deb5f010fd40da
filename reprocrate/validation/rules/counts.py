"""RC08: metrics that count items have values that items can give."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Manifest, Metric, Observation, Reported, Result, Run
from reprocrate.statistics import Printed, read_printed
from reprocrate.validation.places import numbered
from reprocrate.validation.printing import fitting_scales
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import values_are_known
from reprocrate.validation.splits import declared_splits
from reprocrate.validation.subject import Subject

_Seen = tuple[str, Run, Metric, Observation]


def _counted(subject: Subject) -> tuple[_Seen, ...]:
    """Measured values that count the items of a test set, with their places."""
    return tuple(_counting(subject.well_formed))


def _counting(manifest: Manifest) -> Iterator[_Seen]:
    metrics = {metric.id: metric for metric in manifest.metrics if _is_count(metric)}
    judged: dict[tuple[str | None, ...], bool] = {}
    for pointer, run in numbered("/runs", manifest.runs if metrics else ()):
        for index, seen in enumerate(run.metrics):
            metric = metrics.get(seen.metric)
            if metric is None or run.kind == "smoke" or seen.value is None or seen.fold is not None:
                continue
            key = (metric.id, run.configuration, seen.data, seen.split)
            if key not in judged:
                judged[key] = _is_of_all_items(manifest, metric, run.configuration, seen.data, seen.split)
            if judged[key]:
                yield f"{pointer}/metrics/{index}/value", run, metric, seen


def _is_count(metric: Metric) -> bool:
    """Whether each value of a metric counts items; a mean of the last k counts k times as many."""
    return metric.count_of is not None and metric.selection != "mean_last_k"


def _is_of_all_items(
    manifest: Manifest, metric: Metric, configuration: str | None, data: str | None, split: str | None
) -> bool:
    """Whether a value was measured on the test set whose size the metric declares."""
    declared = declared_splits(manifest, configuration, data, split)
    if declared:
        return all(each.role == "test" and each.count in (None, metric.count_of) for each in declared)
    own = metric.source.split if metric.source else None
    return split is None or split == own or "test" in split.lower()


def _units(metric: Metric) -> tuple[int, ...]:
    """What a share of the items may have been multiplied by; where the unit is another, anything usual."""
    known = {"fraction": (1,), "percent": (100,)}.get(metric.unit or "")
    return known or (1, 100, metric.count_of or 1)


def _recorded(subject: Subject) -> dict[tuple[str, str], list[float]]:
    """The values that count items, by metric and configuration."""
    values: dict[tuple[str, str], list[float]] = {}
    for _, run, metric, seen in subject.once(_counted):
        values.setdefault((metric.id, run.configuration), []).append(seen.value or 0.0)
    return values


@rule(
    "RC0829",
    MUST,
    spec="results",
    since="1.0",
    says="{metric} is {value} in {run}, which is no whole number of {items} items",
)
def counted_value_is_a_count(subject: Subject) -> Iterator[Found]:
    """A value of a metric that counts items MUST be a whole number of them, as a fraction or in percent.

    Judged: each value of a run that is a number without `fold`, of a metric with `count_of` N and a
        selection other than `mean_last_k`; runs of kind `smoke` aside. Of the observation's `data` (where it
        names none, of the configuration's; where that names none, of any) every split of its name has the
        role `test`, and N as its `count` or none; where there is none of the name, `split` is absent, is the
        `split` of the metric's source, or holds `test` in capitals or small letters. The value has to be c k
        / N for a whole k from 0 to N, where c is 1 for the unit `fraction`, 100 for `percent`, and any of 1,
        100 and N for another unit or none. Allowed are a relative 1e-9, for k = 0 that of one item; half a
        unit of the finest last place among all values of the metric and configuration that are judged here;
        and, for a number that is an IEEE single, 2^-22 of it; at the `value`.
    Why: of 300 items 273 or 274 are right, never 273.6; another value was measured on another test set. A
        value that was rounded when it was recorded is judged by the digits that are left.
    Fix: correct `count_of`, or what the program writes; leave `count_of` out if the metric counts no items.
    """
    units = {key: statistics.finest(values) for key, values in subject.once(_recorded).items()}
    for pointer, run, metric, seen in subject.once(_counted):
        unit = units[metric.id, run.configuration]
        items, value = metric.count_of or 1, seen.value or 0.0
        if not any(statistics.is_share(value, items, scale, unit) for scale in _units(metric)):
            yield Found(pointer, metric=metric.id, value=value, run=run.id, items=items)


def _means(subject: Subject) -> Iterator[tuple[str, Result, Metric]]:
    """Means of counts that cannot be computed again, because their values are not known."""
    manifest = subject.well_formed
    recorded = subject.once(_recorded)
    for pointer, result in numbered("/results", manifest.results):
        metric = manifest.find_metric(result.metric)
        is_mean = result.statistic == "mean" or (result.statistic == "single" and result.n == 1)
        if metric is None or not _is_count(metric) or not is_mean or result.over != "runs":
            continue
        values = recorded.get((metric.id, result.configuration or ""), [])
        if (
            not values_are_known(subject, result)
            and all(_is_exact(metric, value) for value in values)
            and _is_of_all_items(manifest, metric, result.configuration, result.data, result.split)
        ):
            yield pointer, result, metric


def _is_exact(metric: Metric, value: float) -> bool:
    """Whether a value was recorded in full: the mean of rounded values is no mean of counts."""
    return any(statistics.is_exact_share(value, metric.count_of or 1, scale) for scale in _units(metric))


@rule(
    "RC0830",
    MUST,
    spec="results",
    since="1.0",
    says="{printed} is no mean of {n} whole numbers of {items} items (result {result})",
)
def mean_of_counts_is_possible(subject: Subject) -> Iterator[Found]:
    """A mean of counts MUST be one that n times as many items can give (GRIM, Brown and Heathers 2017).

    Judged: each result over runs of statistic `mean`, or `single` with `n` 1, whose values cannot be told,
        if RC0829 would judge a value of its metric, configuration, data and split. The values of its metric
        and configuration that RC0829 judges, if there are any, are all c k / N to a relative 1e-9. The
        `value`, if it shows ten decimals or more, is for no c c K / (n N) with a whole K from 0 to n N, to a
        relative 1e-9; if it shows fewer, for every c n N u < c, where u is one unit of its last place, and
        no such K gives a number that rounds to it; at the `value`. Where the `value` is possible: each
        `reported[].value`, by the rule for fewer decimals, c being multiplied by each factor of the entry;
        at that `value`.
    Why: a mean that no counts have was not computed from counts. Figures with few digits cannot show it, and
        that a mean is possible does not show that it is right.
    Fix: correct the figure, `n` or `count_of`; leave `count_of` out if the metric counts no items.
    """
    manifest = subject.well_formed
    for pointer, result, metric in _means(subject):
        found = [] if _is_possible(result, metric) else [(f"{pointer}/value", f"{result.value:.12g}")]
        if not found:
            found = [
                (f"{place}/value", reported.value)
                for place, reported in numbered(f"{pointer}/reported", result.reported)
                if _is_impossible(manifest, result, metric, reported)
            ]
        for place, printed in found:
            yield Found(place, printed=printed, n=result.n, items=metric.count_of, result=result.id)


def _is_possible(result: Result, metric: Metric) -> bool:
    items, figure = metric.count_of or 1, statistics.shown(result.value)
    return any(
        not statistics.mean_is_impossible(figure, result.n, items, scale)
        if statistics.is_rounded(figure.unit)
        else statistics.is_exact_share(result.value, items * result.n, scale)
        for scale in _units(metric)
    )


def _is_impossible(manifest: Manifest, result: Result, metric: Metric, reported: Reported) -> bool:
    return all(
        statistics.mean_is_impossible(read_printed(reported.value), result.n, metric.count_of or 1, scale)
        for scale in _printed_units(manifest, result, metric, reported)
    )


def _printed_units(
    manifest: Manifest, result: Result, metric: Metric, reported: Reported | None
) -> list[int]:
    """What shares of items were multiplied by, in a printed figure or where it is recorded."""
    factors = fitting_scales(manifest, result, reported) if reported else (1.0,)
    return [int(factor) * unit for factor in factors for unit in _units(metric)]


@rule(
    "RC0831",
    SHOULD,
    spec="results",
    since="1.0",
    says="{mean} ± {sd} is the mean and sd of no {n} whole numbers of {items} items (result {result})",
)
def deviation_of_counts_is_possible(subject: Subject) -> Iterator[Found]:
    """A standard deviation of counts SHOULD be one that they can have with their mean (GRIMMER, Anaya 2016).

    Judged: each result as in RC0830, by its `value` and `sd`, if it has an `sd` and `varies_over` is absent
        or `seeds`; else by each printed value with a spread of kind `sd`. Both count as figures with the
        decimals that they show. For every c of RC0830 and every `ddof` (both where it is absent) n exceeds
        the `ddof`, n N u < c, some sum K of counts makes the mean, and none that does has a sum of squares Q
        that is whole, odd where K is, between that of n counts as equal as can be and that of as many full
        counts as can be, and whose (Q - K^2 / n) / (n - ddof), times (c / N)^2, is a variance that rounds to
        the deviation; at the `sd` or `dispersion`.
    Why: the squares of whole numbers are whole, so that most printed deviations are impossible beside a mean.
        Figures with few digits cannot show it, and that one is possible does not show that it is right.
    Fix: correct the figure, `n` or `ddof`; leave `count_of` out if the metric counts no items.
    """
    manifest = subject.well_formed
    for pointer, result, metric in _means(subject):
        for place, reported, mean, sd in _mean_and_deviation(pointer, result):
            ddofs = (0, 1) if result.ddof is None else (result.ddof,)
            items = metric.count_of or 1
            if all(
                statistics.sd_is_impossible(mean, sd, result.n, items, ddof=ddof, scale=scale)
                for scale in _printed_units(manifest, result, metric, reported)
                for ddof in ddofs
            ):
                yield Found(place, mean=mean.text, sd=sd.text, n=result.n, items=items, result=result.id)


def _mean_and_deviation(
    pointer: str, result: Result
) -> Iterator[tuple[str, Reported | None, Printed, Printed]]:
    """A result's own mean and sd; else those that are printed."""
    if result.sd is not None and result.varies_over in (None, "seeds"):
        yield f"{pointer}/sd", None, statistics.shown(result.value), statistics.shown(result.sd)
        return
    for place, reported in numbered(f"{pointer}/reported", result.reported):
        if reported.dispersion is not None and reported.dispersion_kind == "sd":
            figures = (read_printed(reported.value), read_printed(reported.dispersion))
            yield f"{place}/dispersion", reported, *figures
