"""What came out and what is claimed from it: metrics, results, comparisons, tables, claims.

No specification that RO-Crate builds on has words for these, so the properties are ours; where a type of
schema.org says part of it, the entity has that type too.
"""

from __future__ import annotations

from collections import Counter

from reprocrate.crate.graph import Graph
from reprocrate.crate.identifiers import Reference, fragment_id
from reprocrate.crate.links import Links, known
from reprocrate.crate.payload import Payload
from reprocrate.manifest import (
    Cell,
    Claim,
    Comparison,
    Determinism,
    Interval,
    Manifest,
    Metric,
    Place,
    Reported,
    Result,
    Table,
)


def describe_outcome(
    graph: Graph, manifest: Manifest, payload: Payload
) -> tuple[list[Reference], list[Reference]]:
    """Describe what was measured, and everything that was computed or claimed from the runs."""
    writer = _Outcome(graph, manifest, payload)
    metrics = [writer.describe_metric(metric) for metric in manifest.metrics]
    return metrics, [
        *map(writer.describe_result, manifest.results),
        *map(writer.describe_comparison, manifest.comparisons),
        *(writer.describe_table(table, place) for place, table in enumerate(manifest.tables, 1)),
        *map(writer.describe_claim, manifest.claims),
        *([writer.describe_determinism(manifest.determinism)] if manifest.determinism else []),
    ]


class _Outcome:
    def __init__(self, graph: Graph, manifest: Manifest, payload: Payload) -> None:
        self._graph = graph
        self._manifest = manifest
        self._payload = payload
        self._links = Links(manifest)

    def describe_metric(self, metric: Metric) -> Reference:
        low, high = metric.range or (None, None)
        return self._graph.add(
            fragment_id("metric", metric.id),
            ["DefinedTerm", "EvaluationMetric"],
            {
                "name": metric.name or metric.id,
                "description": metric.definition,
                "unitText": metric.unit,
                "minValue": low,
                "maxValue": high,
                "optimizationDirection": metric.direction,
                "testItemCount": metric.count_of,
                "valueSelection": metric.selection,
                "lastValueCount": metric.last_k,
                "equivalenceMargin": metric.margin.value if metric.margin else None,
                "marginKind": metric.margin.kind if metric.margin else None,
                "absoluteTolerance": metric.tolerance.atol if metric.tolerance else None,
                "relativeTolerance": metric.tolerance.rtol if metric.tolerance else None,
            },
        )

    def describe_result(self, result: Result) -> Reference:
        return self._graph.add(
            fragment_id("result", result.id),
            ["PropertyValue", "AggregatedResult"],
            {
                "name": self._result_name(result),
                "description": _left_out(result),
                "value": result.value,
                "minValue": result.minimum,
                "maxValue": result.maximum,
                "propertyID": self._links.metric(result.metric),
                "ofConfiguration": self._links.configuration(result.configuration),
                "onData": self._links.data(result.data),
                "onSplit": result.split,
                "summaryStatistic": result.statistic,
                "sampleSize": result.n,
                "standardDeviation": result.sd,
                "deltaDegreesOfFreedom": result.ddof,
                "variesOver": result.varies_over,
                "basedOnRun": known(map(self._links.run, result.runs)),
                "basedOnResult": known(map(self._links.result, result.results)),
                "excludedRun": known(self._links.run(item.run) for item in result.excluded),
                "printedText": [_printed(reported) for reported in result.reported],
                **(_interval(result.interval) if result.interval else {}),
            },
        )

    def describe_comparison(self, comparison: Comparison) -> Reference:
        effect = comparison.effect
        return self._graph.add(
            fragment_id("comparison", comparison.id),
            ["PropertyValue", "ResultComparison"],
            {
                "name": f"{comparison.a} against {comparison.b}",
                "value": effect.value if effect else None,
                "effectKind": effect.kind if effect else None,
                "firstResult": self._links.result(comparison.a),
                "secondResult": self._links.result(comparison.b),
                "pairedValues": comparison.paired,
                "statisticalTest": comparison.test,
                "pValue": comparison.p_value,
                "correctionMethod": comparison.correction,
                **(_interval(effect.interval) if effect and effect.interval else {}),
            },
        )

    def describe_table(self, table: Table, place: int) -> Reference:
        return self._graph.add(
            fragment_id("table", place),
            ["Table", "ResultsTable"],
            {
                "name": table.label,
                "about": self._links.metric(table.metric),
                "rowFactor": table.rows,
                "columnFactor": table.columns,
                "displayScale": table.scale,
                "encoding": self._payload.refer_to_path(table.file),
                "tableCell": [
                    self._describe_cell(cell, place, number) for number, cell in enumerate(table.cells, 1)
                ],
            },
        )

    def describe_claim(self, claim: Claim) -> Reference:
        quantifier = claim.quantifier
        return self._graph.add(
            fragment_id("claim", claim.id),
            ["Claim", "ExperimentClaim"],
            {
                "name": f"Claim {claim.id}",
                "text": claim.text,
                "claimKind": claim.kind,
                "isPrimaryClaim": claim.primary,
                "statedIn": _location(claim.location) if claim.location else None,
                "restsOn": known(map(self._links.evidence, claim.evidence)),
                "claimedRelation": claim.relation,
                "claimedValue": claim.value,
                "superiorityMargin": claim.by,
                "equivalenceMargin": claim.margin,
                "casesClaimed": quantifier.at_least if quantifier else None,
                "casesCompared": quantifier.of if quantifier else None,
            },
        )

    def describe_determinism(self, determinism: Determinism) -> Reference:
        return self._graph.add(
            "#determinism",
            ["PropertyValue", "DeterminismStatement"],
            {
                "name": "determinism",
                "value": determinism.promised or "not stated",
                "seedsPairRandomness": determinism.seeds_pair_randomness,
                "causeOfVariation": determinism.known_causes,
                "additionalProperty": self._graph.add_settings(("determinism",), determinism.settings),
            },
        )

    def _describe_cell(self, cell: Cell, table: int, number: int) -> Reference:
        return self._graph.add(
            fragment_id("table", table, "cell", number),
            ["PropertyValue", "ResultsTableCell"],
            {
                "name": f"{cell.row}, {cell.column}",
                "rowValue": cell.row,
                "columnValue": cell.column,
                "basedOnResult": self._links.result(cell.result),
                "printedText": cell.text,
            },
        )

    def _result_name(self, result: Result) -> str:
        configuration = self._manifest.find_configuration(result.configuration)
        where = ", ".join(filter(None, (result.data, result.split)))
        of = f" of {configuration.label}" if configuration else ""
        count = f" of {result.n}" if result.statistic != "single" else ""
        return f"{result.metric}{of}{f' on {where}' if where else ''}, {result.statistic}{count}"


def _left_out(result: Result) -> str | None:
    reasons = Counter(item.reason for item in result.excluded)
    if not reasons:
        return None
    counts = ", ".join(f"{reasons[reason]} {reason.replace('_', ' ')}" for reason in sorted(reasons))
    return f"Runs left out: {counts}."


def _interval(interval: Interval) -> dict[str, object]:
    return {
        "intervalKind": interval.kind,
        "intervalLow": interval.low,
        "intervalHigh": interval.high,
        "intervalLevel": interval.level,
        "intervalMethod": interval.method,
    }


def _printed(reported: Reported) -> str:
    spread = f" ± {reported.dispersion}" if reported.dispersion else ""
    kind = f" ({reported.dispersion_kind})" if reported.dispersion_kind else ""
    return f"{reported.value}{spread}{kind}"


def _location(place: Place) -> str:
    return ", ".join(filter(None, (place.label or place.kind, place.cell)))
