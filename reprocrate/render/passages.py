"""Passages of Markdown: sentences of our own, and lines of shell."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from reprocrate.manifest import Environment
from reprocrate.render import words
from reprocrate.render.recipe import conda_commands


def fenced(commands: Sequence[str]) -> Iterator[str]:
    """Lines of shell between fences that no line of theirs can close."""
    lines = [line for command in commands for line in command.split("\n")]
    longest = max((len(match) for line in lines for match in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}sh", *map(words.verbatim, lines), fence, "")


def paragraph(text: str) -> Iterator[str]:
    """Our own sentences, filled to a readable width, and an empty line."""
    yield from textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)
    yield ""


def of_conda(environment: Environment) -> Iterator[str]:
    """How to make an environment of conda from its list; below follow wheels of the same versions."""
    commands = conda_commands(environment)
    if not commands:
        return
    yield from paragraph(
        "It was an environment of conda. With micromamba, or with conda in its place, which run scripts of "
        "packages while they install them:"
    )
    yield from fenced(commands)
    yield from paragraph(
        "Where that is not possible, the same versions of the Python packages are had as wheels, which are "
        "built otherwise, so that last digits may differ."
    )
