"""How many columns a table of Typst has, from how it is written."""

from __future__ import annotations

import re

from reprocrate.validation.typst.nodes import Argument

_TERM = re.compile(
    r"(?:(?P<before>\d{1,4})\s*\*\s*)?\((?P<sizes>[^()]*(?:\([^()]*\)[^()]*)*)\)(?:\s*\*\s*(?P<after>\d{1,4}))?"
)


def columns_said(argument: Argument | None) -> int:
    """How many columns a table has; 0 where that would have to be computed."""
    said = argument.source.strip() if argument else "1"
    if re.fullmatch(r"\d{1,4}", said):
        return int(said)
    count = at = 0
    while at < len(said):
        match = _TERM.match(said, at)
        if match is None:
            return 0
        sizes = re.sub(r"\([^()]*\)|\"[^\"]*\"", "x", match["sizes"]).strip().removesuffix(",")
        count += (sizes.count(",") + 1 if sizes else 0) * int(match["before"] or 1) * int(match["after"] or 1)
        at = match.end()
        joined = re.compile(r"\s*\+\s*").match(said, at)
        if joined is None:
            return count if not said[at:].strip() else 0
        at = joined.end()
    return 0
