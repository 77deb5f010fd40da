"""What the runs behind a result ran on and with, then and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprocrate.manifest import Manifest
from reprocrate.rerun.compare.circumstances import Circumstances
from reprocrate.rerun.compare.devices import fell_back
from reprocrate.rerun.compare.environments import host_difference
from reprocrate.rerun.compare.recorded import Sides, changed_code
from reprocrate.rerun.compare.samples import HostDifference


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the rerun of some runs differs from them in everything but values.

    Attributes:
        host: how the machine and software differ.
        lost_device: what the recorded runs computed on, where the rerun did without it.
        changed_code: code files that both sides ran and that are not the same.
        degraded: whether the rerun was made under conditions that change the protocol.
    """

    host: HostDifference
    lost_device: str | None
    changed_code: tuple[str, ...]
    degraded: bool


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
    return Conditions(
        host=host_difference(original, recorded, reproduction, again),
        lost_device=lost,
        changed_code=tuple(sorted({path for side in sides for path in changed_code(*side)})),
        degraded=lost is not None or any(map(circumstances.degrades, configurations)),
    )
