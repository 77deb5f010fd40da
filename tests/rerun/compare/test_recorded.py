"""What the runs behind a result gave, whether or not some of them were lost."""

from __future__ import annotations

from typing import Any

from reprocrate.manifest import manifest_from
from reprocrate.rerun.compare.recorded import Records, recorded_in
from reprocrate.rerun.compare.samples import SeedValue
from tests.rerun.compare.test_manifests import experiment, result, run


def measured(value: float, **more: Any) -> dict[str, Any]:
    return {"metric": "accuracy", "split": "test", "value": value, "status": "ok", **more}


def sample_of(*runs: dict[str, Any]) -> tuple[SeedValue, ...]:
    """What the runs of a configuration gave, those that failed included."""
    ended = [one["id"] for one in runs if one["status"] == "ok"]
    lost = [(one["id"], one["status"]) for one in runs if one["status"] != "ok"]
    document = experiment({"net": (), "line": ()}, runs=list(runs), results=[result("net", ended, lost)])
    manifest = manifest_from(document)
    return recorded_in(Records(manifest), manifest.results[0]).sample.seeds


def test_lost_runs_stand_beside_the_values_of_the_others() -> None:
    seeds = sample_of(
        run("net", 0, 0.9), run("net", 1, None, status="killed", killed_because="memory"), run("net", 2, 0.8)
    )
    assert sorted(seeds) == [
        SeedValue("0", 0.9),
        SeedValue("1", None, "killed", "memory"),
        SeedValue("2", 0.8),
    ]


def test_value_that_a_run_lacks_or_has_several_times_changes_nothing_for_the_others() -> None:
    twice = run("net", 1, None, metrics=[measured(0.6, step=1), measured(0.7, step=2)])
    assert sample_of(run("net", 0, 0.9), twice, run("net", 2, 0.8)) == (
        SeedValue("0", 0.9),
        SeedValue("1", 0.7),
        SeedValue("2", 0.8),
    )
    assert sample_of(run("net", 0, 0.9), run("net", 1, None, metrics=[]), run("net", 2, 0.8)) == (
        SeedValue("0", 0.9),
        SeedValue("1", None, "no_value"),
        SeedValue("2", 0.8),
    )
    again = run("net", 2, None, metrics=[measured(0.5), measured(0.8)])  # after one that lacks it
    assert sample_of(run("net", 0, 0.9), run("net", 1, None, metrics=[]), again)[2] == SeedValue("2", 0.8)
