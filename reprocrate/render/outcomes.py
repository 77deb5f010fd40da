"""Results as they are shown: with labels, the value of every seed, and those that are read side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reprocrate.manifest import Configuration, Manifest, Metric, Observation, Result, Run, Table
from reprocrate.render import numbers, words
from reprocrate.render.numbers import Precision
from reprocrate.validation.evidence import selected


class SeedValue(NamedTuple):
    """What one run gave, or one fold of it.

    Attributes:
        run: id of the run.
        seed: its seed as decimal digits, with the fold where it is one; None where neither is known.
        value: the value; None where it is no finite number or was not found.
        status: `ok`, `nan`, `inf`, `-inf` or `missing`.
    """

    run: str
    seed: str | None
    value: float | None
    status: str

    @property
    def name(self) -> str:
        """The seed, or a dash."""
        return "–" if self.seed is None else self.seed


class Outcome(NamedTuple):
    """A result with what is needed to read it.

    Attributes:
        result: the manifest's result.
        label: what to call its configuration.
        role: the configuration's role, or an empty string.
        data: what to call the data set, or an empty string.
        metric: the manifest's metric, where it describes it.
        values: the values behind it, in the order of the result's runs.
        excluded: runs that it does not rest on, as seed and reason in words.
    """

    result: Result
    label: str
    role: str
    data: str
    metric: Metric | None
    values: tuple[SeedValue, ...]
    excluded: tuple[tuple[str, str], ...]

    @property
    def is_rank(self) -> bool:
        """Whether it is the mean of places, 1 for the best, and no value of its metric."""
        return self.result.statistic == "mean_rank"

    @property
    def without_interval(self) -> str:
        """Why nothing is said about chance where it has no interval."""
        if self.result.over == "folds":
            return "folds share training data, so their spread says little about chance"
        if self.result.over == "results":
            return "an average over other results says nothing about chance"
        return "a single run says nothing about chance"

    @property
    def direction(self) -> str | None:
        """Which values of its metric are better."""
        return self.metric.direction if self.metric else None

    @property
    def precision(self) -> Precision:
        """How many digits its mean and interval are written with."""
        return Precision.of(self.result.value, self._spread)

    @property
    def text(self) -> str:
        """Value and spread."""
        return self.scaled(1.0)

    def scaled(self, scale: float) -> str:
        """Value and spread, both multiplied, as tables print them."""
        spread = None if self._spread is None else abs(self._spread * scale)
        return numbers.with_spread(self.result.value * scale, spread)

    @property
    def interval_text(self) -> str:
        """Ends of the interval, or an empty string."""
        interval = self.result.interval
        if interval is None:
            return ""
        return f"{self.precision.write(interval.low)} to {self.precision.write(interval.high)}"

    @property
    def finite(self) -> list[float]:
        """The finite values behind it."""
        return [each.value for each in self.values if each.value is not None]

    @property
    def _spread(self) -> float | None:
        result = self.result
        is_constant = result.minimum is not None and result.minimum == result.maximum
        return 0.0 if is_constant and result.sd is not None else result.sd


class OutcomeGroup(NamedTuple):
    """Results in one metric on one split, which are read side by side.

    Attributes:
        metric: what to call the metric.
        split: what to call the split, or an empty string.
        direction: what is better, in words.
        unit: the unit, or an empty string.
        outcomes: the results.
        is_headline: whether a claim or a table rests on any of them.
        spans_data: whether they are of more than one data set.
    """

    metric: str
    split: str
    direction: str
    unit: str
    outcomes: tuple[Outcome, ...]
    is_headline: bool
    spans_data: bool

    @property
    def title(self) -> str:
        """`Accuracy on test`."""
        title = f"{self.metric} on {self.split}" if self.split else self.metric
        return title[:1].upper() + title[1:]

    @property
    def reading(self) -> str:
        """How to read the numbers: `fraction, higher is better`, and what difference is of no importance."""
        metric = None if self.outcomes[0].is_rank else self.outcomes[0].metric
        data = f"measured on {self.outcomes[0].data}" if self.outcomes[0].data and not self.spans_data else ""
        items = words.count_of(metric.count_of, "test item") if metric and metric.count_of else ""
        parts = [self.unit, self.direction, data, items and f"counted on {items}"]
        finished = words.sentence if self.unit in ("", "fraction", "percent") else words.ended  # Ms are no ms
        text = finished(", ".join(part for part in parts if part))
        if metric and metric.margin:
            share = (
                " of the mean" if metric.margin.kind == "relative" else numbers.unit_suffix(self.unit or None)
            )
            margin = f"{numbers.significant(metric.margin.value)}{share}"
            text += f" The authors hold a difference of up to {margin} to be of no importance."
        return text

    @property
    def by_data(self) -> list[tuple[str, list[Outcome]]]:
        """The results of each data set, which may be of different magnitude."""
        panels: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            panels.setdefault(outcome.data, []).append(outcome)
        return list(panels.items())


class Grid(NamedTuple):
    """A table of the paper as rows and columns of results.

    Attributes:
        table: the manifest's table.
        rows: values of the factor that the rows follow, in order of first mention.
        columns: values of the factor that the columns follow.
        cells: by row and column the result, None where the cell rests on none, and what is to be shown.
    """

    table: Table
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[tuple[str, str], tuple[Outcome | None, str]]

    @property
    def sizes(self) -> list[int]:
        """The different numbers of seeds, or folds, behind its cells; averages over others do not count."""
        return sorted({outcome.result.n for outcome in self._measured})

    @property
    def size_text(self) -> str:
        """How many seeds, or folds, are behind each cell, in words."""
        noun = "fold" if any(outcome.result.over == "folds" for outcome in self._measured) else "seed"
        if not self.sizes:
            return "no cell rests on a recorded result"
        averages = any(outcome and outcome.result.over == "results" for outcome, _ in self.cells.values())
        where = "in each cell that is no average" if averages else "in each cell"
        if len(self.sizes) == 1:
            return f"{words.count_of(self.sizes[0], noun)} {where}"
        return f"{self.sizes[0]} to {self.sizes[-1]} {noun}s {where}"

    @property
    def _measured(self) -> list[Outcome]:
        cells = (outcome for outcome, _ in self.cells.values() if outcome)
        return [outcome for outcome in cells if outcome.result.over != "results"]


_Observations = dict[tuple[str, str | None, str | None], list[Observation]]


def make_outcomes(manifest: Manifest) -> dict[str, Outcome]:
    """Every result by its id, in the manifest's order."""
    seen = {run.id: _by_key(run) for run in manifest.runs}
    return {result.id: _outcome(manifest, result, seen) for result in manifest.results}


def make_groups(manifest: Manifest, outcomes: Iterable[Outcome]) -> list[OutcomeGroup]:
    """Results by metric and split; those that a claim or table rests on come first."""
    headline = headline_results(manifest)
    together: dict[tuple[str, str | None, bool], list[Outcome]] = {}
    for outcome in outcomes:
        key = (outcome.result.metric, outcome.result.split, outcome.is_rank)
        together.setdefault(key, []).append(outcome)
    groups = [
        OutcomeGroup(
            metric=f"{'mean rank by ' * is_rank}{words.metric_label(members[0].metric, metric)}",
            split=words.plain(split or ""),
            direction=words.DIRECTION["minimize" if is_rank else members[0].direction],
            unit=words.plain((members[0].metric.unit if members[0].metric and not is_rank else None) or ""),
            outcomes=tuple(sorted(members, key=lambda member: member.result.id not in headline)),
            is_headline=any(member.result.id in headline for member in members),
            spans_data=len({member.data for member in members}) > 1,
        )
        for (metric, split, is_rank), members in together.items()
    ]
    return sorted(groups, key=lambda group: not group.is_headline)


def make_grids(manifest: Manifest, outcomes: dict[str, Outcome]) -> list[Grid]:
    """The tables of the paper."""
    return [_grid(table, outcomes) for table in manifest.tables]


def headline_results(manifest: Manifest) -> set[str]:
    """Ids of the results that claims and tables rest on."""
    found = {cell.result for table in manifest.tables for cell in table.cells if cell.result}
    for claim in manifest.claims:
        for identifier in claim.evidence:
            comparison = manifest.find_comparison(identifier)
            found |= {comparison.a, comparison.b} if comparison else {identifier}
    return found


def _by_key(run: Run) -> _Observations:
    """What a run measured by metric, data and split, since a run may have hundreds of metrics."""
    found: _Observations = {}
    for each in run.metrics:
        found.setdefault((each.metric, each.data, each.split), []).append(each)
    return found


def _outcome(manifest: Manifest, result: Result, seen: Mapping[str, _Observations]) -> Outcome:
    configuration = manifest.find_configuration(result.configuration)
    metric = manifest.find_metric(result.metric)
    key = (result.metric, result.data, result.split)
    runs = [(identifier, manifest.find_run(identifier)) for identifier in result.runs]
    return Outcome(
        result=result,
        label=_label(manifest, result, configuration),
        role=(configuration.role or "") if configuration else "",
        data=_data(manifest, result, configuration),
        metric=metric,
        values=tuple(
            value
            for identifier, run in runs
            for value in _seed_values(identifier, run, result, metric, seen.get(identifier, {}).get(key, []))
        ),
        excluded=tuple(
            (words.seed_label(manifest.find_run(each.run)), words.EXCLUSION[each.reason])
            for each in result.excluded
        ),
    )


def _label(manifest: Manifest, result: Result, configuration: Configuration | None) -> str:
    """The configuration; of an average the factors that all its configurations share, and over how many."""
    shared = (
        _shared_factors(manifest, result.results) if result.over == "results" and not configuration else []
    )
    if not shared:
        return words.configuration_label(configuration, result.configuration or result.id)
    label = words.plain(", ".join(shared))
    what = words.STATISTIC[result.statistic]
    return label if result.statistic == "mean_rank" else f"{label} ({what} of {len(result.results)})"


def _shared_factors(manifest: Manifest, names: Sequence[str]) -> list[str]:
    parts = [manifest.find_result(name) for name in names]
    found = [manifest.find_configuration(part.configuration) for part in parts if part]
    factors = [dict(one.factors) if one else {} for one in found]
    first = factors[0] if factors else {}
    return [str(value) for name, value in first.items() if all(each.get(name) == value for each in factors)]


def _data(manifest: Manifest, result: Result, configuration: Configuration | None) -> str:
    if result.data:
        return words.data_label(manifest.find_data(result.data), result.data)
    factor = configuration.factors.get("data") if configuration else None
    return words.data_label(manifest.find_data(str(factor)), str(factor)) if factor is not None else ""


def _seed_values(
    identifier: str, run: Run | None, result: Result, metric: Metric | None, seen: Sequence[Observation]
) -> list[SeedValue]:
    """What a result took from a run: one value, or one for each fold."""
    seed = str(run.seed) if run and run.seed is not None else None
    if result.over == "folds":
        before = f"{seed}, " if seed is not None and len(result.runs) > 1 else ""
        folds = [each for each in seen if each.fold is not None]
        return [
            SeedValue(identifier, f"{before}fold {each.fold}", each.value, each.status) for each in folds
        ] or [SeedValue(identifier, seed, None, "missing")]
    reported = _reported([each for each in seen if each.fold is None], metric)
    if reported is None:
        return [SeedValue(identifier, seed, None, "missing")]
    return [SeedValue(identifier, seed, reported.value, reported.status)]


def _reported(fitting: Sequence[Observation], metric: Metric | None) -> Observation | None:
    """What a result took from a run; the last value where the metric's selection cannot be followed."""
    try:
        return selected(fitting, metric)
    except LookupError:
        return selected(fitting, None)


def _grid(table: Table, outcomes: dict[str, Outcome]) -> Grid:
    cells: dict[tuple[str, str], tuple[Outcome | None, str]] = {}
    for cell in table.cells:
        outcome = outcomes.get(cell.result) if cell.result else None
        cells.setdefault((cell.row, cell.column), (outcome, _cell_text(outcome, table, cell.text)))
    return Grid(
        table,
        tuple(dict.fromkeys(cell.row for cell in table.cells)),
        tuple(dict.fromkeys(cell.column for cell in table.cells)),
        cells,
    )


def _cell_text(outcome: Outcome | None, table: Table, printed: str | None) -> str:
    if outcome is None:
        return words.plain(printed or "") or "–"
    return outcome.scaled(1.0 if table.scale is None or outcome.is_rank else table.scale)
