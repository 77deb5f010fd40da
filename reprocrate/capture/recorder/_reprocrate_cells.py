"""Names for the cells of a notebook, which run under the names of temporary files that never exist.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from typing import Any


def is_cell(name: str) -> bool:
    """Whether code with this file name is a cell: that is how ipykernel and IPython call it."""
    if "ipykernel_" not in name and "ipython-input-" not in name:
        return False
    folder = os.path.basename(os.path.dirname(name))
    return name.startswith("<ipython-input-") or folder == "ipykernel_%d" % os.getpid()


def named(name: str) -> str:
    """The absolute path of a file; for a cell the notebook's, with the number beside it."""
    if not is_cell(name):
        return os.path.abspath(name)
    notebook = os.environ.get("REPROCRATE_NOTEBOOK")
    if not notebook:
        project = os.environ.get("REPROCRATE_PROJECT") or os.getcwd()
        notebook = os.path.join(os.path.abspath(project), "notebook")
    return "%s cell [%s]" % (notebook, _number(name))


def _number(name: str) -> Any:
    """Which cell it is, counted as they were run."""
    if name.startswith("<ipython-input-"):
        return name.split("-")[2]
    try:
        shell: Any = sys.modules["IPython.core.getipython"]
        shell = shell.get_ipython()
        return shell.compile._filename_map.get(name) or shell.execution_count
    except Exception:
        return "?"
