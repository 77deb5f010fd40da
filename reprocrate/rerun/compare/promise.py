"""The determinism that was promised against what the rerun shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.outcomes import Outcome
from reprocrate.rerun.compare.samples import Basis

Level = Literal["bitwise", "numerical", "statistical", "none"]

_RANK: dict[str, int] = {"none": 0, "statistical": 1, "numerical": 2, "bitwise": 3}
_LEVELS: tuple[Level, ...] = ("bitwise", "numerical", "statistical")
_MEANS = {
    "bitwise": "the same bits",
    "numerical": "the same values up to rounding",
    "statistical": "equivalent means",
}


@numerous()
class Seen:
    """What a result shows of determinism.

    Attributes:
        outcome: its verdict.
        same_seeds: whether the rerun used recorded seeds only.
        same_platform: whether code, software, processor and threads are known to be the recorded ones.
        rounding: whether every value is the recorded one of its seed up to the declared tolerance, or up to
            what another order of floating sums does where none is declared.
    """

    outcome: Outcome
    same_seeds: bool
    same_platform: bool
    rounding: bool

    def meets(self, level: Level) -> bool:
        """Whether the result shows this level."""
        if level == "bitwise":
            return self.outcome is Outcome.IDENTICAL
        if level == "numerical":
            return self.rounding and self.has_values
        return level == "none" or self.outcome.confirms or self.meets("numerical")

    @property
    def has_values(self) -> bool:
        """Whether there are values of both sides that can be held against each other."""
        return self.outcome not in (Outcome.FAILED, Outcome.NOT_COMPARABLE, Outcome.RUNS)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise of determinism and what became of it.

    Attributes:
        promised: `bitwise`, `numerical`, `statistical` or `none`; `None` where the manifest does not say.
        shown: the strictest level that every compared result meets; `None` where none is shown by all.
        met: whether the promise was kept; `None` where the rerun cannot tell.
        same_platform: whether all runs are known to have had the recorded software, processor and threads;
            `None` where none ran.
        explanation: why, in one sentence.
    """

    promised: str | None
    shown: Level | None
    met: bool | None
    same_platform: bool | None
    explanation: str


def judge_promise(promised: str | None, seen: Sequence[Seen], basis: Basis) -> Promise:
    """Whether a promise of determinism was kept.

    Bits and values are promised for one platform: another processor, another number of threads or other
    software may change them, and that breaks no promise.

    Args:
        promised: the level that the manifest promises.
        seen: the results that were asked for.
        basis: what the rerun did.
    """
    if basis in (Basis.LOGS, Basis.SMOKE) or not seen:
        return Promise(promised, None, None, None, _nothing_shown(basis))
    same = all(one.same_platform for one in seen)
    shown = next((level for level in _LEVELS if all(one.meets(level) for one in seen)), None)
    if promised is None or promised not in _RANK:
        return Promise(promised, shown, None, same, f"No level is promised; {_what(shown)}.")
    if promised == "none":
        return Promise(
            promised, shown, None, same, f"None is promised, so nothing can break it; {_what(shown)}."
        )
    if shown is not None and _RANK[shown] >= _RANK[promised]:
        return Promise(promised, shown, True, same, f"{_promises(promised)}, and {_what(shown)}.")
    met, why = _broken(promised, seen)
    return Promise(promised, shown, met, same, f"{_promises(promised)}; {why}.")


def _broken(promised: str, seen: Sequence[Seen]) -> tuple[bool | None, str]:
    """Whether what falls short of a promise breaks it, and the rest of the sentence."""
    if promised == "statistical":
        if any(one.outcome is Outcome.CONTRADICTED for one in seen):
            return False, "a result was contradicted, so that was not kept"
        return None, "not every result was shown to be equivalent, which neither keeps nor breaks it"
    level: Level = "bitwise" if promised == "bitwise" else "numerical"
    short = [one for one in seen if not one.meets(level) and one.same_seeds and one.has_values]
    if any(one.same_platform for one in short):
        what = "other bits" if promised == "bitwise" else "values that differ by more than rounding"
        return False, f"the same seeds gave {what} on the recorded platform, so that was not kept"
    if short:
        return None, (
            "values differ, but not on what is known to be the recorded platform "
            "(software, processor, threads), so that does not break it"
        )
    return None, "no value of a recorded seed could tell, which neither keeps nor breaks it"


def _promises(promised: str) -> str:
    return f"{promised.capitalize()} determinism is promised ({_MEANS[promised]} for the same seeds)"


def _what(shown: Level | None) -> str:
    if shown is None:
        return "the rerun does not show any level for all results"
    return f"the rerun showed {_MEANS[shown]} for every result"


def _nothing_shown(basis: Basis) -> str:
    reason = {
        Basis.LOGS: "Nothing was run, so nothing is shown of determinism.",
        Basis.SMOKE: "A scaled-down run shows nothing of determinism.",
    }
    return reason.get(basis, "No result was compared, so nothing is shown of determinism.")
