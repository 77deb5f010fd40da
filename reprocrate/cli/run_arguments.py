"""The arguments of `reprocrate run`, read without the package that reads those of the other commands.

Importing that package takes longer than everything else before the author's command starts. What is not
understood here, help and mistakes among it, is left to it, so nothing depends on this but the time it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

_VALUES = {"--seeds": "seeds", "--name": "name", "--seed-env": "seed_env"}
_CHOICES = {"--trace": ("trace", ("hook", "strace"))}
_LISTS = {"--grid": "grid"}
_NUMBERS = {"--jobs": "jobs", "-j": "jobs"}
_SWITCHES = {
    "--all": "all_",
    "--deterministic": "deterministic",
    "--quiet": "quiet",
    "-q": "quiet",
    "--resume": "resume",
    "--twice": "twice",
}


@dataclass(frozen=True, slots=True)
class RunArguments:
    """What stands on the command line of `run`."""

    command: tuple[str, ...] = ()
    seeds: str | None = None
    name: str | None = None
    seed_env: str | None = None
    all_: bool = False
    resume: bool = False
    grid: tuple[str, ...] = ()
    jobs: int = 1
    twice: bool = False
    deterministic: bool = False
    trace: Literal["hook", "strace"] = "hook"
    quiet: bool = False


def parse(arguments: Sequence[str]) -> RunArguments | None:
    """The arguments after `run`; None where they are not plainly what they seem."""
    found: dict[str, Any] = {}
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            return RunArguments(command=tuple(rest), **found)
        if not word.startswith("-"):
            return RunArguments(command=(word, *rest), **found)
        if word in _SWITCHES:
            found[_SWITCHES[word]] = True
            continue
        option, equals, value = word.partition("=")
        if not equals:
            value = next(rest, "-")
        if value.startswith("-") or not _take(found, option, value):
            return None
    return RunArguments(**found)


def _take(found: dict[str, Any], option: str, value: str) -> bool:
    """Note the value of an option; False where it is none."""
    if option in _CHOICES and value in _CHOICES[option][1]:
        found[_CHOICES[option][0]] = value
    elif option in _VALUES:
        found[_VALUES[option]] = value
    elif option in _LISTS:
        found[_LISTS[option]] = (*found.get(_LISTS[option], ()), value)
    elif option in _NUMBERS and value.isascii() and value.isdigit():
        found[_NUMBERS[option]] = int(value)
    else:
        return False
    return True
