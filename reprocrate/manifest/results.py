"""What came out: metrics, results over seeds, comparisons and tables."""

from typing import Annotated, Literal

from pydantic import Field

from reprocrate.manifest.section import (
    Amount,
    Identifier,
    Many,
    Number,
    Positive,
    RelativePath,
    Section,
    Text,
    Word,
    ZeroOrOne,
    matching,
)

Printed = Annotated[
    str, matching(r"^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)(e[+-]?[0-9]+)?$"), Field(max_length=100)
]
VariesOver = Word[Literal["seeds", "folds", "test_items", "bootstrap", "episodes"]]


class Margin(Section):
    """Largest difference of means that is held to be of no importance."""

    kind: Word[Literal["absolute", "relative"]]
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Tolerance(Section):
    """Largest difference between two runs of the same seed: `atol + rtol * |original|`."""

    atol: Amount
    rtol: Amount


class MetricSource(Section):
    """Where a run leaves a value: a place in a file, or a pattern in what it prints."""

    path: Text | None = None
    json_path: Annotated[str, Field(pattern=r"^\$")] | None = None
    csv_column: str | None = None
    series: Text | None = None
    stdout: Text | None = None
    data: Identifier | None = None
    split: Identifier | None = None
    seed_column: Text | None = None
    data_column: Text | None = None
    factor_columns: Many[Text] = ()


class Metric(Section):
    """What was measured, and how to read it."""

    id: Identifier
    name: str | None = None
    direction: Word[Literal["maximize", "minimize", "target"]] | None = None
    range: Annotated[Many[Number | None], Field(min_length=2, max_length=2)] | None = None
    unit: str | None = None
    definition: str | None = None
    source: MetricSource | None = None
    count_of: Positive | None = None
    selection: Word[Literal["last", "best_validation", "max", "mean_last_k", "checkpoint"]] | None = None
    last_k: Positive | None = None
    margin: Margin | None = None
    tolerance: Tolerance | None = None


class Interval(Section):
    """An interval around a value."""

    kind: Word[Literal["sd", "se", "ci", "pi"]]
    low: Number
    high: Number
    level: Annotated[float, Field(gt=0, lt=1)] | None = None
    method: str | None = None
    varies_over: VariesOver | None = None


class Excluded(Section):
    """A run that a result does not rest on, and why."""

    run: Identifier
    reason: Word[
        Literal[
            "repeated",
            "other_code",
            "other_data",
            "failed",
            "killed",
            "interrupted",
            "running",
            "no_value",
            "not_finite",
            "declared",
        ]
    ]


class Reported(Section):
    """Figures as printed, with every zero."""

    value: Printed
    dispersion: Printed | None = None
    dispersion_kind: Word[Literal["sd", "se", "ci", "range", "iqr", "mad", "none"]] | None = None
    location: str | None = None


class Result(Section):
    """One number with its spread, and the runs it was computed from."""

    id: Identifier
    metric: Identifier
    over: Word[Literal["runs", "folds", "results"]]
    statistic: Word[Literal["single", "mean", "median", "iqm", "max", "min", "mean_rank"]]
    n: Positive
    value: Number
    configuration: Identifier | None = None
    data: Identifier | None = None
    split: Identifier | None = None
    runs: Many[Identifier] = ()
    results: Many[Identifier] = ()
    excluded: Many[Excluded] = ()
    sd: Amount | None = None
    ddof: ZeroOrOne | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    varies_over: VariesOver | None = None
    interval: Interval | None = None
    reported: Many[Reported] = ()


class Effect(Section):
    """How far apart two results are."""

    kind: Word[Literal["difference", "ratio", "cohen_d", "cliff_delta", "probability_of_improvement"]]
    value: Number
    interval: Interval | None = None


class Comparison(Section):
    """Result `a` against result `b`; the effect is a minus b."""

    id: Identifier
    a: Identifier
    b: Identifier
    paired: bool | None = None
    test: (
        Word[
            Literal["welch_t", "paired_t", "wilcoxon", "mann_whitney", "bootstrap", "permutation", "mcnemar"]
        ]
        | None
    ) = None
    p_value: Annotated[float, Field(ge=0, le=1)] | None = None
    effect: Effect | None = None
    correction: Word[Literal["none", "holm", "bonferroni", "benjamini_hochberg"]] | None = None


class Cell(Section):
    """One cell of a table, tied to a result."""

    row: str
    column: str
    result: Identifier | None = None
    text: str | None = None


class Table(Section):
    """A table of the paper."""

    label: Text
    rows: str
    columns: str
    cells: Many[Cell]
    file: RelativePath | None = None
    in_file: Text | None = None
    names: dict[str, Text] = {}
    dispersion_kind: Word[Literal["sd", "se", "ci", "range", "iqr", "mad"]] | None = None
    metric: Identifier | None = None
    scale: Number | None = None
