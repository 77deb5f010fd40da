"""What came out and what is claimed from it, as rows of two tables: numbers, and no verdict on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reprocrate.deposit.description.model import ClaimRow, ResultRow
from reprocrate.deposit.description.plain_text import line
from reprocrate.manifest import Claim, Comparison, Manifest, Result
from reprocrate.manifest.results import Interval
from reprocrate.statistics import Precision, with_spread

MOST_ROWS = 100
"""More results than anybody reads on a landing page; all of them are in the manifest."""

_INTERVALS = {
    "sd": "standard deviation",
    "se": "standard error",
    "ci": "interval",
    "pi": "prediction interval",
}


def claims_of(manifest: Manifest) -> tuple[ClaimRow, ...]:
    """Every claim, primary ones first."""
    rows = [_claim(manifest, claim) for claim in manifest.claims]
    return tuple(sorted(rows, key=lambda row: not row.primary))


def results_of(manifest: Manifest) -> tuple[ResultRow, ...]:
    """The first results."""
    return tuple(_result(manifest, result) for result in manifest.results[:MOST_ROWS])


def _claim(manifest: Manifest, claim: Claim) -> ClaimRow:
    location = claim.location
    place = [location.label, location.cell] if location else []
    measured = list(_measured(manifest, claim))
    rested_on = [result for _value, results in measured for result in results]
    return ClaimRow(
        text=line(claim.text),
        place=line(", ".join(part for part in place if part)),
        primary=bool(claim.primary),
        value=tuple(value for value, _results in measured),
        seeds=tuple(dict.fromkeys(result.n for result in rested_on)),
        recorded=bool(rested_on) and all(_is_recorded(manifest, each) for each in rested_on),
    )


def _measured(manifest: Manifest, claim: Claim) -> Iterator[tuple[str, list[Result]]]:
    """Each number of a claim's evidence with the results that it comes from."""
    for identifier in claim.evidence:
        result, comparison = manifest.find_result(identifier), manifest.find_comparison(identifier)
        if result:
            yield _value_of(result), [result]
        elif comparison:
            sides = (manifest.find_result(comparison.a), manifest.find_result(comparison.b))
            yield _effect_of(manifest, comparison), [side for side in sides if side]


def _is_recorded(manifest: Manifest, result: Result) -> bool:
    """Whether every run that a result rests on, by itself or by other results, is in the manifest."""
    if result.over != "results":
        return bool(result.runs) and all(map(manifest.find_run, result.runs))
    below = [manifest.find_result(each) for each in result.results]
    return bool(below) and all(
        each is not None and each.over != "results" and _is_recorded(manifest, each) for each in below
    )


def _result(manifest: Manifest, result: Result) -> ResultRow:
    configuration = manifest.find_configuration(result.configuration)
    metric = manifest.find_metric(result.metric)
    data = manifest.find_data(result.data)
    name = line(metric.name if metric and metric.name else result.metric.replace("_", " "))
    unit = line(metric.unit) if metric and metric.unit not in (None, "fraction") else ""
    parts = [data.name if data and data.name else result.data, result.split]
    return ResultRow(
        configuration=line(configuration.label if configuration else result.configuration),
        metric=f"{name} ({unit})" if unit else name,
        data=line(", ".join(part for part in parts if part)),
        statistic=result.statistic.replace("_", " "),
        value=_value_of(result),
        n=result.n,
    )


def _value_of(result: Result) -> str:
    interval = result.interval
    if interval is None:
        return with_spread(result.value, result.sd)
    precision = Precision.of(result.value, result.sd or (interval.high - interval.low) / 4)
    return f"{precision.write(result.value)} {_told(interval, precision)}"


def _effect_of(manifest: Manifest, comparison: Comparison) -> str:
    between = _sides(manifest, comparison)
    effect = comparison.effect
    if effect is None:
        return between
    kind = effect.kind.replace("_", " ")
    if effect.interval is None:
        return f"{kind} {Precision().write(effect.value)}, {between}"
    precision = Precision.of(effect.value, (effect.interval.high - effect.interval.low) / 4)
    return f"{kind} {precision.write(effect.value)} {_told(effect.interval, precision)}, {between}"


def _sides(manifest: Manifest, comparison: Comparison) -> str:
    """`wide against narrow`: by the names of the configurations, where these tell the sides apart."""
    results = [manifest.find_result(side) for side in (comparison.a, comparison.b)]
    found = [manifest.find_configuration(result.configuration) for result in results if result]
    names = [line(configuration.label) for configuration in found if configuration]
    return " against ".join(names if len(set(names)) == 2 else (comparison.a, comparison.b))


def _told(interval: Interval, precision: Precision) -> str:
    """`[0.909, 0.921] (95 % interval)`."""
    level = f"{interval.level * 100:.6g} % " if interval.level is not None else ""
    name = _INTERVALS.get(interval.kind, interval.kind)
    return f"{precision.write_interval(interval.low, interval.high)} ({level}{name})"


def told_seeds(seeds: Iterable[int]) -> str:
    """`5`, `5, 3`."""
    return ", ".join(map(str, seeds))
