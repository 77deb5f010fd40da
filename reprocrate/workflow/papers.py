"""The paper in an author's project: its sources lie beside the code and go into no bundle."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from reprocrate.files import walk_readable
from reprocrate.validation import FolderFiles
from reprocrate.validation.checklists.carriers.likely import may_lie_in

_OF_PAPERS = re.compile(r".*\.(?:tex|typ|md|markdown|txt|rst|json|csv|tsv|pdf|sty|cls)", re.IGNORECASE)
_MOST_FILES = 100_000
"""A project with more is data; the paper is not looked for behind all of it."""


class PaperFiles(FolderFiles):
    """The files of a project that a paper and its checklist can be made of.

    Args:
        root: root of the project.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._place = root

    def names(self) -> Iterator[str]:
        """Their paths, sorted; what cannot be read, and what programs keep for themselves, is left out."""
        found = islice(walk_readable(self._place, _is_looked_into), _MOST_FILES)
        files = (path for path, entry in found if _OF_PAPERS.fullmatch(path) and _is_file(entry))
        return iter(sorted(files))


def _is_looked_into(folder: os.DirEntry[str]) -> bool:
    return may_lie_in(folder.name)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False
