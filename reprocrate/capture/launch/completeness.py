"""How much of a launch the recorder could see, and why not more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from reprocrate.capture.data.files import FileAccess
from reprocrate.capture.data.network import NetworkUse
from reprocrate.capture.launch.unseen import why_unseen
from reprocrate.capture.observation.lineage import ITSELF, Lineage
from reprocrate.capture.observation.processes import Process, unseen_programs
from reprocrate.capture.observation.programs import is_harmless
from reprocrate.capture.observation.traced import Trace
from reprocrate.capture.privacy.scrubber import is_interpreter
from reprocrate.capture.ranks.ranks import Found
from reprocrate.capture.record import Capture
from reprocrate.capture.records.keeping import REMOVED

T = TypeVar("T")

# These write files natively, but read data through Python, unless one of their reading functions was seen.
_WRITERS = frozenset({"lightgbm", "torch", "xgboost"})
_MOST_NAMES = 5
_ISOLATED = (
    "the recorder did not start: Python was isolated (-I, -E or -S), is older than 3.8, or was killed at once"
)


@dataclass
class Sight:
    """What bounds the view of a launch.

    Attributes:
        program: the name of the program that was started.
        processes: the Python processes that were seen.
        main: the one that the author's program ran in.
        overlapped: whether other launches ran in the project at the same time.
        problems: what failed in finding out, as sentences.
        ranks: the processes that a launcher started side by side.
        command: what was started, with its arguments.
        entered: whether the process that the launcher started is a Python that was seen; None where it is if
            there is a main one.
        foreign: whether what it started in turn, as `env` does, is known to be no Python.
        trace: what strace saw; None where it was not asked for.
        compiled: names of compiled modules of the project that were used.
        network: what was read over the network.
        root: what the command itself is among its processes.
        goes_on: whether processes of the launch still ran when the command had ended.
    """

    program: str
    processes: Sequence[Process]
    main: Process | None
    overlapped: bool = False
    problems: list[str] = field(default_factory=list)
    ranks: Found | None = None
    command: Sequence[str] = ()
    entered: bool | None = None
    foreign: bool = False
    trace: Trace | None = None
    compiled: set[str] = field(default_factory=set)
    network: NetworkUse = field(default_factory=NetworkUse)
    root: Lineage = ITSELF
    goes_on: bool = False

    @property
    def native_modules(self) -> list[str]:
        """Modules that were imported and that may use files without Python's knowledge."""
        known = {name.partition(".")[0] for process in self.processes for name in process.native}
        return sorted(known | self.compiled)

    @property
    def main_is_unseen(self) -> bool:
        """Whether the program itself may have used files that nobody saw."""
        is_seen = self.main is not None if self.entered is None else self.entered
        if is_seen and not self.foreign:  # else a shell that became a Python at its end, by `exec`
            return False
        return self.foreign or not (self.processes and is_harmless(self.program))

    @property
    def writes_unseen(self) -> bool:
        """Whether files may have been written that the logs do not name."""
        if self.trace is not None and self.trace.processes:
            return bool(self.trace.gaps)
        return bool(self.native_modules or unseen_programs(self.processes) or self.main_is_unseen)

    def judge(self, access: FileAccess) -> Capture:
        """The verdict on the capture."""
        notes = []
        if access.withheld:
            notes.append(f"not recorded, since they may hold secrets: {_names(access.withheld)}")
        if self.trace is not None and self.trace.processes:
            reasons = [*self.trace.gaps, *self._untraced(self.trace), *self._network()]
            reasons += [*self._missing_ranks(), *_lost(access), *self.problems]
            if self.main is None or not self.main.end:
                notes.append(f"{self.program} did not tell its libraries and settings at its end")
            return Capture("partial" if reasons else "complete", _joined([*reasons, *notes]), method="strace")
        lost = self.trace.gaps if self.trace is not None else []
        if not self.processes:
            why = [] if REMOVED in self.problems else [self._why_nothing_was_seen()]
            reasons = [*lost, *why, *self.problems]
            return Capture("minimal", _joined(reasons), method="hook")
        if self.goes_on:
            lost = [*lost, "what processes did that went on after the program had ended was not seen"]
        reasons = [*lost, *self._unseen(), *_lost(access), *self.problems]
        return Capture("partial" if reasons else "complete", _joined([*reasons, *notes]), method="hook")

    def _untraced(self, trace: Trace) -> list[str]:
        """What bounds the view of processes that were recorded from inside alone."""
        others = trace.outside(self.processes)
        return _unseen_from_inside(others) if others else []

    def _why_nothing_was_seen(self) -> str:
        if is_interpreter(self.program):
            return _ISOLATED
        return why_unseen(self.command or (self.program,))

    def _network(self) -> list[str]:
        reasons = []
        if self.network.unseen:
            reasons.append(f"what these hosts answered was not seen: {_names(self.network.unseen)}")
        if self.network.left_out:
            reasons.append(f"{self.network.left_out} further addresses were read over the network")
        return reasons

    def _unseen(self) -> list[str]:
        reasons = []
        if self.main_is_unseen:
            isolated = is_interpreter(self.program) and not self.foreign
            reasons.append(_ISOLATED if isolated else why_unseen(self.command or (self.program,)))
        reasons += _unseen_from_inside(self.processes, self.compiled)
        reasons += [*self._missing_ranks(), *self._network()]
        if self.overlapped and self.writes_unseen:
            reasons.append(
                "files written out of Python's sight cannot be told from those of launches at the same time"
            )
        if self.main is not None and not self.main.end:
            reasons.append(
                "the process ended without a last word, so its libraries and settings are not known"
            )
        if any(process.end.get("children_may_be_lost") for process in self.processes):
            reasons.append("PYTHONPATH was changed: Python processes started later were not recorded")
        if any(process.end.get("other_root") for process in self.processes):
            reasons.append("processes changed their root folder, so that files had other names")
        if any(process.problems for process in self.processes):
            reasons.append("the recorder could not follow everything")
        return reasons

    def _missing_ranks(self) -> list[str]:
        if self.ranks is None or not self.ranks.missing:
            return []
        missing, size = self.ranks.missing, self.ranks.world_size
        what = f"{missing} of {size} ranks left no log, so what they read and wrote was not seen"
        fix = (
            "start all from one `reprocrate run`, in a folder that all nodes share, and have PYTHONPATH and "
            "REPROCRATE_LOG_DIR passed on (mpirun: -x)"
        )
        return [f"{what}: {fix}"]


def attempt(sight: Sight, what: str, otherwise: T, look: Callable[[], T]) -> T:
    """What `look` finds; where it fails, that is a gap in the record and no reason to lose it."""
    try:
        return look()
    except Exception as error:  # whatever a machine has in store
        sight.problems.append(f"the {what} could not be looked at ({type(error).__name__})")
        return otherwise


def _unseen_from_inside(processes: Sequence[Process], compiled: Collection[str] = ()) -> list[str]:
    reasons = []
    programs = unseen_programs(processes)
    if programs:
        reasons.append(f"which files other programs used was not seen: {_names(programs)}")
    native = {name for process in processes for name in process.native}
    readers = {name.partition(".")[0] for name in native if name not in _WRITERS} | {*compiled}
    if readers:
        reasons.append(f"files that compiled modules may read by themselves were not seen: {_names(readers)}")
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
    if access.gone:
        reasons.append(f"what these held before they were removed is not known: {_names(access.gone)}")
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
