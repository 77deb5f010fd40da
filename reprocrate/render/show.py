"""What `show` prints: results as tables, what they rest on, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Group, RenderableType

from reprocrate.manifest import Code, Data, Environment, Hardware, Manifest, Run
from reprocrate.render import words
from reprocrate.render.availability import Place, availability_of, place_of, reads_no_files
from reprocrate.render.concurrency import ran_at_once
from reprocrate.render.devices import computed_on
from reprocrate.render.document import show_document
from reprocrate.render.evidence import (
    Contrast,
    Evidence,
    Standing,
    interval_name,
    make_contrasts,
    make_evidence,
)
from reprocrate.render.gaps import find_gaps
from reprocrate.render.generators import generator_uses, unseen_generators
from reprocrate.render.numbers import duration, file_size, memory_size
from reprocrate.render.outcomes import Grid, Outcome, OutcomeGroup, make_grids, make_groups, make_outcomes
from reprocrate.render.processes import process_uses
from reprocrate.render.repetitions import measured_texts
from reprocrate.render.reproduced import reproduced_text
from reprocrate.render.terminal import (
    BAD,
    GOOD,
    SOFT,
    STRONG,
    WARN,
    Piece,
    bullets,
    facts,
    hanging,
    heading,
    joined,
    stacked,
    table,
    text,
)

__all__ = ["show_document", "show_text"]

_STANDING = {
    Standing.SUPPORTED: ("+", GOOD),
    Standing.OPEN: ("?", WARN),
    Standing.CONFLICTING: ("!", BAD),
    Standing.NOT_EVIDENCED: ("?", WARN),
}
_PLACE = {
    Place.INCLUDED: "travels with the bundle",
    Place.WITHOUT_FILES: "no file of its own: comes with a package or is made by the code",
    Place.ELSEWHERE: "does not travel with the bundle",
    Place.REMOTE: "read over the network, no file of it is kept",
}
_MOST_SEEDS = 10
_MOST_METRICS = 20
_MOST_ROWS = 40
_MOST_PROCESSES = 8
_MOST_GENERATORS = 8
_MOST_FAILURES = 10


def show_text(manifest: Manifest) -> Group:
    """An experiment for the terminal, to be printed on a `rich.console.Console` of any width."""
    outcomes = make_outcomes(manifest)
    contrasts = make_contrasts(manifest, outcomes)
    return stacked(
        *_about(manifest),
        *_claims(make_evidence(manifest, outcomes, contrasts)),
        *(_grid(grid, manifest) for grid in make_grids(manifest, outcomes)),
        *_groups(make_groups(manifest, outcomes.values())),
        None if outcomes else stacked(heading("Results"), text("No metric was recorded.")),
        _comparisons(list(contrasts.values())),
        *_runs(manifest),
        *_origins(manifest),
        *_missing(manifest),
    )


def _about(manifest: Manifest) -> Iterator[RenderableType]:
    about = manifest.experiment
    yield text(about.title, STRONG)
    authors = words.shortened((words.plain(author.name) for author in about.authors), 6) or "no authors named"
    license_ = f"licence {about.license}" if about.license else "no licence given"
    yield text("; ".join(part for part in (authors, license_, words.date(about.created)) if part), SOFT)
    for paragraph in words.paragraphs(about.description or ""):
        yield text(paragraph)
    if manifest.reproduces:
        yield text(reproduced_text(manifest.reproduces), STRONG)
    availability = availability_of(manifest)
    lacking = [f"{part.name} ({part.note})" for part in availability.parts if not part.present]
    yield joined(
        "Recorded: ",
        text(availability.degree, STRONG),
        f". Lacking: {'; '.join(lacking)}." if lacking else ".",
    )


def _claims(claims: list[Evidence]) -> Iterator[RenderableType]:
    if not claims:
        return
    yield heading("Claims")
    for one in claims:
        mark, style = _STANDING[one.standing]
        notes = ", ".join(part for part in ("primary" if one.claim.primary else "", one.place) if part)
        said = joined(text(one.claim.text), text(f" ({notes})", SOFT) if notes else "")
        standing = text(f"{one.standing.words}: ", style)
        yield hanging(text(mark, style), stacked(said, joined(standing, one.reason)))


def _grid(grid: Grid, manifest: Manifest) -> RenderableType:
    metric = grid.table.metric
    name = words.metric_label(manifest.find_metric(metric), metric) if metric else "results"
    scale = f" × {grid.table.scale:g}" if grid.table.scale not in (None, 1) else ""
    columns = [f"{grid.table.rows} / {grid.table.columns}", *grid.columns]
    rows: list[list[Piece]] = []
    for row in grid.rows:
        cells = [grid.cells.get((row, column), (None, "–")) for column in grid.columns]
        rows.append([text(row, STRONG), *(_with_size(outcome, shown, grid) for outcome, shown in cells)])
    title = f"{words.plain(grid.table.label)}: {name}{scale}, mean ± sd, {grid.size_text}"
    return stacked(heading(title), table(columns, rows, numbers=columns[1:]))


def _with_size(outcome: Outcome | None, shown: str, grid: Grid) -> str:
    return f"{shown} (n = {outcome.result.n})" if outcome and len(grid.sizes) > 1 else shown


def _groups(groups: list[OutcomeGroup]) -> Iterator[RenderableType]:
    yield from map(_group, groups[:_MOST_METRICS])
    if len(groups) > _MOST_METRICS:
        yield heading(f"{len(groups) - _MOST_METRICS} more metrics")
        yield text("They are in `show --json`.")


def _group(group: OutcomeGroup) -> RenderableType:
    with_data = group.spans_data
    named = next((one.result.interval for one in group.outcomes if one.result.interval), None)
    interval = interval_name(named.kind, named.level) if named else "Interval"
    value = "Mean ± sd" if any(outcome.result.n > 1 for outcome in group.outcomes) else "Value"
    columns = ["Configuration", *(["Data"] if with_data else []), value, interval, "n", "Each seed"]
    rows = [_result_row(outcome, with_data) for outcome in group.outcomes[:_MOST_ROWS]]
    more = len(group.outcomes) - len(rows)
    excluded = [line for outcome in group.outcomes for line in _excluded(outcome)]
    return stacked(
        heading(group.title),
        text(group.reading, SOFT),
        table(columns, rows, numbers=[value, interval, "n"]),
        text(f"{more} more results are in `show --json`.", SOFT) if more > 0 else None,
        *bullets(line for line, _ in excluded[:_MOST_FAILURES]),
        text(f"{sum(runs for _, runs in excluded[_MOST_FAILURES:])} more runs do not count.", SOFT)
        if len(excluded) > _MOST_FAILURES
        else None,
    )


def _excluded(outcome: Outcome) -> Iterator[tuple[str, int]]:
    """Which runs a result does not rest on, those that share a reason in one line, with their number."""
    counted = {each.name for each in outcome.values}
    alike: dict[tuple[bool, str], list[str]] = {}
    for seed, reason in outcome.excluded:
        alike.setdefault((seed in counted, reason), []).append(seed)
    for (has_another, reason), seeds in alike.items():
        if len(seeds) == 1:
            which = f"{'another run of ' * has_another}seed {seeds[0]} does"
        else:
            named = words.shortened(dict.fromkeys(seeds), 10)
            which = f"{len(seeds)} {'other ' * has_another}runs (seed {named}) do"
        yield f"{outcome.label}, {which} not count: {reason}", len(seeds)


def _result_row(outcome: Outcome, with_data: bool) -> list[Piece]:
    result = outcome.result
    statistic = "" if result.statistic in ("mean", "single") else f" ({words.STATISTIC[result.statistic]})"
    role = text(f" ({outcome.role})", SOFT) if outcome.role else ""
    precision = outcome.precision.finer()
    values = [each.status if each.value is None else precision.write(each.value) for each in outcome.values]
    return [
        joined(text(outcome.label, STRONG), role),
        *([outcome.data or "–"] if with_data else []),
        f"{outcome.text}{statistic}",
        outcome.interval_text or ("one run" if result.n == 1 else "–"),
        str(result.n),
        ", ".join(values[:_MOST_SEEDS]) + (", ..." if len(values) > _MOST_SEEDS else "") or "–",
    ]


def _comparisons(contrasts: list[Contrast]) -> RenderableType | None:
    if not contrasts:
        return None
    return stacked(heading("Comparisons"), *bullets(text(contrast.sentence) for contrast in contrasts))


def _runs(manifest: Manifest) -> Iterator[RenderableType]:
    yield heading("Runs")
    if not manifest.runs:
        yield text("No run was recorded.")
        return
    rows: list[list[Piece]] = []
    launched: dict[str, list[Run]] = {}
    holding = manifest.launches_of_several
    for run in manifest.runs:
        launched.setdefault(run.configuration, []).append(run)
    for identifier, runs in launched.items():
        own = [run for run in runs if run.id not in holding]
        ended = Counter(words.RUN_STATUS[run.status] for run in own)
        label = words.configuration_label(manifest.find_configuration(identifier), identifier)
        known = [run.duration_s for run in runs if run.duration_s is not None]
        spent = duration(sum(known)) if known else "–"
        outcomes = [f"{number} {word}" for word, number in ended.items()]
        if launches := len(runs) - len(own):
            outcomes.append(words.count_of(launches, "launch of several runs", "launches of several runs"))
        rows.append([text(label, STRONG), words.seed_ranges(own), ", ".join(outcomes), spent])
    yield table(["Configuration", "Seeds", "Outcome", "Time"], rows, numbers=["Time"])
    if ran_at_once(manifest.runs):
        yield text("Some ran at the same time on one machine, which bears on how long they took.", SOFT)
    bad = [run for run in manifest.runs if run.status != "ok"]
    for run in bad[:_MOST_FAILURES]:
        label = words.configuration_label(manifest.find_configuration(run.configuration), run.configuration)
        seed = f", seed {run.seed}" if run.seed is not None else ""
        yield hanging(
            text("!", BAD), text(f"{label}{seed}: {words.run_outcome(run)}, {words.moment(run.started)}")
        )
    if len(bad) > _MOST_FAILURES:
        yield text(f"and {len(bad) - _MOST_FAILURES} more that did not complete", SOFT)


def _origins(manifest: Manifest) -> Iterator[RenderableType]:
    yield heading("What they rest on")
    entries = [("Code", _code(one)) for one in manifest.code] or [("Code", "no source file is recorded")]
    entries += [("Data", _data(one)) for one in manifest.data] or [("Data", _no_data(manifest))]
    entries += [("Processes", line) for line in _processes(manifest)]
    entries += [("Service", words.service_label(one)) for one in manifest.services]
    entries += [("Software", _environment(one)) for one in manifest.environments] or [
        ("Software", "not recorded")
    ]
    entries += [("Hardware", _hardware(one)) for one in manifest.hardware] or [("Hardware", "not recorded")]
    entries += [("Computed on", one) for one in computed_on(manifest)]
    found = manifest.determinism
    if found and (found.promised or found.known_causes):
        said = [f"promised: {found.promised}"] if found.promised else []
        entries.append(("Determinism", "; ".join([*said, *map(words.plain, found.known_causes)])))
    entries += [("Measured", words.plain(one)) for one in measured_texts(manifest)]
    entries += [("Seeds", line) for line in _generators(manifest)]
    yield facts((name, text(value)) for name, value in _alike_as_one(entries))


def _alike_as_one(entries: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The lines; of those that read alike one, which says so."""
    for (name, value), number in Counter(entries).items():
        yield name, f"{value} ({number} that differ in details)" if number > 1 else value


def _processes(manifest: Manifest) -> list[str]:
    uses = process_uses(manifest)
    lines = [use.sentence for use in uses[:_MOST_PROCESSES]]
    if len(uses) > _MOST_PROCESSES:
        lines.append(f"and {len(uses) - _MOST_PROCESSES} more, in reprocrate.json")
    return lines


def _generators(manifest: Manifest) -> list[str]:
    """Which seed reached which generator, what was used without one first."""
    uses = sorted(generator_uses(manifest), key=lambda use: use.is_sound)
    lines = [use.sentence for use in uses[:_MOST_GENERATORS]]
    if len(uses) > _MOST_GENERATORS:
        lines.append(f"and {len(uses) - _MOST_GENERATORS} more, in reprocrate.json")
    unseen = unseen_generators(manifest)
    return [*lines, *([f"out of the recorder's sight: {', '.join(unseen)}"] if unseen else [])]


def _code(code: Code) -> str:
    if not code.commit:
        files = words.count_of(len(code.files), "file")
        return f"{files}, not under version control, tree {code.tree_sha256[:12]}"
    state = {True: " with uncommitted changes", False: "", None: ", not known whether it was changed"}[
        code.dirty
    ]
    place = f", {code.repository}" if code.repository else ""
    return f"commit {code.commit[:12]}{state}{place}, {words.count_of(len(code.files), 'file')}"


def _data(data: Data) -> str:
    size = sum(file.size or 0 for file in data.files)
    parts = [
        words.data_label(data, data.id),
        f"{words.count_of(len(data.files), 'file')} ({file_size(size)})" if data.files else "",
        words.data_version(data),
        f"licence {data.license}" if data.license else "no licence",
        _PLACE[place_of(data)],
    ]
    return ", ".join(part for part in parts if part)


def _no_data(manifest: Manifest) -> str:
    return "the runs read no files of their own" if reads_no_files(manifest) else "not recorded"


def _environment(environment: Environment) -> str:
    python = environment.python
    parts = [
        f"{python.implementation or 'Python'} {python.version}" if python else "",
        words.packages_of(environment).replace("no packages", "no packages beside it"),
        ("locked" if environment.lock else "not locked") if environment.packages else "",
        (environment.os.version or environment.os.name) if environment.os else "",
        *dict.fromkeys(f"{one.name} {one.version or ''}".strip() for one in environment.native_libraries[:6]),
    ]
    return ", ".join(part for part in parts if part)


def _hardware(hardware: Hardware) -> str:
    cpu = hardware.cpu
    models = Counter(accelerator.model for accelerator in hardware.accelerators)
    parts = [
        (cpu.model or cpu.architecture) if cpu else "",
        words.count_of(cpu.cores, "core") if cpu and cpu.cores else "",
        memory_size(hardware.memory_bytes) if hardware.memory_bytes else "",
        *(f"{number} × {model}" for model, number in models.items()),
    ]
    return ", ".join([part for part in parts if part] + ([] if models else ["no accelerator"]))


def _missing(manifest: Manifest) -> Iterator[RenderableType]:
    gaps = find_gaps(manifest)
    yield heading("What is missing")
    if not gaps:
        yield text("Nothing that a reader would need is known to be missing.")
    for gap in gaps:
        yield hanging("-", stacked(text(gap.what), text(gap.cost, SOFT), text(gap.fix, SOFT)))
