"""RC06: whether what is said of seeds and determinism agrees with the rest of the manifest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from reprocrate.standard import pointer_to
from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.seeds import seed_is_not_in_the_command
from reprocrate.validation.subject import Subject
from reprocrate.validation.templates import difference


@rule(
    "RC0607",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="run {run} has a seed of process {rank}, but only {n} processes, counted from 0",
)
def rank_is_one_of_the_processes(subject: Subject) -> Iterator[Found]:
    """The rank of a seed MUST be smaller than the number of processes of its run.

    Judged: each seed with a `rank` of a run with `launch.world_size`; at the `rank`.
    Why: ranks count from 0, so a larger one belongs to another launch, or a process is missing.
    Fix: correct the rank or `world_size`.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        processes = run.launch.world_size if run.launch else None
        for place, seed in numbered(f"{pointer}/seeds", run.seeds):
            if processes is not None and seed.rank is not None and seed.rank >= processes:
                yield Found(f"{place}/rank", run=run.id, rank=seed.rank, n=processes)


@rule(
    "RC0608",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="run {run} has two seeds of {library} in process {rank}: {first} and {second}",
)
def process_has_one_seed_of_a_library(subject: Subject) -> Iterator[Found]:
    """A process SHOULD have one seed of each library, as known in one way, if no function or line is told.

    Judged: each seed with `library` and `rank`, without `function` and `site`, that has those of an earlier
        such seed of the run with the same `how`; at the later seed.
    Why: of two nobody can tell which one the generator had when it mattered; often one rank was meant to be
        another.
    Fix: correct the ranks, or seed the library once in each process.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        seen: dict[tuple[str, int, str], int | str] = {}
        for place, seed in numbered(f"{pointer}/seeds", run.seeds):
            if seed.library is None or is_blank(seed.library) or seed.rank is None:
                continue
            if seed.function is not None or seed.site is not None:  # it says which of several it is
                continue
            case = (seed.library, seed.rank, seed.how)
            if case in seen:
                yield Found(
                    place,
                    run=run.id,
                    library=seed.library,
                    rank=seed.rank,
                    first=seen[case],
                    second=seed.value,
                )
            seen.setdefault(case, seed.value)


@rule(
    "RC0609",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="seed {seed} of run {run} is said to be in an environment variable, but {configuration} names none",
)
def seed_in_the_environment_has_a_variable(subject: Subject) -> Iterator[Found]:
    """Where a seed was given in an environment variable, the configuration MUST name it as `seed_variable`.

    Judged: each seed with `how` `environment` of a run whose configuration has no `seed_variable`; at the
        seed's `how`.
    Why: a rerun has to set this variable, and cannot guess its name.
    Fix: run again with `--seed-env NAME`, or correct how the seed is known.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        configuration = manifest.find_configuration(run.configuration)
        for place, seed in numbered(f"{pointer}/seeds", run.seeds):
            if seed.how == "environment" and configuration and not configuration.seed_variable:
                yield Found(f"{place}/how", seed=seed.value, run=run.id, configuration=configuration.label)


@rule(
    "RC0610",
    MUST,
    spec="configurations",
    since="1.0",
    says="run {run} ran another command than configuration {configuration}: {what}",
)
def run_follows_its_configuration(subject: Subject) -> Iterator[Found]:
    """The command of a run MUST be its configuration's with the seed in place of `{seed}`.

    Judged: each run whose configuration is there and that RC0606 says nothing of: argument by argument, with
        the value of one seed of the run in place of every `{seed}`, and any text that is not empty in place
        of another name in braces (a letter or `_`, then letters, digits, `_`, `.`, `-`). `{seed}` is such a
        name where the run has no seed, and may stand as it is where all its seeds are `observed`. The first
        argument is not compared where the configuration's is `python`, and the `overrides` of one of its
        variants may follow; at the run's `command`.
    Why: the seed is all that runs of one configuration may differ by; other arguments make another method.
    Fix: give runs with other arguments a configuration of their own, and write `{seed}` where the seed goes.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        configuration = manifest.find_configuration(run.configuration)
        if not configuration or any(seed_is_not_in_the_command(run, seed) for seed in run.seeds):
            continue
        what = difference(configuration, run)
        if what:
            yield Found(f"{pointer}/command", run=run.id, configuration=configuration.label, what=what)


@rule(
    "RC0611",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="equal bits are promised, although {causes}",
)
def promise_of_equal_bits_has_no_known_exception(subject: Subject) -> Iterator[Found]:
    """Where causes are known why runs of one seed may differ, equal bits SHOULD NOT be promised.

    Judged: `determinism` with `promised` `bitwise` and any `known_causes`; at `promised`.
    Why: a rerun is held to the promise, and what is known today decides how it will end.
    Fix: promise `numerical` or `statistical`, or remove the causes and run again.
    """
    determinism = subject.well_formed.determinism
    if determinism and determinism.promised == "bitwise" and determinism.known_causes:
        yield Found("/determinism/promised", causes=list(determinism.known_causes))


@rule(
    "RC0612",
    SHOULD,
    spec="configurations",
    since="1.0",
    says="configuration {configuration} has {name} {value}, but its command {given}",
)
def setting_is_that_of_the_command(subject: Subject) -> Iterator[Found]:
    """A hyper-parameter that stands in the command SHOULD have the value that it has there.

    Judged: each of the `hyperparameters` that is a number or text, and of which exactly one argument of the
        `command` is `--NAME` or begins with `--NAME=`, `-` and `_` being the same. Its value in the command
        is what follows `=`, or else the next argument, unless that is not there or begins with `--`. A value
        with a brace is not judged. Both are decimal numbers, with or without sign, point and exponent, and
        differ by more than a relative 1e-9; or neither is, and they differ but for capitals; at the
        hyper-parameter.
    Why: readers take the settings from here, and a rerun takes them from the command.
    Fix: correct the value, or run again with the one that is meant.
    """
    for pointer, configuration in numbered("/configurations", subject.well_formed.configurations):
        for name, value in configuration.hyperparameters.items():
            given = _given(configuration.command, name)
            if given is not None and _is_other(value, given):
                place = pointer_to([*pointer[1:].split("/"), "hyperparameters", name])
                found = f'says "{given}"'
                yield Found(place, configuration=configuration.label, name=name, value=value, given=found)


def _given(command: Sequence[str], name: str) -> str | None:
    """The value of an option of a command; None where there is none, or it cannot be told."""
    option = f"--{name}".replace("_", "-")
    parts = [part.partition("=") for part in command]
    places = [n for n, (first, _, _) in enumerate(parts) if first.replace("_", "-") == option]
    if len(places) != 1:
        return None
    _, sign, value = parts[places[0]]
    following = command[places[0] + 1 : places[0] + 2]
    given = value if sign else next((each for each in following if not each.startswith("--")), None)
    return None if given is None or "{" in given else given


def _is_other(value: object, given: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    said, done = _number(str(value)), _number(given)
    if said is not None and done is not None:
        return not math.isclose(said, done, rel_tol=1e-9)
    return said is None and done is None and str(value).casefold() != given.casefold()


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None


_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
