"""How much of a launch the recorder could see, and why not more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from reprocrate.capture.access import Process, is_harmless, unseen_programs
from reprocrate.capture.data import FileAccess
from reprocrate.capture.keeping import REMOVED
from reprocrate.capture.privacy import is_interpreter
from reprocrate.capture.record import Capture

# These write files natively, but read data through Python, unless one of their reading functions was seen.
_WRITERS = frozenset({"lightgbm", "torch", "xgboost"})
_MOST_NAMES = 5


@dataclass
class Sight:
    """What bounds the view of a launch.

    Attributes:
        program: the name of the program that was started.
        processes: the Python processes that were seen.
        main: the one that the launcher started.
        overlapped: whether other launches ran in the project at the same time.
        problems: what failed in finding out, as sentences.
    """

    program: str
    processes: Sequence[Process]
    main: Process | None
    overlapped: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def native_modules(self) -> list[str]:
        """Modules that were imported and that use files without Python's knowledge."""
        return sorted({name.partition(".")[0] for process in self.processes for name in process.native})

    @property
    def main_is_unseen(self) -> bool:
        """Whether the program itself may have used files that nobody saw."""
        return self.main is None and not (self.processes and is_harmless(self.program))

    @property
    def writes_unseen(self) -> bool:
        """Whether files may have been written that the logs do not name."""
        return bool(self.native_modules or unseen_programs(self.processes) or self.main_is_unseen)

    def judge(self, access: FileAccess) -> Capture:
        """The verdict on the capture."""
        if not self.processes:
            why = [] if REMOVED in self.problems else [self._why_nothing_was_seen()]
            return Capture("minimal", _joined([*why, *self.problems]))
        reasons = [*self._unseen(), *_lost(access), *self.problems]
        notes = []
        if access.withheld:
            notes.append(f"not recorded, since they may hold secrets: {_names(access.withheld)}")
        return Capture("partial" if reasons else "complete", _joined([*reasons, *notes]))

    def _why_nothing_was_seen(self) -> str:
        if is_interpreter(self.program):
            return "the recorder did not start: Python was isolated (-I, -E or -S) or killed at once"
        return f"{self.program} is not a Python program that the recorder can enter"

    def _unseen(self) -> list[str]:
        reasons = []
        if self.main_is_unseen:
            reasons.append(f"{self.program} is not Python: which files it used itself was not seen")
        programs = unseen_programs(self.processes)
        if programs:
            reasons.append(f"which files other programs used was not seen: {_names(programs)}")
        native = {name for process in self.processes for name in process.native}
        readers = {name.partition(".")[0] for name in native if name not in _WRITERS}
        if readers:
            reasons.append(
                f"files that compiled modules may read by themselves were not seen: {_names(readers)}"
            )
        if self.overlapped and self.writes_unseen:
            reasons.append(
                "files written out of Python's sight cannot be told from those of launches at the same time"
            )
        if self.main is not None and not self.main.end:
            reasons.append(
                "the process ended without a last word, so its libraries and settings are not known"
            )
        if any(process.problems for process in self.processes):
            reasons.append("the recorder could not follow everything")
        return reasons


def _lost(access: FileAccess) -> list[str]:
    reasons = []
    if access.overwritten:
        reasons.append(
            f"what these held before they were overwritten is not known: {_names(access.overwritten)}"
        )
    if access.left_out:
        reasons.append(
            f"not recorded, unreadable or of a name that no manifest can hold: {_names(access.left_out)}"
        )
    if access.changing:
        reasons.append(f"these changed while their digests were taken: {_names(access.changing)}")
    if access.foreign_code:
        reasons.append(
            f"code from outside the project and its environment was used: {_names(access.foreign_code)}"
        )
    return reasons


def _names(names: Collection[str]) -> str:
    shown = ", ".join(sorted(names)[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def _joined(reasons: Sequence[str]) -> str:
    return "; ".join(reasons)
