"""What is there for others to use: the description, the code, the data, the whole experiment.

These are the four types of reproducibility of Gundersen, The fundamental principles of reproducibility
(Phil. Trans. R. Soc. A 379: 20200210, 2021), in the order of Semmelrock et al., Reproducibility in
machine-learning-based research (arXiv 2406.14325). The labels R1 to R4 stand beside the words only: Gundersen
and Kjensmo (AAAI 2018) number their degrees the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.finding import Criterion, Scale, Step
from reprocrate.validation.absence import is_blank
from reprocrate.validation.scales.basis import Basis, count_of, first_failing, given, untold

OBTAINABLE_DATA = "RC0202 RC0204"
ENVIRONMENT = "RC0401 RC0402 RC0403 RC0404"
HARDWARE = "RC0501 RC0502"
SEEDS = "RC0601 RC0602 RC0620"
INTEGRITY = "RC0701 RC0702 RC0703 RC0704 RC0705 RC0706 RC0707"


def availability(basis: Basis) -> Scale:
    """Which of the four parts are there; each is judged by itself, the last one asks for all."""
    code, data = tuple(_code(basis)), tuple(_data(basis))
    steps = (
        Step("description", "Description", tuple(_description(basis)), "R1"),
        Step("code", "Code", code, "R2"),
        Step("data", "Data", data, "R3"),
        Step("experiment", "Whole experiment", tuple(_experiment(basis, code, data)), "R4"),
    )
    return Scale("availability", "Availability", ascending=False, steps=steps)


def _description(basis: Basis) -> Iterator[Criterion]:
    experiment = basis.manifest.experiment
    places = [] if is_blank(experiment.description) else ["/experiment/description"]
    if experiment.paper is not None:
        places.append("/experiment/paper")
    yield given(
        "description.text",
        "what was done is described",
        places,
        met="there is a description or a paper",
        lacking="there is neither a description nor a paper",
        cost="two sentences: `description` in [experiment] of reprocrate.toml",
    )
    claims = [f"/claims/{index}" for index in range(len(basis.manifest.claims))]
    results = [f"/results/{index}" for index in range(len(basis.manifest.results))]
    yield given(
        "description.results",
        "what came out is stated",
        [*claims, *results],
        met=f"{count_of(len(claims), 'claim')} and {count_of(len(results), 'result')}",
        lacking="there are neither claims nor results",
        cost="a metric in reprocrate.toml, and for each claim one sentence",
    )


def _code(basis: Basis) -> Iterator[Criterion]:
    trees = [f"/code/{index}" for index in range(len(basis.manifest.code))]
    yield given(
        "code.named",
        "the code is named",
        trees,
        met=f"{count_of(len(trees), 'source tree')} with digests",
        lacking="no source tree is named",
        cost="`reprocrate run` records it",
    )
    yield basis.by_rules(
        "code.obtainable",
        "others can get the code that ran",
        "RC0301 RC0303 RC0304 RC0308",
        met="it is in the bundle, or its repository is public and its changes are kept",
        cost="`reprocrate pack` takes the code along",
    )
    yield _licence(basis)


def _licence(basis: Basis) -> Criterion:
    unlicensed = [
        index
        for index, tree in enumerate(basis.manifest.code)
        if not tree.license and not basis.manifest.experiment.license
    ]
    places = [] if unlicensed or not basis.manifest.code else ["/experiment/license"]
    return given(
        "code.licence",
        "others may use the code",
        places,
        met="it has a licence",
        lacking="it has no licence, so nobody else may use it",
        cost="a LICENSE file, and `license` in [experiment] of reprocrate.toml",
    )


def _data(basis: Basis) -> Iterator[Criterion]:
    if not basis.manifest.data:
        yield _no_data(basis)
        return
    number = count_of(len(basis.manifest.data), "data set")
    yield basis.by_rules(
        "data.obtainable",
        "others can get the data",
        OBTAINABLE_DATA,
        met=f"of {number} the source, the way or the files are there",
        cost="`source` in [data.NAME] of reprocrate.toml, or take the data along",
    )
    closed = [
        f"/data/{index}/access"
        for index, data in enumerate(basis.manifest.data)
        if data.access is not None and data.access.level in ("restricted", "private")
    ]
    yield Criterion(
        "data.open",
        "anyone may have the data, at most after registration",
        met=not closed,
        reason=f"{len(closed)} of {number} restricted or private" if closed else "no data set is closed",
        cost="a version of the data that may be passed on, or synthetic data of the same form"
        if closed
        else "",
    )
    yield basis.by_rules(
        "data.identified",
        "it is certain which data was read",
        "RC0203 RC0205 RC0206 RC0208 RC0215",
        met="every file that was read has a digest or comes from a named version",
        cost="declare in reprocrate.toml what was read",
    )
    yield basis.by_rules(
        "data.licence",
        "others may use the data",
        "RC0201",
        met="each data set has a licence",
        cost="`license` in [data.NAME] of reprocrate.toml",
    )


def _no_data(basis: Basis) -> Criterion:
    text = "the data is named, where there is any"
    seen = all(run.capture and run.capture.completeness == "complete" for run in basis.runs)
    if basis.runs and seen and not any(run.inputs for run in basis.runs):
        return Criterion("data.named", text, met=True, reason="the runs read no data")
    return untold("data.named", text, "no data is named, and it was not seen completely that none was read")


def _experiment(basis: Basis, code: Sequence[Criterion], data: Sequence[Criterion]) -> Iterator[Criterion]:
    yield first_failing("experiment.code", "the code is there", code, "see Code")
    yield first_failing("experiment.data", "the data is there", data, "see Data")
    if basis.has_files:
        yield basis.by_rules(
            "experiment.intact",
            "the files are those that were recorded",
            INTEGRITY,
            met="every file that was declared is there, with its digest",
            cost="get the bundle again",
        )
    yield from setting(basis)
    results = [f"/results/{index}" for index, each in enumerate(basis.manifest.results) if each.runs]
    yield given(
        "experiment.values",
        "each seed's value is there",
        results,
        met=f"{count_of(len(results), 'result')} with the runs behind them",
        lacking="no result names its runs",
        cost="a metric in reprocrate.toml, so that `run` records each seed's value",
    )


def setting(basis: Basis) -> Iterator[Criterion]:
    """Environment, machine, seeds and commands of the runs."""
    if not basis.runs:
        yield untold("experiment.runs", "there are runs", "no run is recorded", "`reprocrate run`")
        return
    number = count_of(len(basis.runs), "run")
    yield basis.by_rules(
        "experiment.environment",
        "the environment can be built again",
        ENVIRONMENT,
        met=f"a lock with digests behind {number}",
        cost="`reprocrate pack` makes a lock with digests",
    )
    yield basis.by_rules(
        "experiment.hardware",
        "the machine is known",
        HARDWARE,
        met=f"processor and memory behind {number}",
        cost="`reprocrate run` records it",
    )
    yield basis.by_rules(
        "experiment.seeds",
        "each run's seed is known and reaches a generator",
        SEEDS,
        met=f"the seeds of {number}",
        cost="`{seed}` in the command of `reprocrate run --seeds 0-4`",
    )
    commands = [f"/runs/{index}" for index, run in enumerate(basis.manifest.runs) if run.command]
    yield given(
        "experiment.commands",
        "the exact commands are there",
        commands,
        met=f"the commands of {count_of(len(commands), 'run')}",
        lacking="no run has its command",
        cost="`reprocrate run` records it",
    )
