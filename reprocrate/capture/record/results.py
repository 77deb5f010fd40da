"""Measured values, as a record has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reprocrate.capture.record.data import StoredFile
from reprocrate.capture.record.values import Scalar


@dataclass(frozen=True)
class Evidence:
    """Where a value stood, and how: the text as it was written, without secrets.

    Attributes:
        path: the file, relative to the project: an output, a log, or the source that reported it.
        text: the line, cell or literal, at most 300 characters of it.
        line: its line, from 1.
        pointer: the place in it: a JSON pointer (RFC 6901), a column, or the name of a series.
    """

    path: str
    text: str | None = None
    line: int | None = None
    pointer: str | None = None


@dataclass(frozen=True)
class Metric:
    """A measured value; None with its status where it is no finite number.

    Attributes:
        seed: the seed of the run that it belongs to, where the launch held several.
        factors: what else tells that run from the others of the launch, as the launch wrote it.
        evidence: where it was read.
    """

    metric: str
    value: float | None
    status: Literal["ok", "nan", "inf", "-inf"]
    split: str | None = None
    data: str | None = None
    step: int | None = None
    fold: int | None = None
    seed: int | str | None = None
    factors: Mapping[str, Scalar] = field(default_factory=dict)
    evidence: Evidence | None = None


@dataclass(frozen=True)
class History:
    """A file with the values over the steps of a run that the launch held, or of the launch itself."""

    file: StoredFile
    seed: int | str | None = None
    factors: Mapping[str, Scalar] = field(default_factory=dict)
