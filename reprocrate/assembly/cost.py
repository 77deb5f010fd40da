"""What the experiment cost, from its runs."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.assembly.held import Held
from reprocrate.assembly.sections import Section


def cost_of(runs: Sequence[Section], results: Sequence[Section], held: Held) -> Section | None:
    """What all runs cost; a launch one of whose runs is reported is reported with it."""
    if not runs:
        return None
    counted = {run for result in results for run in result["runs"]}
    counted |= {held.parents[run] for run in counted if run in held.parents}
    others = [run for run in runs if run["id"] not in counted]
    by_configuration: dict[str, float] = {}
    for run in runs:
        name = run["configuration"]
        by_configuration[name] = round(by_configuration.get(name, 0.0) + (run["duration_s"] or 0.0), 6)
    launches = [run for run in runs if run["id"] not in held.parents]
    return {
        "total_s": round(sum(run["duration_s"] or 0.0 for run in runs), 6),
        "cpu_s": _sum_if_known("cpu_s", launches),
        "by_configuration": by_configuration,
        "unreported_runs": len(others),
        "unreported_s": round(sum(run["duration_s"] or 0.0 for run in others), 6),
        "energy_kwh": _sum_if_known("energy_kwh", launches),
    }


def _sum_if_known(name: str, runs: Sequence[Section]) -> float | None:
    """What all runs used together; None where one that ended well does not say, since that is no total."""
    used = [run["resources"].get(name) for run in runs]
    if any(amount is None and run["status"] == "ok" for amount, run in zip(used, runs, strict=True)):
        return None
    return round(sum(amount or 0.0 for amount in used), 6)
