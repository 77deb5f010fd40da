"""What a bundle's page shows out of its files: learning curves and a rerun's verdict, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprocrate.errors import UnreadableError
from reprocrate.manifest.strict import parse
from reprocrate.render.curves import Curve, read_curves, runs_to_draw
from reprocrate.standard import problems
from reprocrate.workflow.contents import ContentFiles, Contents

_LARGEST_FILE = 8_000_000
_MOST_BYTES = 32_000_000
_LARGEST_VERDICT = 64 << 20


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


def verdict_of(contents: Contents) -> Mapping[str, Any] | None:
    """The verdict that travels with a reproduction; None where there is none, or what is there is none.

    Validation says what is wrong with it: the page does without.
    """
    about, files = contents.manifest.reproduces, ContentFiles(contents)
    if not (about and about.verdict and about.verdict.travels and files.exists(about.verdict.path)):
        return None
    data = files.read(about.verdict.path, _LARGEST_VERDICT + 1)
    if len(data) > _LARGEST_VERDICT:
        return None
    try:
        document: Mapping[str, Any] = parse(data, about.verdict.path)
    except UnreadableError:
        return None
    return None if problems(document, "verdict") else document
