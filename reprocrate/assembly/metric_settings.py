"""`[metrics.NAME]` of `reprocrate.toml`: where values stand, and how to read them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from reprocrate.assembly.table import Table
from reprocrate.manifest.results import Margin, Tolerance
from reprocrate.manifest.section import Identifier, Many, Number, Positive, Text


def _margin(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"kind": "absolute", "value": float(value)}
    if isinstance(value, dict) and set(value) == {"relative"}:
        return {"kind": "relative", "value": value["relative"]}
    return value


class MetricSettings(Table):
    """`[metrics.NAME]`: where the value stands (`from` or `stdout`) and how to read it.

    A run may leave several values. Of a cross-validation each fold has one: in a CSV file a row for each,
    with a column `fold`, in JSON an entry of a list for each:

        [metrics.accuracy]
        from = "out/{configuration}-{seed}.csv:accuracy"            # or "out/{seed}.json:$.folds[*].accuracy"

    Of a learning curve the last value counts, or the mean of the last ones:

        [metrics.return]
        from = "out/{configuration}-{seed}.csv:return"
        selection = "mean_last_k"
        last_k = 10

    A launch may hold several runs. Each seed in a column of seeds is one, and so is each file where `{seed}`
    stands in the path, but not in the command; `factor_columns` tell configurations apart, `data_column` data
    sets:

        [metrics.accuracy]
        from = "results.csv:accuracy"                               # or "out/{method}/{seed}.json:$.accuracy"
        seed_column = "seed"                                        # not needed where it is called so
        factor_columns = ["method"]

    In a file that a tracker wrote, the name of the series stands after the colon:

        [metrics.accuracy]
        from = "runs/**/events.out.tfevents.*:val/acc"

    What the program reports by `reprocrate.log` needs no `from`.
    """

    source: Annotated[Text | None, Field(alias="from")] = None
    stdout: Text | None = None
    name: str | None = None
    direction: Literal["maximize", "minimize", "target"] | None = None
    split: Identifier | None = None
    data: Identifier | None = None
    margin: Annotated[Margin | None, BeforeValidator(_margin)] = None
    tolerance: Tolerance | None = None
    range: Annotated[Many[Number], Field(min_length=2, max_length=2)] | None = None
    unit: str | None = None
    definition: str | None = None
    count_of: Positive | None = None
    selection: Literal["last", "best_validation", "max", "mean_last_k", "checkpoint"] | None = None
    last_k: Positive | None = None
    seed_column: Text | None = None
    data_column: Text | None = None
    factor_columns: Many[Text] = ()

    @model_validator(mode="after")
    def _one_source(self) -> MetricSettings:
        if (self.selection == "mean_last_k") != (self.last_k is not None):
            raise ValueError('`selection = "mean_last_k"` and `last_k`, how many values, go together')
        if self.source and self.stdout:
            raise ValueError("both `from` and `stdout` are given; the value can come from one of them only")
        if (self.seed_column or self.data_column or self.factor_columns) and not (self.source or self.stdout):
            raise ValueError("columns are named, but no `from` says of which file")
        if self.data and self.data_column:
            raise ValueError("`data` names one data set, and `data_column` several; give one of them")
        if self.source and ":" not in self.source:
            raise ValueError(
                "`from` is a path and a place in it, such as 'results.json:$.accuracy' or 'log.csv:accuracy'"
            )
        return self
