"""The arguments of `reprocrate run`, for which the author's command waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from reprocrate.cli.plain_arguments import Options

_OPTIONS = Options(
    switches={
        "--all": "all_",
        "--deterministic": "deterministic",
        "--quiet": "quiet",
        "-q": "quiet",
        "--resume": "resume",
        "--twice": "twice",
    },
    values={"--seeds": "seeds", "--name": "name", "--seed-env": "seed_env"},
    lists={"--grid": "grid"},
    numbers={"--jobs": "jobs", "-j": "jobs"},
    choices={"--trace": ("trace", ("hook", "strace"))},
)


class RunArguments(NamedTuple):
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
        if not _OPTIONS.take(found, word, rest):
            return None
    return RunArguments(**found)
