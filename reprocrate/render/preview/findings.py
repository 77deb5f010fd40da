"""Claims and results: what came out, and what it bears out."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.manifest import Manifest
from reprocrate.render import words
from reprocrate.render.evidence import (
    Contrast,
    Evidence,
    Standing,
    interval_name,
    make_contrasts,
    make_evidence,
)
from reprocrate.render.numbers import exact
from reprocrate.render.outcomes import Grid, Outcome, OutcomeGroup, make_grids, make_groups, make_outcomes
from reprocrate.render.preview.markup import Markup, element, file_link, joined
from reprocrate.render.preview.plots import contrast_plot, seeds_plot
from reprocrate.render.preview.tables import Header, number, table

_MOST_METRICS = 20
_MOST_ROWS = 100
_MOST_PLOTS = 8
_MOST_ROWS_PLOTTED = 24
_MOST_CONFIGURATIONS = 12
_MOST_SEEDS = 50
_FEW_SEEDS = 10
_TAGS = {
    Standing.SUPPORTED: "good",
    Standing.OPEN: "warn",
    Standing.CONFLICTING: "bad",
    Standing.NOT_EVIDENCED: "warn",
}


class Findings:
    """The parts of the page that show results, made from one manifest."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._outcomes = make_outcomes(manifest)
        self._contrasts = make_contrasts(manifest, self._outcomes)

    def claims(self) -> Markup:
        """Every claim with its evidence."""
        found = make_evidence(self._manifest, self._outcomes, self._contrasts)
        if not found:
            return element(
                "p", "The authors state no claim. A rerun is then judged result by result.", class_="soft"
            )
        return joined(_claim(one, str(index)) for index, one in enumerate(found))

    def results(self) -> Markup:
        """Tables of the paper first, then every metric with its seeds."""
        if not self._outcomes:
            return element(
                "p", "No metric was recorded, so a rerun has nothing to be compared with.", class_="soft"
            )
        groups = make_groups(self._manifest, self._outcomes.values())
        grids = [_grid(grid, self._manifest) for grid in make_grids(self._manifest, self._outcomes)]
        shown = [_group(group, index) for index, group in enumerate(groups[:_MOST_METRICS])]
        more = len(groups) - len(shown)
        rest = element("p", f"{more} more metrics are in ", file_link("reprocrate.json"), ".", class_="note")
        return joined(grids, shown, rest if more > 0 else None)

    def comparisons(self) -> Markup | None:
        """Every comparison of two results."""
        if not self._contrasts:
            return None
        return joined(
            element("p", "Differences are the first minus the second.", class_="note"),
            table(
                "Comparisons of results",
                ["Compared", "Metric", ("Difference", "number"), ("Interval", "number"), "Test"],
                [_contrast_row(one) for one in self._contrasts.values()],
            ),
        )


def _claim(evidence: Evidence, name: str) -> Markup:
    claim = evidence.claim
    labels = ["Primary claim" if claim.primary else "Claim", evidence.place]
    drawn = [
        (one, plot)
        for index, one in enumerate(evidence.contrasts[:4])
        if (plot := contrast_plot(one, claim.by, f"{name}-{index}"))
    ]
    several = len(evidence.contrasts) > 1  # then nothing else says which of them a plot shows
    plots = [
        joined([element("p", f"{one.a} minus {one.b}", class_="note") if several else None, plot])
        for one, plot in drawn
    ]
    caption = element("figcaption", "The line is the difference, the band its interval.") if plots else None
    return element(
        "article",
        element("p", ", ".join(label for label in labels if label), class_="eyebrow"),
        element("p", claim.text, class_="claim-text"),
        element("p", element("span", evidence.standing.words, class_=f"tag {_TAGS[evidence.standing]}")),
        element("p", evidence.reason),
        element("figure", *plots, caption) if plots else None,
        class_="claim",
    )


def _grid(grid: Grid, manifest: Manifest) -> Markup:
    metric = grid.table.metric
    what = words.metric_label(manifest.find_metric(metric), metric) if metric else "results"
    header = [f"{words.plain(grid.table.rows)} / {words.plain(grid.table.columns)}"]
    scale = f", times {exact(grid.table.scale)}" if grid.table.scale not in (None, 1) else ""
    rows = [
        [element("th", row, scope="row"), *(_grid_cell(grid, row, column) for column in grid.columns)]
        for row in grid.rows
    ]
    caption = f"{words.plain(grid.table.label)}: {what}{scale}, mean ± standard deviation, {grid.size_text}"
    printed = (
        element("p", "As printed in ", file_link(grid.table.file), ".", class_="note")
        if grid.table.file
        else None
    )
    return joined(
        element("h3", grid.table.label),
        table(caption, [*header, *((column, "number") for column in grid.columns)], rows, "grid"),
        printed,
    )


def _grid_cell(grid: Grid, row: str, column: str) -> Markup:
    outcome, shown = grid.cells.get((row, column), (None, "–"))
    size = grid.sizes
    counted = f"{outcome.result.n} seeds" if outcome and len(size) > 1 else None
    return number(shown, counted)


def _group(group: OutcomeGroup, index: int) -> Markup:
    plots: list[Markup] = []
    if index < _MOST_PLOTS and any(outcome.result.n > 1 for outcome in group.outcomes):
        panels = group.by_data[:_MOST_PLOTS]
        for place, (data, outcomes) in enumerate(panels):
            if data and len(panels) > 1:
                plots.append(element("h4", data))
            rows = outcomes[:_MOST_ROWS_PLOTTED]
            plots.append(seeds_plot(group, rows, f"{index}-{place}", captioned=place == len(panels) - 1))
    return joined(
        element("h3", group.title),
        element("p", group.reading, class_="note"),
        plots,
        _summary_table(group),
        _excluded(group.outcomes),
        _seeds_table(group),
    )


def _summary_table(group: OutcomeGroup) -> Markup:
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
    rows = [_summary_row(outcome, with_data) for outcome in group.outcomes[:_MOST_ROWS]]
    counted = f", {_MOST_ROWS} of {len(group.outcomes)}" if len(group.outcomes) > _MOST_ROWS else ""
    return table(f"{group.title}: summary over seeds{counted}", header, rows)


def _summary_row(outcome: Outcome, with_data: bool) -> list[Markup]:
    result = outcome.result
    statistic = None if result.statistic in ("mean", "single") else words.STATISTIC[result.statistic]
    role = element("span", outcome.role, class_="sub") if outcome.role else None
    cells = [element("th", outcome.label, " ", role, scope="row")]
    if with_data:
        cells.append(element("td", outcome.data or "–"))
    spread = outcome.interval_text or ("one run" if result.n == 1 else "–")
    return [*cells, number(outcome.text, statistic), number(spread), number(str(result.n))]


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
    columns = [(f"{one.label} on {one.data}" if group.spans_data else one.label, "number") for one in shown]
    return element(
        "details",
        element("summary", "The value of every seed"),
        table(f"{group.title}: the value of every seed", ["Seed", *columns], rows),
        _left_out(group, shown, seeds),
        open=group.is_headline or len(seeds) <= _FEW_SEEDS,
    )


def _left_out(group: OutcomeGroup, shown: Sequence[Outcome], seeds: Sequence[str]) -> Markup | None:
    every = {each.name for outcome in shown for each in outcome.values}
    if len(shown) == len(group.outcomes) and len(every) == len(seeds):
        return None
    text = (
        f"Shown are {len(shown)} of {words.count_of(len(group.outcomes), 'result')} and "
        f"{len(seeds)} of {words.count_of(len(every), 'seed')}; all of them are in "
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
