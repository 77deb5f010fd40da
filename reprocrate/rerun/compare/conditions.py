"""What the runs behind a result ran on and with, then and now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reprocrate.manifest import Manifest
from reprocrate.rerun.compare.circumstances import Circumstances
from reprocrate.rerun.compare.commands import changed_arguments
from reprocrate.rerun.compare.devices import fell_back
from reprocrate.rerun.compare.environments import host_difference
from reprocrate.rerun.compare.inputs import changed_code
from reprocrate.rerun.compare.once import once
from reprocrate.rerun.compare.recorded import Sides
from reprocrate.rerun.compare.samples import Basis, HostDifference
from reprocrate.rerun.unseeded import unseeded_generators


@dataclass(frozen=True)
class Conditions:
    """How the rerun of some runs differs from them in everything but values.

    Attributes:
        host: how the machine and software differ.
        lost_device: what the recorded runs computed on, where the rerun did without it.
        changed_code: code files that both sides ran and that are not the same.
        degraded: whether the rerun was made under conditions that change the protocol.
        unseeded: what drew random numbers without a seed in the recorded runs.
        changed_arguments: how the commands of two records differ, a sentence for each; a rerun has the
            recorded ones.
    """

    host: HostDifference
    lost_device: str | None
    changed_code: tuple[str, ...]
    degraded: bool
    unseeded: tuple[str, ...]
    changed_arguments: tuple[str, ...]

    @once
    def remarks(self) -> tuple[str, ...]:
        """What has to be said about them, each a sentence."""
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        if self.lost_device:
            lost = self.lost_device
            yield f"The recorded runs computed on {lost}; the rerun computed on the processor only."
        yield from self.changed_arguments
        if self.changed_code:
            names, others = ", ".join(self.changed_code[:3]), len(self.changed_code) - 3
            more = f" and {others} more files" if others > 0 else ""
            yield f"Other code ran than the recorded one: {names}{more} differs."


def conditions_of(
    manifests: tuple[Manifest, Manifest], sides: Sequence[Sides], circumstances: Circumstances
) -> Conditions:
    """The conditions of the runs behind one result.

    Args:
        manifests: the original and the rerun's own record.
        sides: where its values are, or those of the results that it is over.
        circumstances: what the rerun did, where and how.
    """
    original, reproduction = manifests
    recorded = [run for then, _ in sides for run in then.runs]
    again = [run for _, now in sides for run in now.runs]
    lost = next((device for then, now in sides if (device := fell_back(then.runs, now.runs))), None)
    configurations = [then.result.configuration for then, _ in sides if then.result]
    changed = (changed_arguments(then.runs, now.runs) for then, now in sides)
    return Conditions(
        host=host_difference(original, recorded, reproduction, again),
        lost_device=lost,
        changed_code=tuple(sorted({path for side in sides for path in changed_code(*side)})),
        degraded=lost is not None or any(map(circumstances.degrades, configurations)),
        unseeded=unseeded_generators(original, recorded),
        changed_arguments=tuple(filter(None, dict.fromkeys(changed)))
        if circumstances.basis is Basis.COMPARE
        else (),
    )
