"""What was run: configurations, and their launches with seeds."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reprocrate.manifest.section import (
    Amount,
    Count,
    File,
    Identifier,
    Integer,
    Many,
    Number,
    Positive,
    RelativePath,
    Section,
    SeedValue,
    Settings,
    Size,
    Text,
    Timestamp,
    Word,
    matching,
)

Site = Annotated[str, matching(r"^[^:\x00-\x1f]+:[1-9][0-9]{0,8}$")]


class Repetition(Section):
    """A run that was made twice as it was, and how the two differ."""

    run: Identifier
    repeated_by: Identifier
    metrics_identical: bool | None = None
    outputs_identical: bool | None = None
    differing: Many[str] = ()


class Determinism(Section):
    """How far the same seed gives the same result."""

    promised: Word[Literal["bitwise", "numerical", "statistical", "none"]] | None = None
    seeds_pair_randomness: bool | None = None
    settings: Settings = {}
    known_causes: Many[str] = ()
    measured: Many[Repetition] = ()


class SelectedBy(Section):
    """What a choice of hyper-parameters was made on."""

    metric: Identifier
    split: Identifier


class Search(Section):
    """How hyper-parameters were chosen, and how hard."""

    space: dict[str, Any] = {}
    method: str | None = None
    trials: Count | None = None
    trials_completed: Count | None = None
    runs: Many[Identifier] = ()
    selected_by: SelectedBy | None = None


class Variant(Section):
    """A cheaper way of running a configuration."""

    name: Text
    overrides: Many[str] = ()
    minutes: Amount | None = None
    memory_bytes: Size | None = None
    expected: str | None = None


class Configuration(Section):
    """One way of running the code, with only the seed left open."""

    id: Identifier
    command: Annotated[Many[str], Field(min_length=1)]
    name: Text | None = None
    role: Word[Literal["proposed", "baseline", "ablation", "reference"]] | None = None
    factors: Settings = {}
    working_directory: RelativePath | None = None
    seed_variable: Annotated[str, matching(r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    hyperparameters: dict[str, Any] = {}
    code: Identifier | None = None
    data: Many[Identifier] = ()
    search: Search | None = None
    variants: Many[Variant] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.id


class Seed(Section):
    """A seed, and how it is known."""

    value: SeedValue
    how: Word[Literal["argument", "environment", "observed", "declared"]]
    library: str | None = None
    rank: Count | None = None
    function: str | None = None
    site: Site | None = None
    parts: Annotated[Many[SeedValue], Field(min_length=1)] | None = None
    more: Positive | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that it consists of, most often one."""
        return tuple(int(part) for part in self.parts or (self.value,))


class UnseededUse(Section):
    """A generator that was used without a seed."""

    library: str
    function: str | None = None
    site: Site | None = None
    until: Site | None = None


class ValueEvidence(Section):
    """Where a value was read, and how it stood there."""

    path: RelativePath
    text: Annotated[str, Field(max_length=300)] | None = None
    line: Positive | None = None
    pointer: str | None = None


class Observation(Section):
    """One measured value; `null` with its status where it is no finite number."""

    nullable: ClassVar[frozenset[str]] = frozenset({"value"})

    metric: Identifier
    value: Number | None
    status: Word[Literal["ok", "nan", "inf", "-inf"]]
    data: Identifier | None = None
    split: Identifier | None = None
    step: Count | None = None
    fold: Count | None = None
    evidence: ValueEvidence | None = None


class Launch(Section):
    """How several processes were started."""

    launcher: str
    world_size: Positive | None = None
    nodes: Positive | None = None


class Attempt(Section):
    """An earlier attempt of the same run."""

    started: Timestamp
    status: Word[Literal["ok", "failed", "killed", "interrupted"]]
    duration_s: Amount | None = None


class Resources(Section):
    """What a run used: seconds, bytes, kilowatt hours."""

    cpu_s: Amount | None = None
    peak_memory_bytes: Size | None = None
    peak_device_memory_bytes: Size | None = None
    devices: Many[str] = ()
    gpu_s: Amount | None = None
    energy_kwh: Amount | None = None
    energy_of: Many[Word[Literal["processor", "memory", "accelerator"]]] = ()


class Capture(Section):
    """How much of a run the recorder could see, why, and how it looked."""

    completeness: Word[Literal["complete", "partial", "minimal"]]
    reason: str | None = None
    unseen_generators: Many[str] = ()
    method: Word[Literal["hook", "strace"]] | None = None


class Process(Section):
    """Processes of a run that are alike."""

    id: Identifier
    program: Text
    how: Word[Literal["fork", "spawn", "program"]] | None = None
    parent: Identifier | None = None
    count: Positive | None = None


class Run(Section):
    """One launch of a configuration with its seeds."""

    id: Identifier
    configuration: Identifier
    command: Annotated[Many[str], Field(min_length=1)]
    status: Word[Literal["ok", "failed", "killed", "interrupted", "running"]]
    kind: Word[Literal["preprocess", "train", "evaluate", "analyse", "smoke"]] | None = None
    seeds: Many[Seed] = ()
    unseeded: Many[UnseededUse] = ()
    working_directory: RelativePath | None = None
    exit_code: Integer | None = None
    signal: Positive | None = None
    killed_because: str | None = None
    started: Timestamp | None = None
    duration_s: Amount | None = None
    code: Identifier | None = None
    environment: Identifier | None = None
    hardware: Many[Identifier] = ()
    launch: Launch | None = None
    attempts: Many[Attempt] = ()
    parent: Identifier | None = None
    repeats: Identifier | None = None
    processes: Many[Process] = ()
    inputs: Many[File] = ()
    outputs: Many[File] = ()
    checkpoints: Many[File] = ()
    predictions: File | None = None
    logs: Many[File] = ()
    metrics: Many[Observation] = ()
    histories: File | None = None
    artifacts: Many[File] = ()
    resources: Resources | None = None
    capture: Capture | None = None

    @property
    def seed(self) -> int | str | None:
        """The run's first seed, which names it among the runs of its configuration."""
        return self.seeds[0].value if self.seeds else None

    @property
    def read_nothing(self) -> bool:
        """Whether a complete record of the run shows that it read no data file."""
        return not self.inputs and self.capture is not None and self.capture.completeness == "complete"

    @property
    def written(self) -> tuple[File, ...]:
        """Every file that it wrote, whatever its kind, but for its logs."""
        single = (self.predictions, self.histories)
        return (*self.outputs, *self.checkpoints, *self.artifacts, *(file for file in single if file))
