"""Notebooks that a launch ran from top to bottom: which one, and what its cells printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

LOG_NAME = "cells.log"
"""The copy of what the cells printed, which the command's own output does not hold."""

_LARGEST_BYTES = 256 * 1024 * 1024


def notebook_of(argv: Sequence[str], cwd: Path) -> Path | None:
    """The notebook that a command runs: the first one that it names and that is there."""
    for word in argv[1:]:
        if word.endswith(".ipynb") and (cwd / word).is_file():
            return cwd / word
    return None


def keep_printed(folder: Path, notebooks: Iterable[Path]) -> None:
    """Copy what the cells of executed notebooks printed into the folder of a record.

    Args:
        folder: the folder of the record.
        notebooks: the notebooks that the launch wrote.

    Raises:
        OSError: it could not be written.
    """
    printed = [text for notebook in notebooks for text in _printed(notebook)]
    if printed:
        (folder / LOG_NAME).write_text("".join(printed), encoding="utf-8", errors="replace")


def _printed(notebook: Path) -> Iterator[str]:
    """The standard output of each cell (nbformat 4, "Code cell outputs", `stream`)."""
    try:
        if notebook.stat().st_size > _LARGEST_BYTES:
            return
        document: Any = json.loads(notebook.read_bytes())
    except (OSError, ValueError, RecursionError):
        return
    for cell in _list(document, "cells"):
        for output in _list(cell, "outputs"):
            if isinstance(output, dict) and output.get("name") == "stdout":
                text = output.get("text")
                yield "".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
