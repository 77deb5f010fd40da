"""What is known of claims, results, their spread, and what they cost."""

from __future__ import annotations

from reprocrate.exports.checklists.known import (
    Known,
    counted,
    gib,
    hours,
    lacking,
    listed,
    most_common,
    numbers,
    places_of,
    results_that_count,
    runs_that_count,
    said,
)
from reprocrate.manifest import Hardware, Manifest, Result, Run

_SPREADS = {
    "sd": "standard deviation",
    "se": "standard error",
    "ci": "confidence interval",
    "pi": "prediction interval",
}


def claims(manifest: Manifest) -> Known:
    """Each claim with the results that it rests on."""
    known = {each.id for each in manifest.results} | {each.id for each in manifest.comparisons}
    if not manifest.claims:
        return said(missing=["the claims, which `[[claims]]` of reprocrate.toml states"])
    stated = counted(len(manifest.claims), "claim")
    places = places_of(manifest)
    return said(
        f"{stated} of the paper {'is' if len(manifest.claims) == 1 else 'are'} tied to recorded results"
        f"{f' ({places})' if places else ''}.",
        missing=lacking(
            ((each.id, bool(known & set(each.evidence))) for each in manifest.claims), "the results"
        ),
    )


def tracing(manifest: Manifest) -> Known:
    """The places of the claims, and the results behind them."""
    where = [claim for claim in manifest.claims if claim.location and claim.location.label]
    if not where and not manifest.tables:
        return said(missing=["which table or figure shows what"])
    rests = [
        f"{each.location.label}: {listed(each.evidence)}"
        for each in where
        if each.location and each.location.label
    ]
    cells = [
        f"{table.label}: {counted(len(table.cells), 'cell')} traced to results" for table in manifest.tables
    ]
    return said(
        f"{listed([*cells, *rests])}.",
        missing=lacking(((each.id, each in where) for each in manifest.claims), "the place in the paper"),
    )


def reproduction_path(manifest: Manifest) -> Known:
    """Code, data, environment, seeds and command of every run that counts."""
    runs = runs_that_count(manifest)
    if not runs:
        return said(missing=["runs that ended well"])
    missing = [
        *lacking(((run.configuration, bool(run.code)) for run in runs), "the code"),
        *lacking(((run.configuration, bool(run.environment)) for run in runs), "the environment"),
        *lacking(((run.configuration, bool(run.seeds)) for run in runs), "the seeds"),
        *lacking(((run.configuration, _has_data(manifest, run)) for run in runs), "the data"),
    ]
    count = counted(len(runs), "run")
    return said(
        f"For the {count} behind the results, code, environment, data, seeds and command are recorded"
        f" with digests (`reprocrate.json`), and `reprocrate rerun` repeats them.",
        missing=missing,
    )


def _has_data(manifest: Manifest, run: Run) -> bool:
    """Whether the data of a run is known; none is what a complete record without inputs tells."""
    configuration = manifest.find_configuration(run.configuration)
    return bool(run.inputs or (configuration and configuration.data) or run.read_nothing)


def expected_results(manifest: Manifest) -> Known:
    """The values to come out, and how far they may differ."""
    results = results_that_count(manifest)
    if not results:
        return said(missing=["the results"])
    shown = listed(
        f"{each.id} = {each.value:.6g}{f' ± {each.sd:.2g}' if each.sd is not None else ''}"
        for each in results
    )
    metrics = [manifest.find_metric(each.metric) for each in results]
    return said(
        f"Expected: {shown}.",
        missing=lacking(
            ((each.id, bool(each.margin or each.tolerance)) for each in metrics if each),
            "how far a rerun may differ: the margin",
        ),
    )


def runs_per_result(manifest: Manifest) -> Known:
    """The n of each result."""
    results = results_that_count(manifest)
    if not results:
        return said(missing=["the results"])
    return said(
        f"Number of {most_common([each.over for each in results])} behind each result: "
        f"{most_common([str(each.n) for each in results])}.",
        missing=lacking(((each.id, bool(each.runs or each.results)) for each in results), "the runs"),
    )


def statistic(manifest: Manifest) -> Known:
    """Whether numbers are means, bests or single runs."""
    results = results_that_count(manifest)
    if not results:
        return said(missing=["the results"])
    return said(
        f"Statistic of the results: {most_common([each.statistic.replace('_', ' ') for each in results])}."
    )


def dispersion(manifest: Manifest) -> Known:
    """The spread of each result: of what kind, over what, of how many."""
    results = [each for each in results_that_count(manifest) if each.statistic != "mean_rank"]
    if not results:
        return said(missing=["the results"])
    spread = [each for each in results if each.n > 1 and (each.sd is not None or each.interval)]
    missing = lacking(((each.id, each in spread) for each in results), "the spread, or more than one run,")
    missing += lacking(((each.id, bool(each.varies_over)) for each in spread), "what varies between the runs")
    if not spread:
        return said(missing=missing)
    kinds = most_common([_spread(each) for each in spread])
    over = most_common([f"{each.n} {each.varies_over or each.over}" for each in spread])
    places = places_of(manifest)
    return said(f"Results{f' ({places})' if places else ''} have a {kinds} over {over}.", missing=missing)


def _spread(result: Result) -> str:
    kinds = []
    if result.sd is not None:
        kinds.append("standard deviation" + (f" (n - {result.ddof})" if result.ddof else ""))
    if result.interval:
        level = f"{100 * result.interval.level:.4g} % " if result.interval.level else ""
        method = f" ({result.interval.method})" if result.interval.method else ""
        kinds.append(f"{level}{_SPREADS[result.interval.kind]}{method}")
    return " and a ".join(kinds)


def significance(manifest: Manifest) -> Known:
    """The tests of the comparisons."""
    tested = [each for each in manifest.comparisons if each.test and each.p_value is not None]
    wanted = {name for claim in manifest.claims for name in claim.evidence}
    untested = [each.id for each in manifest.comparisons if each.id in wanted and each not in tested]
    if not tested:
        return said(
            missing=["a test of the differences, which `[[comparisons]]` of reprocrate.toml asks for"]
        )
    tests = most_common([f"{str(each.test).replace('_', ' ')} test" for each in tested])
    corrections = most_common([each.correction or "not stated" for each in tested])
    shown = listed(f"{each.id}: p = {each.p_value:.2g}" for each in tested)
    return said(
        f"Differences were judged by the {tests}; correction for several tests: {corrections}; {shown}.",
        missing=[f"a test of {listed(untested)}"] if untested else [],
    )


def metrics(manifest: Manifest) -> Known:
    """The definition of each metric."""
    if not manifest.metrics:
        return said(missing=["the metrics"])
    defined = [f"{each.name or each.id}: {each.definition}" for each in manifest.metrics if each.definition]
    return said(
        f"{listed(defined)}."
        if defined
        else f"Metrics: {listed(each.name or each.id for each in manifest.metrics)}.",
        missing=lacking(
            ((each.name or each.id, bool(each.definition)) for each in manifest.metrics), "the definition"
        ),
    )


def seeds(manifest: Manifest) -> Known:
    """The seeds, and how they were set."""
    runs = [run for run in runs_that_count(manifest) if run.kind not in ("analyse", "preprocess")]
    if not runs:
        return said(missing=["runs that ended well"])
    seeded = [run for run in runs if run.seeds]
    values = numbers(run.seed for run in seeded)
    libraries = listed(sorted({seed.library for run in seeded for seed in run.seeds if seed.library}))
    return said(
        f"Seeds: {values}{f', in {libraries}' if libraries else ''}." if values else "",
        missing=[
            *lacking(((run.configuration, bool(run.seeds)) for run in runs), "the seeds"),
            *lacking(((run.configuration, not run.unseeded) for run in runs), "a seed of every generator"),
        ],
    )


def hardware(manifest: Manifest) -> Known:
    """The machines of the runs that count."""
    used = {name for run in runs_that_count(manifest) for name in run.hardware}
    machines = [each for each in manifest.hardware if each.id in used] or list(manifest.hardware)
    if not machines:
        return said(missing=["processor, memory and accelerators"])
    return said(
        f"Machines: {listed(map(_machine, machines))}.",
        missing=[
            *lacking(
                ((each.id, bool(each.cpu and each.cpu.model)) for each in machines),
                "the model of the processor",
            ),
            *lacking(((each.id, bool(each.memory_bytes)) for each in machines), "the memory"),
        ],
    )


def _machine(machine: Hardware) -> str:
    cpu = machine.cpu
    parts = [
        cpu.model or cpu.architecture if cpu else "",
        counted(cpu.cores, "core") if cpu and cpu.cores else "",
    ]
    parts.append(f"{gib(machine.memory_bytes)} memory" if machine.memory_bytes else "")
    cards: dict[str, int] = {}
    for each in machine.accelerators:
        name = each.model + (f" ({gib(each.memory_bytes)})" if each.memory_bytes else "")
        cards[name] = cards.get(name, 0) + 1
    parts += [f"{count} x {name}" if count > 1 else name for name, count in cards.items()] or [
        "no accelerator"
    ]
    return " with ".join(filter(None, [parts[0], ", ".join(filter(None, parts[1:]))]))


def run_time(manifest: Manifest) -> Known:
    """How long the runs took."""
    runs = runs_that_count(manifest)
    times = sorted(run.duration_s for run in runs if run.duration_s is not None)
    if not times:
        return said(missing=["how long the runs took"])
    span = hours(times[0]) if times[0] == times[-1] else f"{hours(times[0])} to {hours(times[-1])}"
    memory = max((run.resources.peak_memory_bytes or 0 for run in runs if run.resources), default=0)
    return said(
        f"A run takes {span}{f' and at most {gib(memory)} of memory' if memory else ''}.",
        missing=lacking(((run.configuration, run.duration_s is not None) for run in runs), "the time"),
    )


def compute(manifest: Manifest) -> Known:
    """The compute of all, and of runs that are not reported."""
    spent = manifest.compute
    if spent is None or spent.total_s is None:
        return said(missing=["the compute of the whole project"])
    devices = sum(run.resources.gpu_s or 0.0 for run in manifest.runs if run.resources)
    energy = f", {spent.energy_kwh:.3g} kWh" if spent.energy_kwh else ""
    unreported = ""
    if spent.unreported_runs is not None:
        count = counted(spent.unreported_runs, "run")
        unreported = f" Of these, {count} ({hours(spent.unreported_s or 0.0)}) stand behind no result."
    return said(
        f"All recorded runs took {hours(spent.total_s)}"
        f"{f', {hours(devices)} of them on accelerators' if devices else ''}{energy}.{unreported}",
        missing=[] if unreported else ["the compute of runs that are not reported"],
    )
