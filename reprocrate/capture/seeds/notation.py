"""Seeds: lists of them as text, their place in a command, and those that a command names already."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from reprocrate.capture.record import Scalar, Seed
from reprocrate.errors import UsageError

PLACEHOLDER = "{seed}"
MOST_SEEDS = 10_000
MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it a seed is written as a decimal string (`manifest.md`, numbers and digests)."""

_RANGE = re.compile(r"(?P<first>[0-9]{1,40})(?:-(?P<last>[0-9]{1,40}))?")
_SEED_NAME = (
    r"(?:(?:global|random|rng|np|numpy|torch|init|train|manual|data)[-_.]?)?(?:seed|random[-_]state)|rng"
)
_OPTION = re.compile(rf"--?(?:[a-z]+\.)*(?:{_SEED_NAME})", re.IGNORECASE)
_ASSIGNMENT = re.compile(
    rf"(?P<name>(?:--?|\+{{0,2}})(?:[a-z_]+[./])*(?:{_SEED_NAME}))=(?P<value>[0-9]{{1,40}})", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]{1,40}")
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds of a list such as `0-4`, `0,3,7` or `1-3,9`, in the order given.

    Raises:
        UsageError: it is no such list, names a seed twice, or names more than 10,000.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise UsageError(
                f'seeds "{text}" are not a list of seeds',
                f'"{part}" is neither a whole number nor a range',
                "Write them as 0-4, 0,3,7 or 1-3,9",
            )
        first = int(match["first"])
        last = int(match["last"] or first)
        if last < first:
            raise UsageError(f'seeds "{text}" have the range {part.strip()}', "its end is before its start")
        if last - first >= MOST_SEEDS or len(seeds) + last - first >= MOST_SEEDS:
            raise UsageError(f'seeds "{text}" are more than {MOST_SEEDS}', fix="Give fewer seeds at a time")
        seeds.extend(range(first, last + 1))
    twice = next((seed for seed, times in Counter(seeds).items() if times > 1), None)
    if twice is not None:
        raise UsageError(f'seeds "{text}" name seed {twice} twice', "each seed is run once")
    return tuple(seeds)


def substitute(template: Sequence[str], values: Mapping[str, Scalar]) -> tuple[str, ...]:
    """The template with each `{name}` of `values` replaced; other braces stay as they are."""
    return tuple(substituted(argument, values) for argument in template)


def substituted(text: str, values: Mapping[str, Scalar]) -> str:
    """The text with each `{name}` of `values` replaced; what is put in is not looked at again."""
    if not values:
        return text
    names = "|".join(map(re.escape, values))
    return re.sub(rf"\{{({names})\}}", lambda match: str(values[match[1]]), text)


def check_seed_has_a_place(template: Sequence[str], seed_variable: str | None) -> None:
    """Make sure that seeds reach the command.

    Raises:
        UsageError: the seed stands neither in the command nor in an environment variable, or the variable's
            name is none.
    """
    if seed_variable is not None and not _ENVIRONMENT_NAME.fullmatch(seed_variable):
        raise UsageError(
            f'"{seed_variable}" cannot be the name of an environment variable',
            "such a name has letters, digits and underscores and does not begin with a digit",
        )
    if seed_variable is None and not any(PLACEHOLDER in argument for argument in template):
        raise UsageError(
            "the seeds do not reach the command",
            f"{PLACEHOLDER} stands nowhere in it",
            f"Write it where the seed goes, as in `python train.py --seed {PLACEHOLDER}`, or name the "
            "environment variable that carries it with --seed-env",
        )


def with_open_seed(command: Sequence[str]) -> tuple[tuple[str, ...], int | None]:
    """A command without `{seed}` as a template with it, and the seed that the command names.

    `--seed 3`, `--seed=3`, `--random-state 3` and `trainer.seed=3` are recognised, so that launches made one
    by one are the same configuration. Without exactly one such place the command is returned as it is.
    """
    places: list[tuple[int, str, int]] = []
    for index, argument in enumerate(command):
        if match := _ASSIGNMENT.fullmatch(argument):
            places.append((index, f"{match['name']}={PLACEHOLDER}", int(match["value"])))
        elif index and _NUMBER.fullmatch(argument) and _names_a_seed(command[:index]):
            places.append((index, PLACEHOLDER, int(argument)))
    if len(places) != 1 or any(PLACEHOLDER in argument for argument in command):
        return tuple(command), None
    index, opened, seed = places[0]
    if command[index].rpartition("=")[2] != str(seed):
        return tuple(command), None  # 007 cannot be written again from the number
    return (*command[:index], opened, *command[index + 1 :]), seed


def _names_a_seed(before: Sequence[str]) -> bool:
    """Whether the next argument is a seed: after `--seed`, or as papermill has it, after `-p seed`."""
    if _OPTION.fullmatch(before[-1]):
        return True
    is_parameter = tuple(before[-2:-1]) in (("-p",), ("-r",), ("--parameters",), ("--parameters_raw",))
    return is_parameter and _OPTION.fullmatch(f"--{before[-1]}") is not None


def recorded_seed(seed: int, seed_variable: str | None) -> Seed:
    """A seed that the launcher gave, as it is recorded."""
    value: int | str = seed if abs(seed) <= MAX_SAFE_INTEGER else str(seed)
    return Seed(library=None, value=value, how="environment" if seed_variable else "argument")
