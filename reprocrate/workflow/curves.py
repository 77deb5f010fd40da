"""The learning curves of a bundle to be, for its page: read from the histories that travel, within limits."""

from __future__ import annotations

from reprocrate.errors import UnreadableError
from reprocrate.render.curves import Curve, read_curves, runs_to_draw
from reprocrate.workflow.contents import ContentFiles, Contents

_LARGEST_FILE = 8_000_000
_MOST_BYTES = 32_000_000


def curves_of(contents: Contents) -> list[Curve]:
    """The curves of the runs that a reader looks at first, but for those that are too large to read."""
    files = ContentFiles(contents)
    curves: list[Curve] = []
    left = _MOST_BYTES
    for run in runs_to_draw(contents.manifest):
        history = run.histories
        if history is None or not history.travels or not files.exists(history.path):
            continue
        content = files.read(history.path, _LARGEST_FILE + 1)
        left -= len(content)
        if len(content) > _LARGEST_FILE or left < 0:
            continue
        try:
            curves += read_curves(run.id, content)
        except UnreadableError:  # whoever declared the file meant another one: the page does without
            continue
    return curves
