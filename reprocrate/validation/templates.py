"""Commands of configurations, in which names in braces stand for what runs differ by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reprocrate.manifest import Configuration, Run

SEED = "{seed}"
_NAME = re.compile(r"\{[A-Za-z_][A-Za-z0-9_.-]*\}")


def takes_a_seed(configuration: Configuration) -> bool:
    """Whether a seed is given to a configuration's command, as an argument or in an environment variable."""
    overrides = [part for variant in configuration.variants for part in variant.overrides]
    is_argument = any(SEED in part for part in (*configuration.command, *overrides))
    return is_argument or configuration.seed_variable is not None


def difference(configuration: Configuration, run: Run) -> str:
    """Where a run's command first differs from its configuration's; empty if it does not.

    The seed is any one of the run's. A run without any may have anything in its place, and one whose seeds
    were all seen from within may have left it open.
    """
    seeds = list(dict.fromkeys(str(seed.value) for seed in run.seeds))
    if all(seed.how == "observed" for seed in run.seeds):
        seeds.append(SEED)
    fillings: list[str | None] = [*seeds] if run.seeds else [None]
    endings = [(), *(variant.overrides for variant in configuration.variants)]
    first = ""
    for seed in fillings:
        for ending in endings:
            found = _difference((*configuration.command, *ending), run.command, seed)
            if not found:
                return ""
            first = first or found
    return first


def _difference(template: Sequence[str], command: Sequence[str], seed: str | None) -> str:
    wanted = [part if seed is None else part.replace(SEED, seed) for part in template]
    # `python` stands for the environment's interpreter
    places = range(1 if wanted[0] == "python" else 0, min(len(wanted), len(command)))
    for place in places:
        said = command[place]
        if said != wanted[place] and not _fits(_literals(template[place], seed), said):
            return f'"{command[place]}" in place of "{wanted[place]}"'
    if len(command) < len(wanted):
        return f'"{wanted[len(command)]}" is missing'
    return f'"{command[len(wanted)]}" is added' if len(command) > len(wanted) else ""


def _literals(part: str, seed: str | None) -> list[str]:
    """What stands around the names in braces of an argument, the seed filled in where it is known."""
    if seed is None:
        return _NAME.split(part)
    pieces = [_NAME.split(piece) for piece in part.split(SEED)]
    joined = pieces[0]
    for following in pieces[1:]:
        joined = [*joined[:-1], joined[-1] + seed + following[0], *following[1:]]
    return joined


def _fits(literals: Iterable[str], text: str) -> bool:
    """Whether a text is these pieces in order, with at least one character between any two.

    Each is taken where it comes first, so that no text takes longer than its length asks for.
    """
    first, *middle = literals
    if not middle:
        return text == first
    if not text.startswith(first):
        return False
    *middle, last = middle
    position = len(first)
    for literal in middle:
        found = text.find(literal, position + 1)
        if found < 0:
            return False
        position = found + len(literal)
    return len(text) - len(last) > position and text.endswith(last)
