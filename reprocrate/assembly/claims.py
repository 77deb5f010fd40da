"""Claims and tables of the paper, tied to results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reprocrate.assembly.comparisons import claimed_pairs, claimed_results, comparison_id
from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.results import ResultSet
from reprocrate.assembly.sections import Section
from reprocrate.assembly.settings import Better, ClaimedValue, ClaimSettings, ProjectSettings, TableSettings
from reprocrate.errors import UsageError

_PLACE = re.compile(r"^\s*(table|figure|fig\.|section|sec\.)\s+", re.IGNORECASE)


def make_claims(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], results: ResultSet
) -> list[Section]:
    """The claims of `reprocrate.toml`, each with the results or comparisons it rests on.

    Raises:
        UsageError: a claim names a configuration or metric that neither the settings nor the runs know.
    """
    names = {group.id for group in groups} | set(settings.configurations)
    metrics = {result["metric"] for result in results.sections} | set(settings.metrics)
    claims = []
    for index, claim in enumerate(settings.claims):
        _check_names(f"claims[{index}]", claim, names, metrics)
        _check_average(f"claims[{index}]", claim, settings)
        section: Section = {
            "id": claim.id or f"claim-{index + 1}",
            "text": claim.text,
            "primary": claim.primary,
            "location": _location(claim.location),
        }
        if claim.better:
            section |= _ordering(claim.better, groups, results)
        elif claim.value:
            section |= _value(claim.value, results)
        else:
            section["kind"] = "value"
        claims.append(section)
    return claims


def make_tables(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], results: ResultSet
) -> list[Section]:
    """The tables of `reprocrate.toml` as grids of results, without those that no result is in yet."""
    made = [_table(table, groups, results) for table in settings.tables]
    return [table for table in made if table["cells"]]


def _ordering(better: Better, groups: Sequence[ConfigurationGroup], results: ResultSet) -> Section:
    found = claimed_results(better, groups, results)
    evidence = [comparison_id(first["id"], second["id"]) for first, second in found]
    cases = len(found) if better.over else len(claimed_pairs(better, groups))
    section: Section = {"evidence": evidence, "by": better.by}
    if better.factor and cases > 1:
        quantifier = {"at_least": better.at_least or cases, "of": cases}
        return section | {"kind": "quantified", "quantifier": quantifier}
    return section | {"kind": "gain" if better.by else "ordering"}


def _value(claimed: ClaimedValue, results: ResultSet) -> Section:
    result = results.find(claimed.configuration, claimed.metric, claimed.split)
    evidence = [result["id"]] if result else []
    if claimed.equals is not None:
        exact = {"kind": "value", "relation": "equals", "value": claimed.equals, "margin": claimed.margin}
        return {"evidence": evidence, **exact}
    relation = "at_least" if claimed.at_least is not None else "at_most"
    bound = claimed.at_least if claimed.at_least is not None else claimed.at_most
    return {"evidence": evidence, "kind": "threshold", "relation": relation, "value": bound}


def _location(text: str | None) -> Section | None:
    if not text:
        return None
    match = _PLACE.match(text)
    kinds = {"t": "table", "f": "figure", "s": "section"}
    return {"kind": kinds[match[1][0].lower()] if match else None, "label": text}


def _check_names(place: str, claim: ClaimSettings, names: set[str], metrics: set[str]) -> None:
    """A misspelt name must not read as a claim without evidence."""
    subject = claim.better or claim.value
    if subject is None:
        return
    if subject.metric not in metrics:
        raise UsageError(
            f"reprocrate.toml: {place} names the metric `{subject.metric}`",
            "neither `[metrics]` nor any run has it",
            f"Known: {', '.join(sorted(metrics)) or 'none yet'}",
        )
    wanted = [subject.configuration]
    if isinstance(subject, Better) and subject.configuration:
        wanted.append(subject.than)
    for name in wanted:
        if name and name not in names:
            raise UsageError(
                f"reprocrate.toml: {place} names the configuration `{name}`",
                "neither `[configurations]` nor any run has it",
                f"Known: {', '.join(sorted(names)) or 'none yet'}",
            )


def _check_average(place: str, claim: ClaimSettings, settings: ProjectSettings) -> None:
    """A claim about averages needs averages."""
    better = claim.better
    if better is None or better.over is None:
        return
    for summary in settings.summaries:
        if (summary.over, summary.metric) == (
            better.over,
            better.metric,
        ) and summary.statistic != "mean_rank":
            return
    raise UsageError(
        f"reprocrate.toml: {place} compares averages over `{better.over}`",
        f"no `[[summaries]]` of the metric `{better.metric}` is over it",
        f'Add [[summaries]] with metric = "{better.metric}" and over = "{better.over}"',
    )


def _table(table: TableSettings, groups: Sequence[ConfigurationGroup], results: ResultSet) -> Section:
    cells: dict[tuple[str, str], Mapping[str, Any]] = {}
    places = [
        (
            group.level(table.rows),
            table.metric if table.columns == "metric" else group.level(table.columns),
            results.find(group.id, table.metric),
        )
        for group in groups
    ]
    for row, column, result in [*places, *_margins(table, results)]:
        if row is not None and column is not None and result:
            cells.setdefault((row, column), {"row": row, "column": column, "result": result["id"]})
    return {
        "label": table.label,
        "file": table.file,
        "in_file": table.in_file,
        "names": table.names,
        "dispersion_kind": table.dispersion_kind,
        "metric": table.metric,
        "rows": table.rows,
        "columns": table.columns,
        "scale": table.scale,
        "cells": list(cells.values()),
    }


def _margins(table: TableSettings, results: ResultSet) -> Iterator[tuple[str, str, Section]]:
    """The averages over the table's columns, as further columns, and over its rows, as further rows."""
    for average in results.averages:
        section = average.section
        name = section["statistic"].replace("_", " ")
        if section["metric"] != table.metric:
            continue
        if average.over == table.columns and set(average.levels) == {table.rows}:
            yield str(average.levels[table.rows]), name, section
        elif average.over == table.rows and set(average.levels) == {table.columns}:
            yield name, str(average.levels[table.columns]), section
