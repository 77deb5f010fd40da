"""Launches that held several runs become runs of their own, and nothing is counted twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.toml import load_settings
from reprocrate.capture.records.loading import load_records
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, Run
from reprocrate.validation import Subject, validate
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.running import Request, Session, run_configuration

TABLE = """
import csv, random
with open("results.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["seed", "method", "accuracy"])
    for seed in range(3):
        random.seed(seed)
        for method in ("wide", "slim"):
            table.writerow([seed, method, random.random()])
"""
LOGS = """
import reprocrate, sys
for seed in range(3):
    for step in range(2):
        reprocrate.log(loss=seed + step / 10, step=step, seed=seed)
    reprocrate.log(accuracy=seed / 10, seed=seed, data="rings")
reprocrate.log(seconds=5)
sys.exit(len(sys.argv) - 1)
"""
FILES = """
import json, pathlib
pathlib.Path("out").mkdir(exist_ok=True)
for seed in range(3):
    pathlib.Path("out", f"seed_{seed}.json").write_text(json.dumps({"accuracy": seed / 10}))
"""
# The layout that Hydra 1.3 leaves of `train.py -m seed=0,1 lr=0.1,0.2`.
JOBS = """
import itertools, json, os, pathlib, sys, types
import reprocrate
module = types.ModuleType("hydra.core.hydra_config")
sys.modules["hydra.core.hydra_config"] = module
for number, (seed, lr) in enumerate(itertools.product((0, 1), (0.1, 0.2))):
    job = pathlib.Path("multirun/2026-11-25/19-27-44", str(number))
    (job / ".hydra").mkdir(parents=True, exist_ok=True)
    (job / ".hydra" / "overrides.yaml").write_text(f"- seed={seed}\\n- lr={lr}\\n- model.name=wide\\n")
    (job / "result.json").write_text(json.dumps({"accuracy": seed + lr}))
    runtime = types.SimpleNamespace(output_dir=os.path.abspath(job))
    module.HydraConfig = types.SimpleNamespace(get=lambda: types.SimpleNamespace(runtime=runtime))
    for step in range(2):
        reprocrate.log(loss=number + step, step=step)
"""


@dataclass(frozen=True)
class Loop:
    """A project with a script that holds several runs."""

    folder: Path

    def write(self, code: str, settings: str = "") -> None:
        (self.folder / "train.py").write_text(code)
        (self.folder / "reprocrate.toml").write_text(settings)

    def run(
        self, *arguments: str, name: str | None = "loop", seeds: str | None = None, twice: bool = False
    ) -> Session:
        command = ("python", "train.py", *arguments)
        request = Request(command, name=name, seeds=seeds, twice=twice, echo=False)
        return run_configuration(self.folder, request, Silence())

    def manifest(self) -> Manifest:
        return assemble(self.folder, load_settings(self.folder), load_records(self.folder).records)


@pytest.fixture
def loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loop:
    folder = tmp_path / "loop"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([os.fspath(Path(sys.executable).parent), os.environ["PATH"]]))
    return Loop(folder)


def launch_of(manifest: Manifest) -> Run:
    (launch,) = (run for run in manifest.runs if run.parent is None)
    return launch


def held(manifest: Manifest) -> list[Run]:
    return [run for run in manifest.runs if run.parent]


def without_errors(manifest: Manifest) -> None:
    report = validate(Subject.of(manifest))
    assert [finding for finding in report.findings if finding.severity == "error"] == []
    listed = {"RC0806", "RC0601", "RC1605", "RC0119"}
    assert [finding.code for finding in report.findings if finding.code in listed] == []


WITH_FACTORS = '[metrics.accuracy]\nfrom = "results.csv:accuracy"\nfactor_columns = ["method"]\n'


def test_a_table_of_seeds_and_methods(loop: Loop) -> None:
    loop.write(TABLE, WITH_FACTORS)
    assert loop.run().warnings == []
    manifest = loop.manifest()
    launch, runs = launch_of(manifest), held(manifest)
    assert [(run.configuration, run.seed) for run in runs] == [
        (f"loop-method-{method}", seed) for method in ("slim", "wide") for seed in (0, 1, 2)
    ]
    assert {run.parent for run in runs} == {launch.id}
    assert {(run.code, run.environment, run.hardware) for run in runs} == {
        (launch.code, launch.environment, launch.hardware)
    }
    assert [(result.id, result.n, result.varies_over) for result in manifest.results] == [
        ("loop-method-slim.accuracy", 3, "seeds"),
        ("loop-method-wide.accuracy", 3, "seeds"),
    ]
    assert all(result.interval for result in manifest.results), "like three launches of one seed each"
    assert [one.factors for one in manifest.configurations] == [{}, {"method": "slim"}, {"method": "wide"}]
    without_errors(manifest)


def test_what_a_launch_cost_is_counted_once(loop: Loop) -> None:
    loop.write(TABLE, WITH_FACTORS)
    loop.run()
    manifest = loop.manifest()
    launch, compute = launch_of(manifest), manifest.compute
    assert compute is not None
    assert (compute.total_s, compute.cpu_s) == (launch.duration_s, launch.resources.cpu_s)  # type: ignore[union-attr]
    assert (compute.unreported_runs, compute.unreported_s) == (0, 0)
    assert {run.duration_s for run in held(manifest)} == {None}
    assert not any(run.resources for run in held(manifest))
    assert [file.path for file in launch.outputs] == ["results.csv"]


def test_what_the_program_reports_by_seed(loop: Loop) -> None:
    loop.write(LOGS, '[metrics.loss]\nselection = "max"\ndirection = "minimize"\n')
    loop.run()
    manifest = loop.manifest()
    launch, runs = launch_of(manifest), held(manifest)
    assert [run.seed for run in runs] == [0, 1, 2] * 1
    assert [(seen.metric, seen.value, seen.step) for seen in runs[1].metrics] == [
        ("loss", 1.1, 1),
        ("accuracy", 0.1, None),
    ]
    assert [(seen.metric, seen.value) for seen in launch.metrics] == [("seconds", 5.0)], "of no one seed"
    assert len({run.histories.path for run in runs if run.histories}) == 3
    assert launch.histories is None
    without_errors(manifest)


def test_a_file_for_each_seed(loop: Loop) -> None:
    loop.write(FILES, '[metrics.accuracy]\nfrom = "out/seed_{seed}.json:$.accuracy"\n')
    loop.run()
    manifest = loop.manifest()
    assert [(run.seed, run.metrics[0].value) for run in held(manifest)] == [(0, 0.0), (1, 0.1), (2, 0.2)]
    evidence = held(manifest)[1].metrics[0].evidence
    assert evidence is not None
    assert (evidence.path, evidence.pointer, evidence.text) == ("out/seed_1.json", "/accuracy", "0.1")
    without_errors(manifest)


def test_what_is_declared_later_splits_an_earlier_launch(loop: Loop) -> None:
    loop.write(FILES)
    loop.run()
    assert held(loop.manifest()) == []
    loop.write(FILES, '[metrics.accuracy]\nfrom = "out/seed_{seed}.json:$.accuracy"\n')
    assert [run.seed for run in held(loop.manifest())] == [0, 1, 2]


def test_each_job_of_a_hydra_multirun(loop: Loop) -> None:
    loop.write(JOBS, '[metrics.accuracy]\nfrom = "multirun/**/result.json:$.accuracy"\n')
    assert loop.run().warnings == []
    manifest = loop.manifest()
    assert [(run.configuration, run.seed) for run in held(manifest)] == [
        (f"loop-lr-{lr}", seed) for lr in ("0.1", "0.2") for seed in (0, 1)
    ]
    assert [{seen.metric: seen.value for seen in run.metrics} for run in held(manifest)] == [
        {"accuracy": 0.1, "loss": 1.0},
        {"accuracy": 1.1, "loss": 3.0},
        {"accuracy": 0.2, "loss": 2.0},
        {"accuracy": 1.2, "loss": 4.0},
    ]
    assert all(run.histories for run in held(manifest))
    assert [one.factors for one in manifest.configurations][1:] == [{"lr": "0.1"}, {"lr": "0.2"}]
    without_errors(manifest)


def test_each_run_of_a_repetition_repeats_its_own(loop: Loop) -> None:
    loop.write(TABLE, WITH_FACTORS)
    assert "loop twice: no metrics to compare; identical outputs" in loop.run(twice=True).hints
    manifest = loop.manifest()
    assert manifest.determinism is not None
    of_launch, *measured = manifest.determinism.measured
    assert (of_launch.metrics_identical, of_launch.outputs_identical) == (None, True)
    assert len(measured) == 6
    for entry in measured:
        first, second = manifest.find_run(entry.run), manifest.find_run(entry.repeated_by)
        assert first is not None
        assert second is not None
        assert (first.configuration, first.seed) == (second.configuration, second.seed)
        assert (entry.metrics_identical, entry.outputs_identical, entry.differing) == (True, None, ())
    without_errors(manifest)


def test_seeds_that_a_sweep_was_told_are_not_the_seed_of_each_job(loop: Loop) -> None:
    loop.write(JOBS, '[metrics.accuracy]\nfrom = "multirun/**/result.json:$.accuracy"\n')
    loop.run("-m", "lr=0.1,0.2", "seed=0,1")
    assert [(run.configuration, run.seed) for run in held(loop.manifest())] == [
        (f"loop-lr-{lr}", seed) for lr in ("0.1", "0.2") for seed in (0, 1)
    ]


def test_the_jobs_of_a_sweep_are_the_trials_of_the_search(loop: Loop) -> None:
    loop.write(
        JOBS,
        """
[metrics.accuracy]
from = "multirun/**/result.json:$.accuracy"
[configurations.final.search]
method = "grid"
selected_by = { metric = "accuracy", split = "validation" }
[configurations.loop]
trials_of = "final"
""",
    )
    loop.run()
    loop.run(name="final")
    manifest = loop.manifest()
    search = manifest.configurations[0].search
    assert search is not None
    trials = [run for run in manifest.runs if run.configuration == "loop" and run.parent]
    assert (search.trials, search.trials_completed, len(trials)) == (4, 4, 4)
    assert search.runs == tuple(run.id for run in trials)
    assert not any(result.configuration == "loop" for result in manifest.results)


def test_one_seed_in_a_launch_is_the_seed_of_the_launch(loop: Loop) -> None:
    loop.write("import reprocrate; reprocrate.log(accuracy=0.5, seed=7)")
    loop.run()
    (run,) = loop.manifest().runs
    assert (run.seed, run.seeds[0].how, run.parent) == (7, "declared", None)


def test_launches_of_one_seed_each_stay_as_they_are(loop: Loop) -> None:
    loop.write("import reprocrate, sys; reprocrate.log(accuracy=0.5, seed=int(sys.argv[1]))")
    loop.run("{seed}", seeds="0-1")
    manifest = loop.manifest()
    assert [(run.seed, run.seeds[0].how, run.parent) for run in manifest.runs] == [
        (0, "argument", None),
        (1, "argument", None),
    ]


def test_a_loop_that_is_launched_twice_counts_once(loop: Loop) -> None:
    loop.write(FILES, '[metrics.accuracy]\nfrom = "out/seed_{seed}.json:$.accuracy"\n')
    loop.run()
    loop.run()
    manifest = loop.manifest()
    (result,) = manifest.results
    assert result.n == 3
    assert [each.reason for each in result.excluded] == ["repeated"] * 3
    assert len(manifest.launches_of_several) == 2
    assert manifest.compute is not None
    assert manifest.compute.unreported_runs == 4, "the first launch, and its three runs"
    without_errors(manifest)


def test_the_runs_of_a_launch_that_failed_count_nowhere(loop: Loop) -> None:
    loop.write(LOGS)
    loop.run("x")
    manifest = loop.manifest()
    assert {run.status for run in manifest.runs} == {"failed"}
    assert len(held(manifest)) == 3, "but they are there"
    assert manifest.results == ()
    without_errors(manifest)


def test_rows_that_nothing_tells_apart_are_said_to_be_so(loop: Loop) -> None:
    loop.write(TABLE, '[metrics.accuracy]\nfrom = "results.csv:accuracy"\n')
    session = loop.run()
    assert any("which differ in method" in warning for warning in session.warnings)
    assert any('factor_columns = ["method"]' in hint for hint in session.hints), "and what to add"
    manifest = loop.manifest()
    assert (len(manifest.runs), manifest.results) == (1, ())


def test_a_configuration_that_a_launch_held_can_be_described(loop: Loop) -> None:
    loop.write(TABLE, WITH_FACTORS + '[configurations.loop-method-wide]\nrole = "proposed"\n')
    loop.run()
    roles = {one.id: (one.role, one.factors) for one in loop.manifest().configurations}
    assert roles["loop-method-wide"] == ("proposed", {"method": "wide"})
    assert roles["loop-method-slim"] == (None, {"method": "slim"})


def test_a_declared_data_set_is_data_and_another_one_a_factor(loop: Loop) -> None:
    (loop.folder / "rings.csv").write_text("1\n")
    code = LOGS.replace("import reprocrate, sys", "import reprocrate, sys; open('rings.csv').read()")
    loop.write(code, '[data.rings]\nfiles = ["rings.csv"]\n')
    loop.run()
    assert [seen.data for seen in held(loop.manifest())[0].metrics] == [None, "rings"]
    loop.write(code.replace('data="rings"', 'data="moons"'))
    loop.run(name="moons")
    manifest = loop.manifest()
    assert {seen.data for run in held(manifest) for seen in run.metrics if run.configuration == "moons"} == {
        None
    }


@pytest.mark.parametrize(
    "lines",
    ['seed_column = "seed"', 'from = "a.csv:b"\ndata = "x"\ndata_column = "y"', 'factor_columns = ["m"]'],
)
def test_columns_that_make_no_sense_are_refused(loop: Loop, lines: str) -> None:
    loop.write(TABLE, f"[metrics.accuracy]\n{lines}\n")
    with pytest.raises(UsageError, match=r"reprocrate\.toml"):
        load_settings(loop.folder)


def test_show_says_what_a_launch_held(loop: Loop) -> None:
    loop.write(TABLE, WITH_FACTORS)
    loop.run()
    show = [sys.executable, "-m", "reprocrate", "show"]
    done = subprocess.run(show, cwd=loop.folder, capture_output=True, text=True, check=True)
    assert "1 launch of several runs" in done.stdout
    assert "run without a seed" not in done.stdout
    shown = subprocess.run([*show, "--json"], cwd=loop.folder, capture_output=True, check=True)
    listed = json.loads(shown.stdout)["runs"]["list"]
    assert [run["parent"] is None for run in listed] == [True] + [False] * 6
