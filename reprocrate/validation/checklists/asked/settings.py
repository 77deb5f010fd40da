"""Hyper-parameters, seeds, hardware and cost, and what people did."""

from __future__ import annotations

from collections.abc import Callable

from reprocrate.manifest import Configuration, Hardware, Search
from reprocrate.validation.absence import is_blank
from reprocrate.validation.checklists.conditions import told
from reprocrate.validation.checklists.evidence import Evidence, Looked, State, View, at, looked
from reprocrate.validation.places import numbered


def _configurations(view: View) -> list[tuple[str, Configuration]]:
    """Those that results rest on, with their pointers; all of them where none is named."""
    wanted = {each.configuration for _, each in view.results if each.configuration}
    every = numbered("/configurations", view.manifest.configurations)
    return [each for each in every if not wanted or each[1].id in wanted]


def hyperparameters(view: View) -> Evidence:
    """Every configuration that counts lists the final values of its settings."""
    entries = (
        Looked.at(pointer, each.label, its_hyper__parameters=each.hyperparameters)
        for pointer, each in _configurations(view)
    )
    return looked(
        entries,
        "the manifest holds no configuration",
        "the hyper-parameters of every configuration are recorded ({n})",
    )


def search(view: View) -> Evidence:
    """Every search says what was considered, how often, and what it chose by."""
    entries = [
        _search(f"{pointer}/search", each.label, each.search)
        for pointer, each in _configurations(view)
        if each.search
    ]
    return looked(
        entries, "no search for hyper-parameters is recorded", "every search is recorded in full ({n})"
    )


def _search(pointer: str, name: str, each: Search) -> Looked:
    return Looked.at(
        pointer,
        name,
        the_values_considered=each.space,
        the_number_of_trials=each.trials is not None,
        what_the_choice_was_made_on=each.selected_by,
    )


def trials(view: View) -> Evidence:
    """Every search says how many values were tried; more that ended well or are listed speak against it."""
    for pointer, each in _configurations(view):
        if each.search and each.search.trials is not None:
            seen = max(each.search.trials_completed or 0, len(set(each.search.runs)))
            if seen > each.search.trials:
                reason = (
                    f"the search of {each.label} is said to have {each.search.trials} trials, and had {seen}"
                )
                return Evidence(State.OPPOSED, reason, at(f"{pointer}/search"))
    entries = [
        Looked.at(f"{pointer}/search", each.label, the_number_of_trials=each.search.trials is not None)
        for pointer, each in _configurations(view)
        if each.search
    ]
    return looked(
        entries,
        "no search for hyper-parameters is recorded",
        "every search says how many trials it had ({n})",
    )


def selection(view: View) -> Evidence:
    """Every search names the split that it chose on; the rules tell if that was a test split."""
    entries = [
        Looked.at(f"{pointer}/search", each.label, what_the_choice_was_made_on=each.search.selected_by)
        for pointer, each in _configurations(view)
        if each.search
    ]
    return looked(
        entries, "no choice between models is recorded", "every search names what it chose on ({n})"
    )


def seeds(view: View) -> Evidence:
    """Every run behind the results that count records its seed."""
    named = {name for _, each in view.results for name in each.runs}
    entries = (
        Looked.at(pointer, run.id, its_seed=run.seeds)
        for pointer, run in numbered("/runs", view.manifest.runs)
        if run.id in named
    )
    return looked(entries, "no result names its runs", "the seed of every run that counts is recorded ({n})")


def _machine(pointer: str, machine: Hardware) -> Looked:
    accelerators = all(each.memory_bytes for each in machine.accelerators)
    return Looked.at(
        pointer,
        machine.id,
        the_processor=machine.cpu and machine.cpu.model,
        the_memory=machine.memory_bytes,
        the_memory_of_accelerators=accelerators,
    )


def hardware(view: View) -> Evidence:
    """Every machine names processor, memory, and the memory of its accelerators."""
    entries = (_machine(pointer, each) for pointer, each in numbered("/hardware", view.manifest.hardware))
    return looked(
        entries, "the manifest names no hardware", "processor and memory of every machine are named ({n})"
    )


def software(view: View) -> Evidence:
    """Every environment names system, interpreter and packages."""
    entries = (
        Looked.at(
            pointer,
            each.id,
            the_operating_system=each.os and each.os.name,
            the_interpreter=each.python,
            the_libraries_with_versions=each.packages,
        )
        for pointer, each in numbered("/environments", view.manifest.environments)
    )
    return looked(
        entries,
        "the manifest names no environment",
        "system and libraries of every environment are named ({n})",
    )


def run_time(view: View) -> Evidence:
    """Every run behind the results that count says how long it took."""
    named = {name for _, each in view.results for name in each.runs}
    entries = (
        Looked.at(pointer, run.id, its_duration=run.duration_s is not None)
        for pointer, run in numbered("/runs", view.manifest.runs)
        if run.id in named
    )
    return looked(
        entries, "no result names its runs", "the duration of every run that counts is recorded ({n})"
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
    } - {name for result in view.manifest.results for name in result.runs}
    if cost.unreported_runs is not None and cost.unreported_runs < len(failed):
        reason = (
            f"{cost.unreported_runs} unreported runs are given, and results leave out {len(failed)} "
            "that failed or were stopped"
        )
        return Evidence(State.OPPOSED, reason, at("/compute/unreported_runs"))
    looked_at = Looked.at(
        "/compute",
        "the record",
        the_total=cost.total_s is not None or cost.cpu_s is not None,
        what_is_not_reported=cost.unreported_runs is not None,
    )
    return looked([looked_at], "", "the compute of the whole is given")


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


def _gate(condition: str, section: str) -> Callable[[View], Evidence]:
    """What a condition says of its opposite; else that a section of the manifest has entries."""

    def ask(view: View) -> Evidence:
        found = told(condition, view)
        if found is None and getattr(view.manifest, section):
            return Evidence(State.SHOWN, f"the manifest names {section}", at(f"/{section}"))
        if found is None:
            return Evidence(State.SILENT, "the manifest does not tell")
        if found.holds:
            return Evidence(State.OPPOSED, found.because, found.places)
        return Evidence(State.SHOWN, found.because, found.places)

    return ask


def has_people(view: View) -> Evidence:
    """People who took part; where none did, the authors may still count those who labelled data."""
    found = told("no-people", view)
    if found is None:
        return Evidence(State.SILENT, "the manifest does not tell")
    if not found.holds:
        return Evidence(State.SHOWN, found.because, found.places)
    said = "no people took part as subjects; whether some labelled data is for people to judge"
    return Evidence(State.PEOPLE, said, found.places)


QUESTIONS = {
    "hyperparameters": hyperparameters,
    "search": search,
    "trials": trials,
    "selection": selection,
    "seeds": seeds,
    "hardware": hardware,
    "software": software,
    "run-time": run_time,
    "compute": compute,
    "disk": disk,
    "people-approval": approval,
    "has-experiments": _gate("no-experiments", "runs"),
    "has-data": _gate("no-data", "data"),
    "has-assets": _gate("no-assets", "data"),
    "has-people": has_people,
}
