"""Claims and results: what came out, and what it bears out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from reprocrate.manifest import Manifest
from reprocrate.render import words
from reprocrate.render.best import best_results
from reprocrate.render.evidence import Contrast, interval_name, make_contrasts, make_evidence
from reprocrate.render.numbers import exact
from reprocrate.render.outcomes import Grid, Outcome, OutcomeGroup, make_grids, make_groups, make_outcomes
from reprocrate.render.preview.claims import claim
from reprocrate.render.preview.links import first
from reprocrate.render.preview.markup import Markup, element, file_link, joined, shortened
from reprocrate.render.preview.plots import seeds_plot, unit
from reprocrate.render.preview.tables import Header, number, table

_MOST_METRICS = 20
_MOST_ROWS = 100
_MOST_PLOTS = 8
_MOST_ROWS_PLOTTED = 24
_MOST_CONFIGURATIONS = 12
_MOST_SEEDS = 50
_FEW_SEEDS = 10
_FEW_COLUMNS = 4
_FEW_ROWS = 6
_MOST_CLAIMS = 60
_MOST_GRIDS = 20
_MOST_COLUMNS = 60


class Findings:
    """The parts of the page that show results, made from one manifest."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._outcomes = {
            name: one._replace(label=shortened(one.label), data=shortened(one.data))
            for name, one in make_outcomes(manifest).items()
        }
        self._contrasts = make_contrasts(manifest, self._outcomes)
        self._groups = make_groups(manifest, self._outcomes.values())
        shown = (
            one.result.id for group in self._groups[:_MOST_METRICS] for one in group.outcomes[:_MOST_ROWS]
        )
        self._places = {name: f"result-{place}" for place, name in enumerate(shown)}

    def claims(self) -> Markup:
        """Every claim with its evidence."""
        found = make_evidence(self._manifest, self._outcomes, self._contrasts)
        if not found:
            return element("p", *_no_claims(self._manifest), class_="soft")
        return first(
            range(len(found)),
            _MOST_CLAIMS,
            lambda index: claim(found[index], str(index), self._outcomes, self._places),
            "claim",
        )

    def results(self) -> Markup:
        """Tables of the paper first, then every metric with its seeds."""
        if not self._outcomes:
            return element(
                "p", "No metric was recorded, so a rerun has nothing to be compared with.", class_="soft"
            )
        best = best_results(self._outcomes.values())
        tables = make_grids(self._manifest, self._outcomes)
        grids = first(tables, _MOST_GRIDS, lambda grid: _grid(grid, self._manifest), "table")
        shown = [
            _group(group, index, best, self._places)
            for index, group in enumerate(self._groups[:_MOST_METRICS])
        ]
        more = len(self._groups) - len(shown)
        rest = element("p", f"{more} more metrics are in ", file_link("reprocrate.json"), ".", class_="note")
        return joined(grids, shown, rest if more > 0 else None)

    def comparisons(self) -> Markup | None:
        """Every comparison of two results."""
        if not self._contrasts:
            return None
        more = len(self._contrasts) - _MOST_ROWS
        return joined(
            element("p", "Differences are the first minus the second.", class_="note"),
            table(
                "Comparisons of results",
                ["Compared", "Metric", ("Difference", "number"), ("Interval", "number"), "Test"],
                [_contrast_row(one) for one in list(self._contrasts.values())[:_MOST_ROWS]],
            ),
            element(
                "p", f"{more:,} more comparisons are in ", file_link("reprocrate.json"), ".", class_="note"
            )
            if more > 0
            else None,
        )


def _no_claims(manifest: Manifest) -> Sequence[Markup | str]:
    """What stands in the place of claims."""
    about = manifest.reproduces
    if about is None:
        return ["The authors state no claim. A rerun is then judged result by result."]
    said = "A reproduction claims nothing of its own. How the original's claims stand is in "
    if about.verdict is None or not about.verdict.travels:
        return [f"{said}its verdict."]
    return [said, file_link(about.verdict.path), "."]


def _grid(grid: Grid, manifest: Manifest) -> Markup:
    metric = grid.table.metric
    what = words.metric_label(manifest.find_metric(metric), metric) if metric else "results"
    header = [f"{words.plain(grid.table.rows)} / {words.plain(grid.table.columns)}"]
    scale = f", times {exact(grid.table.scale)}" if grid.table.scale not in (None, 1) else ""
    best = best_results({one.result.id: one for one, _ in grid.cells.values() if one}.values())
    columns = grid.columns[:_MOST_COLUMNS]
    rows = [
        [
            element("th", shortened(row), scope="row"),
            *(_grid_cell(grid, row, column, best) for column in columns),
        ]
        for row in grid.rows[:_MOST_ROWS]
    ]
    caption = f"{shortened(grid.table.label)}: {what}{scale}, mean ± standard deviation, {grid.size_text}"
    printed = (
        element("p", "As printed in ", file_link(grid.table.file), ".", class_="note")
        if grid.table.file
        else None
    )
    return joined(
        element("h3", shortened(grid.table.label)),
        table(caption, [*header, *((shortened(column), "number") for column in columns)], rows, "grid"),
        _starred([one for one, _ in grid.cells.values() if one]) if best else None,
        _cut_grid(grid),
        printed,
    )


def _starred(outcomes: Sequence[Outcome]) -> Markup:
    """What the star means, and what it does not."""
    chance = (
        "Single runs say nothing about chance."
        if all(one.result.n == 1 for one in outcomes)
        else "Whether it is more than chance, the intervals and comparisons tell."
    )
    return element("p", f"★ marks the best value on its data. {chance}", class_="note")


def _cut_grid(grid: Grid) -> Markup | None:
    if len(grid.rows) <= _MOST_ROWS and len(grid.columns) <= _MOST_COLUMNS:
        return None
    text = f"The table has {len(grid.rows):,} rows and {len(grid.columns):,} columns; all of it is in "
    return element("p", text, file_link("reprocrate.json"), ".", class_="note")


def _grid_cell(grid: Grid, row: str, column: str, best: Set[str]) -> Markup:
    outcome, shown = grid.cells.get((row, column), (None, "–"))
    size = grid.sizes
    counted = f"{outcome.result.n} seeds" if outcome and len(size) > 1 else None
    return number(shown, counted, is_best=bool(outcome and outcome.result.id in best))


def _group(group: OutcomeGroup, index: int, best: Set[str], places: Mapping[str, str]) -> Markup:
    """One metric; folded where no claim or table rests on it and it would be long."""
    heading = element("h3", shortened(group.title))
    starred = any(one.result.id in best for one in group.outcomes[:_MOST_ROWS])
    body = joined(
        element("p", group.reading, class_="note"),
        _plots(group, index),
        _summary(group, best, places),
        _starred(group.outcomes) if starred else None,
        _excluded(group.outcomes),
        _seeds_table(group),
    )
    if index == 0 or group.is_headline or len(group.outcomes) <= _FEW_ROWS:
        return joined(heading, body)
    return element("details", element("summary", heading), body, class_="metric")


def _plots(group: OutcomeGroup, index: int) -> list[Markup]:
    if index >= _MOST_PLOTS or all(outcome.result.n == 1 for outcome in group.outcomes):
        return []
    plots: list[Markup] = []
    panels = group.by_data[:_MOST_PLOTS]
    for place, (data, outcomes) in enumerate(panels):
        if data and len(panels) > 1:
            plots.append(element("h4", data))
        rows = outcomes[:_MOST_ROWS_PLOTTED]
        plots.append(seeds_plot(group, rows, f"{index}-{place}", captioned=place == len(panels) - 1))
    drawn = sum(min(len(outcomes), _MOST_ROWS_PLOTTED) for _, outcomes in panels)
    if drawn < len(group.outcomes):
        text = f"Drawn are {drawn} of {words.count_of(len(group.outcomes), 'result')}."
        plots.append(element("p", text, class_="note"))
    return plots


def _summary(group: OutcomeGroup, best: Set[str], places: Mapping[str, str]) -> Markup:
    """The table of a metric; folded where the plots say the same and it is long."""
    summary = _summary_table(group, best, places)
    if len(group.outcomes) <= _MOST_ROWS_PLOTTED:
        return summary
    counted = words.count_of(len(group.outcomes), "result")
    return element("details", element("summary", f"Mean, interval and number of seeds of {counted}"), summary)


def _summary_table(group: OutcomeGroup, best: Set[str], places: Mapping[str, str]) -> Markup:
    with_data = group.spans_data
    named = next((one.result.interval for one in group.outcomes if one.result.interval), None)
    interval = interval_name(named.kind, named.level) if named else "Interval"
    method = f" ({words.plain(named.method)})" if named and named.method else ""
    statistics = {one.result.statistic for one in group.outcomes}
    value = (
        "Value"
        if statistics == {"single"}
        else "Mean ± sd"
        if statistics <= {"mean", "single"}
        else "Value ± sd"
    )
    header: list[Header] = ["Configuration", *(["Data"] if with_data else [])]
    header += [
        (value, "number"),
        (f"{interval}{method}", "number"),
        ("n", "number"),
    ]
    shown = group.outcomes[:_MOST_ROWS]
    rows = [_summary_row(one, places.get(one.result.id), with_data, one.result.id in best) for one in shown]
    counted = f", {_MOST_ROWS} of {len(group.outcomes)}" if len(group.outcomes) > _MOST_ROWS else ""
    return table(f"{group.title}: summary over {unit(group)}s{counted}", header, rows)


def _summary_row(outcome: Outcome, place: str | None, with_data: bool, is_best: bool) -> list[Markup]:
    result = outcome.result
    statistic = None if result.statistic in ("mean", "single") else words.STATISTIC[result.statistic]
    role = element("span", outcome.role, class_="sub") if outcome.role else None
    cells = [element("th", outcome.label, " ", role, scope="row", id=place)]
    if with_data:
        cells.append(element("td", outcome.data or "–"))
    spread = outcome.interval_text or ("one run" if result.n == 1 else "–")
    return [*cells, number(outcome.text, statistic, is_best=is_best), number(spread), number(str(result.n))]


def _excluded(outcomes: Sequence[Outcome]) -> Markup | None:
    lines = []
    for outcome in outcomes:
        counted = {each.name for each in outcome.values}
        lines += [
            f"{outcome.label}, {'another run of ' * (seed in counted)}seed {seed}: {reason}"
            for seed, reason in outcome.excluded
        ]
    if not lines:
        return None
    return element("p", f"Runs that do not count: {words.shortened(lines, 6)}.", class_="note")


def _seeds_table(group: OutcomeGroup) -> Markup | None:
    shown = [outcome for outcome in group.outcomes if outcome.values][:_MOST_CONFIGURATIONS]
    seeds = list(dict.fromkeys(each.name for outcome in shown for each in outcome.values))[:_MOST_SEEDS]
    if all(outcome.result.n == 1 for outcome in shown):
        return None
    found = [{each.name: each for each in outcome.values} for outcome in shown]
    rows = []
    for seed in seeds:
        cells = [element("th", seed, scope="row")]
        for outcome, values in zip(shown, found, strict=True):
            each = values.get(seed)
            precision = outcome.precision.finer()
            if each is None:
                cells.append(number("not run"))
            else:
                cells.append(number(each.status if each.value is None else precision.write(each.value)))
        rows.append(cells)
    columns = [
        (shortened(f"{one.label} on {one.data}" if group.spans_data else one.label), "number")
        for one in shown
    ]
    return element(
        "details",
        element("summary", f"The value of every {unit(group)}"),
        table(f"{group.title}: the value of every {unit(group)}", [unit(group).capitalize(), *columns], rows),
        _left_out(group, shown, seeds),
        open=group.is_headline and len(seeds) <= _FEW_SEEDS and len(shown) <= _FEW_COLUMNS,
    )


def _left_out(group: OutcomeGroup, shown: Sequence[Outcome], seeds: Sequence[str]) -> Markup | None:
    every = {each.name for outcome in shown for each in outcome.values}
    if len(shown) == len(group.outcomes) and len(every) == len(seeds):
        return None
    text = (
        f"Shown are {len(shown)} of {words.count_of(len(group.outcomes), 'result')} and "
        f"{len(seeds)} of {words.count_of(len(every), unit(group))}; all of them are in "
    )
    return element("p", text, file_link("reprocrate.json"), ".", class_="note")


def _contrast_row(contrast: Contrast) -> list[Markup]:
    return [
        element("th", f"{contrast.a} against {contrast.b}", scope="row"),
        element("td", contrast.metric),
        number(contrast.value_text),
        number(contrast.interval_text or "–"),
        element("td", contrast.test_text or "–"),
    ]
