"""`reprocrate.toml`: what only the author knows, as typed values. Every key is optional."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from reprocrate.assembly.consent import PrivacySettings
from reprocrate.assembly.data_settings import DataSettings
from reprocrate.assembly.deposit_settings import DepositSettings
from reprocrate.assembly.elsewhere import EnvironmentSettings, HardwareSettings, RunSettings
from reprocrate.assembly.metric_settings import MetricSettings
from reprocrate.assembly.pack_settings import PackSettings
from reprocrate.assembly.registered import author, organization
from reprocrate.assembly.table import Command, Table, grid_of_texts
from reprocrate.manifest.account import Checklist, Ethics, Leakage, Model
from reprocrate.manifest.data import Service
from reprocrate.manifest.experiment import Author, Grant, Paper, Publisher
from reprocrate.manifest.hardware import Requirements
from reprocrate.manifest.runs import Search, Variant
from reprocrate.manifest.section import (
    Identifier,
    License,
    Many,
    Number,
    Positive,
    RelativePath,
    Settings,
    Text,
)


class ExperimentSettings(Table):
    """`[experiment]`"""

    title: Text | None = None
    description: str | None = None
    authors: Many[Annotated[Author, BeforeValidator(author)]] = ()
    contact: str | None = None
    license: License | None = None
    version: str | None = None
    keywords: Many[Text] = ()
    paper: Paper | None = None
    funding: Many[Annotated[Grant, BeforeValidator(organization)]] = ()
    publisher: Annotated[Publisher | None, BeforeValidator(organization)] = None
    status: Literal["current", "corrected", "withdrawn"] | None = None


class ConfigurationSettings(Table):
    """`[configurations.NAME]`

    `kind` says what its runs are for, which is training where nothing else is said. Runs of kind `smoke` show
    that the code runs, and no result rests on them. Neither does one on the trials of a search: these are a
    configuration of their own, which says by `trials_of` whose hyper-parameters they chose. They count as the
    `trials` of that search, and as unreported runs:

        [configurations.kernel.search]
        space = { bandwidth = "0.01 to 10, log-uniform" }
        method = "random"
        selected_by = { metric = "validation_accuracy", split = "validation" }

        [configurations.kernel-search]
        trials_of = "kernel"
        seeds = "0-11"
        command = "python trial.py --trial {seed} --out out/kernel-search-{seed}.json"

    In `command`, `{seed}` stands for the seed and `{configuration}` for NAME.

    With a `grid`, each combination of its values is a configuration, called `NAME-lr-0.1-width-64`; what is
    said of `NAME` holds for all of them, and what is said of one by its own name goes before:

        [configurations.net]
        grid = { lr = [0.1, 0.01], width = [64, 256] }
        command = "python train.py --seed {seed} --lr {lr} --width {width}"

        [configurations."net-lr-0.1-width-64"]
        role = "baseline"
    """

    command: Command | None = None
    seeds: str | None = None
    grid: Annotated[dict[str, Many[str]], BeforeValidator(grid_of_texts)] = {}
    seed_variable: Annotated[str | None, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = None
    role: Literal["proposed", "baseline", "ablation", "reference"] | None = None
    kind: Literal["preprocess", "train", "evaluate", "analyse", "smoke"] | None = None
    trials_of: Identifier | None = None
    factors: Settings = {}
    hyperparameters: dict[str, Any] = {}
    data: Many[Identifier] = ()
    search: Search | None = None
    variants: Many[Variant] = ()


class FilesSettings(Table):
    """`[files]`: what files that a run writes are, named as in a metric's `from`.

    For example `histories = "out/{configuration}-{seed}.csv"`. All other files that it writes are outputs.
    """

    histories: Text | None = None
    predictions: Text | None = None
    checkpoints: Many[Text] = ()


class SummarySettings(Table):
    """`[[summaries]]`: for each combination of the other factors one result over the levels of one factor.

    A macro-average over data sets for each method, and the mean of the ranks that it takes among the methods:

        [[summaries]]
        metric = "accuracy"
        over = "data"

        [[summaries]]
        metric = "accuracy"
        over = "data"
        statistic = "mean_rank"
    """

    metric: Identifier
    over: Text
    statistic: Literal["mean", "median", "iqm", "max", "min", "mean_rank"] = "mean"
    split: Identifier | None = None


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class TableSettings(Table):
    """`[[tables]]`: `rows` and `columns` are factors; without `columns` there is one, the metric.

    Summaries over one of the two follow as further columns, or rows, called after their statistic.

    `file` prints it, `in_file` says which of the file's tables it is, and `names` what rows, columns, metrics
    and data are called there: `names = { wide = "Wide features (proposed)", accuracy = "Acc." }`. Several
    metrics in one printed table are several `[[tables]]` with the same `file`. `dispersion_kind` says what
    stands behind its plus-minus signs.
    """

    label: Text
    rows: Text
    metric: Identifier
    columns: Text = "metric"
    file: Text | None = None
    in_file: Annotated[Text, BeforeValidator(_number_as_text)] | None = None
    names: dict[str, Text] = {}
    dispersion_kind: Literal["sd", "se", "ci", "range", "iqr", "mad"] | None = None
    scale: Number | None = None


class Better(Table):
    """`better`: one configuration beats another, or one level of a factor beats another wherever both ran.

    With `over`, a factor that there are `[[summaries]]` over, their averages are compared: on average over
    the data sets, say, and not on each of them.
    """

    metric: Identifier
    than: Text
    configuration: Text | None = None
    factor: Text | None = None
    level: Text | None = None
    over: Text | None = None
    by: Annotated[float, Field(ge=0)] | None = None
    at_least: Positive | None = None
    split: Identifier | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Better:
        if (self.configuration is None) == (self.factor is None):
            raise ValueError("give either `configuration`, or `factor` with `level`")
        if self.factor is not None and self.level is None:
            raise ValueError("`factor` needs `level`: the value that is said to be better")
        if self.over is not None and self.factor is None:
            raise ValueError("`over` goes with `factor` and `level`: averages belong to no one configuration")
        return self


class ClaimedValue(Table):
    """`value`: a result equals, reaches or stays below a number."""

    configuration: Text
    metric: Identifier
    split: Identifier | None = None
    equals: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    margin: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_relation(self) -> ClaimedValue:
        if sum(bound is not None for bound in (self.equals, self.at_least, self.at_most)) != 1:
            raise ValueError("give exactly one of `equals`, `at_least` and `at_most`")
        return self


class ClaimSettings(Table):
    """`[[claims]]`"""

    text: Text
    id: Identifier | None = None
    primary: bool | None = None
    location: str | None = None
    better: Better | None = None
    value: ClaimedValue | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> ClaimSettings:
        if self.better and self.value:
            raise ValueError("give `better` or `value`, not both")
        return self


class DeterminismSettings(Table):
    """`[determinism]`"""

    promised: Literal["bitwise", "numerical", "statistical", "none"] | None = None
    seeds_pair_randomness: bool | None = None
    known_causes: Many[str] = ()


class CodeSettings(Table):
    """`[code]`: `main` is the program that a reader begins with, such as `train.py`.

    The crate then names it as its main entity, as workflow registries such as WorkflowHub demand; so does
    `pack --workflow`, which takes the program of the proposed configuration.
    """

    license: License | None = None
    repository: str | None = None
    main: RelativePath | None = None


class ProjectSettings(Table):
    """The whole of `reprocrate.toml`."""

    experiment: ExperimentSettings = ExperimentSettings()
    code: CodeSettings = CodeSettings()
    data: dict[Identifier, DataSettings] = {}
    metrics: dict[Identifier, MetricSettings] = {}
    configurations: dict[Identifier, ConfigurationSettings] = {}
    runs: Many[RunSettings] = ()
    hardware: dict[Identifier, HardwareSettings] = {}
    environments: dict[Identifier, EnvironmentSettings] = {}
    files: FilesSettings = FilesSettings()
    summaries: Many[SummarySettings] = ()
    tables: Many[TableSettings] = ()
    claims: Many[ClaimSettings] = ()
    determinism: DeterminismSettings = DeterminismSettings()
    requirements: Requirements | None = None
    services: Many[Service] = ()
    models: Many[Model] = ()
    ethics: Ethics | None = None
    leakage: Many[Leakage] = ()
    checklists: Many[Checklist] = ()
    privacy: PrivacySettings = PrivacySettings()
    pack: PackSettings = PackSettings()
    deposits: Many[DepositSettings] = ()

    @model_validator(mode="after")
    def _trials_have_a_search(self) -> ProjectSettings:
        for name, one in self.configurations.items():
            if one.trials_of is None:
                continue
            searched = self.configurations.get(one.trials_of)
            if searched is None or searched.search is None:
                raise ValueError(
                    f"the configuration `{name}` has trials of `{one.trials_of}`, without `search`"
                )
        return self
