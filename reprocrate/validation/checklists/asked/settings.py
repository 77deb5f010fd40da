"""Hyper-parameters, seeds, hardware and cost, and what people did."""

from __future__ import annotations

from collections.abc import Callable

from reprocrate.manifest import Configuration, Hardware, Search
from reprocrate.validation.absence import is_blank
from reprocrate.validation.checklists.conditions import told
from reprocrate.validation.checklists.evidence import Evidence, Looked, State, View, at, looked, without
from reprocrate.validation.places import numbered


def _configurations(view: View) -> list[tuple[str, Configuration]]:
    """Those that results rest on, with their pointers; all of them where none is named."""
    wanted = {each.configuration for _, each in view.results if each.configuration}
    every = numbered("/configurations", view.manifest.configurations)
    return [each for each in every if not wanted or each[1].id in wanted]


def hyperparameters(view: View) -> Evidence:
    """Every configuration that counts lists the final values of its settings."""
    entries = (
        Looked(pointer, each.label, without(its_hyper_parameters=each.hyperparameters))
        for pointer, each in _configurations(view)
    )
    return looked(
        entries,
        "the manifest holds no configuration",
        "hyper-parameters of all {n} configurations are recorded",
    )


def search(view: View) -> Evidence:
    """Every search says what was considered, how often, and what it chose by."""
    entries = [
        Looked(f"{pointer}/search", each.label, _search_gaps(each.search))
        for pointer, each in _configurations(view)
        if each.search
    ]
    return looked(
        entries, "no search for hyper-parameters is recorded", "all {n} searches are recorded in full"
    )


def _search_gaps(each: Search) -> tuple[str, ...]:
    return without(
        the_values_considered=each.space,
        the_number_of_trials=each.trials is not None,
        what_the_choice_was_made_on=each.selected_by,
    )


def selection(view: View) -> Evidence:
    """Every search names the split that it chose on; the rules tell if that was a test split."""
    entries = [
        Looked(f"{pointer}/search", each.label, without(what_the_choice_was_made_on=each.search.selected_by))
        for pointer, each in _configurations(view)
        if each.search
    ]
    return looked(entries, "no choice between models is recorded", "all {n} searches name what they chose on")


def seeds(view: View) -> Evidence:
    """Every run behind the results that count records its seed."""
    named = {name for _, each in view.results for name in each.runs}
    entries = (
        Looked(pointer, run.id, without(its_seed=run.seeds))
        for pointer, run in numbered("/runs", view.manifest.runs)
        if run.id in named
    )
    return looked(entries, "no result names its runs", "the seeds of all {n} runs that count are recorded")


def _hardware_gaps(machine: Hardware) -> tuple[str, ...]:
    accelerators = all(each.memory_bytes for each in machine.accelerators)
    return without(
        the_processor=machine.cpu and machine.cpu.model,
        the_memory=machine.memory_bytes,
        the_memory_of_accelerators=accelerators,
    )


def hardware(view: View) -> Evidence:
    """Every machine names processor, memory, and the memory of its accelerators."""
    entries = (
        Looked(pointer, each.id, _hardware_gaps(each))
        for pointer, each in numbered("/hardware", view.manifest.hardware)
    )
    return looked(
        entries, "the manifest names no hardware", "processor and memory of all {n} machines are named"
    )


def software(view: View) -> Evidence:
    """Every environment names system, interpreter and packages."""
    entries = (
        Looked(
            pointer,
            each.id,
            without(
                the_operating_system=each.os and each.os.name,
                the_interpreter=each.python,
                the_libraries_with_versions=each.packages,
            ),
        )
        for pointer, each in numbered("/environments", view.manifest.environments)
    )
    return looked(
        entries, "the manifest names no environment", "system and libraries of all {n} environments are named"
    )


def run_time(view: View) -> Evidence:
    """Every run behind the results that count says how long it took."""
    named = {name for _, each in view.results for name in each.runs}
    entries = (
        Looked(pointer, run.id, without(its_duration=run.duration_s is not None))
        for pointer, run in numbered("/runs", view.manifest.runs)
        if run.id in named
    )
    return looked(
        entries, "no result names its runs", "the durations of all {n} runs that count are recorded"
    )


def compute(view: View) -> Evidence:
    """The compute of the whole, and of what is not reported; fewer runs than failed speak against it."""
    cost = view.manifest.compute
    if cost is None:
        return Evidence(State.SILENT, "the compute of the whole is not given")
    failed = {
        each.run
        for result in view.manifest.results
        for each in result.excluded
        if each.reason in ("failed", "killed", "interrupted")
    }
    if cost.unreported_runs is not None and cost.unreported_runs < len(failed):
        reason = (
            f"{cost.unreported_runs} unreported runs are given, and results leave out {len(failed)} "
            "that failed or were stopped"
        )
        return Evidence(State.OPPOSED, reason, at("/compute/unreported_runs"))
    missing = without(
        the_total=cost.total_s is not None or cost.cpu_s is not None,
        what_is_not_reported=cost.unreported_runs is not None,
    )
    return looked([Looked("/compute", "the compute", missing)], "", "the compute of the whole is given")


def disk(view: View) -> Evidence:
    """The sizes of files are recorded, as far as they are listed."""
    sizes = [file.size for data in view.manifest.data for file in data.files]
    if sizes and all(size is not None for size in sizes):
        return Evidence(State.SHOWN, "the sizes of all data files are recorded", at("/data"))
    return Evidence(State.SILENT, "the sizes of the data are not all recorded")


def approval(view: View) -> Evidence:
    """Who approved the work with people."""
    ethics = view.manifest.ethics
    if ethics and not is_blank(ethics.irb):
        return Evidence(State.SHOWN, "an approval or exemption is named", at("/ethics/irb"))
    return Evidence(State.SILENT, "no approval is named")


def _gate(condition: str) -> Callable[[View], Evidence]:
    def ask(view: View) -> Evidence:
        found = told(condition, view)
        if found is None:
            return Evidence(State.SILENT, "the manifest does not tell")
        if found.holds:
            return Evidence(State.OPPOSED, found.because, found.places)
        return Evidence(State.SHOWN, found.because, found.places)

    return ask


QUESTIONS = {
    "hyperparameters": hyperparameters,
    "search": search,
    "selection": selection,
    "seeds": seeds,
    "hardware": hardware,
    "software": software,
    "run-time": run_time,
    "compute": compute,
    "disk": disk,
    "people-approval": approval,
    "has-experiments": _gate("no-experiments"),
    "has-data": _gate("no-data"),
    "has-assets": _gate("no-assets"),
    "has-people": _gate("no-people"),
}
