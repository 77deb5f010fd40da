"""What a table of a batch says of one submission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from reprocrate.finding import Report, Severity

_MOST_MESSAGES = 3
_LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One submission in a few words, so that tens of thousands fit in memory.

    Attributes:
        valid: whether there is no error.
        failure: why it could not be judged; empty where it could.
        counts: errors, warnings and notes.
        not_assessed: rules that could not be applied.
        without_manifest: whether only files could be looked at.
        observed: what came of each thing that was looked for.
        levels: the highest step that was reached, by scale.
        codes: how many findings of each rule there are, those of warnings and notes too.
        errors: the first errors, in words.
    """

    valid: bool
    failure: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)
    not_assessed: int = 0
    without_manifest: bool = False
    observed: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Report) -> Self:
        """What a report comes to."""
        errors = [each for each in report.findings if each.severity is Severity.ERROR]
        first = tuple(f"{each.code}: {each.message}"[:_LONGEST_MESSAGE] for each in errors[:_MOST_MESSAGES])
        return cls(
            valid=report.valid,
            failure=report.failure,
            counts=tuple(report.count(severity) for severity in Severity),  # type: ignore[arg-type]
            not_assessed=len(report.not_assessed),
            without_manifest=report.without_manifest,
            observed={each.item: each.presence.value for each in report.observed},
            levels={scale.id: scale.reached[-1].id for scale in report.scales if scale.reached},
            codes=dict(sorted(Counter(each.code for each in report.findings).items())),
            errors=first,
        )

    def document(self) -> dict[str, Any]:
        """As plain JSON values, to be handed from one process to the other."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The row that `document` was made of."""
        lists = {name: tuple(document[name]) for name in ("counts", "errors")}
        return cls(**{**document, **lists})
