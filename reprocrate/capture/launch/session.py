"""What launches of one project have in common, whether they run one after the other or at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.code.source_memory import SourceMemory
from reprocrate.capture.code.source_names import may_be_source
from reprocrate.capture.records.history import History


@dataclass(frozen=True)
class Session:
    """What a launch need not find out again after another one did.

    Attributes:
        history: the launches that are there already.
        memory: the source tree as it was last.
    """

    history: History
    memory: SourceMemory

    @classmethod
    def of(cls, project: Path) -> Session:
        """A new one."""
        return cls(History(project.resolve(), may_be_source), SourceMemory())
