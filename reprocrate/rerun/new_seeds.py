"""Seeds that the original never used: which they are, and which runs can take them.

They answer another question than the recorded ones. The same seeds show whether the same bits come out; new
seeds show whether the result holds for seeds that nobody has looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from reprocrate.capture.seeds.notation import MOST_SEEDS, PLACEHOLDER, substitute
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.manifest import Configuration, Manifest, Run
from reprocrate.rerun.selection import Task, in_order

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
    """New seeds in place of the recorded ones, for every configuration that has a place for them.

    What takes no seed is run as recorded, and so is what cannot take new ones where no result rests on it:
    it may prepare what others read. Where results rest on it, it is left out.

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
    with_results = {result.configuration for result in manifest.results}
    found: list[Task] = []
    remarks: list[str] = []
    for name, group in groups.items():
        configuration, obstacle = group[0].configuration, _obstacle(manifest, group)
        if not obstacle:
            model = next(one for one in group if has_open_seed(one.configuration, one.recorded))
            found += [Task(configuration, model.recorded, new_seed=seed) for seed in seeds]
            if name in with_results and len({one.seed for one in group}) == 1:
                remarks.append(f"{configuration.label} {_ONE_SEED}.")
        elif obstacle == _TAKES_NONE or name not in with_results:
            found += group
            remarks.append(f"{configuration.label} {obstacle}: it is run as recorded.")
        else:
            remarks.append(f"{configuration.label} {obstacle}: it is not run.")
    if all(task.new_seed is None for task in found):
        raise UsageError(
            "new seeds are not possible",
            " ".join(remarks) or "No run of it is on record",
            "Run the recorded seeds, without --new-seeds.",
        )
    return Renewed(in_order(found), tuple(remarks))


_ONE_SEED = "has one recorded seed, which shows no spread that other seeds could be judged by"
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
