"""What a rerun adds to the runs themselves: a script of some seconds as it is, and rerun from its bundle.

    python benchmarks/rerunning.py [--seconds 10] [--seeds 3] [--repetitions 3]

The script is recorded once and packed. In each repetition the bundle is imported and its environment built,
which is timed apart, since the limit speaks of what comes on top of it. Then every seed is run natively,
one after the other, then by `reprocrate rerun`, from the checks of all digests to the verdict and its page,
and then natively again: a machine's speed drifts by more than is measured here, and the mean of before and
after cancels most of it. The limit is that a rerun takes at most 5 % longer than the runs; exit status 1 if
the median does not keep to it.

Beside it stands what the rerun took outside of its runs, which does not depend on how long the runs take,
and what the runs themselves took of the processor, natively and in the rerun.

That an import of many small files keeps up with zipfile's extractall is measured by
benchmarks/zip_bundles.py.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT = 1.05
TRAIN = """
import sys

def train(seed, steps):
    state, total = seed * 2654435761 % 2**32 or 1, 0.0
    for _ in range(steps):
        state = (1103515245 * state + 12345) % 2**31
        total += (state / 2**31 - 0.5) * 1e-3
    return total

print("score", train(int(sys.argv[1]), int(sys.argv[2])))
"""
SETTINGS = """
[experiment]
title = "A study"

[metrics.score]
stdout = "score (?P<value>[-0-9.e]+)"
margin = 0.01
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the clock and of the processor, of a process and all that it started."""

    clock: float
    processor: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each step took; 1 if the limit is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="that one run takes, about")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder), options)


def _measured(folder: Path, options: argparse.Namespace) -> int:
    python = folder / "environment" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python.parents[1])], check=True)
    environ = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    environ |= {"VIRTUAL_ENV": str(python.parents[1]), "NO_COLOR": "1"}
    project = folder / "project"
    project.mkdir()
    (project / "train.py").write_text(TRAIN)
    (project / "reprocrate.toml").write_text(SETTINGS)
    steps = _steps(python, project, options.seconds)
    ours = [sys.executable, "-m", "reprocrate"]
    command = ["--", "python", "train.py", "{seed}", str(steps)]
    _timed([*ours, "run", "--quiet", "--seeds", f"0-{options.seeds - 1}", *command], project, environ)
    bundle = folder / "study.crate.zip"
    _timed([*ours, "pack", "-o", str(bundle)], project, environ)

    rows: list[tuple[Took, Took, Took]] = []
    for number in range(options.repetitions):
        place = folder / f"imported-{number}"
        prepared = _timed([*ours, "import", str(bundle), str(place), "--prepare"], folder, environ)
        natively = [[str(python), "train.py", str(seed), str(steps)] for seed in range(options.seeds)]
        native = [_timed(command, project, environ) for command in natively]
        rerun = _timed([*ours, "rerun", str(place), "--no-sandbox", "--json"], folder, environ)
        native += [_timed(command, project, environ) for command in natively]
        alone = Took(sum(one.clock for one in native) / 2, sum(one.processor for one in native) / 2)
        rows.append((prepared, alone, rerun))
        _told(number, prepared, alone, rerun, _in_runs(place))
        shutil.rmtree(place)
    ratio = statistics.median(rerun.clock / alone.clock for _, alone, rerun in rows)
    holds = ratio <= LIMIT
    _write(f"median: {ratio:.3f} times the runs; at most {LIMIT}: {'holds' if holds else 'MISSED'}")
    return 0 if holds else 1


def _steps(python: Path, project: Path, seconds: float) -> int:
    """How many steps take about as long."""
    probe = 2_000_000
    took = _timed([str(python), "train.py", "0", str(probe)], project, dict(os.environ))
    return round(probe * seconds / took.processor)


def _timed(command: Sequence[str], folder: Path, environ: dict[str, str]) -> Took:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    if "--json" in command:
        outcomes = {one["outcome"] for one in json.loads(done.stdout)["results"]}
        if outcomes != {"identical"}:
            raise SystemExit(f"the rerun gave {outcomes}")
    return Took(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _in_runs(place: Path) -> Took:
    """Seconds that the runs of a rerun took, by its own record."""
    (record,) = place.glob(".reprocrate/reruns/*/reprocrate.json")
    runs = json.loads(record.read_bytes())["runs"]
    return Took(sum(run["duration_s"] for run in runs), sum(run["resources"]["cpu_s"] for run in runs))


def _told(number: int, prepared: Took, alone: Took, rerun: Took, inside: Took) -> None:
    _write(
        f"{number + 1}: import and environment {prepared.clock:.2f} s; runs alone {alone.clock:.2f} s "
        f"({alone.processor:.2f} s of the processor); rerun {rerun.clock:.2f} s, of it outside of its runs "
        f"{rerun.clock - inside.clock:.2f} s ({inside.processor:.2f} s of the processor within); "
        f"{rerun.clock / alone.clock:.3f} times"
    )


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
