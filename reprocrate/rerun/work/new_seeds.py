"""Seeds that the original never used: which they are, and which runs can take them.

They answer another question than the recorded ones. The same seeds show whether the same bits come out; new
seeds show whether the result holds for seeds that nobody has looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reprocrate.capture.seeds.notation import MOST_SEEDS, PLACEHOLDER, substitute
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.manifest import Configuration, Manifest, Run
from reprocrate.rerun.work.selection import Task, in_order
from reprocrate.rerun.work.upstream import Sources

BELOW = 1_000_000
"""New seeds are smaller than this: programs that count up from a seed, or multiply it by a thousand, stay
below the 2**32 that NumPy and scikit-learn take."""


def chosen_seeds(manifest: Manifest, count: int) -> tuple[int, ...]:
    """So many seeds that no run of an experiment used.

    They follow from the experiment's id: the SHA-256 of `ID:0`, `ID:1`, ... in UTF-8, its first eight bytes
    as a big-endian number, modulo a million; where that seed was used by any run, or chosen before, the next
    larger one that was not (after 999999 comes 0). So nobody picks them: not the reader, who could try until
    they please, and not the author, who could look beforehand at what the next few integers give. They are
    the same for all configurations, since comparisons may go by pairs of one seed, and for every reader.

    Args:
        manifest: the recorded experiment.
        count: how many.

    Raises:
        UsageError: it is no number from 1 to 10,000.
        UnavailableError: there are not so many left.
    """
    if not 1 <= count <= MOST_SEEDS:
        raise UsageError(f"--new-seeds {count} is not possible", f"it is a number from 1 to {MOST_SEEDS}")
    taken = {number for run in manifest.runs for seed in run.seeds for number in seed.numbers}
    taken = {number for number in taken if 0 <= number < BELOW}
    if len(taken) + count > BELOW:
        raise UnavailableError(f"there are no {count} new seeds below {BELOW}", "the recorded runs used them")
    found: list[int] = []
    for number in range(count):
        digest = hashlib.sha256(f"{manifest.id}:{number}".encode()).digest()
        seed = int.from_bytes(digest[:8], "big") % BELOW
        while seed in taken:
            seed = (seed + 1) % BELOW
        taken.add(seed)
        found.append(seed)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Renewed:
    """Runs with new seeds.

    Attributes:
        tasks: what is to be run, with what takes no seed as it was recorded.
        remarks: what is not run with new seeds, by name and with the reason, as sentences.
    """

    tasks: tuple[Task, ...]
    remarks: tuple[str, ...]


def with_new_seeds(manifest: Manifest, tasks: Sequence[Task], seeds: Sequence[int]) -> Renewed:
    """New seeds in place of the recorded ones, for what results rest on and has a place for them.

    Of all else only those runs are made that these read from: with the new seeds where each had read what was
    written for its own seed, else as recorded. What takes no seed is run as recorded. Where no result rests
    on any of the tasks, each is taken for one that some do.

    Args:
        manifest: the recorded experiment.
        tasks: the recorded runs that were chosen.
        seeds: the new seeds.

    Raises:
        UsageError: nothing of it can take a new seed; each configuration is named with the reason.
    """
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.configuration.id, []).append(task)
    with_results = [name for name in groups if any(one.configuration == name for one in manifest.results)]
    wanted = with_results or list(groups)
    needed = _needed(manifest, groups, wanted)
    found: list[Task] = []
    remarks: list[str] = []
    for name, group in groups.items():
        configuration, obstacle = group[0].configuration, _obstacle(manifest, group)
        if name not in needed:
            remarks.append(f"{configuration.label} {_NOT_READ}: it is not run.")
        elif not obstacle and needed[name]:
            model = next(one for one in group if has_open_seed(one.configuration, one.recorded))
            found += [Task(configuration, model.recorded, new_seed=seed) for seed in seeds]
            if name in with_results and len({one.seed for one in group}) == 1:
                remarks.append(f"{configuration.label} {_ONE_SEED}.")
        elif obstacle == _TAKES_NONE or name not in wanted:
            found += group
            remarks.append(f"{configuration.label} {obstacle or _FOR_ALL}: it is run as recorded.")
        else:
            remarks.append(f"{configuration.label} {obstacle}: it is not run.")
    if all(task.new_seed is None for task in found):
        raise UsageError(
            "new seeds are not possible",
            " ".join(remarks) or "No run of it is on record",
            "Run the recorded seeds, without --new-seeds.",
        )
    return Renewed(in_order(found), tuple(remarks))


def _needed(
    manifest: Manifest, groups: Mapping[str, Sequence[Task]], wanted: Sequence[str]
) -> dict[str, bool]:
    """The wanted configurations and those that they read from, each with whether it goes with their seeds."""
    sources = Sources(manifest)
    needed, waiting = dict.fromkeys(wanted, True), list(wanted)
    while waiting:
        name = waiting.pop()
        for source, by_seed in read_by_seed(sources, name).items():
            if source in groups and source not in needed:
                needed[source] = needed[name] and by_seed
                waiting.append(source)
    return needed


def read_by_seed(sources: Sources, configuration: str) -> dict[str, bool]:
    """The configurations that one reads from, each with whether every run read what was written for its seed.

    Then a run of a new seed needs a run of the other with that seed, which there can be only where its
    command has a place for one.
    """
    manifest, found = sources.manifest, dict[str, list[bool]]()
    own = manifest.find_configuration(configuration)
    runs = [run for run in manifest.runs if run.configuration == configuration and run.status == "ok"]
    for run in runs:
        if own is None:
            break
        for _, writer in sources.read_from_others(Task(own, run)):
            of = manifest.find_configuration(writer.configuration)
            same = of is not None and has_open_seed(of, writer) and writer.seed == run.seed
            found.setdefault(writer.configuration, []).append(same)
    return {name: all(same) for name, same in found.items()}


_ONE_SEED = "has one recorded seed, which shows no spread that other seeds could be judged by"
_NOT_READ = "wrote nothing that runs of new seeds read"
_FOR_ALL = "wrote the same for all seeds"
_TAKES_NONE = "takes no seed"
_INSIDE = "chooses its seeds inside the program, where no other can be given"
_LITERAL = "had its seed written into the command, with no {seed} that another could stand for"


def _obstacle(manifest: Manifest, group: Sequence[Task]) -> str:
    """Why a configuration cannot be run with other seeds; empty where it can."""
    if any(has_open_seed(task.configuration, task.recorded) for task in group):
        return ""
    launches = {task.recorded.id for task in group}
    if any(run.seeds for run in manifest.runs if run.parent in launches):
        return _INSIDE
    given = [seed for task in group for seed in task.recorded.seeds]
    if not given:
        return _TAKES_NONE
    return _INSIDE if all(seed.how == "observed" for seed in given) else _LITERAL


def has_open_seed(configuration: Configuration, run: Run) -> bool:
    """Whether filling another seed into a configuration's command gives this run with another seed."""
    if run.seed is None:
        return False
    is_variable = configuration.seed_variable is not None
    is_argument = any(PLACEHOLDER in word for word in configuration.command)
    filled = substitute(configuration.command, {"seed": run.seed})
    return (is_variable or is_argument) and filled == run.command
