"""Passages of Markdown: sentences of our own, and lines of shell."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from reprocrate.render import words


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
