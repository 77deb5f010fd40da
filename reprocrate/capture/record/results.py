"""Measured values, as a record has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A measured value; None with its status where it is no finite number."""

    metric: str
    value: float | None
    status: Literal["ok", "nan", "inf", "-inf"]
    split: str | None = None
    data: str | None = None
    step: int | None = None
    fold: int | None = None
