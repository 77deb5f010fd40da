"""`reprocrate.log`, for programs that have the package: the function that the recorder brings along.

Importing it costs next to nothing, since it stays in the author's program.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_NAME = "_reprocrate_values"


def _recorders() -> ModuleType:
    """The recorder's module: under `reprocrate run` the one that is in this process already."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    import importlib.machinery
    import importlib.util
    import os
    from pathlib import Path

    place = Path(__file__).parent.with_name("recorder") / f"{_NAME}.py"
    loader = importlib.machinery.SourceFileLoader(_NAME, os.fspath(place))
    module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(_NAME, loader))
    loader.exec_module(module)
    return module


log: Callable[..., None] = _recorders().log
