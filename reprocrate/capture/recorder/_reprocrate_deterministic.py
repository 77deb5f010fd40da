"""Tells PyTorch to compute deterministically, where `reprocrate run --deterministic` asked for it.

Nothing of this is done unasked. Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

from _reprocrate_loaded import when_loaded

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def enforce() -> None:
    """Tell it as soon as the program has loaded it; what the program itself says later counts."""
    when_loaded({"torch": _torch})


def _torch(module: ModuleType) -> None:
    """An operation that has no deterministic way warns, and does not fail (`warn_only`)."""
    torch: Any = module
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
