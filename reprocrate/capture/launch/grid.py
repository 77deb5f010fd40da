"""Grids: a command with names in braces, and the values that each of these names takes in turn.

A value is text, as the author wrote it: that is what the command is given, and what stands in the paths that
it writes. What it means is told by `typed`.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Protocol

from reprocrate.capture.privacy.scrubber import is_interpreter
from reprocrate.capture.record import Configuration, Scalar
from reprocrate.capture.seeds.notation import MAX_SAFE_INTEGER, substitute, with_open_seed
from reprocrate.errors import UsageError

MOST_POINTS = 10_000

Grid = Mapping[str, Sequence[str]]
"""Names of parameters with their values."""

Point = Mapping[str, str]
"""One value for each parameter."""

# As text: `re` compiles them when they are first used, and most runs have no grid.
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_RESERVED = {
    "seed": "Give seeds with --seeds",
    "configuration": "In paths, that stands for the configuration",
}
_NUMBER = r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_HOLE = r"(?<!\$)\{(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\}"
_CODE = r"[\s'\"`;:()$]"
_FOREIGN = r"[^A-Za-z0-9._-]+"
_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_LONGEST_NAME = 180


class HasCommand(Protocol):
    """A configuration as `reprocrate.toml` declares it."""

    @property
    def command(self) -> tuple[str, ...] | None:
        """Its command, where it has one."""


def parse_grid(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The grid of options such as `lr=0.1,0.01`.

    Raises:
        UsageError: one is no such list, or a parameter is named twice.
    """
    grid: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals:
            raise UsageError(
                f'the grid "{text}" names no values', fix="Write it as NAME=VALUE,VALUE: --grid lr=0.1,0.01"
            )
        if name in grid:
            raise UsageError(
                f"the grid names {name} twice", fix=f"Put all values into one: --grid {name}=...,..."
            )
        grid[name] = tuple(values.split(","))
        check_parameter(name, grid[name])
    return grid


def check_parameter(name: str, values: Sequence[str]) -> None:
    """Make sure that a parameter of a grid makes sense.

    Raises:
        UsageError: its name can be none, or a value is empty or there twice.
    """
    if not re.fullmatch(_NAME, name):
        raise UsageError(
            f'"{name}" cannot be the name of a grid parameter',
            "such a name has letters, digits, underscores, dots and hyphens and begins with a letter",
        )
    if name in _RESERVED:
        raise UsageError(f'"{name}" cannot be the name of a grid parameter', fix=_RESERVED[name])
    if not values or any(not value.strip() for value in values):
        raise UsageError(
            f"the grid has an empty value for {name}", fix="Write values between commas: lr=0.1,0.01"
        )
    seen: set[Scalar] = set()
    for value in values:
        if typed(value) in seen:
            raise UsageError(f"the grid has the value {value} of {name} twice", "each is run once")
        seen.add(typed(value))


def points_of(grid: Grid) -> list[dict[str, str]]:
    """Every combination of values, the last parameter changing first; without a grid one, of nothing.

    Raises:
        UsageError: there are more than 10,000.
    """
    number = 1
    for values in grid.values():
        number *= len(values)
    if number > MOST_POINTS:
        raise UsageError(f"the grid has {number} points", f"at most {MOST_POINTS} are run at a time")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def check_grid_reaches(template: Sequence[str], grid: Grid) -> None:
    """Make sure that each point of a grid is a command of its own.

    Raises:
        UsageError: a parameter stands nowhere in the command, or two points make the same command of it.
    """
    for name in grid:
        if not any(f"{{{name}}}" in word for word in template):
            raise UsageError(
                f"the grid parameter {name} does not reach the command",
                f"{{{name}}} stands nowhere in it",
                f"Write it where the value goes, as in `--{name} {{{name}}}`",
            )
    seen: dict[tuple[str, ...], Point] = {}
    for point in points_of(grid):
        other = seen.setdefault(substitute(template, point), point)
        if other is not point:
            raise UsageError(
                f"{_shown(other)} and {_shown(point)} make the same command", fix="Put something between them"
            )


NAME_PLACE = "{configuration}"


def open_places(template: Sequence[str], known: Iterable[str]) -> list[str]:
    """Names in braces that nothing fills, where they look as if something was meant to.

    Code, shell variables and the like have braces of their own: what stands among quotation marks, spaces
    and brackets is left alone.
    """
    filled = set(known)
    words = [word for word in template if _has_places(word)]
    found = dict.fromkeys(match["name"] for word in words for match in re.finditer(_HOLE, word))
    return [name for name in found if name not in filled]


def _has_places(word: str) -> bool:
    return "{" in word and not re.search(_CODE, re.sub(_HOLE, "", word))


def with_name(template: Sequence[str], name: str) -> tuple[str, ...]:
    """The template with the configuration's name put where it asks for that, as a metric's place may."""
    return tuple(word.replace(NAME_PLACE, name) if _has_places(word) else word for word in template)


def filled(
    template: Sequence[str], point: Point, *, seed_is_given: bool
) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    """The template with the seed and the grid left open, that with the seed only, and a seed that it names.

    A seed that the command names by itself is looked for before the grid is filled in, whose values are none.
    """
    opened, seed = (tuple(template), None) if seed_is_given else with_open_seed(template)
    return opened, substitute(opened, point), seed


def check_name(name: str) -> None:
    """See to it that a manifest can hold the name of a configuration.

    Raises:
        UsageError: it cannot.
    """
    if re.fullmatch(_ID, name) and len(name) <= _LONGEST_NAME:
        return
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    guess = re.sub(_FOREIGN, "-", plain).strip("-._")[:_LONGEST_NAME]
    raise UsageError(
        f'"{name[:_LONGEST_NAME]}" cannot be the name of a configuration',
        "such a name has letters from A to Z, digits, `.`, `_` and `-`, begins with a letter or digit, and "
        f"has at most {_LONGEST_NAME} characters",
        f"Take, say, --name {guess}" if guess else "",
    )


def point_name(base: str, point: Mapping[str, Scalar]) -> str:
    """What a configuration is called that is one point of a grid: `train-lr-0.1-width-64`.

    It is made of the letters that an id may have.
    """
    words = [f"{name}-{value}" for name, value in point.items()]
    text = "-".join([base, *(re.sub(_FOREIGN, "-", word).strip("-") for word in words)])
    return text[:_LONGEST_NAME].rstrip("-.")


def base_name(declared: Mapping[str, HasCommand], launched: Configuration) -> str:
    """The name given to `run`, else of the declared configuration with this command, else of the program."""
    if launched.name:
        return launched.name
    command = tuple(launched.grid_template or launched.template)
    same = (name for name, one in declared.items() if one.command == command)
    return next(same, program_name(command))


def configuration_name(declared: Mapping[str, HasCommand], launched: Configuration) -> str:
    """What a manifest calls the configuration of a launch, and what `run` says that it runs.

    That of a point of a grid names its values. A program that stands for a command which is declared nowhere
    is told from other uses of it by the digest of the command.
    """
    base = base_name(declared, launched)
    if launched.grid:
        return point_name(base, launched.grid)
    return base if launched.name or base in declared else f"{base}-{launched.digest[:8]}"


def program_name(template: Sequence[str]) -> str:
    """What a command runs, in a word that an id can begin with: script, module or program.

    Code that stands in the command itself has no name: there it is the program.
    """
    words = [word for word in template[1:] if word == "-c" or not word.startswith("-")]
    runs_script = is_interpreter(template[0]) and words[:1] not in ([], ["-c"])
    name = PurePosixPath(words[0] if runs_script else template[0]).name.removesuffix(".py")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:100] or "configuration"


def typed(text: str) -> Scalar:
    """The number that a text is, as JSON and TOML write numbers; any other text as it is (`007` too)."""
    if not re.fullmatch(_NUMBER, text):
        return text
    number = float(text)
    if text.lstrip("+-").isdecimal():
        return int(text) if abs(int(text)) <= MAX_SAFE_INTEGER else text
    return number if abs(number) != float("inf") else text


def written(value: Scalar) -> str:
    """A value of `reprocrate.toml` as the command gets it, which is as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _shown(point: Point) -> str:
    return " ".join(f"{name}={value}" for name, value in point.items())
