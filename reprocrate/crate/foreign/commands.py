"""Commands that a crate states, and the seeds in them."""

from __future__ import annotations

import re
import shlex

LONGEST = 20_000
"""Longer texts are not taken for a command, in characters."""

_PROGRAM = re.compile(r"[A-Za-z0-9_./+][A-Za-z0-9_./+-]*\Z")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*(?:=.*)?\Z")
_SEED_OPTION = re.compile(r"--?(?:[a-z]{1,20}[-_])?(?:seed|random[-_]state)\Z", re.IGNORECASE)
_SEED_VALUE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\Z|-?[1-9][0-9]{15,999}\Z")


def split(text: str) -> list[str] | None:
    """A command line as arguments, by the rules of a POSIX shell; None where it is none."""
    if len(text) > LONGEST or "\n" in text:
        return None
    try:
        return shlex.split(text) or None
    except ValueError:
        return None


def is_command(words: list[str], files: set[str]) -> bool:
    """Whether a description is a command: a program, then an option or the name of a file that it used."""
    program, *arguments = words
    if not arguments or not _PROGRAM.match(program):
        return False
    return any(_OPTION.match(word) or word.rpartition("/")[2] in files for word in arguments)


def seed_of(value: object) -> int | str | None:
    """A seed as a manifest holds it: a number, or text where not every reader keeps it exactly."""
    if isinstance(value, bool) or not _SEED_VALUE.match(text := str(value)):
        return None
    number = int(text)
    return number if abs(number) < 2**53 else text


def seeds_in(command: list[str]) -> list[int | str]:
    """The values of options that are called after a seed."""
    found = (seed_of(command[place][start:]) for place, start in _places(command))
    return list(dict.fromkeys(seed for seed in found if seed is not None))


def template(command: list[str], seeds: list[int | str]) -> list[str]:
    """A command with `{seed}` in place of the seed, where it has one and names it by such an option."""
    words = list(command)
    for place, start in _places(command) if len(seeds) == 1 else ():
        if words[place][start:] == str(seeds[0]):
            words[place] = words[place][:start] + "{seed}"
    return words


def _places(command: list[str]) -> list[tuple[int, int]]:
    """Where the values of such options stand: which argument, and from which character on."""
    after = [(place + 1, 0) for place, word in enumerate(command[:-1]) if _SEED_OPTION.match(word)]
    inside = [
        (place, len(word.partition("=")[0]) + 1)
        for place, word in enumerate(command)
        if "=" in word and _SEED_OPTION.match(word.partition("=")[0])
    ]
    return after + inside
