"""`run --twice` measures determinism, and `run --deterministic` sets what can be set from outside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reprocrate.capture.records.loading import load_records
from reprocrate.validation import Subject, validate
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.running import Request, Session, run_configuration

WORDS = """
import os, sys
seed = sys.argv[1]
order = "".join({"red", "green", "blue", "black", "white", "grey", "pink", "brown", "cyan", "gold"})
print("score", 0.5 + sum(map(ord, order[:9])) / 1e4)
open(f"words-{seed}.txt", "w").write(order)
open(f"same-{seed}.txt", "w").write("the same")
"""
STEADY = """
import sys, time
seed = sys.argv[1]
print("score", 0.5 + int(seed) / 10)
open(f"same-{seed}.txt", "w").write("the same")
open(f"log-{seed}.txt", "w").write(str(time.time_ns()))
"""
LOGS = """
import random, sys
import reprocrate
random.seed(sys.argv[1])
for step in range(3):
    reprocrate.log(accuracy=random.random(), step=step)
"""
GOES_ON = """
import os, sys
path = f"checkpoint-{sys.argv[1]}.txt"
if os.path.exists(path):
    print(open(path).read())
else:
    open(path, "w").write("score 0.5")
    print("score 0.5")
"""
FAILS_AGAIN = """
import os, sys
print("score 0.5")
if os.path.exists("done"):
    sys.exit(3)
os.mkdir("done")
"""
SHOWS = """
import os
print("score", 0.5)
for name in "PYTHONHASHSEED CUBLAS_WORKSPACE_CONFIG XLA_FLAGS REPROCRATE_DETERMINISTIC MKL_CBWR".split():
    print(name, os.environ.get(name))
"""
PRINTED = '[metrics.score]\nstdout = "score (?P<value>[0-9.]+)"\n'


def twice(study: Any, code: str, seeds: str | None = "0-1", **options: Any) -> Session:
    study.write("program.py", code)
    request = Request(
        ("python", "program.py", "{seed}"), seeds=seeds, name="main", twice=True, echo=False, **options
    )
    return run_configuration(study.folder, request, Silence())


def test_one_seed_is_run_twice_and_compared(study: Any) -> None:
    session = twice(study, STEADY)
    first, _, again = session.records
    assert [record.seed for record in session.records] == [0, 1, 0]
    assert [record.repeats for record in session.records] == [None, None, first.id]
    assert "main, seed 0, twice: identical metrics; 1 of 2 outputs differs (log-0.txt)" in session.hints
    manifest = study.open().manifest
    (entry,) = manifest.determinism.measured
    assert (entry.run, entry.repeated_by) == (first.id, again.id)
    assert (entry.metrics_identical, entry.outputs_identical) == (True, False)
    assert entry.differing == ("log-0.txt",)


def test_histories_that_the_recorder_made_are_no_output_that_differs(study: Any) -> None:
    session = twice(study, LOGS, seeds="0")
    assert all(record.histories for record in session.records)
    assert "main, seed 0, twice: identical metrics" in session.hints
    codes = {finding.code for finding in validate(Subject.of(study.open().manifest)).findings}
    assert "RC0631" not in codes


def test_a_repetition_is_no_further_seed(study: Any) -> None:
    session = twice(study, STEADY)
    manifest = study.open().manifest
    (result,) = manifest.results
    assert result.n == 2
    assert set(result.runs) == {session.records[1].id, session.records[2].id}
    assert [(each.run, each.reason) for each in result.excluded] == [(session.records[0].id, "repeated")]
    codes = {finding.code for finding in validate(Subject.of(manifest)).findings}
    assert not codes & {"RC0602", "RC0605", "RC0630", "RC0631", "RC0632", "RC0633", "RC0832"}


def test_a_repetition_that_was_done_before_stands_for_its_seed(study: Any) -> None:
    twice(study, STEADY)
    session = twice(study, STEADY, resume=True)
    assert [(ran.was_done, ran.is_repetition, ran.label) for ran in session.runs] == [
        (True, False, f"main seed {seed}") for seed in (0, 1)
    ]


def test_histories_of_the_recorder_are_no_outputs(study: Any) -> None:
    code = "import reprocrate\nfor step in range(3):\n    reprocrate.log(loss=1 / (step + 1), step=step)\n"
    hints = twice(study, code, seeds="0").hints
    assert hints[0] == "main, seed 0, twice: identical metrics"
    first, second = load_records(study.folder).records
    assert all(record.histories for record in (first, second))


def test_files_that_hold_times_are_no_sign_of_chance(study: Any) -> None:
    code = "import os; open(f'events.out.tfevents.1.host.{os.getpid()}.0', 'w').write('x')"
    first, second, *rest = twice(study, code).hints[:3]
    assert "outputs differ" in first
    assert second == "TensorBoard's event files hold times, so that they always differ."
    assert not any("cause" in line for line in rest)


def test_what_differs_is_named_with_a_possible_cause(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    study.write("reprocrate.toml", f'{PRINTED}[determinism]\npromised = "bitwise"\n')
    for _ in range(5):  # two processes may happen to have the same order
        session = twice(study, WORDS, seeds="3")
        manifest = study.open().manifest
        entry = manifest.determinism.measured[-1]
        if not entry.metrics_identical:
            break
    assert entry.differing == ("score", "words-3.txt", "stdout")
    line = "main, seed 3, twice: 1 of 1 metric differs (score); 1 of 2 outputs differs (words-3.txt); "
    assert f"{line}it printed something else" in session.hints
    assert any("PYTHONHASHSEED is not set" in hint for hint in session.hints)
    codes = {finding.code for finding in validate(Subject.of(manifest)).findings}
    assert "RC0632" in codes


def test_with_determinism_set_the_order_is_the_same(study: Any) -> None:
    session = twice(study, WORDS, seeds="3", deterministic=True)
    assert "main, seed 3, twice: identical metrics; identical outputs" in session.hints
    assert any(hint.startswith("--deterministic cannot set") for hint in session.hints)


def test_a_repetition_that_goes_on_shows_nothing(study: Any) -> None:
    session = twice(study, GOES_ON, seeds="0")
    assert any("read checkpoint-0.txt, which the first run wrote" in hint for hint in session.hints)
    manifest = study.open().manifest
    assert manifest.determinism is not None
    assert manifest.determinism.measured == ()


def test_a_repetition_that_fails_shows_nothing_and_is_recorded(study: Any) -> None:
    session = twice(study, FAILS_AGAIN, seeds="0")
    assert [record.status for record in session.records] == ["ok", "failed"]
    assert session.exit_code == 3
    assert any("the repetition of main seed 0 failed" in hint for hint in session.hints)
    assert study.open().manifest.determinism.measured == ()


def test_without_a_run_that_ended_well_nothing_is_repeated(study: Any) -> None:
    session = twice(study, "raise SystemExit(4)")
    assert len(session.records) == 2
    assert "Nothing was repeated: no run ended well just now." in session.hints


def test_a_command_without_a_seed_is_repeated(study: Any) -> None:
    study.write("program.py", "print('score 0.25')")
    request = Request(("python", "program.py"), name="main", twice=True, echo=False)
    session = run_configuration(study.folder, request, Silence())
    assert "main twice: identical metrics" in session.hints


def test_variables_are_set_and_recorded_and_the_authors_own_stay(
    study: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=false")
    study.write("program.py", SHOWS)
    request = Request(("python", "program.py"), name="main", deterministic=True, echo=False)
    session = run_configuration(study.folder, request, Silence())
    (record,) = session.records
    log = (study.folder / record.logs[0].path).read_text().splitlines()
    assert log[1:] == [
        "PYTHONHASHSEED 7",
        "CUBLAS_WORKSPACE_CONFIG :4096:8",
        "XLA_FLAGS --xla_cpu_enable_fast_math=false --xla_gpu_deterministic_ops=true",
        "REPROCRATE_DETERMINISTIC 1",
        "MKL_CBWR AUTO",
    ]
    recorded = record.environment.variables
    assert recorded["REPROCRATE_DETERMINISTIC"] == "1"  # so that a rerun sets the same
    assert recorded["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert "--deterministic: PYTHONHASHSEED is 7, as you set it, and not 0" in session.hints


TORCH = """
deterministic, warn_only = False, False
class cudnn:
    deterministic, benchmark = False, True
class backends:
    pass
backends.cudnn = cudnn
def use_deterministic_algorithms(mode, *, warn_only=False):
    globals().update(deterministic=mode, warn_only=warn_only)
def are_deterministic_algorithms_enabled():
    return deterministic
"""


@pytest.mark.parametrize("asked", [True, False])
def test_pytorch_is_told_only_where_that_was_asked_for(study: Any, asked: bool) -> None:
    study.write("torch.py", TORCH)
    study.write(
        "program.py",
        "import json, torch\n"
        "print(json.dumps([torch.deterministic, torch.warn_only, torch.backends.cudnn.deterministic,"
        " torch.backends.cudnn.benchmark]))\n",
    )
    request = Request(("python", "program.py"), name="main", deterministic=asked, echo=False)
    (record,) = run_configuration(study.folder, request, Silence()).records
    log = json.loads((study.folder / record.logs[0].path).read_text())
    assert log == ([True, True, True, False] if asked else [False, False, False, True])
    assert record.determinism.settings["torch.are_deterministic_algorithms_enabled"] is asked


def test_a_program_that_turns_it_off_is_told_so(study: Any) -> None:
    study.write("torch.py", TORCH)
    study.write("program.py", "import torch\ntorch.use_deterministic_algorithms(False)\n")
    request = Request(("python", "program.py"), name="main", deterministic=True, echo=False)
    session = run_configuration(study.folder, request, Silence())
    assert any("turned PyTorch's deterministic algorithms off" in hint for hint in session.hints)
