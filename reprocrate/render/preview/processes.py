"""Which processes read and wrote files, on the page."""

from __future__ import annotations

from reprocrate.manifest import Manifest
from reprocrate.render.preview.markup import Markup, code, element, joined
from reprocrate.render.preview.tables import Header, number, table
from reprocrate.render.processes import process_uses

_MOST_ROWS = 30


def processes(manifest: Manifest) -> Markup | None:
    """Who used files in all runs; None where each run's command itself did everything."""
    uses = process_uses(manifest)
    if not uses:
        return None
    more = len(uses) - _MOST_ROWS
    rows = [
        [element("td", use.name), number(str(len(use.read))), number(str(len(use.written)))]
        for use in uses[:_MOST_ROWS]
    ]
    header: list[Header] = ["Process", ("Files read", "number"), ("Files written", "number")]
    return joined(
        table("Which processes used the files of the runs", header, rows),
        element("p", f"{more} more are in ", code("reprocrate.json"), ".") if more > 0 else None,
    )
